r"""Degrees of freedom that leave the model's standard errors as they are.

Satterthwaite's method matches the variance of an estimated variance v = c'(X'WX)^-1 c to that of a
scaled chi-square: df = 2 v^2 / (g' Omega g), where g is the derivative of v in the covariance
parameters and Omega their covariance (Giesbrecht & Burns 1985, Biometrics 41:477-486; Fai &
Cornelius 1996, J Stat Comput Simul 54:363-378 for several contrasts). The derivative is exact here:
dv/dtheta_i = c' A X' W V_i W X A c.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helpers.methods.fixed_effects import FixedEffects
from helpers.methods.patient_cells import Patients

FloatArray = NDArray[np.float64]


def joint_denominator(degrees: FloatArray) -> float:
    """Denominator df of an F statistic that is a mean of squared, independent t statistics.

    Each t has its own df. F times its numerator df has the expectation E = sum of df / (df - 2);
    the F distribution with that mean has 2 E / (E - k) denominator df (Fai & Cornelius 1996). As
    in mmrm and lmerTest, equal df are returned as they are and a df of 2 or less gives 2.

    Parameters
    ----------
    degrees
        df of each of k one-degree components, shape (k,).
    """
    if np.all(np.abs(np.diff(degrees)) < 1e-8):
        return float(degrees.mean())
    if np.any(degrees <= 2):
        return 2.0
    expectation = float(np.sum(degrees / (degrees - 2)))
    return 2 * expectation / (expectation - len(degrees))


def independent_components(contrasts: FloatArray, covariance: FloatArray) -> FloatArray:
    """Turn k contrasts into the eigenvectors of their covariance: uncorrelated contrasts."""
    values, vectors = np.linalg.eigh(contrasts @ covariance @ contrasts.T)
    kept = values > 1e-8 * values[-1]
    return vectors[:, kept].T @ contrasts


@dataclass(frozen=True)
class Satterthwaite:
    """Satterthwaite degrees of freedom with the model's covariance of beta."""

    effects: FixedEffects

    @property
    def covariance(self) -> FloatArray:
        """(X'WX)^-1."""
        return self.effects.covariance

    def degrees(self, contrasts: FloatArray) -> FloatArray:
        """2 v^2 / (g' Omega g) of each contrast."""
        whitened = self.effects.whiten(contrasts)
        variance = np.sum(whitened**2, axis=1)
        gradient = self.effects.variance_gradients(whitened)
        spread = np.einsum("km,mn,kn->k", gradient, self.effects.theta_covariance, gradient)
        return 2 * variance**2 / spread

    def joint_degrees(self, contrasts: FloatArray) -> tuple[float, float]:
        """Fai and Cornelius: df of uncorrelated components, put together."""
        parts = independent_components(contrasts, self.covariance)
        return joint_denominator(self.degrees(parts)), 1.0


@dataclass(frozen=True)
class FixedDegrees:
    """The same degrees of freedom for every contrast: residual (n - p) or infinite (normal)."""

    effects: FixedEffects
    value: float

    @property
    def covariance(self) -> FloatArray:
        """(X'WX)^-1."""
        return self.effects.covariance

    def degrees(self, contrasts: FloatArray) -> FloatArray:
        """Return the value for each contrast."""
        return np.full(len(contrasts), self.value)

    def joint_degrees(self, contrasts: FloatArray) -> tuple[float, float]:
        """Return the value."""
        return self.value, 1.0


@dataclass(frozen=True)
class BetweenWithin:
    """Between-within degrees of freedom (Schluchter & Elashoff 1990, J Stat Comput Simul 37:69-87).

    A column of the design that never changes within a patient is a *between* column, any other a
    *within* column. With N patients and n scores, between columns have N - (between columns and
    intercept) df and within columns n - N - (within columns); the intercept counts as within, and
    a contrast takes the smallest df of the coefficients it involves. The reference is mmrm
    (``method = "Between-Within"``). PROC MIXED's DDFM=BETWITHIN differs: it splits the within df by
    effect, and with TYPE=UN every effect has the between df.

    Parameters
    ----------
    effects
        Fixed effects.
    between
        Which columns are between patients, shape (p,).
    intercept
        Which column is the intercept, shape (p,).
    """

    effects: FixedEffects
    between: NDArray[np.bool_]
    intercept: NDArray[np.bool_]

    @property
    def covariance(self) -> FloatArray:
        """(X'WX)^-1."""
        return self.effects.covariance

    @property
    def by_coefficient(self) -> FloatArray:
        """Degrees of freedom of each coefficient, shape (p,)."""
        cells = self.effects.cells
        n_between = int(np.sum(self.between | self.intercept))
        within = cells.n_obs - cells.n_subjects - int(np.sum(~self.between & ~self.intercept))
        between = cells.n_subjects - n_between
        return np.where(self.between & ~self.intercept, float(between), float(within))

    def degrees(self, contrasts: FloatArray) -> FloatArray:
        """Smallest df of the coefficients that a contrast involves."""
        involved = np.where(contrasts != 0, self.by_coefficient, np.inf)
        return np.min(involved, axis=1)

    def joint_degrees(self, contrasts: FloatArray) -> tuple[float, float]:
        """Smallest df of all coefficients that the contrasts involve."""
        return float(np.min(self.degrees(contrasts))), 1.0


def columns_between(patients: Patients, example: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether each design column keeps one value within every patient, shape (p,).

    ``example`` is one patient of each cell, whose designs are all there are.
    """
    row = patients.row[example]
    seen = row >= 0
    start = row[np.arange(len(row)), np.argmax(seen, axis=1)]
    same = np.ones(patients.design.shape[1], dtype=bool)
    for visit in range(row.shape[1]):
        at = seen[:, visit]
        same &= np.all(patients.design[row[at, visit]] == patients.design[start[at]], axis=0)
    return same
