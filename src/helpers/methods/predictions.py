r"""What a fitted mixed model expects of rows, and how far a score may lie from it.

The *marginal* mean of a row is x'beta, with the standard error of any contrast. The *conditional*
mean of a patient i whose scores are known adds the predicted random effects,

    x'beta + z'b_i,   b_i = D Z_i' V_i^-1 (y_i - X_i beta)

(the best linear unbiased predictor). Its error has the variance (Henderson 1975, Biometrics
31:423-447)

    a' Phi a + z' (D - D Z_i' V_i^-1 Z_i D) z,   a' = x' - z' D Z_i' V_i^-1 X_i,

with Phi the covariance of beta: that of beta, and what the patient's scores leave open about b_i. A
new score varies about the conditional mean by the residual variance s, about the marginal mean by
the variance of one score at the visit. D, s and V count as known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import AnalysisError, unknown_name
from helpers.methods.coded_columns import plain
from helpers.methods.model_formulas import ModelFrame, design_rows

if TYPE_CHECKING:
    from helpers.methods.random_effects import RandomEffectsFit

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


def new_design(frame: ModelFrame, data: pd.DataFrame) -> FloatArray:
    """Evaluate the fitted formula on new rows, coded as in the fit, shape (rows, p).

    A row in which something is missing becomes a row of NaN.

    Raises
    ------
    AnalysisError
        When a column is missing, a factor has a level that the fit has not seen, or the model has
        no formula.
    """
    if frame.spec is None:
        raise AnalysisError(
            "This model was not fitted from a formula, so it cannot be evaluated on new rows; its "
            "means and differences are frames of the result."
        )
    columns: dict[str, Any] = {}
    known = np.ones(len(data), dtype=bool)
    for name in (*frame.levels, *frame.means):
        if name not in data.columns:
            raise AnalysisError(
                unknown_name("column", name, map(str, data.columns), where="The new data")
            )
        column = data[name]
        known &= column.notna().to_numpy()
        if name in frame.levels:
            columns[name] = _as_levels(column, frame.levels[name])
        elif pd.api.types.is_numeric_dtype(column):
            columns[name] = column.to_numpy(dtype=float, na_value=np.nan)
        else:
            raise AnalysisError(f"Column {name!r} of the new data must be numeric, as in the fit.")
    rows = np.full((len(data), len(frame.terms)), np.nan)
    if known.any():
        used = pd.DataFrame(columns, index=range(len(data))).loc[known]
        rows[known] = design_rows(frame.spec, used)
    return rows


def _as_levels(column: pd.Series, levels: tuple[Any, ...]) -> pd.Categorical:
    """Read a column as a factor of the fit."""
    place(column, levels, f"level of {column.name}")
    return pd.Categorical(column.to_numpy(dtype=object), categories=list(levels))


def place(column: pd.Series, labels: Any, kind: str) -> IntArray:
    """Position of each value among the labels of the fit, -1 where missing."""
    at = pd.Index(labels, dtype=object).get_indexer(column.to_numpy(dtype=object))
    strange = np.flatnonzero((at < 0) & column.notna().to_numpy())
    if len(strange):
        wrong = plain(column.iloc[strange[0]])
        raise AnalysisError(
            f"New data have a {kind} that the fit has not seen: {wrong!r}; it knows "
            f"{', '.join(map(str, labels[:12]))}{' and more' if len(labels) > 12 else ''}."
        )
    return at


def needed_column(data: pd.DataFrame, name: str | None, purpose: str) -> pd.Series:
    """Column of the new data, or a clear refusal."""
    if name is None:
        raise AnalysisError(f"This model has no column for {purpose}; predict the rows used.")
    if name not in data.columns:
        raise AnalysisError(
            f"New data have no column {name!r}, which {purpose} needs; add it to every row."
        )
    return data[name]


def conditional_parts(
    fit: RandomEffectsFit, rows: FloatArray, random_rows: FloatArray, subject: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Conditional means and the variances of their errors.

    Parameters
    ----------
    fit
        Fitted random-effects model.
    rows, random_rows
        x and z of each row, shapes (n, p) and (n, k).
    subject
        Number of each row's patient, shape (n,).
    """
    effects = fit._effects
    random = fit.random_covariance.to_numpy()
    means = rows @ effects.beta + np.sum(random_rows * fit.random_effects.to_numpy()[subject], 1)
    who, own = np.unique(subject, return_inverse=True)
    pattern = effects.cells.patient_pattern[who]
    z = fit._pattern_design[pattern]
    inverse = effects.point.evaluation.inverse[pattern] / effects.cells.scale**2
    pull = random @ z.transpose(0, 2, 1) @ inverse
    padded = np.vstack([effects.patients.design, np.zeros(rows.shape[1])])
    shift = pull @ padded[effects.patients.row[who]]
    left = random - pull @ z @ random
    a = rows - np.matmul(random_rows[:, None, :], shift[own])[:, 0, :]
    variance = np.einsum("np,pq,nq->n", a, fit._inference.covariance, a)
    variance += np.einsum("nk,nkl,nl->n", random_rows, left[own], random_rows)
    return means, np.maximum(variance, 0.0)
