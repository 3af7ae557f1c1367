r"""Random effects that explain nearly every score, fitted in coordinates where nothing is small.

With a residual SD of 1e-4 of the random effects' SD the condition of V_i = Z_i D Z_i' + s I is
1e8, and r' V^-1 r, which multiplies rounding by its square, has no digit left. The likelihood
itself is as well behaved as ever: only its coordinates are bad. Let D0, s0 be near the optimum and

    V0_i = Z_i (D0 + F) Z_i' + s0 I = K_i K_i',   L L' = D0 + F,   F = s0 (mean Z_i'Z_i)^-1.

Scores, design and random effects are rewritten as K^-1 y, K^-1 X and b = L u, so that

    K^-1 V K^-T = (K^-1 Z L) M (K^-1 Z L)' + sigma s0 K^-1 K^-T,   D = L M L',   s = sigma s0,

which is the identity near the optimum, whatever D0 and s0 are (F keeps L invertible when D0 is
singular: it is the smallest variance that the scores of one patient can show). K^-1 comes from the
singular value decomposition of Z L / sqrt(s0), which loses no small number, and the design from
its QR factorisation (Golub & Van Loan 2013, Matrix Computations, 5.3). The log-likelihood changes
by the constant sum log|K_i|.

The first D0 and s0 are moments; after each climb the end becomes the next start, until the
coordinates no longer move.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr

from helpers.methods.patient_cells import Cells, Patients
from helpers.methods.random_models import RandomModel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

# Scores are stored to about 16 digits: a residual SD below this share of their size is rounding.
_ROUNDING = 1e-14


@dataclass(frozen=True)
class Rescaled:
    """A random-effects model rewritten around D0 and s0.

    Attributes
    ----------
    patients, cells, model
        The same data and model in the new coordinates.
    loadings, unit
        L (k, k) and s0: D = L M L', s = s0 sigma.
    design
        K^-1 Z of each pattern, shape (S, T, k), for random effects in their own units.
    """

    patients: Patients
    cells: Cells
    model: RandomModel
    loadings: FloatArray
    unit: float
    design: FloatArray

    def restore(self, random: FloatArray, residual: float) -> tuple[FloatArray, float]:
        """D and s from M and sigma."""
        out = self.loadings @ random @ self.loadings.T
        return (out + out.T) / 2, self.unit * residual


def rescale(
    patients: Patients, cells: Cells, model: RandomModel, random: FloatArray, residual: float
) -> Rescaled:
    """Rewrite a model around D0 and s0.

    Parameters
    ----------
    patients, cells
        The data and their patterns.
    model
        The model with D of full rank.
    random, residual
        D0 and s0 on the scale of the data.
    """
    by_pattern = pattern_design(cells, model)
    loadings = _loadings(cells, by_pattern, random, residual, correlated=model.correlated)
    shape = by_pattern.shape
    to_new, to_old = np.zeros((2, shape[0], shape[1], shape[1]))
    design, own_noise = np.zeros(shape), np.zeros((shape[0], shape[1], shape[1]))
    log_size = 0.0
    for s, seen in enumerate(cells.observed):
        at = np.ix_(np.flatnonzero(seen), np.flatnonzero(seen))
        left, values, right = np.linalg.svd(by_pattern[s, seen] @ loadings / np.sqrt(residual))
        growth = np.ones(len(left))
        growth[: len(values)] += values**2
        to_new[s][at] = (left / np.sqrt(residual * growth)).T
        to_old[s][at] = left * np.sqrt(residual * growth)
        own_noise[s][at] = np.diag(1 / growth)
        turned = np.zeros((len(left), shape[2]))
        turned[: len(values)] = (values / np.sqrt(growth[: len(values)]))[:, None] * right[
            : len(values)
        ]
        design[s, seen] = turned
        log_size += cells.patients[s] * float(np.sum(np.log(residual * growth)))
    order = np.argsort(cells.patient_pattern, kind="stable")
    pattern = cells.patient_pattern[order]
    rows = np.vstack([patients.design, np.zeros(patients.design.shape[1])])
    new_rows = np.matmul(to_new[pattern], rows[patients.row[order]])
    new_scores = np.matmul(to_new[pattern], patients.scores[order][:, :, None])[:, :, 0]
    seen = cells.observed[pattern]
    orthonormal, basis, log_determinant = _graded_basis(new_rows[seen])
    flat = np.zeros(new_rows.shape)
    flat[seen] = orthonormal
    new_cells = replace(
        cells,
        pattern=pattern,
        design=flat,
        scores=new_scores,
        products=np.zeros_like(own_noise),
        basis=basis,
        log_determinant=log_determinant,
        log_jacobian=log_size,
        scale=1.0,
        cell=np.argsort(order),
        example=order,
        to_old=to_old,
    )
    new_patients = replace(patients, distinct=new_rows[seen], row=_numbered(seen, order))
    new_patients = replace(new_patients, scores=new_scores[np.argsort(order)])
    return Rescaled(
        patients=new_patients,
        cells=new_cells,
        model=RandomModel(design, model.correlated, noise=own_noise),
        loadings=loadings,
        unit=residual,
        design=np.matmul(to_new, by_pattern),
    )


def pattern_design(cells: Cells, model: RandomModel) -> FloatArray:
    """Z of each pattern, zero where there is no score, shape (S, T, k)."""
    shape = (*cells.observed.shape, model.design.shape[-1])
    return np.broadcast_to(model.design, shape) * cells.observed[:, :, None]


def _loadings(
    cells: Cells, by_pattern: FloatArray, random: FloatArray, residual: float, *, correlated: bool
) -> FloatArray:
    """L with L L' = D0 + F, lower triangular, or diagonal when the effects are not correlated."""
    squares = np.einsum("s,stk,stl->kl", cells.patients, by_pattern, by_pattern)
    squares /= cells.patients.sum()
    size = np.sqrt(np.diag(squares))
    least = residual * np.linalg.inv(squares / np.outer(size, size)) / np.outer(size, size)
    if not correlated:
        return np.diag(np.sqrt(np.maximum(np.diag(random), 0) + np.diag(least)))
    # In units of the least variance the sum is 1 + D0, whose root loses no small number.
    root = np.linalg.cholesky(least)
    inner = np.linalg.solve(root, np.linalg.solve(root, random).T)
    values, vectors = np.linalg.eigh((inner + inner.T) / 2)
    half = (root @ vectors) * np.sqrt(1 + np.maximum(values, 0))
    lower = np.linalg.qr(half.T)[1].T
    return lower * np.sign(np.diag(lower))


