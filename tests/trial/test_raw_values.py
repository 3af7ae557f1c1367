"""Cells of somebody's table: numbers, dates and missing values as programs write them."""

from __future__ import annotations

from datetime import date

import pytest

from helpers.trial.raw_values import dates, missing_codes, numbers, plain, words_of


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1", "2.5", "-3e2"], [1, 2.5, -300]),
        (["1,5", "2", "−3"], [1.5, 2, -3]),
        (["1,234.5", "12"], [1234.5, 12]),
        (["1.234,5", "1.234.567,0"], [1234.5, 1234567]),
        (["1", "NA", "", "n/a", ".", "#NULL!"], [1, None, None, None, None, None]),
    ],
)
def test_numbers_are_read_in_many_styles(cells: list[str], values: list[float | None]) -> None:
    assert numbers(cells) == values


@pytest.mark.parametrize("cells", [["1", "x"], ["", "NA"], ["1,5", "1.5"], ["2020-01-01"]])
def test_what_is_no_column_of_numbers_is_not_read_as_one(cells: list[str]) -> None:
    assert numbers(cells) is None


def test_a_further_word_may_stand_for_missing() -> None:
    assert numbers(["1", "refused"], extra=("refused",)) == [1, None]


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([0, 5, 10, -99], (-99,)),
        ([0, 5, 10, 99, 999], (99, 999)),
        ([60, 70, 99, 80], ()),
        ([-5, -9, 3], ()),
        ([-1, -99, 3], ()),
        ([1, 2, None], ()),
    ],
)
def test_codes_of_missing_values_lie_far_off(
    values: list[float | None], codes: tuple[float, ...]
) -> None:
    assert missing_codes(values) == codes


def test_dates_are_read_only_when_day_and_month_are_certain() -> None:
    assert dates(["13/02/2020", "01/03/2020"]) == [date(2020, 2, 13), date(2020, 3, 1)]
    assert dates(["02/13/2020", "01/03/2020"]) == [date(2020, 2, 13), date(2020, 1, 3)]
    assert dates(["01/02/2020", "02/03/2020"]) is None
    assert dates(["2020-02-01", ""]) == [date(2020, 2, 1), None]
    assert dates(["3", "4"]) is None


def test_names_are_split_into_words() -> None:
    assert words_of("painWeek6") == ["pain", "week6"]
    assert words_of("Pain score (NRS)") == ["pain", "score", "nrs"]
    assert words_of("Größe_in.cm") == ["größe", "in", "cm"]


def test_numbers_are_written_as_short_as_they_read_back() -> None:
    assert plain(3.0) == "3"
    assert plain(0.1) == "0.1"
    assert float(plain(1e300)) == 1e300
