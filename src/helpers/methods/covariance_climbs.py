"""Climbs to the maximum of the likelihood from one start or from many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from helpers.methods.covariance_points import Point
from helpers.methods.covariance_starts import (
    scattered_covariances,
    starting_covariances,
    steps_from,
)
from helpers.methods.covariance_structures import Structure
from helpers.methods.newton import Optimum, maximise
from helpers.methods.patient_cells import Cells

FloatArray = NDArray[np.float64]

# Climbs that end nearer than this in log-likelihood have found the same maximum: each ends within
# 1e-10 of its own.
_SAME_MAXIMUM = 1e-6
_NO_SUMMIT = "the log-likelihood is not concave where the steps ended"


@dataclass
class Climbs:
    """The climbs of one likelihood, and the best maximum so far.

    Attributes
    ----------
    evaluate_at
        The log-likelihood and its derivatives at a theta; None where it does not exist.
    structures
        One structure for each covariance group.
    found
        Where each climb ended.
    """

    evaluate_at: Callable[[FloatArray], Point | None]
    structures: Sequence[Structure]
    found: list[Optimum] = field(default_factory=list)

    @property
    def best(self) -> Optimum | None:
        """The highest maximum; None when no climb arrived at one."""
        arrived = [optimum for optimum in self.found if optimum.converged]
        return max(arrived, key=lambda optimum: optimum.point.loglik, default=None)

    @property
    def maxima(self) -> list[float]:
        """Log-likelihood of every maximum found, the highest first."""
        values = sorted((o.point.loglik for o in self.found if o.converged), reverse=True)
        return [
            value
            for number, value in enumerate(values)
            if not number or values[number - 1] - value > _SAME_MAXIMUM
        ]

    @property
    def rises_beyond(self) -> bool:
        """Whether a climb that did not arrive ended higher than the best maximum."""
        lost = [optimum.point.loglik for optimum in self.found if not optimum.converged]
        maxima = self.maxima
        return bool(lost and maxima and max(lost) > maxima[0] + _SAME_MAXIMUM)

    def from_usual_starts(self, cells: Cells) -> None:
        """Climb from one usual start after the other until a climb arrives."""
        for sigma in starting_covariances(cells):
            self._climb(self._theta(sigma))
            if self.best is not None:
                return

    def from_everywhere(self, cells: Cells) -> None:
        """Climb from independence, other covariances, and both sides of the best maximum."""
        independent = starting_covariances(cells)[-1]
        for sigma in (independent, *scattered_covariances(independent)):
            self._climb(self._theta(sigma))
        self._keep_summits()
        best = self.best
        if best is not None:
            for theta in steps_from(best, self.evaluate_at):
                self._climb(theta)
            self._keep_summits()

    def _keep_summits(self) -> None:
        """Count climbs that arrived where there is no maximum as climbs that did not arrive."""
        self.found = [
            optimum
            if not optimum.converged or _is_summit(optimum)
            else replace(optimum, converged=False, reason=_NO_SUMMIT)
            for optimum in self.found
        ]

    def _theta(self, sigma: FloatArray) -> FloatArray:
        """Theta whose covariances are near ``sigma``, shape (groups, T, T)."""
        return np.concatenate([s.start(sigma[g]) for g, s in enumerate(self.structures)])

    def _climb(self, theta: FloatArray) -> None:
        end = maximise(self.evaluate_at, theta)
        if end is not None:
            self.found.append(end)


def _is_summit(optimum: Optimum) -> bool:
    """Whether a climb that arrived did so where the log-likelihood is concave.

    On the way to a singular covariance rounding can make a slope look like a summit.
    """
    information = -optimum.point.hessian
    diagonal = np.diag(information)
    if not np.all(np.isfinite(information)) or not np.all(diagonal > 0):
        return False
    size = 1 / np.sqrt(diagonal)
    return bool(np.linalg.eigvalsh(information * np.outer(size, size))[0] > 0)
