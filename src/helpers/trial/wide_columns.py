"""Find the scores in a table with one row for each patient, by the names of its columns.

``pain_0``, ``pain_4w``, ``pain.baseline`` and ``week 6`` name a score and a visit, or a visit
alone; columns that differ only in the visit are one score.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from helpers.trial.column_units import without_brackets
from helpers.trial.raw_values import words_of
from helpers.trial.visit_words import VisitWords, read_visit

_AFTER_TEXT = (
    "post posttest posttreatment final end endpoint last after exit followup fu discharge poststudy"
)
_AFTER = frozenset(_AFTER_TEXT.split())
_ITEMS = frozenset(["q", "item", "items", "question", "frage", "i", "qn", "code", "diag", "ae"])
_LONG_UNITS = "weeks|week|wk|months|month|days|day|years|year|visit|woche|monat|tag"
_COPY = re.compile(r"(^|_)(chg|change|pchg|delta|diff|percent|auc|mean|total|log)(_|$)")


@dataclass(frozen=True)
class ScoreFamily:
    """The columns of one score: ``columns`` pairs what each says of its visit with its name.

    ``stem`` is what their names share; empty when they name nothing but visits.
    """

    stem: str
    columns: tuple[tuple[VisitWords, str], ...]

    @property
    def keys(self) -> tuple[object, ...]:
        """What tells the visits of all families apart, in order."""
        return tuple(visit_key(words) for words, _ in self.columns)

    @property
    def timed(self) -> bool:
        """Whether the names tell times or a baseline, and not only numbers."""
        return any(words.kind in ("time", "baseline") for words, _ in self.columns)


def visit_key(words: VisitWords) -> object:
    """Return what is the same for two names of one visit."""
    if words.kind in ("baseline", "screening"):
        return words.kind
    if words.kind == "time":
        return words.unit, words.number
    return words.number if words.kind == "number" else words.text.casefold()


def score_families(names: Sequence[str]) -> list[ScoreFamily]:
    """Return the families of columns that differ only in the visit they name.

    Parameters
    ----------
    names
        The columns that hold numbers.
    """
    grouped: dict[str, dict[object, tuple[VisitWords, str]]] = {}
    shown: dict[str, str] = {}
    for name in names:
        stem, words = split_name(name, names)
        if words is None or stem in _ITEMS or _COPY.search(stem):
            continue
        grouped.setdefault(stem, {}).setdefault(visit_key(words), (words, name))
        shown.setdefault(stem, stem)
    families = []
    for stem, columns in grouped.items():
        found = dict(columns)
        # "bdi" beside "bdi_4w" and "bdi_12w" is the baseline.
        alone = [name for name in names if "_".join(words_of(name)) == stem]
        if stem and alone and "baseline" not in found and 0.0 not in found:
            found = {"baseline": (VisitWords(alone[0], "baseline"), alone[0]), **found}
        if len(found) > 1:
            families.append(ScoreFamily(stem, tuple(found.values())))
    return families


def split_name(name: str, names: Iterable[str]) -> tuple[str, VisitWords | None]:
    """Split the name of a column into the score and the visit; None when it names no visit."""
    between = _between_visits(name, names)
    if between is not None:
        return between
    words = words_of(without_brackets(name))
    for length in (3, 2, 1):
        if length > len(words):
            continue
        for part, rest in (
            (words[-length:], words[:-length]),
            (words[:length], words[length:]),
        ):
            found = _visit(" ".join(part))
            # A number in front counts or names something else ("6 minute walk").
            leading = part == words[:length] and rest and found is not None
            if found is not None and not (leading and found.kind == "number"):
                return "_".join(rest), replace(found, text=as_written(part, name))
    joined = "_".join(words)
    attached = re.fullmatch(rf"(.*[^\d_])_?({_LONG_UNITS})_?(\d+)", joined) or re.fullmatch(
        r"(.*[^\d_])()_?(\d+)", joined
    )
    unit = re.fullmatch(r"(.*[^\d_])_?(\d+)_?(weeks?|wks?|w|months?|mo|m|days?|d|y)", joined)
    if unit:
        return unit[1], read_visit(f"{unit[2]}{unit[3]}", whole=True)
    if attached:
        return attached[1].strip("_"), read_visit(f"{attached[2]}{attached[3]}", whole=True)
    before = re.fullmatch(r"(pre|post|base)_?(.+)", joined)
    if before:
        others = {"_".join(words_of(other)) for other in names}
        partner = "post" if before[1] in ("pre", "base") else "pre"
        if any(f"{partner}{gap}{before[2]}" in others for gap in ("", "_")):
            return before[2], _visit(before[1])
    return joined, None


def _between_visits(name: str, names: Iterable[str]) -> tuple[str, VisitWords] | None:
    """Split ``t0.5`` where ``t1`` stands beside it: the point is that of a number.

    Without such a column it separates two numbers, as in ``v1.2``, the second item of a visit.
    """
    found = re.fullmatch(r"(.*[^\W\d])(\d+)(\.\d+)", name)
    if found is None:
        return None
    whole = re.compile(re.escape(found[1]) + r"\d+", flags=re.IGNORECASE)
    if not any(whole.fullmatch(other) for other in names):
        return None
    stem, visit = split_name(found[1] + found[2], ())
    if visit is None or visit.number is None:
        return None
    return stem, replace(visit, text=visit.text + found[3], number=float(found[2] + found[3]))


def as_written(words: Sequence[str], name: str) -> str:
    """Return a visit's words with the letters that the name of the column has."""
    words_apart = r"[\W_]*"
    found = re.search(words_apart.join(map(re.escape, words)), name, flags=re.IGNORECASE)
    if found is None:
        return " ".join(words)
    # The bracket that closes belongs to the word before it: "Pain (VAS, mm)".
    closing = re.match(r"[)\]]", name[found.end() :]) if re.search(r"[(\[]", found[0]) else None
    return found[0] + (closing[0] if closing else "")


def _visit(text: str) -> VisitWords | None:
    found = read_visit(text, whole=True)
    if found.kind != "named":
        return found
    return found if text.replace(" ", "") in _AFTER else None
