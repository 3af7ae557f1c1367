"""Criteria are met, not met, or cannot be asked."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from helpers.trial.criteria import criterion_misfit, meets, written
from helpers.trial.design import Criterion, Variable


def criterion(operator: str, value: Any) -> Criterion:
    content = {"variable": "x", "operator": operator, "value": value, "label": "A rule"}
    return Criterion.model_validate(content)


@pytest.mark.parametrize(
    ("operator", "value", "met"),
    [
        (">=", 2, [False, True, True, False]),
        (">", 2, [False, False, True, False]),
        ("<=", 2, [True, True, False, False]),
        ("<", 2, [True, False, False, False]),
        ("==", 2, [False, True, False, False]),
        ("!=", 2, [True, False, True, False]),
        ("in", [1, 3], [True, False, True, False]),
        ("not in", [1, 3], [False, True, False, False]),
    ],
)
def test_numbers_meet_a_criterion_and_missing_ones_do_not(
    operator: str, value: Any, met: list[bool]
) -> None:
    values = pd.Series([1.0, 2.0, 3.0, None], index=[5, 6, 7, 8])
    found = meets(criterion(operator, value), values)
    assert found.tolist() == met
    assert found.index.tolist() == [5, 6, 7, 8]
    assert found.dtype == bool


@pytest.mark.parametrize("kind", ["str", "category"])
@pytest.mark.parametrize(
    ("operator", "value", "met"),
    [
        ("==", "no", [False, True, False]),
        ("!=", "no", [True, False, False]),
        ("in", ["no", "yes"], [True, True, False]),
        ("not in", ["no"], [True, False, False]),
    ],
)
def test_codes_meet_a_criterion_and_missing_ones_do_not(
    operator: str, value: Any, met: list[bool], kind: str
) -> None:
    values = pd.Series(["yes", "no", None], dtype=kind)
    assert meets(criterion(operator, value), values).tolist() == met


def test_no_values_meet_nothing() -> None:
    assert meets(criterion(">=", 2), pd.Series([], dtype="float64")).tolist() == []


def test_a_criterion_is_written_as_it_is_read() -> None:
    assert written(criterion(">=", 60)) == "x >= 60"
    assert written(criterion("==", "no")) == "x == no"
    assert written(criterion("not in", ["a", "b"])) == "x not in [a, b]"


NUMBER = Variable(id="x", label="X", kind="continuous", minimum=0, maximum=10)
CODE = Variable(id="x", label="X", kind="categorical", codes={"yes": "Yes", "no": "No"})
TEXT = Variable(id="x", label="X", kind="text")


@pytest.mark.parametrize(
    ("rule", "variable", "says", "remedy"),
    [
        (criterion(">=", 11), NUMBER, "outside the range of 'x' (0 to 10)", "Correct"),
        (criterion("==", "ten"), NUMBER, "is a word", "Write a number"),
        (criterion(">=", 1), CODE, "is categorical", "yes, no"),
        (criterion("in", ["yes", "nope"]), CODE, "'nope' is not a code", "Codes: yes, no"),
        (criterion("==", "a"), TEXT, "free text", "continuous or categorical"),
    ],
    ids=["range", "word", "size of a code", "unknown code", "text"],
)
def test_a_criterion_that_does_not_fit_its_variable_says_why(
    rule: Criterion, variable: Variable, says: str, remedy: str
) -> None:
    misfit = criterion_misfit(rule, variable)
    assert misfit is not None
    assert says in misfit[0]
    assert remedy in misfit[1]


def test_a_criterion_that_fits_its_variable_is_accepted() -> None:
    assert criterion_misfit(criterion(">=", 10), NUMBER) is None
    assert criterion_misfit(criterion("in", ["yes"]), CODE) is None
