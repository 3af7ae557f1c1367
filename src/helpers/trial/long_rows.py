"""Tell the rows of a long table apart: which column names the visit, and one row for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from helpers.errors import DataError
from helpers.trial.raw_layout import Wishes
from helpers.trial.raw_roles import parameter_candidates, visit_candidates
from helpers.trial.raw_table import RawTable
from helpers.trial.raw_values import numbers, plain
from helpers.trial.visit_words import WEEKS, is_unplanned, unit_of

MOST_VISITS = 60
Key = tuple[str, str, str]


def key_columns(
    table: RawTable, patients: Sequence[str], wishes: Wishes, besides: Sequence[str]
) -> tuple[str, str | None]:
    """Return the column of the visits, and that of the outcomes if rows are told apart by it."""
    parameter = (
        table.named(wishes.parameter, option="--outcome-column") if wishes.parameter else None
    )
    parameters = [parameter] if parameter else [None, *parameter_candidates(table)]
    if wishes.visit is not None:
        visits = [table.named(wishes.visit, option="--visit")]
    else:
        visits = [name for name in visit_candidates(table) if name not in besides]
        single = [name for name in visits if len(set(table.columns[name])) == 1]
        visits = [name for name in visits if name not in single]
        if single and not visits:
            raise DataError(
                f"The column {single[0]!r} of {table.file} names one visit only "
                f"({table.columns[single[0]][0]!r}), and a change needs two: export all visits, or "
                "name another column with --visit."
            )
    if not visits:
        line, other = _two_rows(table, patients)
        raise DataError(
            f"Patient {patients[line]!r} of {table.file} has several rows (lines "
            f"{table.lines[line]} and {table.lines[other]}), but no column is named like a visit: "
            "name it with --visit, or another column of patients with --id."
        )
    for name in parameters:
        for visit in visits:
            keys = Counter(
                (patient, cell, table.columns[name][at] if name else "")
                for at, (patient, cell) in enumerate(
                    zip(patients, table.columns[visit], strict=True)
                )
                if not is_unplanned(cell)
            )
            if max(keys.values()) == 1 and len(set(table.columns[visit])) <= MOST_VISITS:
                return visit, name
    return visits[0], parameter


def _two_rows(table: RawTable, patients: Sequence[str]) -> tuple[int, int]:
    seen: dict[str, int] = {}
    for at, patient in enumerate(patients):
        if patient in seen:
            return seen[patient], at
        seen[patient] = at
    return 0, 0


def clock_columns(table: RawTable, cells: Sequence[str], besides: Sequence[str]) -> list[str]:
    """Return columns that hold one number at each visit, the same for everybody."""
    found = []
    for name, others in table.columns.items():
        if name in besides or len(set(others)) < 2:
            continue
        at_visit: dict[str, set[str]] = {}
        for cell, other in zip(cells, others, strict=True):
            at_visit.setdefault(cell, set()).add(other)
        if all(len(values) == 1 for values in at_visit.values()):
            found.append(name)
    return found if len(set(cells)) < len(cells) / 2 else []


def nearest_weeks(
    table: RawTable, visit: str, told: list[str], weeks: tuple[float, ...]
) -> list[tuple[str, float]]:
    """Return for each row the planned week nearest to its own, and how far off it is."""
    values = numbers(told)
    if values is None:
        raise DataError(
            f"--weeks gives {len(weeks)} weeks, but the column {visit!r} names "
            f"{len(set(told))} visits: give one week for each, in their order."
        )
    scale = WEEKS[unit_of(visit) or "week"]
    found = []
    for value in values:
        at = (value or 0.0) * scale
        week = min(weeks, key=lambda planned: abs(planned - at))
        found.append((plain(week), abs(week - at)))
    return found


def one_row_each(
    table: RawTable,
    rows: list[int],
    nearest: list[tuple[str, float]],
    patients: Sequence[str],
    parameter: str | None,
    guesses: list[tuple[str, str]],
) -> tuple[list[int], list[str]]:
    """Keep, of a patient's rows at one planned week, the one nearest to it."""
    best: dict[Key, tuple[float, int, str]] = {}
    for at, (week, off) in zip(rows, nearest, strict=True):
        key = (patients[at], week, table.columns[parameter][at] if parameter else "")
        if key not in best or off < best[key][0]:
            best[key] = (off, at, week)
    kept = sorted((at, week) for _, at, week in best.values())
    text = "each row was given to the nearest of the weeks of --weeks"
    if len(kept) < len(rows):
        text += f"; {len(rows) - len(kept)} rows lay farther off than another of the same patient"
    guesses.append(("visits", text))
    return [at for at, _ in kept], [week for _, week in kept]


def refuse_repeats(
    table: RawTable,
    rows: list[int],
    told: list[str],
    patients: Sequence[str],
    parameter: str | None,
    visit: str,
    guesses: list[tuple[str, str]],
) -> None:
    """Drop rows that say the same twice; refuse two different rows of one patient and visit."""
    if len(set(told)) > MOST_VISITS:
        raise DataError(
            f"The column {visit!r} of {table.file} has {len(set(told))} different values, too many "
            "for planned visits: give the planned weeks with --weeks 0,4,12 (each row then counts "
            "for the nearest), or name another column with --visit."
        )
    seen: dict[Key, int] = {}
    again: list[int] = []
    for place, at in enumerate(rows):
        key = (patients[at], told[place], table.columns[parameter][at] if parameter else "")
        first = seen.setdefault(key, at)
        if first == at:
            continue
        if all(cells[first] == cells[at] for cells in table.columns.values()):
            again.append(place)
            continue
        raise DataError(
            f"{table.file}: patient {patients[at]!r} has two different rows at {visit} "
            f"{told[place]!r} (lines {table.lines[first]} and {table.lines[at]}): keep one of "
            "them, or name the column that tells them apart with --visit or --outcome-column."
        )
    for place in reversed(again):
        del rows[place], told[place]
    if again:
        guesses.append(("patients", f"rows that repeat another one, left out: {len(again)}"))
