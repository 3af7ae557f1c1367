"""A random-effects model: what D may be, and the log-likelihood as a function of its parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from helpers.methods.covariance_points import Point, evaluate
from helpers.methods.covariance_structures import Structure
from helpers.methods.irregular_covariances import (
    FactorTimes,
    IrregularCovariance,
    RandomTimes,
)
from helpers.methods.irregular_times import evaluate_irregular
from helpers.methods.random_structures import (
    FactorStructure,
    low_rank_loadings,
    random_structure,
    trapezoid,
    trapezoid_places,
)
from helpers.methods.reml import Likelihood

FloatArray = NDArray[np.float64]
Evaluator = Callable[[FloatArray], Point | None]


@dataclass(frozen=True)
class RandomModel:
    """Z and what D may be.

    Attributes
    ----------
    design
        Z at each position (T, k), or of each pattern (S, T, k) when patients have times of their
        own.
    correlated
        Whether the random effects may be correlated.
    rank
        Rank of D when it is less than k and the effects are correlated.
    kept
        The effects with a variance, when the effects are not correlated.
    noise
        Covariance of the residuals of each pattern, divided by their variance, shape (S, T, T);
        None for independent residuals of one variance.
    """

    design: FloatArray
    correlated: bool = True
    rank: int | None = None
    kept: tuple[int, ...] | None = None
    noise: FloatArray | None = None

    @property
    def by_pattern(self) -> bool:
        """Whether Z differs from pattern to pattern."""
        return self.design.ndim == 3

    @property
    def _columns(self) -> FloatArray:
        return self.design if self.kept is None else self.design[..., list(self.kept)]

    @cached_property
    def _structure(self) -> Structure:
        if self.rank is not None:
            return FactorStructure(self.design, self.rank)
        return random_structure(self._columns, correlated=self.correlated)

    @cached_property
    def _irregular(self) -> IrregularCovariance:
        if self.rank is not None:
            return FactorTimes(self.design, self.rank, self.noise)
        return RandomTimes(self._columns, self.correlated, self.noise)

    @property
    def described(self) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """Names of theta, and the power of the outcome's unit of each."""
        part = self._irregular if self.by_pattern else self._structure
        return part.names, part.powers

    def fixed_parts(self) -> FloatArray:
        """Return what each element of D and the residual variance is multiplied by."""
        return RandomTimes(self._columns, self.correlated, self.noise).first(np.empty(0))

    def evaluator(self, likelihood: Likelihood) -> Evaluator:
        """Return the log-likelihood as a function of theta."""
        if self.by_pattern:
            return partial(evaluate_irregular, likelihood, self._irregular)
        return partial(evaluate, likelihood, (self._structure,))

    def reduced(self) -> list[RandomModel]:
        """Models with a D of lower rank."""
        size = self.design.shape[-1]
        if self.correlated and size > 1:
            smaller = [replace(self, rank=r) for r in range(size - 1, 0, -1)]
            return [*smaller, replace(self, correlated=False, kept=())]
        subsets = [tuple(i for i in range(size) if code >> i & 1) for code in range(2**size - 1)]
        return [replace(self, correlated=False, kept=s) for s in subsets]

    def pack(self, random: FloatArray, residual: float) -> FloatArray:
        """Theta from D and s."""
        if self.rank is not None:
            return np.append(low_rank_loadings(random, self.rank), max(residual, 1e-3))
        if self.correlated:
            return np.append(random[np.triu_indices(len(random))], residual)
        kept = range(len(random)) if self.kept is None else self.kept
        return np.append(np.diag(random)[list(kept)], residual)

    def unpack(self, theta: FloatArray) -> tuple[FloatArray, float]:
        """D and s from theta."""
        size = self.design.shape[-1]
        random = np.zeros((size, size))
        if self.rank is not None:
            loadings = trapezoid(theta[:-1], size, self.rank)
            random = loadings @ loadings.T
        elif self.correlated:
            random[np.triu_indices(size)] = theta[:-1]
            random = random + np.triu(random, 1).T
        else:
            kept = list(range(size)) if self.kept is None else list(self.kept)
            random[kept, kept] = theta[:-1]
        return random, float(theta[-1])

    def turned(self, loadings: FloatArray, unit: float) -> FloatArray:
        """Matrix from theta to the theta of L D L' and unit times s, L lower triangular."""
        size = self.design.shape[-1]
        count = len(self.described[0])
        out = np.zeros((count, count))
        out[-1, -1] = unit
        for i, one in enumerate(np.eye(count)[:-1]):
            if self.rank is not None:
                factor = loadings @ trapezoid(one[:-1], size, self.rank)
                places = trapezoid_places(size, self.rank)
                out[:-1, i] = [factor[place] for place in places]
            else:
                out[:, i] = self.pack(loadings @ self.unpack(one)[0] @ loadings.T, 0.0)
        return out
