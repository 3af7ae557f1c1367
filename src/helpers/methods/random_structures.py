"""Covariances Z D Z' + v I of random-effects models whose positions are shared by patients."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from helpers.methods.covariance_structures import LinearStructure
from helpers.methods.matrix_elements import Elements

FloatArray = NDArray[np.float64]


def random_structure(design: FloatArray, *, correlated: bool = True) -> LinearStructure:
    """Covariance Z D Z' + v I, linear in the elements of D and in v.

    Parameters
    ----------
    design
        Z at each position, shape (T, k).
    correlated
        Whether random effects may be correlated; False is lme4's ``||``.
    """
    n_visits, size = design.shape
    elements = Elements(n_visits)
    columns, names = [], []
    for i in range(size):
        for j in range(i, size):
            if i != j and not correlated:
                continue
            product = np.outer(design[:, i], design[:, j])
            columns.append(elements.vector(product if i == j else product + product.T))
            names.append(f"random[{i + 1},{j + 1}]")
    columns.append((~elements.off_diagonal).astype(float))
    return LinearStructure((*names, "residual"), np.column_stack(columns), elements)


def trapezoid_places(size: int, rank: int) -> list[tuple[int, int]]:
    """Entries of a lower trapezoidal matrix, column by column."""
    return [(i, r) for r in range(rank) for i in range(r, size)]


def trapezoid(values: FloatArray, size: int, rank: int) -> FloatArray:
    """Spread values over a lower trapezoidal matrix, shape (size, rank)."""
    out = np.zeros((size, rank))
    for value, place in zip(values, trapezoid_places(size, rank), strict=True):
        out[place] = value
    return out


def low_rank_loadings(random: FloatArray, rank: int) -> FloatArray:
    """Find the loadings A of the matrix A A' of this rank nearest to D, as a flat vector."""
    values, vectors = np.linalg.eigh(random)
    size = np.sqrt(np.maximum(values[::-1], 1e-6 * max(abs(values[-1]), 1e-3)))
    top = (vectors[:, ::-1] * size)[:, :rank]
    # A rotation of the columns makes A lower trapezoidal and leaves A A' as it is.
    lower = np.linalg.qr(top.T)[1].T
    return np.array([lower[place] for place in trapezoid_places(len(random), rank)])


@dataclass(frozen=True)
class Loadings:
    """What A A' and its residual variance are called, where they stand, and how Z A is made.

    Parameters
    ----------
    design
        Z, shape (..., k): at each position, or at each score of each patient.
    rank
        Columns of A, less than k; A is lower trapezoidal.
    """

    design: FloatArray
    rank: int
    linear = False
    free = False

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        return trapezoid_places(self.design.shape[-1], self.rank)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the loadings, then the residual variance."""
        return (*(f"loading[{i + 1},{r + 1}]" for i, r in self._places), "residual")

    @property
    def powers(self) -> tuple[int, ...]:
        """Loadings have the outcome's unit, the residual variance its square."""
        return (*(1 for _ in self._places), 2)

    def _factor(self, theta: FloatArray) -> FloatArray:
        return self.design @ trapezoid(theta[:-1], self.design.shape[-1], self.rank)


@dataclass(frozen=True)
class FactorStructure(Loadings):
    """Sigma = Z A A' Z' + v I: random effects whose covariance has less than full rank.

    The optimum of a random-effects model may lie on the edge where D is singular. There D = A A'
    with fewer columns in A than random effects, and in A the optimum is an inner point again.

    Parameters
    ----------
    design
        Z at each position, shape (T, k).
    rank
        Columns of A, less than k; A is lower trapezoidal.
    """

    @cached_property
    def _elements(self) -> Elements:
        return Elements(len(self.design))

    def start(self, sigma: FloatArray) -> FloatArray:
        """Least squares for a full D, then its nearest of this rank."""
        size = self.design.shape[1]
        theta = random_structure(self.design).start(sigma)
        random = np.zeros((size, size))
        random[np.triu_indices(size)] = theta[:-1]
        random = random + np.triu(random, 1).T
        return np.append(low_rank_loadings(random, self.rank), abs(theta[-1]))

    def matrix(self, theta: FloatArray) -> FloatArray | None:
        """Sigma, or None for a residual variance that is not positive."""
        if theta[-1] <= 0:
            return None
        factor = self._factor(theta)
        return factor @ factor.T + theta[-1] * np.eye(len(factor))

    def jacobian(self, theta: FloatArray) -> FloatArray:
        """DB B' + B dB' with B = Z A."""
        factor = self._factor(theta)
        columns = []
        for i, r in self._places:
            product = np.outer(self.design[:, i], factor[:, r])
            columns.append(self._elements.vector(product + product.T))
        columns.append((~self._elements.off_diagonal).astype(float))
        return np.column_stack(columns)

    def curvature(self, theta: FloatArray) -> FloatArray:
        """DB dB' + dB dB': only loadings of the same column meet."""
        out = np.zeros((self._elements.count, len(theta), len(theta)))
        for a, (i, r) in enumerate(self._places):
            for b, (j, s) in enumerate(self._places):
                if r == s:
                    product = np.outer(self.design[:, i], self.design[:, j])
                    out[:, a, b] = self._elements.vector(product + product.T)
        return out
