"""Estimates of the fixed effects, in the coordinates that inference works in.

With A = L L' the model-based covariance of gamma (the fixed effects in the orthonormal basis of the
cells) a contrast c of beta has the whitened form z = L' B' c times the scale, so that its variance
is z'z and the derivative of that variance in a covariance parameter is z' (L' M_i L) z.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from helpers.errors import AnalysisError
from helpers.methods.covariance_points import Point
from helpers.methods.patient_cells import Cells, Patients

FloatArray = NDArray[np.float64]
Information = Literal["observed", "expected"]


@dataclass(frozen=True)
class FixedEffects:
    """Fixed effects at the optimum.

    Attributes
    ----------
    point
        The log-likelihood at the optimum.
    cells, patients
        The data.
    information
        Which information of the covariance parameters their covariance comes from: observed as
        SAS and mmrm (default), or expected as pbkrtest.
    to_parameters
        Matrix from the point's theta to the covariance parameters in the data's coordinates; None
        when they are the same.
    """

    point: Point
    cells: Cells
    patients: Patients
    information: Information = "observed"
    to_parameters: FloatArray | None = None

    @property
    def beta(self) -> FloatArray:
        """Estimates, shape (p,)."""
        return self.cells.scale * (self.cells.basis @ self.point.evaluation.gamma)

    @cached_property
    def to_beta(self) -> FloatArray:
        """Matrix B L with (B L)(B L)' the model-based covariance of beta, shape (p, p)."""
        return self.cells.scale * (self.cells.basis @ self.point.evaluation.root)

    @cached_property
    def covariance(self) -> FloatArray:
        """Model-based covariance of beta, (X'WX)^-1, shape (p, p)."""
        return self.to_beta @ self.to_beta.T

    @cached_property
    def marginals(self) -> FloatArray:
        """V of each pattern on the cells' scale, 1 on the diagonal where there is no score."""
        # The inverse is zero at visits without a score; ones there keep it invertible.
        absent = np.eye(self.cells.observed.shape[1]) * ~self.cells.observed[:, None, :]
        inverse = np.linalg.inv(self.point.evaluation.inverse + absent)
        return np.asarray(inverse, dtype=float)

    @cached_property
    def visit_marginals(self) -> FloatArray:
        """V of each pattern at the visits, 1 on the diagonal where there is no score."""
        back = self.cells.to_old
        if back is None:
            return self.marginals
        absent = np.eye(self.cells.observed.shape[1]) * ~self.cells.observed[:, None, :]
        return back @ self.marginals @ back.transpose(0, 2, 1) + absent

    def whiten_scores(self, scores: FloatArray) -> FloatArray:
        """Divide scores on the cells' scale by the lower Cholesky factor of V, shape (N, T)."""
        pattern, back = self.cells.patient_pattern, self.cells.to_old
        root = np.linalg.cholesky(self.marginals)
        if back is None:
            return np.matmul(np.linalg.inv(root)[pattern], scores[:, :, None])[:, :, 0]
        # V = F F' = R'R with F' = Q R: no small number is lost in forming V itself.
        absent = np.eye(self.cells.observed.shape[1]) * ~self.cells.observed[:, None, :]
        upper = np.linalg.qr((back @ root + absent).transpose(0, 2, 1))[1]
        sign = np.sign(np.diagonal(upper, axis1=1, axis2=2))
        lower = (upper * sign[:, :, None]).transpose(0, 2, 1)
        return np.linalg.solve(lower[pattern], scores[:, :, None])[:, :, 0]

    @property
    def parameters(self) -> FloatArray:
        """Covariance parameters on the cells' scale, shape (m,)."""
        theta = self.point.theta
        return theta if self.to_parameters is None else self.to_parameters @ theta

    @property
    def parameter_covariance(self) -> FloatArray:
        """Their covariance, shape (m, m)."""
        turn = self.to_parameters
        covariance = self.theta_covariance
        return covariance if turn is None else turn @ covariance @ turn.T

    def whiten(self, contrasts: FloatArray) -> FloatArray:
        """Whitened contrasts z, one row each, shape (k, p)."""
        return contrasts @ self.to_beta

    @cached_property
    def theta_covariance(self) -> FloatArray:
        """Inverse information of the covariance parameters, shape (m, m).

        Raises
        ------
        AnalysisError
            When the information is not positive definite.
        """
        if self.information == "observed":
            information = -self.point.hessian
        else:
            information = self.point.expected_information
        inverse = _inverse(information)
        if inverse is None:
            raise AnalysisError(
                f"The {self.information} information of the covariance parameters is not positive "
                "definite, so degrees of freedom that need it do not exist; choose inference "
                "'between-within' or 'residual', or a covariance with fewer parameters."
            )
        return inverse

    def variance_gradients(self, whitened: FloatArray) -> FloatArray:
        """Differentiate the variance of each contrast in theta, shape (k, m)."""
        moments = self.point.moments
        turned = np.matmul(whitened, moments)
        return np.einsum("mkp,kp->km", turned, whitened)


def _inverse(information: FloatArray) -> FloatArray | None:
    """Invert a positive definite matrix; None when it is not one, or nearly not."""
    diagonal = np.diag(information)
    if not np.all(diagonal > 0):
        return None
    size = np.sqrt(diagonal)
    try:
        root = np.linalg.cholesky(information / np.outer(size, size))
    except np.linalg.LinAlgError:
        return None
    # The smallest diagonal bounds the smallest eigenvalue from above: 1e-5 squared is 1e-10.
    if np.min(np.diag(root)) < 1e-5:
        return None
    half = np.linalg.inv(root) / size
    return np.asarray(half.T @ half, dtype=float)


class Inference(Protocol):
    """A way to get standard errors and degrees of freedom.

    Attributes
    ----------
    covariance
        Covariance of beta that standard errors come from, shape (p, p).
    """

    @property
    def covariance(self) -> FloatArray:
        """Covariance of beta."""
        ...

    def degrees(self, contrasts: FloatArray) -> FloatArray:
        """Degrees of freedom of each contrast, one row each, shape (k,)."""
        ...

    def joint_degrees(self, contrasts: FloatArray) -> tuple[float, float]:
        """Denominator df of the joint test of k independent contrasts, and its factor of F."""
        ...
