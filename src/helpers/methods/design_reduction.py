"""Designs of one pattern reduced to few rows, and columns made orthonormal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

# A flattened design counts as a combination of others when it is met to this share of its size.
_SPAN_TOLERANCE = 1e-11
# Rows looked at to find the span of a pattern's designs; a larger span is left uncompressed.
_SPAN_SAMPLE = 48
# Patterns with no more cells than this are not worth compressing.
SMALL_PATTERN = 4
# A column of length 1 whose distance from the span of the others is above this is far from
# dependent: products of columns then keep ten digits, and a second factorisation all of them.
_FAR = 1e-3


class DependentColumnsError(Exception):
    """Columns of the design that are combinations of the columns before them.

    Attributes
    ----------
    dependent
        For each dependent column, the columns that make it up (none: the column is zero).
    """

    def __init__(self, dependent: dict[int, tuple[int, ...]]) -> None:
        self.dependent = dependent
        super().__init__(str(dependent))


def compress(
    design: FloatArray, scores: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Replace the cells of one pattern by fewer pseudo-patients with the same sums.

    Parameters
    ----------
    design, scores
        Designs, with columns of similar size, and mean scores of the cells times the root of their
        counts: shapes (C, T, p) and (C, T).

    Returns
    -------
    design, scores, products
        Pseudo-patients, and the products of the residuals of the scores about them (T, T). Cells
        whose designs span too many dimensions are returned as they are, without products.
    """
    n_cells, n_visits, n_columns = design.shape
    flat = design.reshape(n_cells, -1)
    sample = np.unique(np.linspace(0, n_cells - 1, _SPAN_SAMPLE).astype(int))
    triangle, pivots = qr(flat[sample], mode="r", pivoting=True)
    diagonal = np.abs(np.diag(triangle))
    rank = int(np.sum(diagonal > _SPAN_TOLERANCE * diagonal[0]))
    if rank >= len(sample) or rank == 0:
        return design, scores, None
    # Every column is a combination of the first pivots: flat = weights @ combine.
    combine = np.empty((rank, flat.shape[1]))
    combine[:, pivots] = np.linalg.solve(triangle[:rank, :rank], triangle[:rank])
    weights = flat[:, pivots[:rank]]
    missed = weights @ combine
    missed -= flat
    # In squares, because a sum of products costs a fraction of a search for the largest.
    short = np.einsum("ij,ij->j", missed, missed)
    if np.any(short > _SPAN_TOLERANCE**2 * np.einsum("ij,ij->j", flat, flat)):
        return design, scores, None
    right, small_scores, products = reduce_rows(weights, scores)
    return (right @ combine).reshape(rank, n_visits, n_columns), small_scores, products


def reduce_rows(
    weights: FloatArray, scores: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rotate rows so that few hold all that the weights explain: with weights = QR, R and Q'Y.

    Parameters
    ----------
    weights, scores
        W and Y, shapes (m, r) with m at least r, and (m, T).

    Returns
    -------
    right, scores, products
        R (r, r), Q'Y (r, T), and the products of the residuals Y - QQ'Y (T, T).
    """
    right = _cholesky(weights)
    if right is None:
        turn, right = np.linalg.qr(weights)
        small_scores = turn.T @ scores
        residual = scores - turn @ small_scores
    else:
        # The scores Q'Y are R^-T weights'Y, and Q is not needed.
        small_scores = np.asarray(np.linalg.solve(right.T, weights.T @ scores), dtype=float)
        residual = scores - weights @ np.linalg.solve(right, small_scores)
    return right, small_scores, residual.T @ residual


def _triangle(matrix: FloatArray) -> FloatArray:
    """Find R of the QR factorisation, shape (k, k)."""
    right = _cholesky(matrix)
    return np.asarray(np.linalg.qr(matrix, mode="r"), dtype=float) if right is None else right


def _cholesky(matrix: FloatArray) -> FloatArray | None:
    """Find R of the QR factorisation as the Cholesky factor of the columns' products.

    That costs a fraction of Householder's method and is as good for columns that are far from
    dependent (Golub & Van Loan 2013, Matrix Computations, 5.3.8); None for others.
    """
    products = matrix.T @ matrix
    size = np.sqrt(np.diag(products))
    if size.all():
        try:
            root = np.linalg.cholesky(products / np.outer(size, size))
        except np.linalg.LinAlgError:
            return None
        if np.min(np.diag(root)) > _FAR:
            return np.asarray(root.T * size)
    return None


def orthonormal(design: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Rotate the columns so that X'X is the identity; the likelihood is then well conditioned.

    Returns
    -------
    design, basis, log_determinant
        X B (K, T, p), B (p, p), and log |X'X|.

    Raises
    ------
    DependentColumnsError
        When a column is a combination of the columns before it.
    """
    n_columns = design.shape[2]
    flat = design.reshape(-1, n_columns)
    length = np.sqrt(np.einsum("ij,ij->j", flat, flat))
    if not length.all():
        raise DependentColumnsError({int(i): () for i in np.flatnonzero(length == 0)})
    if len(flat) < n_columns:
        flat = np.vstack([flat, np.zeros((n_columns - len(flat), n_columns))])
    flat = flat / length
    triangle = _triangle(flat)
    if np.min(np.abs(np.diag(triangle))) > _FAR:
        # The second factorisation takes the rounding of the first away.
        first = flat @ np.linalg.inv(triangle)
        again = _triangle(first)
        rotated, triangle = first @ np.linalg.inv(again), again @ triangle
    else:
        rotated, triangle = np.linalg.qr(flat)
    # |R_kk| is the distance of column k, of length 1, from the span of the columns before it.
    distance = np.abs(np.diag(triangle))
    short = np.flatnonzero(distance < 1e-9)
    if len(short):
        raise DependentColumnsError(_combinations(flat, short))
    basis = np.triu(np.linalg.inv(triangle)) / length[:, None]
    log_determinant = 2 * float(np.sum(np.log(distance)) + np.sum(np.log(length)))
    return (
        rotated[: design.shape[0] * design.shape[1]].reshape(design.shape),
        basis,
        log_determinant,
    )


def _combinations(flat: FloatArray, short: IntArray) -> dict[int, tuple[int, ...]]:
    """Say which earlier columns make up each dependent one."""
    kept = [i for i in range(flat.shape[1]) if i not in set(short.tolist())]
    found = {}
    for column in short:
        before = [i for i in kept if i < column]
        weights = np.linalg.lstsq(flat[:, before], flat[:, column], rcond=None)[0]
        found[int(column)] = tuple(
            i for i, weight in zip(before, weights, strict=True) if abs(weight) > 1e-6
        )
    return found
