"""The data dictionary of a trial, made from the schemas that its tables are checked against."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa

from helpers.trial.specification import Specification
from helpers.trial.tables import TABLE_NAMES, table_schema

DICTIONARY_COLUMNS = ("table", "column", "meaning", "kind", "values", "unit", "required")


def data_dictionary(specification: Specification) -> pd.DataFrame:
    """Describe every column of every table that a trial has.

    Parameters
    ----------
    specification
        The trial's description.

    Returns
    -------
    pandas.DataFrame
        One row for each column, in the order of the tables: ``table``, ``column``, ``meaning``,
        ``kind`` (text, number, whole number, date or code), ``values`` (codes with labels, or the
        range), ``unit``, and ``required``: ``always`` (no blank cells), ``may be blank`` or
        ``optional column``.
    """
    present = specification.tables.files()
    rows = [
        _describe(table, name, column)
        for table in TABLE_NAMES
        if table in present
        for name, column in table_schema(specification, table).columns.items()
    ]
    return pd.DataFrame(rows, columns=list(DICTIONARY_COLUMNS))


def _describe(table: str, name: str, column: pa.Column) -> dict[str, str]:
    known: dict[str, Any] = dict(column.metadata or {})
    filled = "may be blank" if column.nullable else "always"
    return {
        "table": table,
        "column": name,
        "meaning": str(column.description),
        "kind": str(known["kind"]),
        "values": _values(known),
        "unit": str(known.get("unit") or ""),
        "required": filled if column.required else "optional column",
    }


def _values(known: dict[str, Any]) -> str:
    if "codes" in known:
        return "; ".join(f"{code} = {label}" for code, label in known["codes"].items())
    low, high = known.get("minimum"), known.get("maximum")
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None:
        return f"at least {low:g}"
    return "" if high is None else f"at most {high:g}"
