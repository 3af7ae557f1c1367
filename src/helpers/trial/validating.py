"""Hold one table against its schema: convert its text, and say of each cell what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from helpers.errors import nearest_name
from helpers.trial.columns import DATE, NUMBER
from helpers.trial.problems import Problem

_WRITTEN_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_WRITTEN_DATE = r"\d{4}-\d{2}-\d{2}"


@dataclass(frozen=True)
class ValidatedTable:
    """The typed cells of a table; those with a problem are missing, as are unknown columns.

    ``faulty`` holds the lines of those cells for each column.
    """

    frame: pd.DataFrame
    problems: tuple[Problem, ...]
    faulty: Mapping[str, frozenset[int]]


def validate_table(
    written: pd.DataFrame, schema: pa.DataFrameSchema, *, file: str
) -> ValidatedTable:
    """Convert the text of a table to the types of its schema and check every cell.

    Parameters
    ----------
    written
        The cells as text; the index is the line of the file.
    schema
        What the table should hold.
    file
        Name of the file, for the problems.
    """
    problems: list[Problem] = []
    faulty: dict[str, set[int]] = {}
    columns: dict[str, pd.Series] = {}
    for name in written.columns:
        columns[name] = written[name]
        if name in schema.columns:
            kind = str(schema.columns[name].metadata["kind"])
            columns[name], failed = _convert(written[name], kind)
            faulty[name] = set(failed)
            problems.extend(_unreadable(file, name, kind, written[name][failed]))
    typed = pd.DataFrame(columns, index=written.index)
    try:
        schema.validate(typed, lazy=True)
    except SchemaErrors as errors:
        for error in errors.schema_errors:
            problems.extend(_complaints(error, written, schema, faulty, file))
    typed = typed[[name for name in schema.columns if name in typed]].copy()
    for name, lines in faulty.items():
        if lines:
            typed.loc[sorted(lines), name] = None
    frozen = {name: frozenset(lines) for name, lines in faulty.items()}
    return ValidatedTable(typed, tuple(problems), frozen)


def _convert(text: pd.Series, kind: str) -> tuple[pd.Series, list[int]]:
    """Return the converted cells and the lines of those that cannot be converted."""
    values: pd.Series
    if kind in ("number", "whole number"):
        readable = text.str.fullmatch(_WRITTEN_NUMBER)
        values = pd.to_numeric(text.where(readable)).astype(NUMBER)
    elif kind == "date":
        readable = text.str.fullmatch(_WRITTEN_DATE)
        days = pd.to_datetime(text.where(readable), format="%Y-%m-%d", errors="coerce")
        values = days.astype(DATE)
    else:
        return text, []
    return values, [int(line) for line in text.index[text.notna() & values.isna()]]


def _unreadable(file: str, column: str, kind: str, cells: pd.Series) -> Iterator[Problem]:
    for line, found in cells.items():
        if kind == "date":
            message = f"{found!r} is not a date."
            remedy = "Write year-month-day, for example 2019-09-19."
        else:
            message = f"{found!r} is not a number."
            remedy = (
                "Write a decimal point instead of the comma."
                if re.fullmatch(r"[-+]?\d+,\d+", str(found))
                else "Write a number, or leave the cell blank when it is missing."
            )
        yield Problem(file, int(str(line)), column, message, remedy)


def _complaints(
    error: SchemaError,
    written: pd.DataFrame,
    schema: pa.DataFrameSchema,
    faulty: dict[str, set[int]],
    file: str,
) -> Iterator[Problem]:
    """Translate one of pandera's errors, and note the cells that it finds fault with."""
    if error.reason_code is SchemaErrorReason.COLUMN_NOT_IN_SCHEMA:
        yield from _unknown_columns(_cases(error), written, schema, file)
        return
    if error.reason_code is SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME:
        yield from _missing_columns(_cases(error), written, schema, file)
        return
    column = str(error.schema.name)
    for line in error.failure_cases["index"]:
        if line in faulty[column]:
            continue
        faulty[column].add(int(line))
        if error.reason_code is SchemaErrorReason.SERIES_CONTAINS_NULLS:
            message, remedy = "The cell is blank.", "Every row needs a value in this column."
        else:
            found = str(written.loc[line, column])
            message = f"{found!r} {error.check.error}"
            codes = (schema.columns[column].metadata or {}).get("codes") or {}
            remedy = _hint(found, error.check, codes) + error.check.description
        yield Problem(file, int(line), column, message, remedy)


def _cases(error: SchemaError) -> list[str]:
    cases = error.failure_cases
    return [cases] if isinstance(cases, str) else [str(name) for name in cases["failure_case"]]


def _hint(found: str, check: pa.Check, codes: Mapping[str, str]) -> str:
    """Offer the code that was most likely meant: the one with this label, or the nearest."""
    allowed = check.statistics.get("allowed_values") if check.statistics else None
    labels = {label.casefold(): code for code, label in codes.items()}
    named = labels.get(found.strip().casefold()) if allowed else None
    near = named or (nearest_name(found, allowed) if allowed else None)
    return f"Did you mean {near!r}? " if near else ""


def _unknown_columns(
    names: Iterable[str], written: pd.DataFrame, schema: pa.DataFrameSchema, file: str
) -> Iterator[Problem]:
    for name in names:
        if name == "data":
            message = "The trial's patients are real, but the table has a column 'data'."
            remedy = "Remove the column, or write patients: synthetic in trial.yml."
        else:
            near = _renamed(name, written, schema)
            message = f"The column {name!r} is not known."
            known = ", ".join(schema.columns)
            hint = f"Did you mean {near!r}? " if near else ""
            remedy = f"{hint}Declare it in trial.yml or remove it. Columns of this table: {known}."
        yield Problem(file, 1, name, message, remedy)


def _missing_columns(
    names: Iterable[str], written: pd.DataFrame, schema: pa.DataFrameSchema, file: str
) -> Iterator[Problem]:
    unknown = [name for name in written.columns if name not in schema.columns]
    # A column under a wrong name is one mistake, which its unknown name reports.
    renamed = {_renamed(name, written, schema) for name in unknown}
    for name in names:
        if name not in renamed:
            meaning = schema.columns[name].description
            remedy = f"Add the column ({meaning})."
            if name == "data":
                remedy = "Add it as the first column, with 'synthetic' in every row."
            yield Problem(file, 1, name, f"The column {name!r} is missing.", remedy)


def _renamed(name: str, written: pd.DataFrame, schema: pa.DataFrameSchema) -> str | None:
    """Return the missing column that an unknown one most resembles."""
    absent = [column for column in schema.columns if column not in written]
    return nearest_name(name.strip().lower(), absent)
