"""Find the scores of a long table, and the column or the visit that is their baseline."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence

from helpers.errors import DataError, unknown_name
from helpers.trial.raw_layout import (
    FEW_VALUES,
    RawOutcome,
    Wishes,
    refuse_two_values,
    score_numbers,
)
from helpers.trial.raw_roles import ranked, role_words, visit_candidates
from helpers.trial.raw_table import RawTable
from helpers.trial.raw_values import numbers, words_of
from helpers.trial.visit_words import VisitWords

_SCORES = "aval score value result outcome wert punktzahl score_value val valeur балл"
_BASELINE_WORDS_TEXT = "base baseline bl bsl basval bval bas pre basal ausgangswert"
_BASELINE_WORDS = frozenset(_BASELINE_WORDS_TEXT.split())
_DERIVED = re.compile(r"(^|_)(chg|pchg|change|delta|diff|percent|pct|aenderung|seq|aseq|rank)(_|$)")


def find_baseline(
    table: RawTable,
    visits: Sequence[str],
    words: list[VisitWords],
    wishes: Wishes,
    fixed: list[str],
    varying: list[str],
    chosen: list[str],
) -> tuple[str | None, dict[str, str]]:
    """Return the visit named as baseline, or the column with the baseline of each score.

    ``visits`` are the visits of the rows; ``fixed`` and ``varying`` are the columns that hold one
    value for each patient, and numbers that change.
    """
    texts = [word.text for word in words]
    if wishes.baseline is not None:
        alike = [text for text in texts if text.casefold() == wishes.baseline.casefold()]
        if alike:
            return alike[0], {}
        columns = [name for name in table.columns if name.casefold() == wishes.baseline.casefold()]
        if not columns:
            raise DataError(
                unknown_name(
                    "visit or column", wishes.baseline, texts, where=f"--baseline {wishes.baseline}"
                )
            )
        score = chosen[0] if chosen else _score_of(table, columns[0], varying)
        return None, {score: columns[0]} if score else {}
    if any(word.kind == "baseline" or word.number == 0 or (word.week or 1) <= 0 for word in words):
        return None, {}
    own: dict[str, str] = {}
    for name in fixed:
        parts = set(words_of(name))
        if parts & _BASELINE_WORDS and numbers(table.columns[name], extra=wishes.missing):
            score = _score_of(table, name, varying)
            wanted = score is not None and (not chosen or score in chosen)
            if wanted and score and not _at_first_visit(table, name, score, visits, words):
                own.setdefault(score, name)
    return None, own


def _at_first_visit(
    table: RawTable, name: str, score: str, visits: Sequence[str], words: list[VisitWords]
) -> bool:
    """Tell whether a column repeats the scores of the first visit, which then is the baseline."""
    numbered = [word for word in words if word.number is not None]
    first = min(numbered, key=lambda word: word.number or 0.0).text if numbered else words[0].text
    inside = [at for at, visit in enumerate(visits) if visit == first]
    ones, others = _numbers(table, name), _numbers(table, score)
    return _same([ones[at] for at in inside], [others[at] for at in inside])


def _score_of(table: RawTable, name: str, varying: Sequence[str]) -> str | None:
    """Return the score whose baseline a column holds.

    It is the score with the same name, or else, where the column is called nothing but baseline,
    the one that changes by what another column holds, or is named like a score, or goes most
    with the column.
    """
    rest = [word for word in words_of(name) if word not in _BASELINE_WORDS and word != "value"]
    if rest:
        return next((column for column in varying if words_of(column) == rest), None)
    candidates = [c for c in varying if not _DERIVED.search(role_words(c)) and not _timelike(c)]
    derived = [column for column in varying if column not in candidates]
    start = _numbers(table, name)
    for column in candidates:
        changes = [
            None if one is None or other is None else one - other
            for one, other in zip(_numbers(table, column), start, strict=True)
        ]
        if any(_same(changes, _numbers(table, other)) for other in derived):
            return column
    named = ranked(candidates, _SCORES)
    if named or not candidates:
        return next(iter(named), None)
    return max(candidates, key=lambda column: _correlation(_numbers(table, column), start))


def _numbers(table: RawTable, name: str) -> list[float | None]:
    return numbers(table.columns[name]) or [None] * len(table)


def _pairs(
    ones: Sequence[float | None], others: Sequence[float | None]
) -> list[tuple[float, float]]:
    pairs = zip(ones, others, strict=True)
    return [(one, other) for one, other in pairs if one is not None and other is not None]


def _same(ones: Sequence[float | None], others: Sequence[float | None]) -> bool:
    pairs = _pairs(ones, others)
    near = sum(abs(one - other) < 1e-6 * max(1.0, abs(other)) for one, other in pairs)
    return len(pairs) > 2 and near >= 0.95 * len(pairs)


def _correlation(ones: Sequence[float | None], others: Sequence[float | None]) -> float:
    pairs = _pairs(ones, others)
    if len({one for one, _ in pairs}) < 2 or len({other for _, other in pairs}) < 2:
        return -1.0
    return statistics.correlation([one for one, _ in pairs], [other for _, other in pairs])


def _timelike(name: str) -> bool:
    """Tell whether a column is named like a time, as ``reldays`` or ``visit_week``."""
    named = visit_candidates(RawTable({name: []}, [], (), ""))
    return (
        bool(named)
        or re.search(r"(day|week|month|year|date|time)s?$", role_words(name)) is not None
    )


def likely_scores(
    table: RawTable,
    varying: list[str],
    wishes: Wishes,
    own: dict[str, str],
    left_out: list[tuple[str, str]],
) -> list[str]:
    """Return the columns that look like scores, the likely primary one first."""
    kept = []
    for name in varying:
        values = score_numbers(table, name, wishes, named=False)
        different = {value for value in values or () if value is not None}
        if values is None:
            left_out.append((name, "changes from visit to visit, but does not hold numbers"))
        elif own and name not in own:
            left_out.append(
                (name, f"without a column of baseline scores, which {next(iter(own))} has")
            )
        elif len(different) < 3:
            left_out.append((name, FEW_VALUES))
        elif _DERIVED.search(role_words(name)):
            left_out.append((name, "is named like something computed from a score"))
        elif _timelike(name):
            left_out.append((name, "is named like a time, not like a score"))
        else:
            kept.append(name)
    first = ranked(kept, _SCORES)[:1]
    if not kept:
        refuse_two_values(table, left_out)
        raise DataError(
            f"{table.file} has no column of numbers that change from visit to visit and could be a "
            "score: name it with --score."
        )
    return first + [name for name in kept if name not in first]


def copies_of(
    table: RawTable,
    outcome: RawOutcome,
    visit: str,
    patients: Sequence[str],
    columns: set[str],
    left_out: list[tuple[str, str]],
) -> set[str]:
    """Return the columns that repeat the baseline scores of an outcome."""
    found = set()
    for name in columns:
        values = numbers(table.columns[name])
        pairs = [
            (value, outcome.scores[patient, visit])
            for patient, value in zip(patients, values or (), strict=False)
            if value is not None and (patient, visit) in outcome.scores
        ]
        if len({one for one, _ in pairs}) > 2 and all(one == other for one, other in pairs):
            left_out.append((name, f"repeats {outcome.name} at the baseline"))
            found.add(name)
    return found
