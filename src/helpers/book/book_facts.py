"""What every page of a book says about the book: whose data, what was found, which version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.book.citation import Citation
from helpers.show.records import shown
from helpers.trial.specification import Specification

_FINDING = "primary.difference.sentence"
_ONE_OF_MANY = ("primary.difference.", ".sentence")


@dataclass(frozen=True)
class BookFacts:
    """Facts of one edition's book.

    Parameters
    ----------
    edition, title
        Its name, and what readers know it by.
    label
        Whose data it shows, as ``Synthetic cohort (IMPACT)``.
    synthetic, public
        Whether its patients are synthetic, and whether their rows may be shown.
    finding
        The primary result in one sentence; empty when the book does not compute it.
    citation
        Of the book; None when it has no CITATION.cff.
    """

    edition: str
    title: str
    label: str
    synthetic: bool
    public: bool
    finding: str = ""
    citation: Citation | None = None

    @property
    def version(self) -> str:
        """The version of the book; empty when nobody stated it."""
        return self.citation.version if self.citation else ""


def book_facts(
    *,
    edition: str,
    title: str,
    trial: Specification,
    results: Mapping[str, Mapping[str, Any]],
    citation: Citation | None,
) -> BookFacts:
    """Return the facts of a book from its trial's description and its results."""
    return BookFacts(
        edition=edition,
        title=title,
        label=f"{trial.data_label} ({trial.short_title})",
        synthetic=trial.is_synthetic,
        public=trial.public,
        finding=finding(results),
        citation=citation,
    )


def finding(results: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the primary result in one sentence; of several, the first in order of names."""
    begin, end = _ONE_OF_MANY
    names = [_FINDING, *sorted(name for name in results if name.startswith(begin))]
    for name in names:
        if name in results and name.endswith(end):
            return shown(str(results[name]["text"]))
    return ""
