"""Read eligibility criteria that a reader changed, and put them among the trial's own."""

from __future__ import annotations

import math
import re

from pydantic import ValidationError

from helpers.errors import ParameterError, unknown_name
from helpers.trial.criteria import criterion_misfit, written
from helpers.trial.loading import Trial
from helpers.trial.specification import Criterion

_CHANGE = re.compile(
    r"(?P<variable>\w+)\s*(?P<operator>>=|<=|==|!=|>|<|\bnot\s+in\b|\bin\b)(?P<value>.*)"
)
# Operators of one row point the same way: a change replaces the trial's criterion of its row.
_DIRECTIONS = ((">=", ">"), ("<=", "<"), ("==", "in"), ("!=", "not in"))


def parse_criteria(text: str, trial: Trial) -> tuple[Criterion, ...]:
    """Read changed eligibility criteria and put them among the trial's own.

    Parameters
    ----------
    text
        Criteria divided by semicolons, for example ``"karnofsky >= 70; language in english"``.
        One on the same variable and in the same direction as a criterion of the trial replaces
        it; others are added last. Blank text changes nothing.
    trial
        The trial whose variables and criteria are meant.

    Returns
    -------
    tuple of Criterion
        All criteria in screening order.

    Raises
    ------
    ParameterError
        When a criterion cannot be read, or its variable or value does not exist.
    """
    criteria = list(trial.specification.eligibility)
    changed: list[Criterion] = []
    for part in text.split(";"):
        if not part.strip():
            continue
        change = _parse_one(part.strip(), trial)
        if any(_same_direction(change, other) for other in changed):
            raise ParameterError(
                f"Eligibility: {written(change)!r} and another criterion of the same direction on "
                f"{change.variable!r} contradict or repeat each other; give one."
            )
        changed.append(change)
        places = [i for i, own in enumerate(criteria) if _same_direction(change, own)]
        if places:
            criteria[places[0]] = change
            # A trial may state a range twice over; the change stands for all of it.
            for place in reversed(places[1:]):
                del criteria[place]
        else:
            criteria.append(change)
    return tuple(criteria)


def changed_criteria(criteria: tuple[Criterion, ...], trial: Trial) -> tuple[Criterion, ...]:
    """Return those of the criteria that the trial itself does not have.

    They are compared by what they ask for: ``karnofsky >= 60`` typed out is the trial's own.
    """
    own = {written(criterion) for criterion in trial.specification.eligibility}
    return tuple(criterion for criterion in criteria if written(criterion) not in own)


def _parse_one(part: str, trial: Trial) -> Criterion:
    found = _CHANGE.fullmatch(part)
    if not found or not found["value"].strip():
        raise ParameterError(
            f"Eligibility: {part!r} is not a criterion; write a variable, one of >= > <= < == != "
            "in, not in, and a value, for example 'age <= 80'."
        )
    specification = trial.specification
    known = {
        item.id: item for item in (*specification.variables, *specification.screening_variables)
    }
    name = found["variable"]
    if name in {item.id for item in specification.later_variables}:
        raise ParameterError(
            f"Eligibility: {name!r} is known only after randomisation, so it cannot decide who "
            "enters; use a variable known at screening."
        )
    if name not in known:
        raise ParameterError(unknown_name("variable", name, known, where="Eligibility"))
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
        raise ParameterError(f"Eligibility, {part!r}: {problem.errors()[0]['msg']}") from None
    misfit = criterion_misfit(criterion, variable)
    if misfit:
        raise ParameterError(f"Eligibility, {part!r}: {' '.join(misfit)}")
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


def _same_direction(one: Criterion, other: Criterion) -> bool:
    return one.variable == other.variable and any(
        one.operator in row and other.operator in row for row in _DIRECTIONS
    )
