"""Analysis of covariance by ordinary least squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsmodels.regression.linear_model import OLS

from helpers.errors import AnalysisError, ParameterError, unknown_name


@dataclass(frozen=True)
class AncovaFit:
    """The adjusted difference of two arms.

    Attributes
    ----------
    estimate, se, df, statistic, p, lower, upper
        Adjusted mean of ``minuend`` minus that of ``subtrahend``, with t inference on ``df``
        residual degrees of freedom.
    n, n_by_arm, left_out
        Complete rows in the model, in all and by arm, and rows left out as incomplete.
    minuend, subtrahend, level
        What was compared and the confidence level.
    """

    minuend: str
    subtrahend: str
    estimate: float
    se: float
    df: float
    statistic: float
    p: float
    lower: float
    upper: float
    n: int
    n_by_arm: dict[str, int]
    left_out: int
    level: float


def fit_ancova(
    data: pd.DataFrame,
    *,
    outcome: str,
    arm: str,
    minuend: str,
    subtrahend: str,
    covariates: Sequence[str] = (),
    factors: Sequence[str] = (),
    level: float = 0.95,
) -> AncovaFit:
    """Compare the mean outcome of two arms, adjusted for covariates, by ordinary least squares.

    Parameters
    ----------
    data
        One row per participant; rows with a missing value of any column in use are left out.
        Other arms than the two compared stay in the model and share its residual variance.
    outcome, arm
        Column names.
    minuend, subtrahend
        Arms; the difference is minuend minus subtrahend.
    covariates
        Numeric columns, each with one slope.
    factors
        Categorical columns, each with one indicator per level in use but the first. Levels that
        no complete row has are dropped, since they would make the design singular.
    level
        Confidence level, default 0.95.

    Raises
    ------
    AnalysisError
        When a column or arm is unknown, a covariate is not numeric, or the columns in use are not
        linearly independent.
    ParameterError
        When ``level`` is not between 0 and 1.

    Notes
    -----
    R: ``lm(outcome ~ arm + covariates + factor(f))``.
    """
    if not 0 < level < 1:
        raise ParameterError(f"The confidence level must lie between 0 and 1, not {level}.")
    used = [outcome, arm, *covariates, *factors]
    for name in used:
        if name not in data.columns:
            raise AnalysisError(unknown_name("column", name, map(str, data.columns)))
    complete = data[used].dropna()
    arms = complete[arm].astype(str)
    for name in (minuend, subtrahend):
        if name not in set(arms):
            raise AnalysisError(
                unknown_name("arm", name, sorted(set(arms)), where="Complete rows of the ANCOVA")
            )
    if minuend == subtrahend:
        raise AnalysisError(f"Arm {minuend} cannot be compared with itself; name two arms.")
    columns: dict[str, NDArray[np.float64]] = {"intercept": np.ones(len(complete))}
    for other in sorted(set(arms) - {subtrahend}):
        columns[f"arm[{other}]"] = np.asarray(arms == other, dtype=np.float64)
    for name in covariates:
        if not pd.api.types.is_numeric_dtype(complete[name]):
            raise AnalysisError(
                f"Covariate {name} of the ANCOVA is not numeric; name it under factors instead."
            )
        columns[name] = complete[name].to_numpy(float)
    for name in factors:
        values = complete[name].astype(str)
        for factor_level in sorted(set(values))[1:]:
            columns[f"{name}[{factor_level}]"] = np.asarray(
                values == factor_level, dtype=np.float64
            )
    design = np.column_stack(list(columns.values()))
    _check_rank(design, list(columns))
    fit = OLS(complete[outcome].to_numpy(float), design).fit()
    position = list(columns).index(f"arm[{minuend}]")
    lower, upper = fit.conf_int(alpha=1 - level)[position]
    return AncovaFit(
        minuend=minuend,
        subtrahend=subtrahend,
        estimate=float(fit.params[position]),
        se=float(fit.bse[position]),
        df=float(fit.df_resid),
        statistic=float(fit.tvalues[position]),
        p=float(fit.pvalues[position]),
        lower=float(lower),
        upper=float(upper),
        n=len(complete),
        n_by_arm={str(name): int(n) for name, n in arms.value_counts(sort=False).items()},
        left_out=len(data) - len(complete),
        level=level,
    )


def _check_rank(design: np.ndarray, terms: list[str]) -> None:
    if len(design) <= len(terms):
        raise AnalysisError(
            f"The ANCOVA has {len(terms)} coefficients but only {len(design)} complete rows; use "
            "fewer covariates or factors."
        )
    # Each column scaled to length 1, so that units do not decide what counts as dependent.
    scaled = design / np.where(norms := np.linalg.norm(design, axis=0), norms, 1.0)
    for last in range(1, len(terms) + 1):
        if np.linalg.matrix_rank(scaled[:, :last]) < last:
            raise AnalysisError(
                f"Term {terms[last - 1]} of the ANCOVA repeats what other terms say or does not "
                "vary, so the difference is not unique; leave it out."
            )
