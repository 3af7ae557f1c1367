from __future__ import annotations

import itertools
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.suppression import hidden_counts, possible_range
from helpers.analysis.withheld import NOT_SHOWN, NotShown

TOTAL = -1


@st.composite
def tables(draw):
    """A table of counts with its margins, keyed by row and column; ``TOTAL`` is a margin."""
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    inside = {
        key: draw(st.integers(0, 12)) for key in itertools.product(range(rows), range(columns))
    }
    counts = dict(inside)
    sums = []
    for row in range(rows):
        parts = [(row, column) for column in range(columns)]
        counts[row, TOTAL] = sum(counts[part] for part in parts)
        sums.append(((row, TOTAL), parts))
    for column in [*range(columns), TOTAL]:
        parts = [(row, column) for row in range(rows)]
        counts[TOTAL, column] = sum(counts[part] for part in parts)
        sums.append(((TOTAL, column), parts))
    sums.append(((TOTAL, TOTAL), [(TOTAL, column) for column in range(columns)]))
    return counts, sums


def matrix(counts, sums, hidden):
    """The sums as equations of the hidden counts alone."""
    names = sorted(hidden)
    rows = np.zeros((len(sums), len(names)))
    for at, (total, parts) in enumerate(sums):
        for sign, member in [(1, total), *((-1, part) for part in parts)]:
            if member in hidden:
                rows[at, names.index(member)] += sign
    return names, rows


@given(tables(), st.integers(2, 10))
def test_no_small_count_follows_from_what_is_shown(table, threshold: int) -> None:
    counts, sums = table
    hidden = hidden_counts(counts, sums, threshold=threshold)
    small = {key for key, count in counts.items() if 0 < count < threshold}
    assert small <= hidden
    names, equations = matrix(counts, sums, hidden)
    if not names:
        return
    # A count is determined by the equations when its unit vector is a combination of them.
    rank = np.linalg.matrix_rank(equations)
    for key in small:
        unit = np.eye(len(names))[names.index(key)]
        assert np.linalg.matrix_rank(np.vstack([equations, unit])) == rank + 1
        low, high = possible_range(key, hidden, sums, counts)
        assert low <= counts[key] + 1e-6
        assert high >= counts[key] - 1e-6
        assert high - low >= threshold - 1e-6


@given(tables(), st.sampled_from([0, 1]))
def test_a_threshold_of_nothing_hides_nothing(table, threshold: int) -> None:
    counts, sums = table
    assert hidden_counts(counts, sums, threshold=threshold) == frozenset()


@given(tables(), st.integers(2, 10))
def test_nothing_is_hidden_where_no_count_is_small(table, threshold: int) -> None:
    counts, sums = table
    large = {key: count * threshold for key, count in counts.items()}
    assert hidden_counts(large, sums, threshold=threshold) == frozenset()


def test_a_second_count_goes_with_a_small_one() -> None:
    counts = {"all": 30, "few": 2, "many": 28}
    sums = [("all", ["few", "many"])]
    assert hidden_counts(counts, sums, threshold=5) == {"few", "all"}
    assert hidden_counts(counts, sums, threshold=5, shown=["all"]) == {"few", "many"}


def test_what_was_hidden_before_stays_hidden() -> None:
    counts = {"all": 30, "one": 12, "other": 18}
    sums = [("all", ["one", "other"])]
    assert "one" in hidden_counts(counts, sums, threshold=5, hidden=["one"])


def test_what_is_withheld_never_becomes_a_number() -> None:
    for value in (NOT_SHOWN, NOT_SHOWN + 3, 3 + NOT_SHOWN, 3 - NOT_SHOWN, sum([1, NOT_SHOWN, 2])):
        assert isinstance(value, NotShown)
        assert math.isnan(value)
        assert f"{value}" == str(value) == f"{value:.2f}" == "not shown"
    assert isinstance(pickle.loads(pickle.dumps(NOT_SHOWN)), NotShown)
    with pytest.raises(ValueError, match="NaN"):
        int(NOT_SHOWN)
