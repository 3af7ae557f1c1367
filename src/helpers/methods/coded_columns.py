"""Columns of a data frame as numbers: levels, their order, and distinct combinations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import AnalysisError, unknown_name

IntArray = NDArray[np.intp]


# Numbers with more different values than this are continuous.
_MANY_VALUES = 50
# Columns with more rows than this are looked at in a sample of about so many rows.
_MANY, _SAMPLE = 5000, 1000


@dataclass(frozen=True)
class Coded:
    """A column as numbers.

    Attributes
    ----------
    codes
        Number of the value of each row, -1 where missing.
    levels
        Distinct values; for a categorical column its categories.
    categorical, numeric
        What the column is; text is neither. Truth values count as 0 and 1, as in formulaic.
    single
        Whether every row counts as a value of its own.
    """

    codes: IntArray
    levels: Any
    categorical: bool
    numeric: bool
    single: bool = False

    @property
    def continuous(self) -> bool:
        """Whether the column holds numbers of many different values."""
        return self.numeric and len(self.levels) > _MANY_VALUES

    def take(self, rows: IntArray) -> Coded:
        """Keep some rows."""
        return replace(self, codes=self.codes[rows])

    def used(self) -> IntArray:
        """Numbers of the levels that some row has."""
        return np.flatnonzero(np.bincount(self.codes, minlength=len(self.levels)))


def ordered_levels(labels: Any) -> list[Any]:
    """Sort labels as a reader would: numbers by size, also inside text (v2 before v10)."""

    def key(label: Any) -> tuple[Any, ...]:
        pieces = re.split(r"(\d+)", str(label))
        return tuple(int(p) if p.isdigit() else p for p in pieces)

    values = list(labels)
    if all(isinstance(v, int | float | np.number | bool | np.bool_) for v in values):
        return sorted(values)
    return sorted(values, key=key)


def code_column(column: pd.Series) -> Coded:
    """Give each distinct value of a column a number; -1 where missing."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy().astype(np.intp)
        return Coded(codes, column.cat.categories, categorical=True, numeric=False)
    # The bare array spares factorize an index for the levels.
    codes, levels = pd.factorize(column.array if column.dtype.kind in "OT" else column.to_numpy())
    return Coded(codes, levels, categorical=False, numeric=column.dtype.kind in "iufb")


def code_covariate(column: pd.Series) -> Coded:
    """Give the values of a covariate numbers, each row its own if the covariate is continuous.

    Looking for equal values takes long where there are none: among many numbers of which hardly
    two in a sample are equal, every row counts as a value of its own.
    """
    if len(column) > _MANY and column.dtype == np.float64:
        values = column.to_numpy()
        sample = values[:: len(values) // _SAMPLE]
        if len(np.unique(sample)) > 0.9 * len(sample):
            codes = np.arange(len(values))
            codes[np.isnan(values)] = -1
            return Coded(codes, values, categorical=False, numeric=True, single=True)
    return code_column(column)


def renumber(column: Coded) -> tuple[IntArray, NDArray[Any]]:
    """Give the levels in use numbers in order of first appearance."""
    new, old = pd.factorize(column.codes)
    return new, np.asarray(column.levels)[old]


def in_order(column: Coded) -> tuple[IntArray, tuple[Any, ...]]:
    """Give the levels in use numbers in order: of the categories, else of the labels."""
    used = column.used()
    labels = [column.levels[i] for i in used]
    ordered = labels if column.categorical else ordered_levels(labels)
    place = {label: i for i, label in enumerate(ordered)}
    lookup = np.full(len(column.levels), -1)
    lookup[used] = [place[label] for label in labels]
    return lookup[column.codes], tuple(plain(v) for v in ordered)


def plain(value: Any) -> Any:
    """Turn a numpy number into Python's own."""
    return value.item() if isinstance(value, np.generic) else value


def check_columns(data: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse data without the columns that are asked for, or with two of one name."""
    if not isinstance(data, pd.DataFrame):
        raise AnalysisError(
            f"The data must be a pandas DataFrame with a row for each score, not "
            f"{type(data).__name__}."
        )
    for name in names:
        if name not in data.columns:
            raise AnalysisError(unknown_name("column", name, map(str, data.columns)))
        if not isinstance(data[name], pd.Series):
            raise AnalysisError(f"The data have two columns named {name!r}; rename one.")


def check_once(
    subject: IntArray,
    visit: IntArray,
    subjects: NDArray[Any],
    visits: tuple[Any, ...],
    subject_name: str,
    visit_name: str,
) -> None:
    """Refuse two rows of one patient at one visit."""
    key = subject * len(visits) + visit
    count = np.bincount(key)
    if count.max() > 1:
        twice = int(count.argmax())
        raise AnalysisError(
            f"Patient {subjects[twice // len(visits)]} (column {subject_name!r}) has "
            f"{count.max()} rows at visit {visits[twice % len(visits)]} (column {visit_name!r}); "
            "keep one."
        )


def distinct_rows(columns: list[Coded], n: int) -> tuple[IntArray, IntArray]:
    """Give each combination of values a number; also return one row that shows each."""
    if any(column.single for column in columns):
        every = np.arange(n)
        return every, every
    code = np.zeros(n, dtype=np.int64)
    span = 1
    for column in columns:
        size = len(column.levels)
        if span * size > 2**62:
            code, seen = pd.factorize(code)
            span = len(seen)
        code = code * size + column.codes
        span *= size
    row, _ = pd.factorize(code)
    first = np.empty(row.max() + 1, dtype=np.intp)
    first[row[::-1]] = np.arange(n)[::-1]
    return row, first


def hash_rows(rows: NDArray[np.integer]) -> NDArray[np.uint64]:
    """Give equal rows equal numbers and, with certainty, different rows different ones."""
    # Mixed radix keeps different rows apart as long as the number fits; that covers all trials
    # with up to about 60 visits or a few thousand design rows at 5 visits.
    span = [int(most) + 2 for most in rows.max(axis=0)]
    if np.sum(np.log2(span)) < 63:
        places = np.cumprod([1, *span[:-1]], dtype=np.int64)
        return np.asarray((rows + 1) @ places, dtype=np.uint64)
    # Otherwise number the distinct values of the left half, then append column after column.
    code = np.zeros(len(rows), dtype=np.uint64)
    for column, radix in zip(rows.T, span, strict=True):
        code = code * np.uint64(radix) + (column + 1).astype(np.uint64)
        code = pd.factorize(code)[0].astype(np.uint64)
    return code
