"""Standardised differences between two groups, as tables of baseline characteristics show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

Values = Sequence[Any] | pd.Series | np.ndarray


def continuous_difference(first: Values, second: Values) -> float:
    """Standardise the difference of two means: (m1 - m2) / sqrt((s1^2 + s2^2) / 2).

    Parameters
    ----------
    first, second
        Values of the two groups; missing ones are left out.

    Returns
    -------
    float
        The signed difference in units of the pooled SD; 0 when both groups are constant and
        equal; NaN when a group has fewer than two values or both are constant and differ.

    Notes
    -----
    Austin PC. Stat Med 2009;28:3083-3107. R: ``tableone::ExtractSmd`` (absolute value).
    """
    one = pd.Series(first).dropna().to_numpy(float)
    two = pd.Series(second).dropna().to_numpy(float)
    if min(len(one), len(two)) < 2:
        return float("nan")
    spread = np.sqrt((one.var(ddof=1) + two.var(ddof=1)) / 2)
    # Asked of the values too: the variance of equal decimals is not exactly zero in binary.
    if spread == 0 or (np.ptp(one) == 0 and np.ptp(two) == 0):
        return 0.0 if one[0] == two[0] else float("nan")
    return float((one.mean() - two.mean()) / spread)


def binary_difference(first: float, second: float) -> float:
    """Standardise the difference of two proportions.

    The formula is (p1 - p2) / sqrt((p1 (1 - p1) + p2 (1 - p2)) / 2).

    Parameters
    ----------
    first, second
        Proportions of the two groups, between 0 and 1.

    Returns
    -------
    float
        The signed difference; 0 when both proportions are equal, NaN when one is 0 and the
        other 1.
    """
    difference = first - second
    spread = np.sqrt((first * (1 - first) + second * (1 - second)) / 2)
    if spread == 0:
        return 0.0 if difference == 0 else float("nan")
    return float(difference / spread)


def categorical_difference(first: Values, second: Values) -> float:
    """Standardise the difference of two distributions over categories.

    It is the Mahalanobis distance sqrt(d' S^-1 d) of the proportions of all levels but one, with
    S the mean of the two multinomial covariances. Which level is left out does not matter; with
    two levels it is the absolute value of :func:`binary_difference`.

    Parameters
    ----------
    first, second
        Categories of the two groups; missing ones are left out. Levels that neither group has
        are ignored.

    Returns
    -------
    float
        The distance, 0 or more; NaN when a group is empty or the groups share no level.

    Notes
    -----
    Yang D, Dalton JE. SAS Global Forum 2012, paper 335. R: ``tableone::ExtractSmd``.
    """
    one = pd.Series(first).dropna().astype(str)
    two = pd.Series(second).dropna().astype(str)
    if one.empty or two.empty:
        return float("nan")
    levels = sorted(set(one) | set(two))
    if len(levels) == 1:
        return 0.0
    if not set(one) & set(two):
        return float("nan")
    p = one.value_counts(normalize=True).reindex(levels, fill_value=0).to_numpy(float)[1:]
    q = two.value_counts(normalize=True).reindex(levels, fill_value=0).to_numpy(float)[1:]
    spread = (np.diag(p) - np.outer(p, p) + np.diag(q) - np.outer(q, q)) / 2
    return float(np.sqrt((p - q) @ np.linalg.solve(spread, p - q)))


def standardised_mean_difference(first: Values, second: Values, *, categorical: bool) -> float:
    """Standardise the difference of two groups by the formula that suits the variable.

    Parameters
    ----------
    first, second
        Values of the two groups; missing ones are left out.
    categorical
        Whether the values are categories (:func:`categorical_difference`, never negative) or
        numbers (:func:`continuous_difference`, signed first minus second).
    """
    if categorical:
        return categorical_difference(first, second)
    return continuous_difference(first, second)
