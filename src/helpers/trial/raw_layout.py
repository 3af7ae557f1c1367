"""What is gathered from somebody's table before it is written as a trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from helpers.errors import DataError
from helpers.trial.raw_table import RawTable
from helpers.trial.raw_values import is_missing, missing_codes, numbers, plain
from helpers.trial.visit_plan import PlannedVisit

NEARLY = 0.8  # share of numbers from which a column with other words is a column of numbers
FEW_VALUES = "fewer than three different numbers; --score takes it nevertheless"


@dataclass(frozen=True)
class Wishes:
    """What the user said of the table; everything else is guessed.

    Parameters
    ----------
    ids
        Columns that name the patient together.
    arm, visit, parameter
        Columns of the arm, the visit, and the outcome of each row.
    scores
        Columns of scores, or in a wide table what the columns of one score share; the first one
        is the primary outcome.
    baseline
        The visit that is the baseline, or the column with the baseline score of a long table.
    reference
        The arm that is subtracted.
    higher_is
        ``worse`` or ``better``: of every outcome, or one for each score.
    covariates
        Columns that describe the patients at baseline; none to guess.
    weeks
        The week of each visit.
    missing
        Further words for a missing value.
    """

    ids: tuple[str, ...] = ()
    arm: str | None = None
    visit: str | None = None
    parameter: str | None = None
    scores: tuple[str, ...] = ()
    baseline: str | None = None
    reference: str | None = None
    higher_is: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()
    weeks: tuple[float, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class RawOutcome:
    """One outcome: its name in the file and its scores by patient and visit id."""

    name: str
    scores: dict[tuple[str, str], float]
    columns: tuple[str, ...] = ()


@dataclass
class Gathered:
    """The contents of a table, sorted out: patients, visits, scores, and the columns left over.

    ``guesses`` pairs a topic with what was guessed about it; ``left_out`` pairs columns with the
    reason.
    """

    patients: list[str]
    visits: list[PlannedVisit]
    outcomes: list[RawOutcome]
    used: set[str] = field(default_factory=set)
    guesses: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def ids_of(table: RawTable, names: Sequence[str]) -> list[str]:
    """Return the patient of each row; several columns name the patient together."""
    parts = [table.columns[name] for name in names]
    return ["-".join(cells) for cells in zip(*parts, strict=True)]


def score_numbers(
    table: RawTable, name: str, wishes: Wishes, *, named: bool
) -> list[float | None] | None:
    """Read a column as scores; None when it does not hold numbers.

    Raises
    ------
    DataError
        When an option named the column, or nearly all its cells are numbers, and one is not.
    """
    cells = table.columns[name]
    found = numbers(cells, extra=wishes.missing)
    if found is not None:
        return found
    known = [cell for cell in cells if not is_missing(cell, wishes.missing)]
    wrong = [cell for cell in known if numbers([cell]) is None]
    if not known or not wrong:
        if named and known:
            raise DataError(
                f"The numbers of the column {name!r} of {table.file} are written in different "
                "ways (decimal points and commas): write them all in one way."
            )
        return None
    if named or 1 - len(wrong) / len(known) >= NEARLY:
        line = table.lines[cells.index(wrong[0])]
        raise DataError(
            f"{table.file}, line {line}: {wrong[0]!r} in the column of scores {name!r} is not a "
            f"number: correct it, or give --missing {_quoted(wrong[0])} if it says that there is "
            "no score."
        )
    return None


def without_codes(
    values: dict[tuple[str, str], float], name: str, guesses: list[tuple[str, str]]
) -> dict[tuple[str, str], float]:
    """Leave out scores that are codes for a missing value, and say so."""
    codes = missing_codes(values.values())
    if not codes:
        return values
    shown = ", ".join(plain(code) for code in codes)
    number = sum(value in codes for value in values.values())
    times = "once" if number == 1 else f"{number} times"
    guesses.append(("missing", f"{shown} in {name} ({times}) is read as missing, far off the rest"))
    return {key: value for key, value in values.items() if value not in codes}


def refuse_two_values(table: RawTable, left_out: Sequence[tuple[str, str]]) -> None:
    """Raise DataError when columns were left out as scores only for want of different numbers."""
    few = [columns for columns, why in left_out if why == FEW_VALUES]
    if not few:
        return
    cells = table.columns[few[0].split(", ")[0]]
    held = " and ".join(sorted({cell for cell in cells if not is_missing(cell)})[:2])
    raise DataError(
        f"{few[0]} of {table.file} could be the score, but holds only {held}, and the book's "
        "models want a score with more than two values: name another with --score, or take this "
        f"one nevertheless with --score {few[0].split(', ')[0]}."
    )


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text or not text.isalnum() else text
