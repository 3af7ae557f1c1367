from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from helpers.methods.reference_rows import compared, largest


def row(ours, reference, **options):
    index = [f"term {number}" for number in range(len(ours))]
    return largest("estimate", "estimate", pd.Series(ours, index=index), reference, 1e-6, **options)


def test_the_term_that_differs_most_is_shown():
    found = row([1.0, 2.0 + 4e-6, 3.0], [1.0, 2.0, 3.0])
    assert found["quantity"] == "estimate (term 1, of 3)"
    assert found["difference"] == pytest.approx(2e-6)
    assert found["agrees"] is False


def test_differences_of_rounding_do_not_choose_the_term():
    """Which of them is largest changes from processor to processor."""
    assert row([1.0, 2.0 + 1e-13], [1.0, 2.0])["term"] == "term 0"


def test_what_is_not_a_number_agrees_with_nothing():
    assert row([1.0, math.nan], [1.0, 2.0])["term"] == "term 1"
    assert row([1.0, math.nan], [1.0, 2.0])["agrees"] is False
    assert compared("F", "F", math.nan, 1.0, 1e-6)["agrees"] is False


def test_differences_are_in_the_unit_of_their_measure():
    assert compared("F", "F", 11.0, 10.0, 1)["difference"] == pytest.approx(0.1)
    assert compared("F", "F", 11.0, 10.0, 1, "absolute")["difference"] == pytest.approx(1)
    in_se = row([11.0], [10.0], measure="in SE", unit=np.array([0.5]))
    assert in_se["difference"] == pytest.approx(2)
