from __future__ import annotations

import pytest

from helpers.book.grids import cells_of, read_grid
from helpers.errors import ParameterError


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("covariance=us,ar1,cs", ("us", "ar1", "cs")),
        ("level=0.9", ("0.9",)),
        ("level= 0.9 , 0.95 ", ("0.9", "0.95")),
        ('covariates="age,sex",age,""', ("age,sex", "age", "")),
        ("covariates=", ("",)),
        ("covariates=,age", ("", "age")),
        ('note="say ""yes""",no', ('say "yes"', "no")),
        ("eligibility=age < 75; sex == 1,cd4 >= 7", ("age < 75; sex == 1", "cd4 >= 7")),
        ("eligibility=sex == female", ("sex == female",)),
    ],
)
def test_reads_values(text: str, values: tuple[str, ...]) -> None:
    [found] = read_grid([text]).values()
    assert found == values


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["level"], "--grid level: write the name"),
        (["=1"], "write the name"),
        (["level=1", "level=2"], "'level' is given twice"),
        (["level=1,2,1"], "the value '1' is given twice"),
        (['covariates="age,sex'], "the quotes are not understood"),
        (['covariates="age"x,sex'], "the quotes are not understood"),
        (["level=1\n2"], "on one line"),
        ([f"{name}={','.join(map(str, range(30)))}" for name in "abc"], "27000 cells"),
    ],
)
def test_refuses_what_is_no_grid(texts: list[str], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        read_grid(texts)


def test_makes_every_combination_the_last_fastest() -> None:
    grid = read_grid(["b=1,2", "a=x,y"])
    assert cells_of(grid) == [
        {"b": "1", "a": "x"},
        {"b": "1", "a": "y"},
        {"b": "2", "a": "x"},
        {"b": "2", "a": "y"},
    ]
