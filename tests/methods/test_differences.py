import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers.methods.differences import (
    binary_difference,
    categorical_difference,
    continuous_difference,
    standardised_mean_difference,
)

words = st.lists(st.sampled_from(["x", "y", "z"]), min_size=1, max_size=30)


def people():
    generator = np.random.default_rng(11)
    n = 300
    arm = np.where(np.arange(n) < 140, "a", "b")
    return pd.DataFrame(
        {
            "arm": arm,
            "age": generator.normal(60, 12, n) + 3 * (arm == "b"),
            "sex": np.where(generator.random(n) < np.where(arm == "a", 0.6, 0.45), "f", "m"),
            "site": generator.choice(["x", "y", "z", "w"], n, p=[0.4, 0.3, 0.2, 0.1]),
        }
    )


@pytest.mark.parametrize(
    ("variable", "categorical"), [("age", False), ("sex", True), ("site", True)]
)
def test_agrees_with_tableone(variable, categorical):
    tableone = pytest.importorskip("tableone")
    data = people()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = tableone.TableOne(
            data,
            columns=[variable],
            categorical=[variable] if categorical else [],
            groupby="arm",
            smd=True,
        ).tableone
    printed = next(column for column in table.columns if "SMD" in str(column[-1]))
    expected = next(float(value) for value in table[printed] if str(value).strip())
    groups = [data.loc[data["arm"] == arm, variable] for arm in ("b", "a")]
    found = standardised_mean_difference(*groups, categorical=categorical)
    # tableone 0.9.6 prints three decimals and gives numbers the sign of second minus first.
    assert abs(found) == pytest.approx(abs(expected), abs=5e-4)


def test_textbook_values():
    # Means 3 and 5, both variances 2.5: -2 / sqrt(2.5).
    assert continuous_difference([1, 2, 3, 4, 5], [3, 4, 5, 6, 7]) == pytest.approx(-2 / 2.5**0.5)
    # (0.5 - 0.3) / sqrt((0.25 + 0.21) / 2)
    assert binary_difference(0.5, 0.3) == pytest.approx(0.2 / 0.23**0.5)


def test_three_levels_by_hand():
    one, two = list("xxxyyyzzzz"), list("xxxxxyyzzz")
    # p = (.3, .3), q = (.5, .2): S = [[.23, -.095], [-.095, .185]], d = (-.2, .1).
    d = np.array([-0.2, 0.1])
    spread = np.array([[0.23, -0.095], [-0.095, 0.185]])
    expected = np.sqrt(d @ np.linalg.inv(spread) @ d)
    assert categorical_difference(one, two) == pytest.approx(expected, rel=1e-12)


@given(count=st.integers(1, 29), other=st.integers(1, 29))
def test_two_levels_are_the_binary_formula(count, other):
    one = ["yes"] * count + ["no"] * (30 - count)
    two = ["yes"] * other + ["no"] * (30 - other)
    expected = abs(binary_difference(count / 30, other / 30))
    assert categorical_difference(one, two) == pytest.approx(expected, abs=1e-9)


@given(one=words, two=words)
def test_the_distance_is_symmetric_and_needs_no_names(one, two):
    distance = categorical_difference(one, two)
    renamed = {"x": "z", "y": "x", "z": "y"}
    turned = categorical_difference([renamed[v] for v in two], [renamed[v] for v in one])
    assert turned == pytest.approx(distance, rel=1e-6, abs=1e-9, nan_ok=True)
    assert np.isnan(distance) or distance >= 0


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=20), st.floats(0.5, 5))
def test_units_do_not_matter(values, factor):
    one, two = np.array(values), np.array(values)[::-1] + 1
    expected = continuous_difference(one, two)
    found = continuous_difference(one * factor, two * factor)
    # Values whose spread is lost beside their size have no difference to speak of.
    assume(np.isnan(expected) or np.ptp(values) > 1e-6)
    assert found == pytest.approx(expected, rel=1e-6, nan_ok=True)


def test_missing_values_are_left_out():
    assert continuous_difference([1.0, 3.0, np.nan], [2.0, 4.0]) == pytest.approx(-1 / 2**0.5)
    assert categorical_difference(["x", "y", None], ["x", "y"]) == 0


def test_what_cannot_be_computed_is_nan():
    assert np.isnan(continuous_difference([1.0], [2.0, 3.0]))
    assert np.isnan(continuous_difference([1.0, 1.0], [2.0, 2.0]))
    assert continuous_difference([1.0, 1.0], [1.0, 1.0]) == 0
    # The mean of three times 0.1 is not exactly 0.1, and their variance not exactly 0.
    assert np.isnan(continuous_difference([0.1] * 3, [0.2] * 3))
    assert np.isnan(binary_difference(0, 1))
    assert binary_difference(1, 1) == 0
    assert np.isnan(categorical_difference([], ["x"]))
    assert np.isnan(categorical_difference(["x"], ["y"]))
    assert categorical_difference(["x"], ["x", "x"]) == 0
