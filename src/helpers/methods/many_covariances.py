"""Covariances of the visits for many trials at once: Sigma as a function of theta.

The counterpart of ``covariance_structures`` and ``random_structures`` with a leading axis of
trials, for the few covariances that ``many_trials`` fits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# Matrices with a smaller eigenvalue, scaled to a unit diagonal, do not count as positive definite.
_NEARLY_SINGULAR = 1e-8
# Below this share of the trace the covariance of random effects counts as singular.
_SINGULAR = 1e-8


@dataclass(frozen=True)
class Structures:
    """Sigma as a function of theta, for many theta at once.

    Attributes
    ----------
    basis
        Derivatives of a Sigma that is linear in theta, shape (k, T, T); None for AR(1), whose
        theta is variance and correlation.
    n_visits
        T.
    effects
        Random effects, whose covariance must be positive definite; 0 when there are none.
    """

    basis: FloatArray | None
    n_visits: int
    effects: int = 0

    @property
    def size(self) -> int:
        """Number of parameters."""
        return 2 if self.basis is None else len(self.basis)

    @property
    def lags(self) -> FloatArray:
        """Visits between each two visits."""
        place = np.arange(self.n_visits, dtype=float)
        return np.abs(place[:, None] - place)

    def matrix(self, theta: FloatArray) -> FloatArray:
        """Sigma, shape (M, T, T)."""
        if self.basis is not None:
            return np.tensordot(theta, self.basis, axes=1)
        return theta[:, :1, None] * self._power(theta, 0)

    def jacobian(self, theta: FloatArray) -> FloatArray:
        """Differentiate Sigma in theta, shape (M, k, T * T)."""
        if self.basis is not None:
            flat = self.basis.reshape(self.size, -1)
            return np.broadcast_to(flat, (len(theta), *flat.shape))
        slope = theta[:, :1, None] * self.lags * self._power(theta, 1)
        both = np.stack([self._power(theta, 0), slope], axis=1)
        return both.reshape(len(theta), 2, -1)

    def curve(self, theta: FloatArray, inner: FloatArray) -> FloatArray | float:
        """Sum over the elements of Sigma of ``inner`` times its second derivatives, (M, k, k)."""
        if self.basis is not None:
            return 0.0
        lags = self.lags
        out = np.zeros((len(theta), 2, 2))
        mixed = np.sum(inner * lags * self._power(theta, 1), axis=(1, 2))
        out[:, 0, 1] = out[:, 1, 0] = mixed
        second = lags * (lags - 1) * self._power(theta, 2)
        out[:, 1, 1] = theta[:, 0] * np.sum(inner * second, axis=(1, 2))
        return out

    def _power(self, theta: FloatArray, less: int) -> FloatArray:
        """Correlation to the power of the lag, less so many, shape (M, T, T)."""
        return np.asarray(theta[:, 1:, None] ** np.maximum(self.lags - less, 0.0), dtype=float)

    def start(self, sigma: FloatArray) -> FloatArray:
        """Theta nearest to a covariance of all visits."""
        if self.basis is not None:
            flat = self.basis.reshape(self.size, -1)
            return np.asarray(np.linalg.lstsq(flat.T, sigma.ravel(), rcond=None)[0], dtype=float)
        sd = np.sqrt(np.diag(sigma))
        neighbours = np.diag(sigma / np.outer(sd, sd), 1).mean()
        return np.array([np.diag(sigma).mean(), neighbours])

    def inside(self, theta: FloatArray) -> BoolArray:
        """Whether the random effects have a covariance that is not singular."""
        if not self.effects:
            return np.ones(len(theta), dtype=bool)
        random = np.zeros((len(theta), self.effects, self.effects))
        upper = np.triu_indices(self.effects)
        random[:, upper[0], upper[1]] = random[:, upper[1], upper[0]] = theta[:, :-1]
        lowest = np.linalg.eigvalsh(random)[:, 0]
        trace = np.trace(random, axis1=1, axis2=2)
        residual = theta[:, -1]
        return np.asarray(
            (residual > 0) & (lowest > _SINGULAR * np.maximum(trace, residual)), dtype=bool
        )


def structure_of(covariance: str, times: FloatArray) -> Structures:
    """Return a covariance by its name, as in ``type_one_error``; times have shape (T,)."""
    n_visits = len(times)
    if covariance == "ar1":
        return Structures(None, n_visits)
    if covariance == "us":
        rows, columns = np.triu_indices(n_visits)
        return Structures(_pairs(np.eye(n_visits), rows, columns), n_visits)
    size = 2 if covariance == "random_slope" else 1
    share = (times - times[0]) / (times[-1] - times[0])
    at_visit = np.column_stack([np.ones(n_visits), share])[:, :size]
    random = _pairs(at_visit, *np.triu_indices(size))
    return Structures(np.concatenate([random, np.eye(n_visits)[None]]), n_visits, effects=size)


def _pairs(columns: FloatArray, first: NDArray[np.intp], second: NDArray[np.intp]) -> FloatArray:
    """z_j z_k' + z_k z_j' for pairs of columns, or z_j z_j'."""
    out = []
    for j, k in zip(first, second, strict=True):
        one = np.outer(columns[:, j], columns[:, k])
        out.append(one if j == k else one + one.T)
    return np.array(out)


def positive_definite(matrices: FloatArray) -> BoolArray:
    """Whether each symmetric matrix is positive definite, by its size-free smallest eigenvalue."""
    diagonal = np.diagonal(matrices, axis1=1, axis2=2)
    possible = np.all(np.isfinite(matrices), axis=(1, 2)) & np.all(diagonal > 0, axis=1)
    out = np.zeros(len(matrices), dtype=bool)
    size = np.sqrt(diagonal[possible])
    scaled = matrices[possible] / (size[:, :, None] * size[:, None, :])
    out[possible] = np.linalg.eigvalsh(scaled)[:, 0] > _NEARLY_SINGULAR
    return out
