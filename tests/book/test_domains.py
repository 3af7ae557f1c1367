from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers.analysis.changed_criteria import parse_criteria
from helpers.book.domains import check_domain, check_value
from helpers.book.parameters import Parameter
from helpers.errors import ParameterError
from helpers.trial.reading import read_specification
from helpers.trial.specification import Specification


@pytest.fixture
def trial(tiny_trial: Path) -> Specification:
    return read_specification(tiny_trial)


def parameter(domain: str, kind: str = "str") -> Parameter:
    return Parameter("it", kind, "", "meaning", domain, 3)


def check(domain: str, value, trial: Specification, kind: str = "str") -> None:
    check_value(parameter(domain, kind), value, trial=trial, where="-p", chapter="05_primary")


@pytest.mark.parametrize(
    ("domain", "kind", "value"),
    [
        ("0.5 to 0.999", "float", 0.5),
        ("0.5 to 0.999", "float", 0.999),
        ("-1e2 to .5", "float", -100.0),
        ("integer 1 to 10", "int", 10),
        ("integer 1 to 10", "float", 3.0),
        ("one of: random_slope, random_intercept", "str", "random_intercept"),
        ("primary | planned visit after baseline", "str", "primary"),
        ("primary | planned visit after baseline", "str", "week4"),
        ("visit", "str", "baseline"),
        ("primary | outcome", "str", "wellbeing"),
        ("arm", "str", "walking"),
        ("baseline variable", "str", "centre"),
        ("baseline variables, comma-separated", "str", ""),
        ("baseline variables, comma-separated", "str", "age, sex"),
        ("criteria", "str", ""),
        ("criteria", "str", "mobility >= 50; age < 80;sex in female"),
        ("criteria", "str", "age > 20;"),
        ("criteria", "str", "mobility>=100"),
        ("criteria", "str", "sex not in [male]; centre == 'north'"),
        ("block size", "int", 0),
        ("block size", "int", 2),
        ("block size", "int", 24),
        ("text", "str", "anything { at all"),
        ("trial", "str", "tiny"),
        ("results file", "str", "results.json"),
        ("true or false", "bool", True),
    ],
)
def test_accepts_what_the_domain_allows(domain, kind, value, trial) -> None:
    check_domain(parameter(domain, kind), where="chapter")
    check(domain, value, trial, kind)


@pytest.mark.parametrize(
    ("domain", "kind", "value", "words"),
    [
        ("0.5 to 0.999", "float", 0.49, "a number from 0.5 to 0.999"),
        ("0.5 to 0.999", "float", 1.0, "a number from 0.5 to 0.999"),
        ("integer 1 to 10", "int", 0, "a whole number from 1 to 10"),
        ("integer 1 to 10", "float", 2.5, "a whole number from 1 to 10"),
        ("one of: random_slope, random_intercept", "str", "random_slop", "mean 'random_slope'"),
        ("one of: a, b", "str", "", "allowed: a, b"),
        ("primary | planned visit after baseline", "str", "baseline", "week4, week8"),
        ("primary | planned visit after baseline", "str", "week44", "mean 'week4'"),
        ("primary | planned visit after baseline", "str", "Primary", "mean 'primary'"),
        ("primary | outcome", "str", "stifness", "mean 'stiffness'"),
        ("arm", "str", "runing", "stretching, walking"),
        ("baseline variable", "str", "kept_diary", "age, sex, centre"),
        ("baseline variables, comma-separated", "str", "age, sexe", "mean 'sex'"),
        ("baseline variables, comma-separated", "str", "age,,sex", "named ''"),
        ("baseline variables, comma-separated", "str", "age, age", "'age' stands twice"),
        ("criteria", "str", "mobilty >= 50", "mean 'mobility'"),
        ("criteria", "str", "mobility 50", "is not a criterion"),
        ("criteria", "str", "mobility >=", "is not a criterion"),
        ("criteria", "str", "mobility => 50", "is not a criterion"),
        ("criteria", "str", "mobility >= 200", "200 lies outside the range"),
        ("criteria", "str", "mobility >= abc", "compares with the word 'abc'"),
        ("criteria", "str", "mobility == abc", "'mobility' is continuous"),
        ("criteria", "str", "sex == femle", "mean 'female'"),
        ("criteria", "str", "sex == woman", "mean 'female'? Codes: female, male"),
        ("criteria", "str", "sex >= female", "compares with the word 'female'"),
        ("criteria", "str", "kept_diary == yes", "known only after randomisation"),
        ("criteria", "str", "stiffness > 4", "no variable named 'stiffness'"),
        ("criteria", "str", "age > 20; age >= 30", "contradict or repeat"),
        ("block size", "int", 3, "ratio 1:1, so write 0 (the trial's own sizes) or one of 2, 4, 6"),
        ("block size", "int", 26, "22, 24."),
        ("block size", "int", -2, "or one of 2, 4"),
    ],
)
def test_refuses_the_rest_and_says_what_is_allowed(domain, kind, value, words, trial) -> None:
    with pytest.raises(ParameterError) as raised:
        check(domain, value, trial, kind)
    message = str(raised.value)
    assert words in message
    assert message.startswith("-p: the parameter 'it' of the chapter 05_primary cannot be")
    assert "\n" not in message


def test_blocks_hold_the_arms_in_their_ratio(trial) -> None:
    rule = trial.randomisation.model_copy(update={"ratio": {"walking": 2, "stretching": 1}})
    uneven = trial.model_copy(update={"randomisation": rule})
    check("block size", 9, uneven, "int")
    with pytest.raises(ParameterError, match=r"ratio 1:2, .* 3, 6, 9, 12, 15, 18, 21, 24\."):
        check("block size", 4, uneven, "int")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ; ",
        "age > 20;",
        "mobility => 50",
        "mobility >= 200",
        "sex == woman",
        "sexe == x",
        "sex in female, male",
        "sex  not  in [male]",
        "stiffness > 4",
        "age >= nan",
        "age in 1,2",
        "age > 20; age >= 30",
        "kept_diary == yes",
        "sex >= female",
        "mobility 50",
        "age in",
    ],
)
def test_criteria_are_judged_as_the_analysis_reads_them(text: str, trial) -> None:
    def refused(judge) -> bool:
        try:
            judge()
        except ParameterError:
            return True
        return False

    before = refused(lambda: check("criteria", text, trial))
    assert before == refused(lambda: parse_criteria(text, SimpleNamespace(specification=trial)))


@pytest.mark.parametrize(
    ("domain", "kind", "words"),
    [
        ("0.5 to 0.999", "str", "is declared as str"),
        ("9 to 1", "int", "its ends are swapped"),
        ("visit after baseline", "str", "mean [planned visit after baseline]"),
        ("primary | the outcome", "str", "mean [outcome]"),
        ("0.5 – 0.9", "float", "not understood"),
        ("a |", "str", "not understood"),
        ("block size", "float", "declare it as int"),
        ("block sizes", "int", "mean [block size]"),
    ],
)
def test_refuses_a_domain_that_it_does_not_understand(domain, kind, words) -> None:
    with pytest.raises(ParameterError) as raised:
        check_domain(parameter(domain, kind), where="chapters/05_primary.ipynb")
    assert words in str(raised.value)
    assert "chapters/05_primary.ipynb, parameters cell, line 3" in str(raised.value)
