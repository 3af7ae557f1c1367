"""Published numbers beside those of the run."""

from __future__ import annotations

import pytest

from helpers.analysis.reproduction import ReproducedPart
from helpers.show.reproduction import signed


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
