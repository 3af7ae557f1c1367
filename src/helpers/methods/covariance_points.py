r"""The log-likelihood and its derivatives in the parameters of the covariance.

By the chain rule, with s_e the elements of Sigma and sums over e and f,

    dl/dt_i       = sum dl/ds_e ds_e/dt_i
    d2l/dt_i dt_j = sum d2l/ds_e ds_f ds_e/dt_i ds_f/dt_j + sum dl/ds_e d2s_e/dt_i dt_j.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from helpers.methods.covariance_structures import Structure
from helpers.methods.reml import Evaluation, Likelihood

FloatArray = NDArray[np.float64]


class Point(Protocol):
    """The log-likelihood and its derivatives at one theta.

    Attributes
    ----------
    theta
        Covariance parameters on the cells' scale, shape (m,).
    evaluation
        The fit of the fixed effects there.
    loglik
        Log-likelihood on the scale of the data.
    gradient, hessian, expected_information, simple_information
        Derivatives, and the information in full and simplified form.
    moments
        L' X' W V_i W X L of each parameter, shape (m, p, p).
    """

    @property
    def theta(self) -> FloatArray:
        """Covariance parameters."""
        ...

    @property
    def evaluation(self) -> Evaluation:
        """Fit of the fixed effects."""
        ...

    @property
    def loglik(self) -> float:
        """Log-likelihood."""
        ...

    @property
    def gradient(self) -> FloatArray:
        """Gradient of the log-likelihood in theta."""
        ...

    @property
    def hessian(self) -> FloatArray:
        """Hessian of the log-likelihood in theta."""
        ...

    @property
    def expected_information(self) -> FloatArray:
        """E[-d2l / d theta2]."""
        ...

    @property
    def simple_information(self) -> FloatArray:
        """Expected information of ML."""
        ...

    @property
    def moments(self) -> FloatArray:
        """Derivatives of A in whitened coordinates."""
        ...

    def weighted_products(self, weights: FloatArray) -> FloatArray:
        """Kenward and Roger's Q, weighted."""
        ...

    def weighted_curvature(self, weights: FloatArray) -> FloatArray:
        """Kenward and Roger's R, weighted."""
        ...


@dataclass(frozen=True)
class ThetaPoint:
    """The log-likelihood and its derivatives at one theta.

    Attributes
    ----------
    theta
        Parameters, one vector after another for each group, shape (m,), on the cells' scale.
    evaluation
        The log-likelihood at Sigma(theta).
    structures
        One structure for each group.
    """

    theta: FloatArray
    evaluation: Evaluation
    structures: tuple[Structure, ...]

    @property
    def loglik(self) -> float:
        """Log-likelihood on the scale of the data."""
        return self.evaluation.loglik

    @cached_property
    def _parts(self) -> list[FloatArray]:
        return split_theta(self.theta, self.structures)

    @property
    def _free(self) -> bool:
        """Whether theta are the elements themselves, so that there is no chain rule."""
        return all(structure.free for structure in self.structures)

    @cached_property
    def jacobian(self) -> FloatArray:
        """Derivatives d s_e / d theta_i over all groups, shape (q, m)."""
        blocks = [s.jacobian(t) for s, t in zip(self.structures, self._parts, strict=True)]
        if len(blocks) == 1:
            return blocks[0]
        out = np.zeros((sum(len(b) for b in blocks), len(self.theta)))
        row = column = 0
        for block in blocks:
            out[row : row + len(block), column : column + block.shape[1]] = block
            row, column = row + len(block), column + block.shape[1]
        return out

    @property
    def _linear(self) -> bool:
        return all(structure.linear for structure in self.structures)

    def _chained(self, matrix: FloatArray) -> FloatArray:
        """Second derivatives in the elements, taken in theta as if it entered linearly."""
        return matrix if self._free else self.jacobian.T @ matrix @ self.jacobian

    def bend(self, weights: FloatArray) -> FloatArray:
        """Sum over e of weights[e] d2 s_e / d theta_i d theta_j, shape (m, m)."""
        out = np.zeros((len(self.theta), len(self.theta)))
        row = column = 0
        for structure, part in zip(self.structures, self._parts, strict=True):
            count = len(weights) // len(self.structures)
            if not structure.linear:
                inside = slice(column, column + len(part))
                curvature = structure.curvature(part)
                out[inside, inside] = np.tensordot(weights[row : row + count], curvature, axes=1)
            row, column = row + count, column + len(part)
        return out

    def _curve(self, weights: FloatArray) -> FloatArray:
        """Sum over i and j of weights[i, j] d2 s_e / d theta_i d theta_j, shape (q,)."""
        blocks = []
        column = 0
        for structure, part in zip(self.structures, self._parts, strict=True):
            inside = slice(column, column + len(part))
            curvature = structure.curvature(part)
            blocks.append(np.einsum("eij,ij->e", curvature, weights[inside, inside]))
            column += len(part)
        return np.concatenate(blocks)

    @cached_property
    def gradient(self) -> FloatArray:
        """Gradient in theta, shape (m,)."""
        gradient = self.evaluation.gradient
        return gradient if self._free else self.jacobian.T @ gradient

    @cached_property
    def hessian(self) -> FloatArray:
        """d2l / d theta2, shape (m, m)."""
        inner = self._chained(self.evaluation.hessian)
        return inner if self._linear else inner + self.bend(self.evaluation.gradient)

    @cached_property
    def expected_information(self) -> FloatArray:
        """E[-d2l / d theta2], shape (m, m)."""
        return self._chained(self.evaluation.expected_information)

    @cached_property
    def simple_information(self) -> FloatArray:
        """Expected information of ML, cheap to compute."""
        return self._chained(self.evaluation.simple_information)

    @cached_property
    def moments(self) -> FloatArray:
        """L' M_i L for every parameter, shape (m, p, p)."""
        moments = self.evaluation.moments
        if self._free:
            return moments
        flat = self.jacobian.T @ moments.reshape(len(moments), -1)
        return flat.reshape(-1, *moments.shape[1:])

    def weighted_products(self, weights: FloatArray) -> FloatArray:
        """Sum over i and j of weights[i, j] L' X' W V_i W V_j W X L, shape (p, p).

        V_i is the derivative of V with respect to theta_i; these are Kenward and Roger's Q_ij.
        """
        if not self._free:
            weights = self.jacobian @ weights @ self.jacobian.T
        return self.evaluation.weighted_products(weights)

    def weighted_curvature(self, weights: FloatArray) -> FloatArray:
        """Sum over i and j of weights[i, j] L' X' W V_ij W X L, shape (p, p).

        V_ij is the second derivative of V; these are Kenward and Roger's R_ij.
        """
        if self._linear:
            return np.zeros(self.evaluation.moments.shape[1:])
        return np.tensordot(self._curve(weights), self.evaluation.moments, axes=1)


def split_theta(theta: FloatArray, structures: Sequence[Structure]) -> list[FloatArray]:
    """Cut the parameters into one vector for each group."""
    ends = np.cumsum([len(s.names) for s in structures])
    return np.split(theta, ends[:-1])


def evaluate(
    likelihood: Likelihood, structures: tuple[Structure, ...], theta: FloatArray
) -> ThetaPoint | None:
    """Return the log-likelihood at theta, or None where Sigma is not a covariance matrix."""
    matrices = []
    for structure, part in zip(structures, split_theta(theta, structures), strict=True):
        matrix = structure.matrix(part)
        if matrix is None:
            return None
        matrices.append(matrix)
    evaluation = likelihood.at(np.array(matrices))
    return None if evaluation is None else ThetaPoint(theta, evaluation, structures)
