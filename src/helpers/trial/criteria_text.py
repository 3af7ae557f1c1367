"""Read eligibility criteria that a reader typed, such as ``karnofsky >= 70; sex in female``.

Nothing here needs numpy or pandas, so that criteria can be judged before anything runs.
"""

from __future__ import annotations

import math
import re

from pydantic import ValidationError

from helpers.errors import ParameterError, unknown_name
from helpers.trial.criteria import criterion_misfit, written
from helpers.trial.specification import Criterion, Specification

_CHANGE = re.compile(
    r"(?P<variable>\w+)\s*(?P<operator>>=|<=|==|!=|>|<|\bnot\s+in\b|\bin\b)(?P<value>.*)"
)
# Operators of one row point the same way: a change replaces the trial's criterion of its row.
_DIRECTIONS = ((">=", ">"), ("<=", "<"), ("==", "in"), ("!=", "not in"))


def read_criteria(text: str, specification: Specification) -> tuple[Criterion, ...]:
    """Read criteria divided by semicolons.

    Parameters
    ----------
    text
        For example ``"karnofsky >= 70; language in english"``; blank text holds none.
    specification
        The trial whose variables are meant.

    Returns
    -------
    tuple of Criterion
        The criteria as typed, in their order.

    Raises
    ------
    ParameterError
        When a criterion cannot be read, its variable or value does not exist, or two of them
        contradict or repeat each other.
    """
    criteria: list[Criterion] = []
    for part in filter(None, map(str.strip, text.split(";"))):
        criterion = _read_one(part, specification)
        if any(same_direction(criterion, other) for other in criteria):
            raise ParameterError(
                f"{written(criterion)!r} and another criterion of the same direction on "
                f"{criterion.variable!r} contradict or repeat each other; give one."
            )
        criteria.append(criterion)
    return tuple(criteria)


def same_direction(one: Criterion, other: Criterion) -> bool:
    """Whether two criteria ask the same way about the same variable."""
    return one.variable == other.variable and any(
        one.operator in row and other.operator in row for row in _DIRECTIONS
    )


def _read_one(part: str, specification: Specification) -> Criterion:
    found = _CHANGE.fullmatch(part)
    if not found or not found["value"].strip():
        raise ParameterError(
            f"{part!r} is not a criterion; write a variable, one of >= > <= < == != "
            "in, not in, and a value, for example 'age <= 80'."
        )
    known = {
        item.id: item for item in (*specification.variables, *specification.screening_variables)
    }
    name = found["variable"]
    if name in {item.id for item in specification.later_variables}:
        raise ParameterError(
            f"{name!r} is known only after randomisation, so it cannot decide who "
            "enters; use a variable known at screening."
        )
    if name not in known:
        raise ParameterError(unknown_name("variable", name, known))
    variable = known[name]
    operator = re.sub(r"\s+", " ", found["operator"])
    numeric = variable.kind == "continuous"
    words = found["value"].strip()
    value: object
    if operator in ("in", "not in"):
        listed = words.removeprefix("[").removesuffix("]").split(",")
        value = [_number_or_word(word, numeric=numeric) for word in listed]
    else:
        value = _number_or_word(words, numeric=numeric)
    asked = {"variable": name, "operator": operator, "value": value, "label": variable.label}
    try:
        criterion = Criterion.model_validate(asked)
    except ValidationError as problem:
        raise ParameterError(f"{part!r}: {problem.errors()[0]['msg']}") from None
    misfit = criterion_misfit(criterion, variable)
    if misfit:
        raise ParameterError(f"{part!r}: {' '.join(misfit)}")
    asks = written(criterion).removeprefix(name).strip()
    return criterion.model_copy(update={"label": f"{variable.label} {asks}"})


def _number_or_word(word: str, *, numeric: bool) -> float | str:
    word = word.strip().strip("'\"")
    if not numeric:
        return word
    try:
        number = float(word)
    except ValueError:
        return word
    return number if math.isfinite(number) else word
