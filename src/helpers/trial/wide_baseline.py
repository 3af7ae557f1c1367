"""Find the score before treatment in a table with one row for each patient, or ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from helpers.errors import DataError
from helpers.trial.raw_layout import Wishes
from helpers.trial.raw_roles import role_words
from helpers.trial.raw_table import RawTable
from helpers.trial.raw_values import numbers
from helpers.trial.visit_words import VisitWords
from helpers.trial.wide_columns import ScoreFamily, split_name

_NEEDED = "the book's models need a score before treatment and at least one after"
# What describes a patient and is no score, however often it stands first in a list.
_DESCRIBES = (
    *("age", "alter", "edad", "idade", "âge", "leeftijd", "età"),
    *("sex", "gender", "geschlecht", "sexe", "sexo"),
)


def with_baseline(
    found: list[ScoreFamily], table: RawTable, wishes: Wishes, *, besides: Sequence[str]
) -> list[ScoreFamily]:
    """Return the scores, the first of which has the column that --baseline names as baseline.

    Parameters
    ----------
    found
        The scores that the names of the columns tell.
    table, wishes
        The table and what the user said.
    besides
        Columns that are no scores.
    """
    named = [
        name
        for name in table.columns
        if wishes.baseline is not None and name.casefold() == wishes.baseline.casefold()
    ]
    if not named or any(named[0] in _columns(family) for family in found):
        return found
    baseline = (VisitWords("Baseline", "baseline"), named[0])
    wanted = [part.strip() for part in wishes.scores[0].split(",")] if wishes.scores else []
    for family in sorted(found, key=lambda family: -len(family.columns)):
        if not wanted or role_words(wanted[0]) == family.stem or wanted[0] in _columns(family):
            whole = replace(family, columns=(baseline, *family.columns))
            return [whole, *(other for other in found if other is not family)]
    later = wanted or single_visits(table, found, wishes, besides=[*besides, named[0]])
    if len(later) != 1 or later[0] not in table.columns:
        return found
    stem, words = split_name(later[0], table.columns)
    after = (words or VisitWords(later[0], "named"), later[0])
    return [ScoreFamily(stem, (baseline, after)), *found]


def single_visits(
    table: RawTable, found: Sequence[ScoreFamily], wishes: Wishes, *, besides: Sequence[str]
) -> list[str]:
    """Return the columns of numbers whose names tell a visit, but of no score with several."""
    taken = {name for family in found for name in _columns(family)}
    return [
        name
        for name in table.columns
        if name not in besides
        and name not in taken
        and split_name(name, table.columns)[1] is not None
        and numbers(table.columns[name], extra=wishes.missing) is not None
    ]


def refuse_one_visit(table: RawTable, columns: Sequence[str]) -> None:
    """Raise DataError when there are scores, but each at one visit only."""
    if columns:
        shown = ", ".join(columns[:5])
        raise DataError(
            f"{table.file} holds scores at one visit only ({shown}), but {_NEEDED}: add the "
            "column with the scores before treatment, or, if it is there under another name, "
            f"name it with --baseline (--score {columns[0]} --baseline BEFORE)."
        )


def refuse_description(parts: Sequence[str]) -> None:
    """Raise DataError when the first of the columns listed as one score describes patients."""
    if role_words(parts[0]) in _DESCRIBES:
        raise DataError(
            f"--score {','.join(parts)}: {parts[0]!r} is no score before treatment, but "
            f"{_NEEDED}: list the columns of one score, the one before treatment first."
        )


def _columns(family: ScoreFamily) -> tuple[str, ...]:
    return tuple(name for _, name in family.columns)
