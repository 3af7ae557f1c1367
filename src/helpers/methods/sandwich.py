r"""Sandwich (robust) covariance of the fixed effects, by patient.

With r_i the residuals of patient i, whitened by the Cholesky factor of V_i (V_i = K_i K_i'), and
Xw_i = K_i^-1 X_i, the covariance is Phi [ sum Xw_i' A_i rw_i rw_i' A_i Xw_i ] Phi with

    CR0: A_i = I                      (Liang & Zeger 1986, Biometrika 73:13-22)
    CR2: A_i = (I - H_i)^-1/2         (Bell & McCaffrey 2002, Survey Methodology 28:169-181)
    CR3: A_i = (I - H_i)^-1           (the jackknife; Mancl & DeRouen 2001, Biometrics 57:126-134)

and H_i = Xw_i Phi Xw_i'. CR2 is unbiased when the model's covariance is right. The degrees of
freedom are Bell and McCaffrey's with the model as working covariance (Pustejovsky & Tipton 2018,
J Bus Econ Stat 36:672-683): the estimate of c'Phi_R c is a quadratic form in the whitened scores
with matrix G, df = tr(G)^2 / tr(G G). With d_i = A_i Xw_i Phi c and e_i = Xw_i' d_i the N x N
matrix is G_ij = [i = j] d_i'd_i - e_i' Phi e_j, so both traces need sums over patients only.

CR0, CR2 and CR3 are mmrm's "Empirical", "Empirical-Bias-Reduced" and "Empirical-Jackknife".
Patients of one cell (same visits, same design) share A_i and d_i.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from helpers.methods.degrees_of_freedom import independent_components, joint_denominator
from helpers.methods.fixed_effects import FixedEffects

FloatArray = NDArray[np.float64]
Correction = Literal["CR0", "CR2", "CR3"]


@dataclass(frozen=True)
class _Cells:
    """Patients who share visits and design, in coordinates where Phi is the identity.

    cell: cell of each patient (N,); count: patients (C,); whitener: K^-1 (C, T, T);
    white: Xw (C, T, p); adjusted: A Xw (C, T, p).
    """

    cell: NDArray[np.intp]
    count: FloatArray
    whitener: FloatArray
    white: FloatArray
    adjusted: FloatArray


@dataclass(frozen=True)
class Sandwich:
    """Sandwich covariance with Bell-McCaffrey degrees of freedom.

    Parameters
    ----------
    effects
        Fixed effects.
    correction
        ``"CR0"``, ``"CR2"`` or ``"CR3"``.
    """

    effects: FixedEffects
    correction: Correction = "CR0"

    @cached_property
    def _cells(self) -> _Cells:
        patients, cells = self.effects.patients, self.effects.cells
        first = cells.example
        evaluation = self.effects.point.evaluation
        whitener = np.linalg.inv(np.linalg.cholesky(self.effects.marginals))
        whitener = whitener[cells.patient_pattern[first]]
        # Columns of the orthonormal basis times the root of Phi: Phi is I in these coordinates.
        rotate = cells.basis @ evaluation.root
        design = np.vstack([patients.design @ rotate, np.zeros(rotate.shape[1])])
        white = np.matmul(whitener, design[patients.row[first]])
        count = np.bincount(cells.cell).astype(float)
        return _Cells(cells.cell, count, whitener, white, self._adjust(white))

    def _adjust(self, white: FloatArray) -> FloatArray:
        """A_i Xw_i of each cell."""
        if self.correction == "CR0":
            return white
        leverage = np.matmul(white, white.transpose(0, 2, 1))
        values, vectors = np.linalg.eigh(np.eye(leverage.shape[1]) - leverage)
        power = -0.5 if self.correction == "CR2" else -1.0
        # A patient whose scores alone fix a coefficient has leverage 1 and residual 0 there.
        kept = values > 1e-12
        scaled = np.where(kept, np.where(kept, values, 1.0) ** power, 0.0)
        turned = np.matmul(vectors.transpose(0, 2, 1), white)
        return np.matmul(vectors, scaled[:, :, None] * turned)

    @cached_property
    def covariance(self) -> FloatArray:
        """Robust covariance of beta, shape (p, p)."""
        patients, cells = self.effects.patients, self.effects.cells
        fitted = patients.design @ (cells.basis @ self.effects.point.evaluation.gamma)
        residual = patients.scores / cells.scale - np.append(fitted, 0.0)[patients.row]
        weights = np.matmul(self._cells.adjusted.transpose(0, 2, 1), self._cells.whitener)
        scores = np.matmul(weights[self._cells.cell], residual[:, :, None])[:, :, 0]
        to_beta = self.effects.to_beta
        return to_beta @ (scores.T @ scores) @ to_beta.T

    def degrees(self, contrasts: FloatArray) -> FloatArray:
        """tr(G)^2 / tr(G G) of each contrast."""
        count = self._cells.count
        out = np.empty(len(contrasts))
        for number, whitened in enumerate(self.effects.whiten(contrasts)):
            d = self._cells.adjusted @ whitened
            e = np.matmul(d[:, None, :], self._cells.white)[:, 0, :]
            length, reach = np.sum(d**2, axis=1), np.sum(e**2, axis=1)
            shared = (e * count[:, None]).T @ e
            trace = count @ length - np.trace(shared)
            square = count @ (length**2 - 2 * length * reach) + np.sum(shared**2)
            out[number] = trace**2 / square
        return out

    def joint_degrees(self, contrasts: FloatArray) -> tuple[float, float]:
        """Fai and Cornelius over uncorrelated components, as in mmrm."""
        parts = independent_components(contrasts, self.covariance)
        return joint_denominator(self.degrees(parts)), 1.0
