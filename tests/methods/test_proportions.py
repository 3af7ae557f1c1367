import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import AnalysisError, ParameterError
from helpers.methods.proportions import wilson_interval

REFERENCES = Path(__file__).parents[1] / "references"


@pytest.mark.parametrize(
    ("count", "n", "interval"),
    # Newcombe, Stat Med 1998;17:857-872, Table I, method 3, printed to four decimals.
    [
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_newcombe_table(count, n, interval):
    assert wilson_interval(count, n) == pytest.approx(interval, abs=5e-5)


def test_published_response_of_massage():
    # Printed as 57-74 in a copy of Epstein et al., JAMA Netw Open 2023;6(11):e2342482.
    assert wilson_interval(83, 126) == pytest.approx((0.57, 0.74), abs=0.005)


def test_newcombe_difference_is_made_of_wilson_limits():
    with (REFERENCES / "proportion_intervals.csv").open(encoding="utf-8") as file:
        rows = {(row["test"], row["quantity"]): float(row["value"]) for row in csv.DictReader(file)}
    one, two = 36 / 154, 12 / 77
    (low1, high1), (low2, high2) = wilson_interval(36, 154), wilson_interval(12, 77)
    lower = one - two - np.hypot(one - low1, high2 - two)
    upper = one - two + np.hypot(high1 - one, two - low2)
    # R, ratesci, printed to six decimals.
    assert lower == pytest.approx(rows["RD MOVER Wilson (Newcombe)", "lower"], abs=5e-7)
    assert upper == pytest.approx(rows["RD MOVER Wilson (Newcombe)", "upper"], abs=5e-7)


@given(n=st.integers(1, 500), share=st.floats(0, 1), level=st.floats(0.5, 0.999))
def test_interval_holds_the_proportion_and_mirrors(n, share, level):
    count = round(share * n)
    lower, upper = wilson_interval(count, n, level=level)
    assert 0 <= lower <= count / n + 1e-12
    assert count / n - 1e-12 <= upper <= 1
    mirrored = wilson_interval(n - count, n, level=level)
    assert mirrored == pytest.approx((1 - upper, 1 - lower), abs=1e-12)


@pytest.mark.parametrize(("count", "n"), [(1, 0), (-1, 3), (4, 3)])
def test_impossible_counts_are_refused(count, n):
    with pytest.raises(AnalysisError, match="impossible"):
        wilson_interval(count, n)


def test_an_impossible_level_is_refused():
    with pytest.raises(ParameterError, match="between 0 and 1"):
        wilson_interval(1, 3, level=1)
