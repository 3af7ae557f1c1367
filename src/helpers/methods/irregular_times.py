r"""Covariances when every patient has times of their own.

When visits fall on few distinct times the likelihood works with the elements of one T x T matrix
(``reml``). When patients are seen on days of their own there is no such matrix, but a covariance
with few parameters still gives every patient a V_i(theta). The same derivatives are then taken
directly in theta, with V_a = dV/dtheta_a and V_ab the second derivative in the place of E_a:

    dl/da      = -1/2 sum tr[(W - C - u u') V_a]
    d2l/da db  = 1/2 sum tr[V_a W V_b (W - 2 C - 2 u u')] + 1/2 tr(A M_a A M_b) + h_a' A h_b
                 - 1/2 sum tr[(W - C - u u') V_ab].

All arrays run over patients with the same times, padded to the largest number of scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from helpers.methods.irregular_covariances import IrregularCovariance
from helpers.methods.reml import Evaluation, Likelihood

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class IrregularPoint:
    """The log-likelihood and its derivatives in theta, for patients with times of their own."""

    theta: FloatArray
    evaluation: Evaluation
    covariance: IrregularCovariance

    @property
    def loglik(self) -> float:
        """Log-likelihood on the scale of the data."""
        return self.evaluation.loglik

    @cached_property
    def _first(self) -> FloatArray:
        both = self.evaluation.likelihood.both
        return self.covariance.first(self.theta) * both

    @cached_property
    def _inner(self) -> FloatArray:
        evaluation = self.evaluation
        return -0.5 * (evaluation.counted - evaluation.fitted_products - evaluation.scored)

    @cached_property
    def gradient(self) -> FloatArray:
        """Gradient in theta, shape (m,)."""
        return np.array([np.sum(self._inner * part) for part in self._first])

    def _traces(self, right: FloatArray) -> FloatArray:
        """Sum of tr(V_a W V_b N), shape (m, m)."""
        m = len(self.theta)
        left = np.stack([part @ self.evaluation.inverse for part in self._first])
        other = np.stack([part @ right for part in self._first]).transpose(0, 1, 3, 2)
        out = left.reshape(m, -1) @ other.reshape(m, -1).T
        return 0.5 * (out + out.T)

    @cached_property
    def simple_information(self) -> FloatArray:
        """Expected information of ML."""
        return 0.5 * self._traces(self.evaluation.counted)

    @cached_property
    def moments(self) -> FloatArray:
        """L' M_a L, shape (m, p, p)."""
        white, pattern = self.evaluation.whitened, self.evaluation.likelihood.cells.pattern
        p = white.shape[2]
        flat = white.reshape(-1, p)
        return np.stack([flat.T @ (part[pattern] @ white).reshape(-1, p) for part in self._first])

    @cached_property
    def _pulls(self) -> FloatArray:
        evaluation = self.evaluation
        pattern = evaluation.likelihood.cells.pattern
        flat = evaluation.whitened.reshape(-1, evaluation.whitened.shape[2])
        turned = [(part[pattern] @ evaluation.scores[:, :, None]).ravel() for part in self._first]
        return np.stack([flat.T @ column for column in turned])

    @cached_property
    def _shared(self) -> FloatArray:
        if not self.evaluation.likelihood.reml:
            return np.zeros((1, 1))
        flat = self.moments.reshape(len(self.theta), -1)
        return 0.5 * (flat @ flat.T)

    @cached_property
    def hessian(self) -> FloatArray:
        """d2l / d theta2, shape (m, m)."""
        evaluation = self.evaluation
        right = evaluation.counted - 2 * evaluation.fitted_products - 2 * evaluation.scored
        out = 0.5 * self._traces(right) + self._shared + self._pulls @ self._pulls.T
        return out + self.covariance.second_traces(self.theta, self._inner)

    @cached_property
    def expected_information(self) -> FloatArray:
        """E[-d2l / d theta2], shape (m, m)."""
        evaluation = self.evaluation
        right = evaluation.counted - 2 * evaluation.fitted_products
        return 0.5 * self._traces(right) + self._shared

    def _sandwiched(self, middle: FloatArray) -> FloatArray:
        """Sum of L' X' W middle W X L, shape (p, p)."""
        white, pattern = self.evaluation.whitened, self.evaluation.likelihood.cells.pattern
        p = white.shape[2]
        out = white.reshape(-1, p).T @ (middle[pattern] @ white).reshape(-1, p)
        return 0.5 * (out + out.T)

    def weighted_products(self, weights: FloatArray) -> FloatArray:
        """Sum over a and b of weights[a, b] L' X' W V_a W V_b W X L, shape (p, p)."""
        mixed = np.tensordot(weights, self._first, axes=1)
        middle = np.zeros_like(self.evaluation.inverse)
        for part, other in zip(self._first, mixed, strict=True):
            middle += part @ self.evaluation.inverse @ other
        return self._sandwiched(middle)

    def weighted_curvature(self, weights: FloatArray) -> FloatArray:
        """Sum over a and b of weights[a, b] L' X' W V_ab W X L, shape (p, p)."""
        if self.covariance.linear:
            p = self.evaluation.whitened.shape[2]
            return np.zeros((p, p))
        return self._sandwiched(
            self.covariance.second(self.theta, weights) * self.evaluation.likelihood.both
        )


def evaluate_irregular(
    likelihood: Likelihood, covariance: IrregularCovariance, theta: FloatArray
) -> IrregularPoint | None:
    """Return the log-likelihood at theta, or None where V is not a covariance matrix."""
    matrices = covariance.matrices(theta)
    if matrices is None:
        return None
    evaluation = likelihood.at_marginals(matrices)
    return None if evaluation is None else IrregularPoint(theta, evaluation, covariance)
