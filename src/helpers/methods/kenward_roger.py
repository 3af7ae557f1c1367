r"""Kenward and Roger's small-sample covariance and degrees of freedom.

The model's covariance Phi = (X'WX)^-1 ignores that the covariance parameters are estimated. Kenward
& Roger (1997, Biometrics 53:983-997) add a correction to it,

    Phi_A = Phi + 2 Phi [ sum_ij Omega_ij (Q_ij - P_i Phi P_j - R_ij / 4) ] Phi,
    P_i = -X' W V_i W X,  Q_ij = X' W V_i W V_j W X,  R_ij = X' W V_ij W X,

with V_i and V_ij the derivatives of V and Omega the covariance of the parameters, and refer a
scaled F statistic to an F distribution whose denominator df and scale match two moments. For one
contrast the scale is 1 and the df are Satterthwaite's.

R_ij depends on how the covariance is parameterised; everything else does not. The *linear* version
leaves it out (DDFM=KENWARDROGER(LINEAR) in SAS, "Kenward-Roger-Linear" in mmrm). It vanishes by
itself for structures linear in their parameters: us, cs, toep and random effects. Elsewhere the
parameters are SAS's: variances and correlations (``covariance_structures``). mmrm takes other
parameters (log SD, a Cholesky factor for us), so that its standard errors differ from these while
its df agree.

SAS and mmrm take Omega from the observed information, pbkrtest (Halekoh & Hojsgaard 2014, J Stat
Softw 59(9)) from the expected: choose with ``information``. What a singular random-effects model
does about it stands in ``random_effects``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from helpers.errors import AnalysisError
from helpers.methods.degrees_of_freedom import Satterthwaite
from helpers.methods.fixed_effects import FixedEffects

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class KenwardRoger:
    """Kenward-Roger inference.

    Parameters
    ----------
    effects
        Fixed effects at a REML optimum.
    linear
        Leave the second derivatives of the covariance out.
    """

    effects: FixedEffects
    linear: bool = False

    @cached_property
    def covariance(self) -> FloatArray:
        """Phi_A, shape (p, p)."""
        point, omega = self.effects.point, self.effects.theta_covariance
        moments = point.moments
        m, p = moments.shape[:2]
        # In whitened coordinates Phi = I and P_i = -moments_i.
        mixed = (omega @ moments.reshape(m, -1)).reshape(m, p, p)
        correction = point.weighted_products(omega)
        correction = correction - np.tensordot(moments, mixed, axes=([0, 2], [0, 1]))
        if not self.linear:
            correction = correction - 0.25 * point.weighted_curvature(omega)
        inner = np.eye(p) + correction + correction.T
        to_beta = self.effects.to_beta
        return to_beta @ inner @ to_beta.T

    def degrees(self, contrasts: FloatArray) -> FloatArray:
        """For one contrast at a time the method's df are Satterthwaite's."""
        return Satterthwaite(self.effects).degrees(contrasts)

    def joint_degrees(self, contrasts: FloatArray) -> tuple[float, float]:
        """Denominator df and factor lambda of F for k independent contrasts.

        Equations (6) to (8) of the paper: A_1, A_2 and B from the projection of the P_i on the
        contrasts, then the two moments of F.

        Raises
        ------
        AnalysisError
            When the df or the factor are not positive: the approximation can fail when many
            contrasts are tested on few patients.
        """
        count = len(contrasts)
        if count == 1:
            return float(self.degrees(contrasts)[0]), 1.0
        omega, moments = self.effects.theta_covariance, self.effects.point.moments
        rows = np.linalg.qr(self.effects.whiten(contrasts).T)[0].T
        projected = np.matmul(np.matmul(rows, moments), rows.T)
        traces = np.trace(projected, axis1=1, axis2=2)
        flat = projected.reshape(len(projected), -1)
        a1 = float(traces @ omega @ traces)
        a2 = float(np.sum((omega @ flat) * flat))
        b = (a1 + 6 * a2) / (2 * count)
        g = ((count + 1) * a1 - (count + 4) * a2) / ((count + 2) * a2)
        base = 3 * count + 2 * (1 - g)
        c1, c2, c3 = g / base, (count - g) / base, (count + 2 - g) / base
        # Below 4 df F has no variance and below 2 no mean. The formulas still hold there: their
        # continuation is exact where the paper's are, as for one contrast or Hotelling's T2.
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = 1 / np.float64(1 - a2 / count)
            variance = (2 / count) * (1 + c1 * b) / np.float64((1 - c2 * b) ** 2 * (1 - c3 * b))
            degrees = 4 + (count + 2) / (count * variance / (2 * mean**2) - 1)
            factor = degrees / (mean * (degrees - 2))
        if not (0 < degrees < np.inf and 0 < factor < np.inf):
            raise AnalysisError(
                f"The Kenward-Roger F test of {count} contrasts together does not exist for these "
                f"data: its approximation would have {degrees:.3g} degrees of freedom and the "
                f"factor {factor:.3g}, which must be positive; test fewer contrasts together or "
                "use inference='satterthwaite'."
            )
        return float(degrees), float(factor)