def _graded_basis(rows: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Orthonormal columns for rows of very different size: large rows and columns first."""
    order = np.argsort(-np.abs(rows).max(axis=1), kind="stable")
    rotated, triangle, pivots = qr(rows[order], mode="economic", pivoting=True)
    basis = np.empty((len(pivots), len(pivots)))
    basis[pivots] = np.linalg.inv(triangle)
    out = np.empty_like(rotated)
    out[order] = rotated
    return out, basis, 2 * float(np.sum(np.log(np.abs(np.diag(triangle)))))


def _numbered(seen: NDArray[np.bool_], order: IntArray) -> IntArray:
    """Scores numbered row by row, the patients back in their order."""
    row = np.full(seen.shape, -1, dtype=np.intp)
    row[seen] = np.arange(int(seen.sum()))
    return row[np.argsort(order)]


def rounding(patients: Patients) -> float:
    """Residual variance below which only the rounding of the scores is left."""
    return (_ROUNDING**2) * float(np.mean(patients.scores[patients.observed] ** 2))


def moments(patients: Patients, cells: Cells, model: RandomModel) -> tuple[FloatArray, float]:
    """D and s from the scores within and between patients, on the scale of the data.

    s is the mean square of what neither the fixed effects nor a line of the patient's own explain;
    D is the mean product of the patients' own coefficients.
    """
    by_pattern = pattern_design(cells, model)
    size = by_pattern.shape[2]
    order = np.argsort(cells.patient_pattern, kind="stable")
    pattern = cells.patient_pattern[order]
    rows = np.vstack([patients.design, np.zeros(patients.design.shape[1])])
    turn = np.zeros((len(by_pattern), by_pattern.shape[1], by_pattern.shape[1]))
    inside = np.zeros(cells.observed.shape, dtype=bool)
    for s, seen in enumerate(cells.observed):
        at = np.flatnonzero(seen)
        left, values, _ = np.linalg.svd(by_pattern[s, seen])
        turn[s][np.ix_(at, at)] = left.T
        inside[s, at[int(np.sum(values > 1e-9 * values.max(initial=0))) :]] = True
    design = np.matmul(turn[pattern], rows[patients.row[order]])
    scores = np.matmul(turn[pattern], patients.scores[order][:, :, None])[:, :, 0]
    within, seen = inside[pattern], cells.observed[pattern]
    residual = cells.scale**2
    for _ in range(3):
        # Weighted least squares: scores within patients are as exact as s says.
        weight = np.where(within, 1 / np.sqrt(residual), 1 / cells.scale)
        root = weight[seen]
        beta = np.linalg.lstsq(design[seen] * root[:, None], scores[seen] * root, rcond=1e-14)[0]
        left_over = np.where(seen, scores - design @ beta, 0.0)
        free = int(within.sum()) - np.linalg.matrix_rank(design[within])
        if free <= 0:
            residual = 0.01 * cells.scale**2
            break
        residual = float(np.sum(left_over[within] ** 2)) / free
        residual = max(residual, rounding(patients))
    own = np.linalg.pinv(turn @ by_pattern, rcond=1e-9)
    full = np.array([np.linalg.matrix_rank(z) == size for z in by_pattern])[pattern]
    lines = np.matmul(own[pattern[full]], left_over[full][:, :, None])[:, :, 0]
    if not len(lines):
        spread = np.mean(by_pattern**2, axis=(0, 1))
        return np.diag(cells.scale**2 / spread), residual
    return lines.T @ lines / len(lines), residual
