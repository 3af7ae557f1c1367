"""Put the visits of a table in order, and give each its id, its label and its week."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from helpers.errors import DataError
from helpers.trial.raw_values import plain
from helpers.trial.safe_names import safe_id
from helpers.trial.visit_words import VisitWords

_SHORT = ("base", "basel", "basln", "bsl", "pre")
_FIRST_DAY = 0.15  # weeks: the first day of a trial is often called day 1


@dataclass(frozen=True)
class PlannedVisit:
    """A visit of the trial: its name in the file (None when it has none), id, label and week."""

    value: str | None
    id: str
    label: str
    week: float


def plan_visits(
    words: Sequence[VisitWords],
    *,
    weeks: Mapping[str, float] | None = None,
    baseline: str | None = None,
    separate_baseline: bool = False,
) -> tuple[list[PlannedVisit], list[str], list[str]]:
    """Put visits in order and find the week of each.

    Parameters
    ----------
    words
        The visits, in the order in which the file shows them.
    weeks
        The week of each visit by its text, where another column or an option tells it.
    baseline
        The text of the visit that an option named as baseline.
    separate_baseline
        Whether the baseline scores stand in a column of their own, so that no visit is theirs.

    Returns
    -------
    visits, remarks, left_out
        The visits, the baseline first; what was guessed; visits that were left out, because they
        lie before the baseline.

    Raises
    ------
    DataError
        When the first visit took place after treatment had begun, so that it is no baseline.
    """
    remarks: list[str] = []
    known = _weeks_of(words, weeks, separate_baseline, remarks)
    first = _first(words, known, baseline, separate_baseline)
    if first is not None:
        if baseline is None and first.kind not in ("baseline", "screening"):
            _refuse_late(first, known)
        known[first.text] = 0.0
    left_out = [
        word.text
        for word in words
        if word is not first
        and (word.kind in ("screening", "baseline") or known.get(word.text, 1.0) <= 0)
    ]
    later = [word for word in words if word is not first and word.text not in left_out]
    later, guessed = _ordered(later, known)
    if guessed:
        remarks.append(
            f"the file does not say when {', '.join(map(repr, guessed))} took place: the weeks "
            "written are only their order"
        )
    if first is not None and first.kind != "baseline" and first.number != 0 and baseline is None:
        remarks.append(
            f"{first.text!r} is taken as the baseline, because it is the first; name another with "
            "--baseline"
        )
    taken: list[str] = []
    visits: list[PlannedVisit] = []
    if separate_baseline:
        visits.append(PlannedVisit(None, "baseline", "Baseline", 0.0))
    for word in ([first] if first is not None else []) + later:
        taken = [visit.id for visit in visits]
        named = word
        if weeks is not None and word.kind == "number":
            # The week tells more than a number whose meaning is not said.
            named = VisitWords("", "time", known[word.text], "week")
            if word is first:
                named = VisitWords("", "baseline")
        visits.append(PlannedVisit(word.text, _id(named, taken), _label(named), known[word.text]))
    return visits, remarks, left_out


def _weeks_of(
    words: Sequence[VisitWords],
    weeks: Mapping[str, float] | None,
    separate_baseline: bool,
    remarks: list[str],
) -> dict[str, float]:
    if weeks is not None:
        return dict(weeks)
    known = {word.text: word.week for word in words if word.week is not None}
    bare = [word for word in words if word.kind == "number" and word.number is not None]
    numbers = sorted(float(word.number or 0) for word in bare)
    if not bare or any(word.kind == "time" for word in words):
        return known
    start = 0.0 if separate_baseline or any(w.kind == "baseline" for w in words) else numbers[0]
    for word in bare:
        known[word.text] = float(word.number or 0) - start
    shown = ", ".join(plain(known[word.text]) for word in bare)
    remarks.append(
        "the numbers of the visits have no unit of time, so their weeks were written as "
        f"{shown}; correct them, or give --weeks"
    )
    return known


def _refuse_late(first: VisitWords, known: Mapping[str, float]) -> None:
    """Refuse a first visit that by its name, or by its week, lies after the baseline."""
    week = known.get(first.text, 0.0)
    if week <= _FIRST_DAY:
        return
    said = "" if first.week == week else f" (week {plain(week)})"
    raise DataError(
        f"The first visit is {first.text!r}{said}, and no score before treatment was found, which "
        "the book's models need as baseline: name the visit or the column that holds it with "
        f'--baseline (--baseline "{first.text}" if treatment began only then).'
    )


def _first(
    words: Sequence[VisitWords],
    known: Mapping[str, float],
    baseline: str | None,
    separate_baseline: bool,
) -> VisitWords | None:
    """Return the visit that is the baseline."""
    if separate_baseline:
        return None
    if baseline is not None:
        return next(word for word in words if word.text == baseline)
    named = [word for word in words if word.kind == "baseline"]
    if named:
        return named[-1]
    timed = [word for word in words if word.text in known]
    zero = [word for word in timed if known[word.text] == 0]
    if zero:
        return zero[0]
    before = [word for word in timed if known[word.text] < 0]
    if before:
        return max(before, key=lambda word: known[word.text])
    screened = [word for word in words if word.kind == "screening"]
    if screened:
        return screened[-1]
    return min(timed, key=lambda word: known[word.text]) if len(timed) == len(words) else words[0]


def _ordered(
    later: list[VisitWords], known: dict[str, float]
) -> tuple[list[VisitWords], list[str]]:
    """Sort visits by week, and give those without a time a week that keeps the file's order."""
    timed = sorted((w for w in later if w.text in known), key=lambda w: known[w.text])
    if [w for w in later if w.text in known] != timed:
        later = timed + [w for w in later if w.text not in known]
    guessed = [word.text for word in later if word.text not in known]
    week, step = 0.0, 1.0
    for at, word in enumerate(later):
        if word.text not in known:
            following = [known[w.text] for w in later[at + 1 :] if w.text in known]
            ahead = next(iter(following), None)
            known[word.text] = week + step if ahead is None else (week + ahead) / 2
        # Two names of one week ("Month 12", "Week 52") still need an order.
        if known[word.text] <= week:
            known[word.text] = week + 0.1
        step = max(known[word.text] - week, 1.0)
        week = known[word.text]
    return later, guessed


def _id(word: VisitWords, taken: Sequence[str]) -> str:
    if word.kind == "baseline" and "baseline" not in taken:
        return "baseline"
    if word.number is not None:
        stem = word.unit or "visit"
        return safe_id(f"{stem}{plain(word.number)}", fallback="visit", taken=taken)
    return safe_id(word.text, fallback="visit", taken=[*taken, "primary", "all", "none"])


def _label(word: VisitWords) -> str:
    """Return the file's own words where they are words, else what they stand for."""
    text = re.sub(r"[\s_]+", " ", word.text).strip()
    text = re.sub(r" arm \d+$", "", text)  # REDCap adds its own arm to an event's name
    letters = sum(letter.isalpha() for letter in text)
    if word.kind == "baseline" and (letters < 4 or text.casefold() in _SHORT):
        return "Baseline"
    # One sign may be a whole word, as in "12週".
    if word.number is not None and letters < 4 and not re.search("[\u3040-\ud7af]", text):
        return f"{(word.unit or 'visit').capitalize()} {plain(word.number)}"
    if word.number is not None and re.fullmatch(r"[^\W\d]+\d+", text):
        text = re.sub(r"(\d+)$", r" \1", text)
    return text[:1].upper() + text[1:]
