"""Find the patient of each row of somebody's table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from helpers.errors import DataError
from helpers.trial.gathering_wide import families_of
from helpers.trial.raw_ids import id_candidates, misfit_ids
from helpers.trial.raw_layout import Wishes, ids_of
from helpers.trial.raw_roles import (
    arm_candidates,
    constant_columns,
    is_site,
    parameter_candidates,
    visit_candidates,
)
from helpers.trial.raw_table import RawTable
from helpers.trial.raw_values import is_missing


def find_patients(table: RawTable, wishes: Wishes) -> tuple[list[str], list[str], str]:
    """Return the columns of ids, the patient of each row, and why.

    Raises
    ------
    DataError
        When no column can hold the ids, or the ids begin anew in each centre.
    """
    if wishes.ids:
        names = [part.strip() for given in wishes.ids for part in given.split(",")]
        ids = [table.named(part, option="--id") for part in names]
        return ids, ids_of(table, ids), f"column {' and '.join(ids)}, as --id says"
    ids, patients, why = _guessed(table, wishes)
    if ids:
        _refuse_restarted(table, ids[0], wishes)
    return ids, patients, why


def _guessed(table: RawTable, wishes: Wishes) -> tuple[list[str], list[str], str]:
    candidates = id_candidates(table)
    visits = visit_candidates(table)
    families = families_of(table, wishes, besides=candidates)
    unique = [name for name in candidates if _all_different(table.columns[name])]
    repeated = [name for name in candidates if name not in unique]
    if repeated and (wishes.visit or visits) and (repeated[0] == candidates[0] or not families):
        return [repeated[0]], list(table.columns[repeated[0]]), f"column {repeated[0]} (its name)"
    if unique:
        return [unique[0]], list(table.columns[unique[0]]), f"column {unique[0]} (its name)"
    if families and not repeated:
        width = len(str(len(table)))
        numbered = [f"row{at:0{width}d}" for at in range(1, len(table) + 1)]
        return [], numbered, "the rows, for want of a column of ids (or --id)"
    if repeated:
        return [repeated[0]], list(table.columns[repeated[0]]), f"column {repeated[0]} (its name)"
    misfit = misfit_ids(table)
    raise DataError(
        f"No column of {table.file} can be the patients' ids: {misfit}; name the right one with "
        "--id, or complete it."
        if misfit
        else f"No column of {table.file} is named like a patient's id: name it with --id."
    )


def _all_different(cells: Sequence[str]) -> bool:
    known = [cell for cell in cells if not is_missing(cell)]
    return len(set(known)) == len(known)


def with_patients(table: RawTable, patients: list[str]) -> tuple[RawTable, list[str], int]:
    """Leave out rows that name no patient, such as those of totals."""
    kept = [at for at, who in enumerate(patients) if not is_missing(who)]
    if len(kept) == len(patients):
        return table, patients, 0
    if not kept:
        raise DataError(f"No row of {table.file} names a patient: name the column with --id.")
    columns = {name: [cells[at] for at in kept] for name, cells in table.columns.items()}
    lines = [table.lines[at] for at in kept]
    left = replace(table, columns=columns, lines=lines)
    return left, [patients[at] for at in kept], len(patients) - len(kept)


def _refuse_restarted(table: RawTable, ids: str, wishes: Wishes) -> None:
    """Refuse ids that begin anew in each centre, and name the column of the centres."""
    visits = [wishes.visit] if wishes.visit else visit_candidates(table)[:1]
    rows = [ids, *(table.named(name, option="--visit") for name in visits)]
    if _unique(table, rows):
        return
    parameters = [*parameter_candidates(table), *([wishes.parameter] if wishes.parameter else [])]
    apart = [
        name
        for name in table.columns
        if name not in (*rows, *parameters)
        and 1 < len(set(table.columns[name])) <= len(table) / 4
        and not any(map(is_missing, table.columns[name]))
        and _unique(table, [*rows, name])
        and (is_site(name) or _explains_the_arm(table, ids, name))
    ]
    apart.sort(key=lambda name: not is_site(name))
    if apart:
        raise DataError(
            f"The ids in {ids!r} of {table.file} come again in each {apart[0]!r}: name the "
            f'patients by both columns, with --id "{apart[0]},{ids}".'
        )


def _unique(table: RawTable, names: Sequence[str]) -> bool:
    return len(set(ids_of(table, names))) == len(table)


def _explains_the_arm(table: RawTable, ids: str, name: str) -> bool:
    """Tell whether the arm changes within the ids, but not within those of one centre."""
    arms = [arm for arm in arm_candidates(table) if arm not in (ids, name)]
    alone = constant_columns(table, table.columns[ids])
    both = constant_columns(table, ids_of(table, [name, ids]))
    return any(arm in both and arm not in alone for arm in arms)
