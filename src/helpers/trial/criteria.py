"""Eligibility criteria: whether they can be asked of a variable, and who meets them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from helpers.errors import nearest_name
from helpers.trial.design import Criterion, Variable

if TYPE_CHECKING:
    import pandas as pd

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}


def meets(criterion: Criterion, values: pd.Series) -> pd.Series:
    """Return for each value whether it meets the criterion; a missing value does not.

    Parameters
    ----------
    criterion
        The rule.
    values
        Values of its variable, one for each person: numbers, or codes (text or categorical).

    Returns
    -------
    pandas.Series
        True or False, with the index of ``values``.
    """
    plain = values.astype("str") if values.dtype == "category" else values
    if criterion.operator in ("in", "not in"):
        met = plain.isin(list(criterion.value))  # type: ignore[arg-type]
        met = met if criterion.operator == "in" else ~met
    else:
        met = _COMPARISONS[criterion.operator](plain, criterion.value)
    return (met & values.notna()).astype(bool)


def written(criterion: Criterion) -> str:
    """Write a criterion as text, for example ``karnofsky >= 60``."""
    values = criterion.value if isinstance(criterion.value, tuple) else (criterion.value,)
    words = ", ".join(value if isinstance(value, str) else f"{value:g}" for value in values)
    if isinstance(criterion.value, tuple):
        words = f"[{words}]"
    return f"{criterion.variable} {criterion.operator} {words}"


def criterion_misfit(criterion: Criterion, variable: Variable) -> tuple[str, str] | None:
    """Say why a criterion cannot be asked of its variable, and what to do; None when it can."""
    values = criterion.value if isinstance(criterion.value, tuple) else (criterion.value,)
    if variable.kind == "text":
        return (
            f"The criterion on {variable.id!r} asks about free text.",
            "Declare the variable as continuous or categorical.",
        )
    if variable.kind == "categorical":
        codes = list(variable.codes or ())
        if criterion.operator in (">=", ">", "<=", "<"):
            return (
                f"The operator {criterion.operator!r} compares sizes, but {variable.id!r} is "
                "categorical.",
                f"Use ==, !=, in or not in with its codes: {', '.join(codes)}.",
            )
        for value in values:
            if value not in codes:
                near = nearest_name(str(value), codes) or _code_labelled(str(value), variable)
                hint = f"Did you mean {near!r}? " if near else ""
                return (
                    f"The value {value!r} is not a code of {variable.id!r}.",
                    f"{hint}Codes: {', '.join(codes)}.",
                )
        return None
    for value in values:
        if isinstance(value, str):
            return (
                f"The value {value!r} is a word, but {variable.id!r} is continuous.",
                "Write a number, without quotes.",
            )
        low, high = variable.minimum, variable.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            return (
                f"The value {value:g} lies outside the range of {variable.id!r} "
                f"({_range_words(low, high)}).",
                "Correct the value, or the range of the variable.",
            )
    return None


def _code_labelled(word: str, variable: Variable) -> str | None:
    """Return the code whose label is most like a word: ``female`` for ``woman``."""
    labelled = {label.casefold(): code for code, label in (variable.codes or {}).items()}
    near = nearest_name(word.casefold(), labelled)
    return None if near is None else labelled[near]


def _range_words(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    return f"at least {low:g}" if low is not None else f"at most {high:g}"
