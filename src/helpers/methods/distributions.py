"""Tail areas and quantiles of t and F that also hold for infinite degrees of freedom.

They stand on scipy.special alone, which loads in a fraction of the time of scipy.stats.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

FloatArray = NDArray[np.float64]


def t_two_sided(statistic: ArrayLike, df: ArrayLike) -> FloatArray:
    """P(|T| > |statistic|) for Student's t with ``df`` degrees of freedom, or a normal at inf."""
    t, nu = np.broadcast_arrays(
        np.abs(np.asarray(statistic, dtype=float)), np.asarray(df, dtype=float)
    )
    finite = np.where(np.isfinite(nu), nu, 1.0)
    tail = special.betainc(finite / 2, 0.5, finite / (finite + t**2))
    return np.where(np.isfinite(nu), tail, special.erfc(t / np.sqrt(2)))


def t_quantile(level: float, df: ArrayLike) -> FloatArray:
    """Half width, in standard errors, of a two-sided interval with the given level."""
    nu = np.asarray(df, dtype=float)
    finite = np.where(np.isfinite(nu), nu, 1.0)
    upper = (1 + level) / 2
    return np.where(np.isfinite(nu), special.stdtrit(finite, upper), special.ndtri(upper))


def f_upper(statistic: float, numerator: float, denominator: float) -> float:
    """P(F > statistic), the chi-square limit when the denominator df are infinite."""
    if not np.isfinite(denominator):
        return float(special.chdtrc(numerator, numerator * statistic))
    return float(special.fdtrc(numerator, denominator, statistic))
