"""The kinds of column that a trial's tables are made of, as pandera columns.

Every check carries the two halves of its complaint: ``error`` follows the value that was found
(``'12' is more than 10.``) and ``description`` says what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import pandera.pandas as pa

from helpers.trial.parts import IDENTIFIER_PATTERN

NUMBER: Final = "float64"
DATE: Final = "datetime64[us]"
TEXT: Final = "str"
EARLIEST, LATEST = pd.Timestamp("1900-01-01"), pd.Timestamp("2100-12-31")


def _column(
    dtype: str,
    title: str,
    meaning: str,
    checks: Sequence[pa.Check],
    *,
    kind: str,
    nullable: bool = False,
    required: bool = True,
    **metadata: Any,
) -> pa.Column:
    return pa.Column(
        dtype,
        list(checks),
        nullable=nullable,
        required=required,
        title=title,
        description=meaning,
        metadata={"kind": kind, **metadata},
    )


def text_column(
    title: str, meaning: str, *, nullable: bool = True, required: bool = True
) -> pa.Column:
    """Return a column of free text."""
    return _column(TEXT, title, meaning, [], kind="text", nullable=nullable, required=required)


def identity_column(title: str, meaning: str, *, nullable: bool = False) -> pa.Column:
    """Return a column of identifiers, which may not begin or end with a space."""
    bare = pa.Check(
        lambda text: text == text.str.strip(),
        error="begins or ends with a space.",
        description="Remove the space.",
    )
    return _column(TEXT, title, meaning, [bare], kind="text", nullable=nullable)


def name_column(title: str, meaning: str) -> pa.Column:
    """Return a column of plain names."""
    named = pa.Check.str_matches(
        IDENTIFIER_PATTERN,
        error="is not a plain name.",
        description="Use small letters, digits and underscores, beginning with a letter.",
    )
    return _column(TEXT, title, meaning, [named], kind="text")


def code_column(
    title: str,
    meaning: str,
    codes: Mapping[str, str],
    *,
    nullable: bool = False,
    required: bool = True,
) -> pa.Column:
    """Return a column whose cells are codes, each with its label."""
    listed = pa.Check.isin(
        list(codes),
        error="is not one of its codes.",
        description=f"Write one of: {', '.join(codes)}.",
    )
    return _column(
        TEXT,
        title,
        meaning,
        [listed],
        kind="code",
        codes=dict(codes),
        nullable=nullable,
        required=required,
    )


def number_column(
    title: str,
    meaning: str,
    *,
    unit: str | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    whole: bool = False,
    nullable: bool = False,
) -> pa.Column:
    """Return a column of numbers within a range."""
    checks = []
    if minimum is not None:
        checks.append(
            pa.Check.ge(
                minimum,
                error=f"is less than {minimum:g}.",
                description=f"Correct the value; the smallest that can be is {minimum:g}.",
            )
        )
    if maximum is not None:
        checks.append(
            pa.Check.le(
                maximum,
                error=f"is more than {maximum:g}.",
                description=f"Correct the value; the largest that can be is {maximum:g}.",
            )
        )
    if whole:
        checks.append(
            pa.Check(
                lambda numbers: numbers % 1 == 0,
                error="is not a whole number.",
                description="Correct the value, or remove integer: true from trial.yml.",
            )
        )
    return _column(
        NUMBER,
        title,
        meaning,
        checks,
        kind="whole number" if whole else "number",
        unit=unit,
        minimum=minimum,
        maximum=maximum,
        nullable=nullable,
    )


def date_column(
    title: str, meaning: str, *, nullable: bool = False, required: bool = True
) -> pa.Column:
    """Return a column of dates."""
    plausible = pa.Check.in_range(
        EARLIEST,
        LATEST,
        error=f"lies outside the years {EARLIEST.year} to {LATEST.year}.",
        description="Correct the year.",
    )
    return _column(
        DATE, title, meaning, [plausible], kind="date", nullable=nullable, required=required
    )
