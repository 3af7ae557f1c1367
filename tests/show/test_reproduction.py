"""Published numbers beside those of the run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.analysis.reproduction import ReproducedPart, ReproducedRow, Reproduction
from helpers.show.outputs import collected
from helpers.show.page_label import PageLabel, set_page_label
from helpers.show.reproduction import reproduction_figure, signed


def part(printed: str, value: float | None, difference: float | None) -> ReproducedPart:
    return ReproducedPart(
        key="estimate",
        name="a.estimate",
        printed=printed,
        value=value,
        text=None,
        chapter=None,
        difference=difference,
        status="match",
    )


@pytest.mark.parametrize(
    ("printed", "difference", "said"),
    [
        ("-0.48", 0.00354, "+0.0035"),
        ("-0.48", -0.02, "-0.0200"),
        ("-0.48", 0.000051, "< 0.0001"),
        ("-0.48", 0.0, "0"),
        ("298", 2.0, "+2"),
        ("34", -0.31, "-0.31"),
        ("0.07", None, ""),
    ],
)
def test_differences_have_the_digits_of_the_value_found(printed, difference, said) -> None:
    assert signed(part(printed, 1.5, difference)) == said


@pytest.mark.parametrize(
    ("wrong", "said"), [("p", "mismatch of P"), ("lower", "mismatch"), (None, "match")]
)
def test_a_mismatch_that_is_not_drawn_is_named_in_the_figure(wrong: str | None, said: str) -> None:
    printed = {"estimate": "2.0", "lower": "1.0", "upper": "3.0", "p": ".02"}
    parts = tuple(
        replace(
            part(text, float(text), 0.0),
            key=key,
            status="mismatch" if key == wrong else "match",
        )
        for key, text in printed.items()
    )
    status = "mismatch" if wrong else "match"
    row = ReproducedRow("row", "The row", "primary", "A paper", None, parts, status, "")
    set_page_label(PageLabel(text="Test data", synthetic=True))
    with collected() as outputs:
        reproduction_figure(Reproduction((row,), 0, 1, 0, 0))
    [alt] = [
        each.metadata["trialbook"]["figure"]["alt"]
        for each in outputs
        if "image/svg+xml" in each.data
    ]
    assert alt.endswith(f", {said}.")
