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
sums of the likelihood, X'WX, X'Wy and y'Wy, are kept exactly, for every W.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.methods.design_reduction import SMALL_PATTERN, compress, orthonormal

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True)
class Patients:
    """The rows of the data laid out patient by visit.

    Attributes
    ----------
    design
        Distinct rows of the design, shape (u, p).
    row
        Number of the design row of each patient at each visit, -1 where there is no score,
        shape (N, T).
    scores
        Outcome, 0 where there is no score, shape (N, T).
    group
        Covariance group of each patient, shape (N,).
    """

    design: FloatArray
    row: IntArray
    scores: FloatArray
    group: IntArray

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
    design: FloatArray,
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
    return Patients(design=design, row=row, scores=outcome, group=group)


def group_patients(patients: Patients) -> Cells:
    """Group patients into patterns and cells.

    Raises
    ------
    DependentColumnsError
        When the columns of the design are not linearly independent.
    """
    pattern, observed, group = _patterns(patients)
    n_patterns, n_visits = observed.shape
    # Columns of very different size (age in days beside an indicator) would blur the rank.
    size = np.sqrt(np.einsum("ij,ij->j", patients.design, patients.design))
    size = np.where(size > 0, size, 1.0)
    cell, first = _cells(patients, pattern)
    count = np.bincount(cell).astype(float)
    mean = patients.scores[first]
    products = np.zeros((n_patterns, n_visits, n_visits))
    if len(first) < len(cell):
        sums = [np.bincount(cell, weights=column) for column in patients.scores.T]
        mean = np.column_stack(sums) / count[:, None]
        deviation = patients.scores - mean[cell]
        order = np.argsort(pattern, kind="stable")
        ends = np.cumsum(np.bincount(pattern, minlength=n_patterns))
        for number, rows in enumerate(np.split(order, ends[:-1])):
            products[number] = deviation[rows].T @ deviation[rows]
    stacked, stacked_scores, owners = _pseudo_patients(
        patients, first, pattern[first], np.sqrt(count), mean, size, observed, products
    )
    rotated, basis, log_determinant = orthonormal(stacked)
    gamma = np.einsum("ktp,kt->p", rotated, stacked_scores)
    residual = stacked_scores - rotated @ gamma
    n_obs = int(np.sum(patients.row >= 0))
    squares = float(np.sum(residual**2) + np.trace(products.sum(axis=0)))
    scale = np.sqrt(squares / n_obs)
    scale = scale if scale > 0 else 1.0
    return Cells(
        observed=observed,
        group=group,
        patients=np.bincount(pattern, minlength=n_patterns).astype(float),
        pattern=owners,
        design=rotated,
        scores=stacked_scores / scale,
        products=products / scale**2,
        basis=basis / size[:, None],
        log_determinant=log_determinant + 2 * float(np.sum(np.log(size))),
        scale=float(scale),
        n_obs=n_obs,
        n_subjects=len(pattern),
        patient_pattern=pattern,
        cell=cell,
        example=first,
    )


def _pseudo_patients(
    patients: Patients,
    first: IntArray,
    cell_pattern: IntArray,
    weight: FloatArray,
    mean: FloatArray,
    size: FloatArray,
    observed: NDArray[np.bool_],
    products: FloatArray,
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Design, scores and pattern of the pseudo-patients, pattern by pattern.

    What compression leaves of the scores is added to ``products``.
    """
    order = np.argsort(cell_pattern, kind="stable")
    owner, weight, row = cell_pattern[order], weight[order], patients.row[first[order]]
    scores = mean[order] * weight[:, None]

    def designs(part: slice, seen: IntArray | slice = slice(None)) -> FloatArray:
        """Weighted designs of some cells; a visit without a score, row -1, is a row of zeros."""
        rows = row[part][:, seen]
        found = patients.design[rows]
        found[rows < 0] = 0
        found /= size
        found *= weight[part, None, None]
        return found

    cells = np.bincount(owner, minlength=len(observed))
    ends = np.cumsum(cells)
    all_designs, all_scores, owners = [], [], []
    done = np.intp(0)
    # One pattern after the other: the designs of all patients at once would not stay in the cache.
    for number in np.flatnonzero(cells > SMALL_PATTERN):
        start, end = ends[number] - cells[number], ends[number]
        seen = np.flatnonzero(observed[number])
        part = slice(start, end)
        small, small_scores, left = compress(designs(part, seen), scores[part][:, seen])
        if left is None:
            continue
        products[number][np.ix_(seen, seen)] += left
        padded = np.zeros((len(small), row.shape[1], len(size)))
        padded[:, seen] = small
        padded_scores = np.zeros((len(small), row.shape[1]))
        padded_scores[:, seen] = small_scores
        before = slice(done, start)
        all_designs += [designs(before), padded]
        all_scores += [scores[before], padded_scores]
        owners += [owner[before], np.full(len(small), number)]
        done = end
    rest = slice(done, None)
    return (
        np.concatenate([*all_designs, designs(rest)]),
        np.concatenate([*all_scores, scores[rest]]),
        np.concatenate([*owners, owner[rest]]),
    )


def _patterns(patients: Patients) -> tuple[IntArray, NDArray[np.bool_], IntArray]:
    """Find the patterns: visits with a score and covariance group."""
    observed = patients.observed
    code = _hash(np.column_stack([observed, patients.group]))
    pattern, _ = pd.factorize(code, sort=True)
    _, first = np.unique(pattern, return_index=True)
    return pattern.astype(np.intp), observed[first], patients.group[first]


def _cells(patients: Patients, pattern: IntArray) -> tuple[IntArray, IntArray]:
    """Cell of each patient, and one patient of each cell."""
    cell, _ = pd.factorize(_hash(np.column_stack([patients.row, pattern])))
    first = np.full(cell.max() + 1, -1)
    first[cell[::-1]] = np.arange(len(cell))[::-1]
    return cell.astype(np.intp), first


def _hash(rows: NDArray[np.integer]) -> NDArray[np.uint64]:
    """Give equal rows equal numbers and, with certainty, different rows different ones."""
    # Mixed radix keeps different rows apart as long as the number fits; that covers all trials
    # with up to about 60 visits or a few thousand design rows at 5 visits.
    span = [int(most) + 2 for most in rows.max(axis=0)]
    if np.sum(np.log2(span)) < 63:
        places = np.cumprod([1, *span[:-1]], dtype=np.int64)
        return np.asarray((rows + 1) @ places, dtype=np.uint64)
    # Otherwise number the distinct values of the left half, then append column after column.
    code = np.zeros(len(rows), dtype=np.uint64)
    for column, radix in zip(rows.T, span, strict=True):
        code = code * np.uint64(radix) + (column + 1).astype(np.uint64)
        code = pd.factorize(code)[0].astype(np.uint64)
    return code
