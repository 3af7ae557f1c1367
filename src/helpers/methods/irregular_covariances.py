"""Covariances of patients with times of their own, as functions of a few parameters.

Every array runs over patterns: patients with the same times, padded to the most scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from helpers.methods.random_structures import Loadings

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


class IrregularCovariance(Protocol):
    """V of every pattern as a function of theta.

    Attributes
    ----------
    names
        Names of the m parameters.
    linear
        Whether V is linear in them.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        ...

    @property
    def powers(self) -> tuple[int, ...]:
        """Power of the outcome's unit that each has."""
        ...

    linear: bool

    def matrices(self, theta: FloatArray) -> FloatArray | None:
        """V, shape (S, T, T), or None when theta is not allowed."""
        ...

    def first(self, theta: FloatArray) -> FloatArray:
        """V_a, shape (m, S, T, T)."""
        ...

    def second(self, theta: FloatArray, weights: FloatArray) -> FloatArray:
        """Sum over a and b of weights[a, b] V_ab, shape (S, T, T)."""
        ...

    def second_traces(self, theta: FloatArray, inner: FloatArray) -> FloatArray:
        """Sum over patterns of tr(inner V_ab), shape (m, m)."""
        ...


@dataclass(frozen=True)
class ExponentialTimes:
    """v exp(-|t_j - t_k| / range), with own parameters for each covariance group.

    Parameters
    ----------
    times
        Times of each pattern, shape (S, T); anything where there is no score.
    group
        Covariance group of each pattern, shape (S,).
    """

    times: FloatArray
    group: IntArray
    linear = False

    @property
    def _n_groups(self) -> int:
        return int(self.group.max()) + 1

    @property
    def names(self) -> tuple[str, ...]:
        """Variance and range of each group."""
        return ("variance", "range") * self._n_groups

    @property
    def powers(self) -> tuple[int, ...]:
        """A variance and a time."""
        return (2, 0) * self._n_groups

    @cached_property
    def _distances(self) -> FloatArray:
        return np.abs(self.times[:, :, None] - self.times[:, None, :])

    def _own(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Variance and range of each pattern, shape (S, 1, 1)."""
        pairs = theta.reshape(-1, 2)[self.group]
        return pairs[:, 0, None, None], pairs[:, 1, None, None]

    def matrices(self, theta: FloatArray) -> FloatArray | None:
        """V, or None when a variance or range is not positive."""
        if np.any(theta <= 0):
            return None
        variance, reach = self._own(theta)
        return variance * np.exp(-self._distances / reach)

    def first(self, theta: FloatArray) -> FloatArray:
        """Return the derivatives in variance and range."""
        variance, reach = self._own(theta)
        shape = np.exp(-self._distances / reach)
        out = np.zeros((len(theta), *shape.shape))
        for g in range(self._n_groups):
            own = self.group == g
            out[2 * g, own] = shape[own]
            out[2 * g + 1, own] = (variance * shape * self._distances / reach**2)[own]
        return out

    def _curvatures(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """V_ab for (variance, range) and for (range, range), shape (S, T, T) each."""
        variance, reach = self._own(theta)
        d = self._distances
        shape = np.exp(-d / reach)
        mixed = shape * d / reach**2
        return mixed, variance * shape * (d**2 / reach**4 - 2 * d / reach**3)

    def second(self, theta: FloatArray, weights: FloatArray) -> FloatArray:
        """Weighted second derivatives."""
        mixed, twice = self._curvatures(theta)
        v, r = 2 * self.group, 2 * self.group + 1
        off = (weights[v, r] + weights[r, v])[:, None, None]
        return off * mixed + weights[r, r][:, None, None] * twice

    def second_traces(self, theta: FloatArray, inner: FloatArray) -> FloatArray:
        """Traces with the second derivatives."""
        mixed, twice = self._curvatures(theta)
        out = np.zeros((len(theta), len(theta)))
        for g in range(self._n_groups):
            own = self.group == g
            out[2 * g, 2 * g + 1] = out[2 * g + 1, 2 * g] = np.sum(inner[own] * mixed[own])
            out[2 * g + 1, 2 * g + 1] = np.sum(inner[own] * twice[own])
        return out


def _noise(design: FloatArray, noise: FloatArray | None) -> FloatArray:
    """Covariance of the residuals of each pattern, divided by their variance."""
    if noise is not None:
        return noise
    patterns, size, _ = design.shape
    return np.broadcast_to(np.eye(size), (patterns, size, size))


@dataclass(frozen=True)
class RandomTimes:
    """Z D Z' + v R with Z of each pattern; R is the identity unless it is given.

    Parameters
    ----------
    design
        Z, shape (S, T, k); zero where there is no score.
    correlated
        Whether the random effects may be correlated.
    noise
        R of each pattern, shape (S, T, T).
    """

    design: FloatArray
    correlated: bool = True
    noise: FloatArray | None = None
    linear = True

    @property
    def _pairs(self) -> list[tuple[int, int]]:
        size = self.design.shape[2]
        return [(i, j) for i in range(size) for j in range(i, size) if i == j or self.correlated]

    @property
    def names(self) -> tuple[str, ...]:
        """Elements of D, then the residual variance."""
        return (*(f"random[{i + 1},{j + 1}]" for i, j in self._pairs), "residual")

    @property
    def powers(self) -> tuple[int, ...]:
        """All are variances or covariances."""
        return (2,) * len(self.names)

    @cached_property
    def _parts(self) -> FloatArray:
        z = self.design
        parts = []
        for i, j in self._pairs:
            product = z[:, :, None, i] * z[:, None, :, j]
            parts.append(product if i == j else product + product.transpose(0, 2, 1))
        return np.stack([*parts, _noise(z, self.noise)])

    def matrices(self, theta: FloatArray) -> FloatArray | None:
        """V."""
        return np.tensordot(theta, self._parts, axes=1)

    def first(self, theta: FloatArray) -> FloatArray:
        """Return the fixed parts of V."""
        return self._parts

    def second(self, theta: FloatArray, weights: FloatArray) -> FloatArray:
        """Return zeros."""
        return np.zeros(self._parts.shape[1:])

    def second_traces(self, theta: FloatArray, inner: FloatArray) -> FloatArray:
        """Return zeros."""
        return np.zeros((len(theta), len(theta)))


@dataclass(frozen=True)
class FactorTimes(Loadings):
    """Z A A' Z' + v R, A of less than full rank: see ``FactorStructure`` and ``RandomTimes``."""

    noise: FloatArray | None = None

    def matrices(self, theta: FloatArray) -> FloatArray | None:
        """V, or None for a residual variance that is not positive."""
        if theta[-1] <= 0:
            return None
        factor = self._factor(theta)
        return factor @ factor.transpose(0, 2, 1) + theta[-1] * _noise(self.design, self.noise)

    def first(self, theta: FloatArray) -> FloatArray:
        """Return the derivatives in the loadings and the residual variance."""
        factor, z = self._factor(theta), self.design
        parts = []
        for i, r in self._places:
            product = z[:, :, None, i] * factor[:, None, :, r]
            parts.append(product + product.transpose(0, 2, 1))
        return np.stack([*parts, _noise(z, self.noise)])

    def _curvature(self, i: int, j: int) -> FloatArray:
        product = self.design[:, :, None, i] * self.design[:, None, :, j]
        return product + product.transpose(0, 2, 1)

    def second(self, theta: FloatArray, weights: FloatArray) -> FloatArray:
        """Weighted second derivatives: loadings of the same column meet."""
        out = np.zeros((len(self.design), self.design.shape[1], self.design.shape[1]))
        for a, (i, r) in enumerate(self._places):
            for b, (j, s) in enumerate(self._places):
                if r == s:
                    out += weights[a, b] * self._curvature(i, j)
        return out

    def second_traces(self, theta: FloatArray, inner: FloatArray) -> FloatArray:
        """Traces with the second derivatives."""
        out = np.zeros((len(theta), len(theta)))
        for a, (i, r) in enumerate(self._places):
            for b, (j, s) in enumerate(self._places):
                if r == s:
                    out[a, b] = np.sum(inner * self._curvature(i, j))
        return out
