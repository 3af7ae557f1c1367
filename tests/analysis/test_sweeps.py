from __future__ import annotations

from typing import Any

import pytest

from helpers.analysis.sweeps import SweptCell, estimate_stem, panels_of, swept_cell


def results(*stems: str) -> dict[str, dict[str, Any]]:
    return {
        f"{stem}.{part}": {"value": 1.0, "text": "1.00"}
        for stem in stems
        for part in ("estimate", "lower", "upper")
    }


@pytest.mark.parametrize(
    ("cells", "stem"),
    [
        ([], None),
        ([{}], None),
        ([{"a.estimate": {"value": 1, "text": "1"}}], None),
        ([results("primary.change.x", "primary.difference")], "primary.difference"),
        ([results("change.x", "secondary.pain.difference")], "secondary.pain.difference"),
        ([results("b", "a")], "a"),
        ([results("a", "b"), results("b")], "b"),
    ],
)
def test_finds_the_estimate_that_every_cell_has(cells, stem: str | None) -> None:
    assert estimate_stem(cells) == stem


def cell(number: int, trial: str = "tiny", **values: str) -> SweptCell:
    return swept_cell(
        number=number,
        values=values,
        trial=trial,
        label="Synthetic cohort (TINY)",
        synthetic=True,
        results=results("primary.difference"),
        stem="primary.difference",
        failure="",
        fingerprint="abc",
    )


def test_reads_what_a_cell_found() -> None:
    found = cell(1, level="0.9")
    assert (found.estimate, found.lower, found.text) == (1.0, 1.0, "1.00 (1.00 to 1.00)")
    failed = swept_cell(
        number=2,
        values={},
        trial="tiny",
        label="Synthetic cohort (TINY)",
        synthetic=True,
        results=None,
        stem="primary.difference",
        failure="No.",
        fingerprint="abc",
    )
    assert (failed.estimate, failed.text, failed.failure) == (None, "", "No.")


def test_the_parameter_with_the_most_values_differs_within_a_panel() -> None:
    grid = [
        cell(at, level=level, covariance=covariance)
        for at, (level, covariance) in enumerate(
            [
                ("0.9", "us"),
                ("0.9", "cs"),
                ("0.9", "ar1"),
                ("0.8", "us"),
                ("0.8", "cs"),
                ("0.8", "ar1"),
            ]
        )
    ]
    within, panels = panels_of(grid)
    assert within == "covariance"
    assert [dict(panel.values) for panel in panels] == [{"level": "0.9"}, {"level": "0.8"}]
    assert [len(panel.cells) for panel in panels] == [3, 3]


def test_estimates_of_different_trials_share_no_panel() -> None:
    grid = [cell(1, trial="a", trial_name="a"), cell(2, trial="b", trial_name="b")]
    within, panels = panels_of(grid)
    assert within == ""
    assert len(panels) == 2
    grid = [
        cell(at, trial=name, trial_name=name, level=level)
        for at, (name, level) in enumerate([("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")])
    ]
    within, panels = panels_of(grid)
    assert within == "level"
    assert [dict(panel.values) for panel in panels] == [{"trial_name": "a"}, {"trial_name": "b"}]
