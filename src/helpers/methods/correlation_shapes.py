"""Correlation matrices as functions of a few parameters, with two derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from helpers.methods.matrix_elements import Elements

FloatArray = NDArray[np.float64]


class Correlation(Protocol):
    """Correlations as a function of parameters."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        ...

    def start(self, correlation: FloatArray) -> FloatArray:
        """Parameters near a correlation matrix."""
        ...

    def allowed(self, phi: FloatArray) -> bool:
        """Whether the parameters lie in their range."""
        ...

    def values(self, phi: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Elements of the correlation matrix and their first and second derivatives."""
        ...


@dataclass(frozen=True)
class PowerCorrelation:
    """Correlations that are monomials: element e is prod_l phi_l ^ powers[e, l].

    Compound symmetry, AR(1), Toeplitz and ante-dependence are all of this form.
    """

    names: tuple[str, ...]
    powers: FloatArray
    elements: Elements

    def start(self, correlation: FloatArray) -> FloatArray:
        """Average of the correlations that equal one parameter, kept away from -1 and 1."""
        values = self.elements.vector(correlation)
        single = (self.powers == 1) & (self.powers.sum(axis=1) == 1)[:, None]
        return np.clip((values @ single) / single.sum(axis=0), -0.9, 0.9)

    def allowed(self, phi: FloatArray) -> bool:
        """Correlations lie between -1 and 1."""
        return bool(np.all(np.abs(phi) < 1))

    def values(self, phi: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Elements, first and second derivatives of the monomials."""
        # Derivatives divide by phi. A zero is replaced by a number whose square still exists, so
        # that phi^k / phi is 1 for k = 1 and 0 for larger k, as it should be.
        safe = np.where(phi == 0, 1e-150, phi)
        value = np.prod(safe**self.powers, axis=1)
        ratio = self.powers / safe
        second = ratio[:, :, None] * ratio[:, None, :]
        second -= (ratio / safe)[:, :, None] * np.eye(len(phi))
        return value, value[:, None] * ratio, value[:, None, None] * second


@dataclass(frozen=True)
class ExponentialCorrelation:
    """Spatial exponential correlation exp(-d / range), d the distance in time."""

    distances: FloatArray
    elements: Elements
    names: tuple[str, ...] = ("range",)

    def start(self, correlation: FloatArray) -> FloatArray:
        """Range from the correlations by least squares of their logarithms."""
        values = np.clip(self.elements.vector(correlation), 0.05, 0.95)
        apart = self.distances > 0
        d = self.distances[apart]
        rate = float(-np.log(values[apart]) @ d / (d @ d))
        return np.array([1 / rate])

    def allowed(self, phi: FloatArray) -> bool:
        """Ranges are positive."""
        return bool(phi[0] > 0)

    def values(self, phi: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Elements, first and second derivatives in the range."""
        a, d = phi[0], self.distances
        value = np.exp(-d / a)
        first = value * d / a**2
        second = value * (d**2 / a**4 - 2 * d / a**3)
        return value, first[:, None], second[:, None, None]
