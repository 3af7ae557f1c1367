"""What several books of one private trial tell together that none of them tells alone.

Two books made with other parameters count other patients. Where the counts lie close together,
their difference is the size of a small group, which a small-cell threshold within each book cannot
hide (a differencing attack).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from helpers.analysis.withheld import WORDS
from helpers.trial.loading import SMALL_CELLS

Entry = Mapping[str, Any]

# Whole numbers that are not about patients; any other may be a count of them.
_ABOUT_SOMETHING_ELSE = frozenset(
    [
        *("benchmark", "comparison", "errors", "figure", "provenance"),
        *("question", "reproduction", "trial", "validation"),
    ]
)
_NO_PATIENTS = frozenset(
    ["primary.settings.n", "screening.criteria", "secondary.comparisons", "secondary.outcomes"]
)
_NO_PATIENTS_LAST = frozenset(["parameters", "seed", "per_arm"])
# From these a count follows, alone or with a second one.
_FOLLOWS_FROM_COUNTS = frozenset(["denominator", "df", "percent", "rate", "worst_share"])
_SAYS_COUNTS = frozenset(["sentence", "population", "phrase"])


def threshold_of(parameters: Iterable[Mapping[str, Any]]) -> int:
    """Return the strictest small-cell threshold of several chapters or books.

    Parameters
    ----------
    parameters
        The values of each chapter; one that has no ``small_cells`` counts nobody or as usual.
    """
    return max(
        (int(values["small_cells"]) for values in parameters if "small_cells" in values),
        default=SMALL_CELLS,
    )


def withheld_together(books: Sequence[Mapping[str, Entry]], *, threshold: int) -> frozenset[str]:
    """Return the names of the results that may not stand side by side.

    Nothing, unless somewhere the difference of two counts of patients is from 1 to
    ``threshold - 1``, or one book shows a count that another withholds. Then every count that is
    not the same in all, and whatever follows from such counts: were only the small differences
    withheld, sums over arms and categories would give them away.

    Parameters
    ----------
    books
        Results of books, or of cells of a grid, of one trial: name to ``{"value", "text"}``.
    threshold
        The least difference that may be shown; 0 and 1 withhold nothing.

    Notes
    -----
    Hundepool A et al. Statistical Disclosure Control. Wiley 2012 (linked tables).
    """
    if threshold < 2 or len(books) < 2:
        return frozenset()
    found = {
        name: [book.get(name) for book in books]
        for name in dict.fromkeys(name for book in books for name in book)
    }
    if not any(_tells(name, entries, threshold) for name, entries in found.items()):
        return frozenset()
    return frozenset(
        name
        for name, entries in found.items()
        if len({_seen(entry) for entry in entries}) > 1 and _hangs_on_counts(name, entries)
    )


def counts_patients(name: str, entry: Entry | None) -> bool:
    """Tell whether a result may be a count of patients, as every whole number that is not known."""
    value = None if entry is None else entry["value"]
    parts = name.split(".")
    return (
        isinstance(value, int)
        and not isinstance(value, bool)
        and parts[0] not in _ABOUT_SOMETHING_ELSE
        and parts[-1] not in _NO_PATIENTS_LAST
        and name not in _NO_PATIENTS
    )


def _tells(name: str, entries: Sequence[Entry | None], threshold: int) -> bool:
    counts = sorted({e["value"] for e in entries if e is not None and counts_patients(name, e)})
    mixed = bool(counts) and any(entry is not None and entry["text"] == WORDS for entry in entries)
    return mixed or any(more - less < threshold for less, more in pairwise(counts))


def _hangs_on_counts(name: str, entries: Sequence[Entry | None]) -> bool:
    first, last = name.partition(".")[0], name.rpartition(".")[2]
    if first in _ABOUT_SOMETHING_ELSE:
        return False
    return (
        first == "proportion"
        or last in _FOLLOWS_FROM_COUNTS | _SAYS_COUNTS
        or any(counts_patients(name, entry) for entry in entries)
    )


def _seen(entry: Entry | None) -> tuple[Any, Any] | None:
    return None if entry is None else (entry["value"], entry["text"])
