"""The contents of a trial's folder while its tables are held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from helpers.trial.problems import Problem
from helpers.trial.specification import Specification


@dataclass(frozen=True)
class Contents:
    """A trial's specification and the tables that could be read.

    The index of each table is the line of its file. Cells with a problem of their own are missing;
    ``faulty`` holds their lines for each table and column, so that they are not taken for blank.
    """

    specification: Specification
    tables: Mapping[str, pd.DataFrame]
    faulty: Mapping[str, Mapping[str, frozenset[int]]] = field(default_factory=dict)

    @cached_property
    def randomised_on(self) -> dict[str, pd.Timestamp]:
        """The date of randomisation of each participant."""
        rows = self.complete("participants", "participant", "randomised_on")
        return dict(zip(rows["participant"], rows["randomised_on"], strict=True))

    def complete(self, table: str, *columns: str) -> pd.DataFrame:
        """Return the rows in which all of these columns are filled, with their ``line``.

        Without the table, or without one of the columns, there are no such rows.
        """
        frame = self.tables.get(table, pd.DataFrame())
        if not self.has(table, *columns):
            return pd.DataFrame(columns=list(dict.fromkeys([*frame.columns, *columns, "line"])))
        rows = frame[frame[list(columns)].notna().all(axis=1)]
        return rows.assign(line=rows.index)

    def has(self, table: str, *columns: str) -> bool:
        """Whether a table could be read and has all of these columns."""
        return table in self.tables and set(columns) <= set(self.tables[table].columns)

    def faulty_lines(self, table: str, *columns: str) -> set[int]:
        """Return the lines with a cell in one of these columns that has a problem of its own."""
        known = self.faulty.get(table, {})
        return {line for column in columns for line in known.get(column, ())}

    def problem(
        self, table: str, line: object, column: str | None, message: str, remedy: str
    ) -> Problem:
        """Return a problem in a table."""
        file = self.file(table)
        number = None if line is None else int(str(line))
        return Problem(file, number, column, message, remedy)

    def file(self, table: str) -> str:
        """Return the name of a table's file."""
        return str(getattr(self.specification.tables, table).file)


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return each row as a dictionary of its cells."""
    if rows.empty:
        return []
    return [{str(name): cell for name, cell in row.items()} for row in rows.to_dict("records")]


def unknown_participants(contents: Contents, table: str) -> Iterator[Problem]:
    """Yield one problem for each participant of a table who was not randomised."""
    if not contents.has("participants", "participant"):
        return
    rows = contents.complete(table, "participant")
    known = contents.complete("participants", "participant")["participant"]
    if known.empty:
        return
    strangers = rows[~rows["participant"].isin(known)]
    for name, group in strangers.groupby("participant", sort=False):
        others = len(group) - 1
        more = f" (and in {others} more rows)" if others else ""
        yield contents.problem(
            table,
            group["line"].iloc[0],
            "participant",
            f"{name!r} is not in {contents.file('participants')}{more}.",
            "Correct the identifier, or add the participant there.",
        )


def repeated_rows(contents: Contents, table: str, *columns: str) -> Iterator[Problem]:
    """Yield one problem for each row that repeats the columns of an earlier one."""
    rows = contents.complete(table, *columns)
    first = rows.groupby(list(columns), sort=False, observed=True)["line"].transform("min")
    for row in records(rows.assign(first=first)[rows["line"] != first]):
        what = ", ".join(f"{column} {_shown(row[column])}" for column in columns)
        yield contents.problem(
            table,
            row["line"],
            columns[-1],
            f"The row repeats {what} of row {row['first']}.",
            "Keep one of the two rows.",
        )


def dates_before(
    contents: Contents, table: str, column: str, *, earliest: Mapping[str, pd.Timestamp], what: str
) -> Iterator[Problem]:
    """Yield one problem for each date of a table that lies before a date of its participant.

    Parameters
    ----------
    earliest
        The earliest possible date of each participant.
    what
        What that date is, for the message.
    """
    rows = contents.complete(table, "participant", column)
    if rows.empty:
        return
    bound = dates_of(rows["participant"], earliest)
    for row in records(rows.assign(bound=bound)[rows[column] < bound]):
        yield contents.problem(
            table,
            row["line"],
            column,
            f"{row[column]:%Y-%m-%d} lies before the {what} of {row['participant']!r} "
            f"({row['bound']:%Y-%m-%d}).",
            "Correct one of the two dates.",
        )


def dates_of(names: pd.Series, dates: Mapping[str, pd.Timestamp]) -> pd.Series:
    """Look up the date of each name, missing where there is none."""
    found = pd.DatetimeIndex([dates.get(name, pd.NaT) for name in names])
    return pd.Series(found, index=names.index)


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else repr(value)
