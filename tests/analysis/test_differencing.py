from __future__ import annotations

from typing import Any

import pytest

from helpers.analysis.differencing import counts_patients, threshold_of, withheld_together
from helpers.trial.loading import SMALL_CELLS


def book(**values: Any) -> dict[str, dict[str, Any]]:
    """Results whose names have a dot where the keyword has two underscores."""
    return {
        name.replace("__", "."): {
            "value": value,
            "text": "not shown" if value is None else str(value),
        }
        for name, value in values.items()
    }


def hidden(*books: dict[str, dict[str, Any]], threshold: int = 5) -> set[str]:
    return set(withheld_together(books, threshold=threshold))


@pytest.mark.parametrize(("other", "small"), [(40, False), (39, True), (36, True), (35, False)])
def test_differences_below_the_threshold_are_withheld(other: int, small: bool) -> None:
    assert hidden(book(primary__n=40), book(primary__n=other)) == (
        {"primary.n"} if small else set()
    )


def test_any_two_of_several_books_are_subtracted() -> None:
    books = [book(primary__n=number) for number in (60, 20, 58)]
    assert hidden(*books) == {"primary.n"}
    assert hidden(*books[:2]) == set()


def test_no_withheld_difference_follows_from_a_sum() -> None:
    # The arm's difference, 3, is that of all, 13, less that of the other arm.
    one = book(flow__analysed=40, flow__a__analysed=20, flow__b__analysed=20, flow__same=7)
    two = book(flow__analysed=27, flow__a__analysed=17, flow__b__analysed=10, flow__same=7)
    assert hidden(one, two) == {"flow.analysed", "flow.a.analysed", "flow.b.analysed"}


def test_what_follows_from_counts_goes_with_them() -> None:
    one = book(
        ancova__n=40,
        ancova__df=31.0,
        ancova__estimate=1.5,
        proportion__response__lower=20.1,
        ancova__sentence="n = 40",
        missing__percent=5.0,
    )
    two = book(
        ancova__n=38,
        ancova__df=29.0,
        ancova__estimate=1.7,
        proportion__response__lower=20.3,
        ancova__sentence="n = 38",
        missing__percent=5.2,
    )
    assert hidden(one, two) == set(one) - {"ancova.estimate"}


def test_a_count_that_one_book_withholds_is_shown_by_none() -> None:
    assert hidden(book(flow__left=None), book(flow__left=9)) == {"flow.left"}
    assert hidden(book(flow__left=None), book(flow__left=None)) == set()
    # An estimate that one cannot show is no count.
    assert hidden(book(primary__estimate=None), book(primary__estimate=1.5)) == set()


def test_a_count_that_only_one_book_has_is_withheld_where_counts_lie_close() -> None:
    one, two = book(flow__left=9, primary__n=40), book(primary__n=39)
    assert hidden(one, two) == {"flow.left", "primary.n"}
    assert hidden(one, book(primary__n=20)) == set()


@pytest.mark.parametrize("threshold", [0, 1])
def test_without_a_threshold_nothing_is_withheld(threshold: int) -> None:
    assert hidden(book(primary__n=40), book(primary__n=39), threshold=threshold) == set()


@pytest.mark.parametrize(
    ("name", "value", "counts"),
    [
        ("primary.n", 3, True),
        ("something.new", 3, True),
        ("primary.estimate", 3.0, False),
        ("randomisation.regenerated", True, False),
        ("models.us.parameters", 6, False),
        ("screening.criteria", 2, False),
        ("errors.simulations", 1000, False),
        ("validation.n", 817, False),
    ],
)
def test_knows_whole_numbers_that_are_no_patients(name: str, value: Any, counts: bool) -> None:
    assert counts_patients(name, {"value": value, "text": ""}) is counts
    assert not counts_patients(name, None)


def test_the_strictest_threshold_rules() -> None:
    assert threshold_of([{"small_cells": 3}, {"level": 0.9}, {"small_cells": 7}]) == 7
    assert threshold_of([{"small_cells": 0}]) == 0
    assert threshold_of([{}]) == SMALL_CELLS
