"""The parts of a page that say how to cite the book, ready to be copied, and the trial."""

from __future__ import annotations

from urllib.parse import quote

from helpers.book.citation import Citation, apa, bibtex, ris
from helpers.book.results import escaped
from helpers.show.page import publication_of
from helpers.trial.specification import Specification

_NOT_STATED = "This copy of the book has no `CITATION.cff`, so that nobody says how to cite it."


def citation_part(citation: Citation | None) -> str:
    """Return Markdown with the citation as a reference, as BibTeX and as RIS."""
    if citation is None:
        return _NOT_STATED
    forms = (("Reference (APA)", apa), ("BibTeX", bibtex), ("RIS", ris))
    parts = [f"## {name}\n\n{_block(written(citation))}" for name, written in forms]
    return "\n\n".join(parts)


def publication_part(trial: Specification) -> str:
    """Return Markdown that names the publication of a trial, with a link where it has a DOI."""
    text = escaped(publication_of(trial))
    doi = (trial.citation.doi or "").removeprefix("https://doi.org/")
    if not doi:
        return text
    return f"{text} [doi:{escaped(doi)}](<https://doi.org/{quote(doi)}>)"


def _block(text: str) -> str:
    # Longer than any fence in the text, whatever a title holds.
    fence = "`" * 6
    return f"{fence}{{code-block}} text\n:class: citation-form\n\n{text}\n{fence}"
