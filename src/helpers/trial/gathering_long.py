"""Sort out a table with one row for each patient and visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpers.errors import DataError
from helpers.trial.long_rows import (
    clock_columns,
    key_columns,
    nearest_weeks,
    one_row_each,
    refuse_repeats,
)
from helpers.trial.long_scores import copies_of, find_baseline, likely_scores
from helpers.trial.raw_layout import (
    Gathered,
    RawOutcome,
    Wishes,
    score_numbers,
    without_codes,
)
from helpers.trial.raw_roles import (
    constant_columns,
)
from helpers.trial.raw_table import RawTable
from helpers.trial.raw_values import is_missing, numbers, plain
from helpers.trial.visit_plan import plan_visits
from helpers.trial.visit_words import WEEKS, VisitWords, is_unplanned, read_visit, unit_of


def gather_long(
    table: RawTable, patients: Sequence[str], wishes: Wishes, *, besides: Sequence[str]
) -> Gathered:
    """Sort out a long table.

    Parameters
    ----------
    table
        The table.
    patients
        The patient of each row.
    wishes
        What the user said.
    besides
        Columns that are no scores: ids and arm.

    Raises
    ------
    DataError
        When visits or scores cannot be told, or a patient has two rows for one visit.
    """
    guesses: list[tuple[str, str]] = []
    left_out: list[tuple[str, str]] = []
    visit, parameter = key_columns(table, patients, wishes, besides)
    cells = table.columns[visit]
    named = table.columns[parameter] if parameter else [""] * len(patients)
    series = [f"{who}\n{what}" for who, what in zip(patients, named, strict=True)]
    fixed = set(constant_columns(table, series))
    clocks = clock_columns(table, cells, [*besides, visit])
    rows = [at for at, cell in enumerate(cells) if not is_missing(cell, wishes.missing)]
    if len(rows) < len(cells):
        guesses.append(
            ("visits", f"rows without a visit, which were left out: {len(cells) - len(rows)}")
        )
    unplanned = dict.fromkeys(cells[at] for at in rows if is_unplanned(cells[at]))
    left_out += [(name, "not a planned visit, to judge by the name") for name in unplanned]
    rows = [at for at in rows if cells[at] not in unplanned]
    told = [cells[at] for at in rows]
    if wishes.weeks and len(set(told)) != len(wishes.weeks):
        nearest = nearest_weeks(table, visit, told, wishes.weeks)
        rows, told = one_row_each(table, rows, nearest, patients, parameter, guesses)
    refuse_repeats(table, rows, told, patients, parameter, visit, guesses)
    words = _words(told, rows, patients, visit, wishes.weeks)
    columns = [name for name in table.columns if name not in (*besides, visit, parameter, *clocks)]
    chosen = _scores_named(table, wishes)
    constant = [name for name in columns if name in fixed]
    varying = [
        name
        for name in columns
        if name not in fixed and numbers(table.columns[name], extra=wishes.missing) is not None
    ]
    baseline, own = find_baseline(table, cells, words, wishes, constant, varying, chosen)
    weeks = _weeks(table, words, told, rows, visit, clocks, wishes, guesses)
    visits, remarks, before = plan_visits(
        words, weeks=weeks, baseline=baseline, separate_baseline=bool(own)
    )
    guesses += [("visits", remark) for remark in remarks]
    left_out += [(text, "a visit before the baseline") for text in before]
    if not chosen:
        chosen = likely_scores(table, [c for c in columns if c not in fixed], wishes, own, left_out)
    ids = {planned.value: planned.id for planned in visits}
    people = list(dict.fromkeys(patients[at] for at in range(len(patients)) if patients[at]))
    outcomes = []
    for name in chosen:
        values = score_numbers(table, name, wishes, named=True) or []
        groups = _by_parameter(table, rows, parameter)
        for label, inside in groups.items():
            scores = {
                (patients[at], ids[told[place]]): value
                for place, at in inside
                if told[place] in ids and (value := values[at]) is not None
            }
            if own:
                rows_here = [at for _, at in inside]
                scores |= _own_baseline(table, own.get(name, ""), patients, rows_here, wishes)
            scores = without_codes(scores, label or name, guesses)
            if len({at for _, at in scores}) < 2 or visits[0].id not in {at for _, at in scores}:
                left_out.append((label or name, "has no scores at the baseline, or none later"))
                continue
            outcomes.append(RawOutcome(label or name, scores, (name,)))
    if not outcomes:
        raise DataError(
            f"No score of {table.file} has values at the baseline and later: name the baseline "
            "visit, or the column with baseline scores, with --baseline, or the score with --score."
        )
    for name in clocks:
        left_out.append((name, f"says the same as {visit}"))
    for name in own.values():
        guesses.append(("baseline", f"the column {name} holds each patient's baseline score"))
    used = {visit, *clocks, *chosen, *own.values()} | ({parameter} if parameter else set())
    used |= {name for name in columns if name not in fixed}
    if parameter:
        by_patient = set(constant_columns(table, patients))
        used |= {name for name in fixed if name not in by_patient and name not in besides}
    used |= copies_of(table, outcomes[0], visits[0].id, patients, fixed - used, left_out)
    return Gathered(people, visits, outcomes, used, guesses, left_out)


def _words(
    told: list[str],
    rows: list[int],
    patients: Sequence[str],
    visit: str,
    weeks: tuple[float, ...],
) -> list[VisitWords]:
    """Return the visits in the order of those patients who have most of them."""
    by_patient: dict[str, list[str]] = {}
    for place, at in enumerate(rows):
        by_patient.setdefault(patients[at], []).append(told[place])
    longest = sorted(by_patient.values(), key=len, reverse=True)
    order = list(dict.fromkeys(text for texts in longest for text in texts))
    unit = "week" if weeks and set(order) <= {plain(week) for week in weeks} else unit_of(visit)
    return [read_visit(text, unit=unit) for text in order]


def _weeks(
    table: RawTable,
    words: list[VisitWords],
    told: list[str],
    rows: list[int],
    visit: str,
    clocks: list[str],
    wishes: Wishes,
    guesses: list[tuple[str, str]],
) -> Mapping[str, float] | None:
    """Return the week of each visit where an option or another column tells it."""
    texts = [word.text for word in words]
    if wishes.weeks:
        if len(wishes.weeks) == len(texts):
            known = [word.week for word in words]
            numbered = [word.number for word in words]
            if all(number is not None for number in numbered):
                texts = [w.text for w in sorted(words, key=lambda w: w.number or 0.0)]
            elif all(week is not None for week in known):
                texts = [w.text for w in sorted(words, key=lambda w: w.week or 0.0)]
            return dict(zip(texts, wishes.weeks, strict=True))
        return None
    if all(word.week is not None for word in words):
        return None
    for name in clocks:
        unit = unit_of(name)
        values = numbers(table.columns[name])
        if unit is None or values is None:
            continue
        weeks = {
            text: round((values[at] or 0.0) * WEEKS[unit], 2)
            for text, at in zip(told, rows, strict=True)
        }
        if len(set(weeks.values())) == len(weeks):
            guesses.append(("visits", f"their weeks are those of the column {name}"))
            return weeks
    return None


def _scores_named(table: RawTable, wishes: Wishes) -> list[str]:
    names = [part.strip() for given in wishes.scores for part in given.split(",")]
    return list(dict.fromkeys(table.named(name, option="--score") for name in names))


def _by_parameter(
    table: RawTable, rows: list[int], parameter: str | None
) -> dict[str, list[tuple[int, int]]]:
    groups: dict[str, list[tuple[int, int]]] = {}
    for place, at in enumerate(rows):
        label = table.columns[parameter][at] if parameter else ""
        groups.setdefault(label, []).append((place, at))
    return groups


def _own_baseline(
    table: RawTable, name: str, patients: Sequence[str], rows: list[int], wishes: Wishes
) -> dict[tuple[str, str], float]:
    """Return the baseline scores that stand in a column of their own."""
    values = (score_numbers(table, name, wishes, named=True) if name else None) or []
    pairs = [(patients[at], values[at]) for at in rows if values]
    return {(patient, "baseline"): value for patient, value in pairs if value is not None}
