r"""Covariance structures: Sigma(theta), its first and its second derivatives.

A structure maps a few parameters to the elements of a T x T covariance matrix. The parameters are
those that PROC MIXED prints: variances (not standard deviations), correlations, covariances.

=========  ================================================  ====================================
name       Sigma_jk                                          parameters
=========  ================================================  ====================================
us         s_jk                                              T (T + 1) / 2 elements
cs         c + v [j = k]                                     v, c
csh        sqrt(v_j v_k) r^[j != k]                          v_1 .. v_T, r
ar1        v r^|j - k|                                       v, r
ar1h       sqrt(v_j v_k) r^|j - k|                           v_1 .. v_T, r
toep       c_|j - k|                                         c_0 .. c_(T - 1)
toeph      sqrt(v_j v_k) r_|j - k|                           v_1 .. v_T, r_1 .. r_(T - 1)
ad         v prod_{j <= l < k} r_l                           v, r_1 .. r_(T - 1)
adh        sqrt(v_j v_k) prod_{j <= l < k} r_l               v_1 .. v_T, r_1 .. r_(T - 1)
sp_exp     v exp(-|t_j - t_k| / range)                       v, range
random     Z_j D Z_k' + v [j = k]                            elements of D, v
=========  ================================================  ====================================

`us`, `cs`, `toep` and `random` are linear in their parameters, so the second derivatives vanish
and the Kenward-Roger covariance has no curvature term. In `ad` and the other homogeneous structures
all visits share one variance, as in the R package mmrm; SAS calls them AR(1), TOEP, CS, and adh,
csh, ar1h, toeph ANTE(1), CSH, ARH(1), TOEPH.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from helpers.errors import AnalysisError, unknown_name
from helpers.methods.correlation_shapes import (
    Correlation,
    ExponentialCorrelation,
    PowerCorrelation,
)
from helpers.methods.matrix_elements import Elements

FloatArray = NDArray[np.float64]

COVARIANCES = ("us", "cs", "csh", "ar1", "ar1h", "toep", "toeph", "ad", "adh", "sp_exp")
# Structures in which the order of the visits matters.
ORDERED = ("ar1", "ar1h", "toep", "toeph", "ad", "adh")


class Structure(Protocol):
    """A covariance matrix as a function of parameters.

    Attributes
    ----------
    names
        What each of m parameters is called.
    powers
        Power of the outcome's unit that each has: 2 for a variance, 0 for a correlation.
    linear
        Whether Sigma is linear in the parameters.
    free
        Whether the parameters are the elements of Sigma themselves.
    """

    linear: bool

    @property
    def free(self) -> bool:
        """Whether the parameters are the elements of Sigma."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        ...

    @property
    def powers(self) -> tuple[int, ...]:
        """Power of the outcome's unit."""
        ...

    def start(self, sigma: FloatArray) -> FloatArray:
        """Parameters whose matrix is near a T x T covariance, shape (m,)."""
        ...

    def matrix(self, theta: FloatArray) -> FloatArray | None:
        """Sigma, shape (T, T), or None when theta is not allowed."""
        ...

    def jacobian(self, theta: FloatArray) -> FloatArray:
        """Differentiate the elements of Sigma in theta, shape (T (T + 1) / 2, m)."""
        ...

    def curvature(self, theta: FloatArray) -> FloatArray:
        """Second derivatives of the elements of Sigma, shape (T (T + 1) / 2, m, m)."""
        ...


@dataclass(frozen=True)
class LinearStructure:
    """Sigma whose elements are a fixed matrix times the parameters.

    Parameters
    ----------
    names
        Names of the m parameters.
    weights
        Derivative of the elements, shape (T (T + 1) / 2, m).
    elements
        Elements of a T x T matrix.
    free
        Whether the parameters are the elements themselves.
    """

    names: tuple[str, ...]
    weights: FloatArray
    elements: Elements
    free: bool = False
    linear = True

    @property
    def powers(self) -> tuple[int, ...]:
        """All parameters are variances or covariances."""
        return (2,) * len(self.names)

    def start(self, sigma: FloatArray) -> FloatArray:
        """Least squares over all entries of the matrix."""
        if self.free:
            return self.elements.vector(sigma)
        # An off-diagonal element stands for two entries.
        root = np.sqrt(1.0 + self.elements.off_diagonal)[:, None]
        target = self.elements.vector(sigma)[:, None] * root
        return np.linalg.lstsq(self.weights * root, target, rcond=None)[0][:, 0]

    def matrix(self, theta: FloatArray) -> FloatArray | None:
        """Sigma, shape (T, T)."""
        return self.elements.matrix(theta if self.free else self.weights @ theta)

    def jacobian(self, theta: FloatArray) -> FloatArray:
        """Return the weights, whatever theta is."""
        return self.weights

    def curvature(self, theta: FloatArray) -> FloatArray:
        """Return zeros: a linear structure has no second derivative."""
        count, size = self.weights.shape
        return np.zeros((count, size, size))


