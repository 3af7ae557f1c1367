"""The part of a page that says how to cite the book, ready to be copied."""

from __future__ import annotations

from helpers.book.citation import Citation, apa, bibtex, ris

_NOT_STATED = "This copy of the book has no `CITATION.cff`, so that nobody says how to cite it."


def citation_part(citation: Citation | None) -> str:
    """Return Markdown with the citation as a reference, as BibTeX and as RIS."""
    if citation is None:
        return _NOT_STATED
    forms = (("Reference (APA)", apa), ("BibTeX", bibtex), ("RIS", ris))
    parts = [f"## {name}\n\n{_block(written(citation))}" for name, written in forms]
    return "\n\n".join(parts)


def _block(text: str) -> str:
    # Longer than any fence in the text, whatever a title holds.
    fence = "`" * 6
    return f"{fence}{{code-block}} text\n:class: citation-form\n\n{text}\n{fence}"
