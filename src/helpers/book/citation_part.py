"""The parts of a page that say how to cite the book, ready to be copied, and the trial."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from helpers.book.citation import Citation, apa, bibtex, ris
from helpers.book.results import escaped
from helpers.show.page import publication_of
from helpers.trial.specification import Specification

_NOT_STATED = "This copy of the book has no `CITATION.cff`, so that nobody says how to cite it."
_SYNTHETIC = (
    "The numbers of this edition are those of a synthetic cohort, made by a computer. Do not cite "
    "them as results of {trial}: its results are in its paper."
)


def citation_part(citation: Citation | None, *, edition: str) -> str:
    """Return Markdown with the citation as a reference, as BibTeX and as RIS.

    Parameters
    ----------
    citation
        Of the book; None when nobody says how to cite it.
    edition
        Title of the edition, which is part of each form.
    """
    if citation is None:
        return _NOT_STATED
    citation = replace(citation, edition=edition)
    forms = (("Reference (APA)", apa), ("BibTeX", bibtex), ("RIS", ris))
    parts = [f"## {name}\n\n{_block(written(citation))}" for name, written in forms]
    return "\n\n".join(parts)


def publication_part(trial: Specification) -> str:
    """Return Markdown that names the publication of a trial, with a link where it has a DOI.

    Of a synthetic cohort it says that its numbers are no results of the trial.
    """
    text = escaped(publication_of(trial))
    doi = (trial.citation.doi or "").removeprefix("https://doi.org/")
    if doi:
        text += f" [doi:{escaped(doi)}](<https://doi.org/{quote(doi)}>)"
    if trial.is_synthetic:
        text += f"\n\n**{_SYNTHETIC.format(trial=escaped(trial.short_title))}**"
    return text


def _block(text: str) -> str:
    # Longer than any fence in the text, whatever a title holds.
    fence = "`" * 6
    return f"{fence}{{code-block}} text\n:class: citation-form\n\n{text}\n{fence}"