@dataclass(frozen=True)
class ScaledStructure:
    """Sigma_jk = sqrt(v_j v_k) rho_jk(phi), with one variance or one for each visit."""

    correlation: Correlation
    elements: Elements
    heterogeneous: bool
    linear = False
    free = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the variances, then of the correlations."""
        size = self.elements.size
        variances = [f"variance[{i + 1}]" for i in range(size)]
        return (*(variances if self.heterogeneous else ["variance"]), *self.correlation.names)

    @property
    def powers(self) -> tuple[int, ...]:
        """Variances, then correlations or a range."""
        return (2,) * self._n_variances + (0,) * len(self.correlation.names)

    @property
    def _n_variances(self) -> int:
        return self.elements.size if self.heterogeneous else 1

    def start(self, sigma: FloatArray) -> FloatArray:
        """Variances and correlations of a covariance matrix."""
        variances = np.diag(sigma)
        sd = np.sqrt(variances)
        phi = self.correlation.start(sigma / np.outer(sd, sd))
        return np.concatenate([variances if self.heterogeneous else [variances.mean()], phi])

    def matrix(self, theta: FloatArray) -> FloatArray | None:
        """Sigma, or None when a variance or correlation is out of its range."""
        v, phi = theta[: self._n_variances], theta[self._n_variances :]
        if np.any(v <= 0) or not self.correlation.allowed(phi):
            return None
        return self.elements.matrix(self._sizes(v)[0] * self.correlation.values(phi)[0])

    def _sizes(self, v: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """sqrt(v_j v_k) for each element, with first and second derivatives in v."""
        count, size = self.elements.count, self._n_variances
        if not self.heterogeneous:
            return np.full(count, v[0]), np.ones((count, 1)), np.zeros((count, 1, 1))
        # Each element is the monomial v_j^(1/2) v_k^(1/2), or v_j on the diagonal.
        powers = np.zeros((count, size))
        np.add.at(powers, (np.arange(count), self.elements.first), 0.5)
        np.add.at(powers, (np.arange(count), self.elements.second), 0.5)
        value = np.sqrt(v[self.elements.first] * v[self.elements.second])
        ratio = powers / v
        first = value[:, None] * ratio
        second = value[:, None, None] * (
            ratio[:, :, None] * ratio[:, None, :]
            - (ratio / v)[:, :, None] * np.eye(size)[None, :, :]
        )
        return value, first, second

    def jacobian(self, theta: FloatArray) -> FloatArray:
        """Product rule over size and correlation."""
        v, phi = theta[: self._n_variances], theta[self._n_variances :]
        size, size1, _ = self._sizes(v)
        rho, rho1, _ = self.correlation.values(phi)
        return np.hstack([size1 * rho[:, None], size[:, None] * rho1])

    def curvature(self, theta: FloatArray) -> FloatArray:
        """Product rule, once more."""
        n = self._n_variances
        v, phi = theta[:n], theta[n:]
        size, size1, size2 = self._sizes(v)
        rho, rho1, rho2 = self.correlation.values(phi)
        out = np.empty((len(rho), len(theta), len(theta)))
        out[:, :n, :n] = size2 * rho[:, None, None]
        out[:, n:, n:] = size[:, None, None] * rho2
        out[:, :n, n:] = size1[:, :, None] * rho1[:, None, :]
        out[:, n:, :n] = out[:, :n, n:].transpose(0, 2, 1)
        return out


def covariance_structure(name: str, *, n_visits: int, times: FloatArray | None = None) -> Structure:
    """Build a structure by name.

    Parameters
    ----------
    name
        One of ``COVARIANCES``.
    n_visits
        T.
    times
        Time of each visit, shape (T,); for ``sp_exp`` only.

    Raises
    ------
    AnalysisError
        When the name is unknown or times are missing.
    """
    elements = Elements(n_visits)
    lag = elements.second - elements.first
    count = elements.count
    if name == "us" or (n_visits == 1 and name in COVARIANCES):
        names = [
            f"us[{j + 1},{k + 1}]" for j, k in zip(elements.first, elements.second, strict=True)
        ]
        return LinearStructure(tuple(names), np.eye(count), elements, free=True)
    if name == "cs":
        weights = np.column_stack([lag == 0, np.ones(count)]).astype(float)
        return LinearStructure(("variance", "covariance"), weights, elements)
    if name == "toep":
        weights = (lag[:, None] == np.arange(n_visits)).astype(float)
        return LinearStructure(
            tuple(f"covariance[lag {i}]" for i in range(n_visits)), weights, elements
        )
    if name == "sp_exp":
        if times is None:
            raise AnalysisError(
                "Covariance sp_exp needs the time of each visit; name the column, time='week'."
            )
        distances = np.abs(times[elements.second] - times[elements.first])
        return ScaledStructure(ExponentialCorrelation(distances, elements), elements, False)
    if name not in COVARIANCES:
        raise AnalysisError(unknown_name("covariance", name, COVARIANCES))
    kind = name.removesuffix("h")
    if kind == "cs":
        powers = (lag > 0).astype(float)[:, None]
        names = ["correlation"]
    elif kind == "ar1":
        powers = lag.astype(float)[:, None]
        names = ["correlation"]
    elif kind == "toep":
        powers = (lag[:, None] == np.arange(1, n_visits)).astype(float)
        names = [f"correlation[lag {i}]" for i in range(1, n_visits)]
    else:
        step = np.arange(n_visits - 1)
        inside = (elements.first[:, None] <= step) & (step < elements.second[:, None])
        powers = inside.astype(float)
        names = [f"correlation[{i + 1},{i + 2}]" for i in range(n_visits - 1)]
    correlation = PowerCorrelation(tuple(names), powers, elements)
    return ScaledStructure(correlation, elements, heterogeneous=name.endswith("h"))
