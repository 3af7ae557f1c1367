"""Patients grouped into cells, so that a likelihood costs the same for 300 patients and 30,000.

The marginal likelihood of a linear model with correlated scores sees the data only through sums
over patients who share a covariance matrix. Patients seen at the same visits (a *pattern*) share
theirs; patients of one pattern with the same design rows form a *cell*, of which the likelihood
needs the count, the mean scores and their sums of squares and products. A cell of m patients is
carried as one pseudo-patient, its design and mean multiplied by sqrt(m), and the products of the
deviations from the mean are added up over the pattern.

When covariates give every patient a design of their own, the designs of one pattern still span few
dimensions (one for each covariate and arm, not one for each patient). With Z the designs of the
pattern, one flattened patient per row, and Z = F G with F a few of its columns, the factorisation
F = QR leaves the pseudo-patients R G with scores Q'Y and the residual products of Y about QQ'Y: all
sums of the likelihood, X'WX, X'Wy and y'Wy, are kept exactly, for every W. A design that comes
factored (``factored_designs``) is reduced in the same way without being written out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.methods.coded_columns import hash_rows
from helpers.methods.design_reduction import orthonormal
from helpers.methods.factored_designs import FactoredDesign, written_out
from helpers.methods.pseudo_patients import reduce_cells, reduce_factors

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True)
class Patients:
    """The rows of the data laid out patient by visit.

    Attributes
    ----------
    distinct
        Distinct rows of the design, shape (u, p), or what they are made of.
    row
        Number of the design row of each patient at each visit, -1 where there is no score,
        shape (N, T).
    scores
        Outcome, 0 where there is no score, shape (N, T).
    group
        Covariance group of each patient, shape (N,).
    """

    distinct: FloatArray | FactoredDesign
    row: IntArray
    scores: FloatArray
    group: IntArray

    @property
    def design(self) -> FloatArray:
        """Distinct rows of the design, shape (u, p)."""
        return written_out(self.distinct)

    @property
    def observed(self) -> NDArray[np.bool_]:
        """Where there are scores, shape (N, T)."""
        return self.row >= 0


@dataclass(frozen=True)
class Cells:
    """What the likelihood needs of the data.

    Attributes
    ----------
    observed, group, patients
        Visits, covariance group and number of patients of each of S patterns: shapes (S, T), (S,)
        and (S,).
    pattern
        Pattern of each of K pseudo-patients, ascending, shape (K,).
    design, scores
        Design and scores of the pseudo-patients, 0 at visits without a score: shapes (K, T, p) and
        (K, T). The design is in the orthonormal ``basis``, the scores are divided by ``scale``.
    products
        Products of deviations, shape (S, T, T), on the same scale.
    basis
        Matrix B with X_original B = X_orthonormal, so that beta = scale * B gamma, shape (p, p).
    log_determinant
        log |X'X| of the original design.
    scale
        Root mean square of the least-squares residuals.
    n_obs, n_subjects
        Scores and patients.
    patient_pattern
        Pattern of each patient, shape (N,).
    cell, example
        Cell of each patient (N,), and one patient of each of C cells (C,).
    to_old
        Matrix K of each pattern with scores = K (these scores), shape (S, T, T), for cells in
        coordinates of their own (``random_rescaled``); None when scores are those of the visits.
    log_jacobian
        Twice the sum over patients of log|K|; 0 without K.
    """

    observed: NDArray[np.bool_]
    group: IntArray
    patients: FloatArray
    pattern: IntArray
    design: FloatArray
    scores: FloatArray
    products: FloatArray
    basis: FloatArray
    log_determinant: float
    scale: float
    n_obs: int
    n_subjects: int
    patient_pattern: IntArray
    cell: IntArray
    example: IntArray
    to_old: FloatArray | None = None
    log_jacobian: float = 0.0

    @property
    def n_coefficients(self) -> int:
        """Number of fixed effects."""
        return self.design.shape[2]


def lay_out(
    *,
    design: FloatArray | FactoredDesign,
    design_row: IntArray,
    scores: FloatArray,
    subject: IntArray,
    visit: IntArray,
    group: IntArray,
    n_visits: int,
) -> Patients:
    """Put rows into a patient-by-visit layout.

    Parameters
    ----------
    design
        Distinct design rows, shape (u, p).
    design_row, scores, subject, visit
        For each of n rows: its design row, outcome, patient number (0 to N - 1) and visit number
        (0 to T - 1). A patient has at most one row at a visit.
    group
        Covariance group of each patient, shape (N,).
    n_visits
        T.
    """
    shape = (len(group), n_visits)
    row = np.full(shape, -1, dtype=np.intp)
    row[subject, visit] = design_row
    outcome = np.zeros(shape)
    outcome[subject, visit] = scores
    return Patients(distinct=design, row=row, scores=outcome, group=group)


def group_patients(patients: Patients) -> Cells:
    """Group patients into patterns and cells.

    Raises
    ------
    DependentColumnsError
        When the columns of the design are not linearly independent.
    """
    pattern, observed, group = _patterns(patients)
    if isinstance(patients.distinct, FactoredDesign):
        cell = first = np.arange(len(pattern))
        reduced = reduce_factors(
            patients.distinct, patients.row, patients.scores, pattern=pattern, observed=observed
        )
    else:
        cell, first = _cells(patients, pattern)
        reduced = reduce_cells(
            patients.distinct,
            patients.row,
            patients.scores,
            cell=cell,
            first=first,
            pattern=pattern,
            observed=observed,
        )
    size = reduced.size
    rotated, basis, log_determinant = orthonormal(reduced.design)
    gamma = np.einsum("ktp,kt->p", rotated, reduced.scores)
    residual = reduced.scores - rotated @ gamma
    n_obs = int(np.sum(patients.row >= 0))
    squares = float(np.sum(residual**2) + np.trace(reduced.products.sum(axis=0)))
    scale = np.sqrt(squares / n_obs)
    scale = scale if scale > 0 else 1.0
    return Cells(
        observed=observed,
        group=group,
        patients=np.bincount(pattern, minlength=len(observed)).astype(float),
        pattern=reduced.owner,
        design=rotated,
        scores=reduced.scores / scale,
        products=reduced.products / scale**2,
        basis=basis / size[:, None],
        log_determinant=log_determinant + 2 * float(np.sum(np.log(size))),
        scale=float(scale),
        n_obs=n_obs,
        n_subjects=len(pattern),
        patient_pattern=pattern,
        cell=cell,
        example=first,
    )


def _patterns(patients: Patients) -> tuple[IntArray, NDArray[np.bool_], IntArray]:
    """Find the patterns: visits with a score and covariance group."""
    observed = patients.observed
    code = hash_rows(np.column_stack([observed, patients.group]))
    pattern, _ = pd.factorize(code, sort=True)
    _, first = np.unique(pattern, return_index=True)
    return pattern.astype(np.intp), observed[first], patients.group[first]


def _cells(patients: Patients, pattern: IntArray) -> tuple[IntArray, IntArray]:
    """Cell of each patient, and one patient of each cell."""
    cell, _ = pd.factorize(hash_rows(np.column_stack([patients.row, pattern])))
    first = np.full(cell.max() + 1, -1)
    first[cell[::-1]] = np.arange(len(cell))[::-1]
    return cell.astype(np.intp), first
