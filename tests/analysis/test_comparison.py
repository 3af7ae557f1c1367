from __future__ import annotations

from typing import Any

import pytest

from helpers.analysis.comparison import EditionResults, compare_editions


def edition(
    name: str,
    results: dict[str, tuple[Any, str]],
    *,
    trial: str = "tiny",
    parameters: dict[str, dict[str, Any]] | None = None,
    public: bool = True,
) -> EditionResults:
    return EditionResults(
        name=name,
        title=name,
        trial=trial,
        label="Synthetic cohort (TINY)",
        synthetic=True,
        public=public,
        parameters=parameters or {},
        results={
            key: {"value": value, "text": text, "chapter": "05_primary"}
            for key, (value, text) in results.items()
        },
    )


def test_sorts_numbers_by_how_they_differ() -> None:
    first = edition("a", {"x": (1.234, "1.23"), "y": (5.0001, "5.0"), "z": (3, "3")})
    second = edition("b", {"x": (1.5, "1.50"), "y": (5.0002, "5.0"), "z": (3, "3")})
    found = compare_editions([first, second])
    [x] = found.printed
    assert (x.name, x.texts, x.decimals) == ("x", ("1.23", "1.50"), 2)
    assert x.differences == (0.0, pytest.approx(0.266, abs=1e-12))
    assert [each.name for each in found.beyond_print] == ["y"]
    assert found.alike == 1
    assert found.same_trial


def test_compares_what_some_editions_do_not_have() -> None:
    found = compare_editions(
        [
            edition("a", {"x": (1, "1"), "only": (7, "7"), "two": (4, "4")}),
            edition("b", {"x": (2, "2"), "two": (4, "4")}),
            edition("c", {}),
        ]
    )
    [x] = found.printed
    assert x.texts == ("1", "2", None)
    assert x.differences == (0, 1, None)
    assert found.absent == {"05_primary": ("only", "two")}


def test_counts_words_and_leaves_out_what_made_the_edition() -> None:
    found = compare_editions(
        [
            edition(
                "a",
                {"x.sentence": ("So", "So"), "provenance.code": (1, "1"), "flag": (True, "yes")},
            ),
            edition(
                "b",
                {"x.sentence": ("No", "No"), "provenance.code": (2, "2"), "flag": (True, "yes")},
            ),
        ]
    )
    assert (found.words, found.printed, found.alike, found.absent) == (1, (), 0, {})


def test_a_value_that_is_missing_differs_from_a_number() -> None:
    found = compare_editions(
        [edition("a", {"x": (None, "not available")}), edition("b", {"x": (2.0, "2.0")})]
    )
    [x] = found.printed
    assert x.values == (None, 2.0)
    assert x.differences == (None, None)


def test_lists_parameters_once_with_their_chapters() -> None:
    first = {
        "05": {"covariance": "us", "level": 0.95, "edition": "a", "trial": "tiny"},
        "06": {"covariance": "us"},
        "02": {"eligibility": ""},
    }
    second = {
        "05": {"covariance": "cs", "level": 0.95, "edition": "b", "trial": "tiny"},
        "06": {"covariance": "cs"},
    }
    found = compare_editions(
        [edition("a", {}, parameters=first), edition("b", {}, parameters=second)]
    )
    [covariance] = found.parameters
    assert (covariance.name, covariance.chapters) == ("covariance", ("05", "06"))
    assert covariance.values == ("us", "cs")


def difference(estimate: float, stem: str = "primary.difference") -> dict[str, tuple[Any, str]]:
    return {
        f"{stem}.estimate": (estimate, f"{estimate}"),
        f"{stem}.lower": (estimate - 1, f"{estimate - 1}"),
        f"{stem}.upper": (estimate + 1, f"{estimate + 1}"),
        "primary.outcome": ("pain", "pain"),
        "primary.visit.label": ("week 26", "week 26"),
        "primary.level": (0.95, "95%"),
        "primary.unit": ("points", "points"),
    }


def test_takes_the_primary_difference_of_two_arms_once() -> None:
    both = {**difference(1.0), **difference(1.0, "primary.difference.massage")}
    found = compare_editions([edition("a", both), edition("b", difference(2.0), trial="other")])
    assert [(each.edition, each.arm, each.estimate) for each in found.estimates] == [
        ("a", "massage", 1.0),
        ("b", "", 2.0),
    ]
    assert not any(each.several for each in found.estimates)
    first = found.estimates[0]
    assert (first.lower, first.upper, first.text) == (0.0, 2.0, "1.0 (0.0 to 2.0)")
    assert (first.panel, first.level) == (("tiny", "pain", "week 26"), "95%")
    assert first.unit == "points"
    assert found.estimates[1].panel[0] == "other"
    assert not found.same_trial


def test_takes_the_primary_difference_of_every_arm_when_there_are_more() -> None:
    arms = {
        **difference(1.0),
        **difference(1.0, "primary.difference.massage"),
        **difference(2.0, "primary.difference.exercise"),
    }
    found = compare_editions([edition("a", arms)])
    assert {(each.arm, each.estimate) for each in found.estimates} == {
        ("massage", 1.0),
        ("exercise", 2.0),
    }


def test_nothing_to_compare_is_no_fault() -> None:
    found = compare_editions([])
    assert (found.editions, found.printed, found.same_trial) == ((), (), True)


def test_takes_no_difference_between_trials() -> None:
    found = compare_editions(
        [
            edition("a", {"x": (1, "1")}),
            edition("b", {"x": (2, "2")}, trial="other"),
            edition("c", {"x": (3, "3")}),
        ]
    )
    [x] = found.printed
    assert x.differences == (0, None, 2)


def test_editions_of_a_private_trial_withhold_counts_that_lie_close() -> None:
    numbers = {"primary.n": (40, "40"), "flow.analysed": (60, "60"), "x": (1.5, "1.5")}
    others = {"primary.n": (37, "37"), "flow.analysed": (50, "50"), "x": (1.7, "1.7")}
    private = [edition("a", numbers, public=False), edition("b", others, public=False)]
    found = compare_editions([*private, edition("c", numbers, trial="another")])
    count = next(each for each in found.printed if each.name == "primary.n")
    assert count.texts == ("not shown", "not shown", "40")
    assert count.values == (None, None, 40)
    assert count.differences == (None, None, None)
    assert found.withheld == {"primary.n", "flow.analysed"}
    estimate = next(each for each in found.printed if each.name == "x")
    assert estimate.texts == ("1.5", "1.7", "1.5")
    assert found.private == ("tiny",)
    public = compare_editions([edition("a", numbers), edition("b", others)])
    assert public.withheld == frozenset()
    assert public.private == ()
    assert [each.texts for each in public.printed if each.name == "primary.n"] == [("40", "37")]


def test_the_strictest_small_cells_of_the_editions_rules() -> None:
    def of(name: str, number: int, small: int):
        parameters = {"05_primary": {"small_cells": small}}
        results = {"primary.n": (number, str(number))}
        return edition(name, results, parameters=parameters, public=False)

    assert compare_editions([of("a", 40, 3), of("b", 36, 5)]).withheld == {"primary.n"}
    assert compare_editions([of("a", 40, 3), of("b", 36, 4)]).withheld == frozenset()
    assert compare_editions([of("a", 40, 0), of("b", 39, 0)]).withheld == frozenset()
