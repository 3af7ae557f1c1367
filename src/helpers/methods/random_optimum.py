"""The (RE)ML estimate of a random-effects model, D positive semi-definite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from helpers.errors import AnalysisError
from helpers.methods.covariance_fitting import check_identified
from helpers.methods.covariance_points import Point, evaluate
from helpers.methods.covariance_structures import Structure
from helpers.methods.irregular_covariances import (
    FactorTimes,
    IrregularCovariance,
    RandomTimes,
)
from helpers.methods.irregular_times import evaluate_irregular
from helpers.methods.newton import Optimum, maximise
from helpers.methods.patient_cells import Cells
from helpers.methods.random_structures import (
    FactorStructure,
    low_rank_loadings,
    random_structure,
    trapezoid,
)
from helpers.methods.reml import Likelihood

FloatArray = NDArray[np.float64]

# Below this share of the largest eigenvalue of D (or of the residual variance) D is singular;
# lme4's isSingular uses 1e-4 on the scale of standard deviations.
_SINGULAR = 1e-8

# A difference of log-likelihoods that rounding does not make.
_HIGHER = 1e-6

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
    """

    design: FloatArray
    correlated: bool = True
    rank: int | None = None
    kept: tuple[int, ...] | None = None

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
            return FactorTimes(self.design, self.rank)
        return RandomTimes(self._columns, self.correlated)

    @property
    def described(self) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """Names of theta, and the power of the outcome's unit of each."""
        part = self._irregular if self.by_pattern else self._structure
        return part.names, part.powers

    def evaluator(self, likelihood: Likelihood) -> Evaluator:
        """Return the log-likelihood as a function of theta."""
        if self.by_pattern:
            return partial(evaluate_irregular, likelihood, self._irregular)
        return partial(evaluate, likelihood, (self._structure,))

    def reduced(self) -> list[RandomModel]:
        """Models with a D of lower rank."""
        size = self.design.shape[-1]
        if self.correlated and size > 1:
            smaller = [RandomModel(self.design, True, rank=r) for r in range(size - 1, 0, -1)]
            return [*smaller, RandomModel(self.design, False, kept=())]
        subsets = [tuple(i for i in range(size) if code >> i & 1) for code in range(2**size - 1)]
        return [RandomModel(self.design, False, kept=s) for s in subsets]

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


@dataclass(frozen=True)
class RandomOptimum:
    """Where a random-effects model ended.

    Attributes
    ----------
    optimum
        The optimum over theta.
    random, residual
        D and s on the scale of the data.
    names, powers
        Names of theta, and the power of the outcome's unit of each.
    singular
        Whether D has less than full rank.
    messages
        What the reader must know.
    """

    optimum: Optimum
    names: tuple[str, ...]
    powers: tuple[int, ...]
    random: FloatArray
    residual: float
    singular: bool
    messages: tuple[str, ...]


def fit_random_covariance(
    cells: Cells,
    model: RandomModel,
    *,
    names: tuple[str, ...],
    reml: bool,
    start: tuple[FloatArray, float] | None = None,
) -> RandomOptimum:
    """Find the (RE)ML estimates of D and s, D positive semi-definite.

    Parameters
    ----------
    cells
        Grouped patients.
    model
        Z, by position or by pattern.
    names
        Names of the k random effects.
    reml
        REML or ML.
    start
        D and s on the scale of the data to start from; None starts from a simple guess.

    Raises
    ------
    AnalysisError
        When the data cannot determine the model or no maximum is found.
    """
    check_identified(cells, name="random", visits=(), groups=("all",), remedy="use fewer terms")
    if cells.observed.sum(axis=1).max() < 2:
        raise AnalysisError(
            "No patient has two scores, so the variation between patients cannot be told from the "
            "variation within them; a random-effects model needs repeated scores."
        )
    likelihood = Likelihood(cells, reml=reml)
    _check_separable(cells, model, names)
    guesses = _guesses(cells, model, start)
    optimum = _best(model.evaluator(likelihood), [model.pack(*guess) for guess in guesses])
    scale = cells.scale**2
    if optimum is not None and optimum.converged:
        random, residual = model.unpack(optimum.point.theta)
        lowest = np.linalg.eigvalsh(random)[0]
        if residual > 0 and lowest > _SINGULAR * max(float(np.trace(random)), residual):
            return RandomOptimum(
                optimum, *model.described, random * scale, residual * scale, False, ()
            )
    return _singular(likelihood, cells, model, names, guesses, reached=optimum)


def _guesses(
    cells: Cells, model: RandomModel, start: tuple[FloatArray, float] | None
) -> list[tuple[FloatArray, float]]:
    """D and s to start from, on the scale of the cells."""
    size = model.design.shape[-1]
    # Residuals have mean square 1 here: half of it to each side, a slope scaled to its variable.
    spread = np.sqrt(np.mean(model.design**2, axis=tuple(range(model.design.ndim - 1))))
    spread = np.where(spread > 0, spread, 1.0)
    even = np.diag(0.5 / size / spread**2)
    guesses = [(even, 0.5), (0.02 * even, 1.0), (np.zeros((size, size)), 1.0)]
    if start is not None:
        guesses.insert(0, (start[0] / cells.scale**2, start[1] / cells.scale**2))
    return guesses


def _check_separable(cells: Cells, model: RandomModel, names: tuple[str, ...]) -> None:
    """Refuse random effects that cannot be told from each other or from the residual."""
    both = cells.observed[:, :, None] & cells.observed[:, None, :]
    if model.by_pattern:
        parts = RandomTimes(model.design, model.correlated).first(np.empty(0))
        weights = (parts * both).reshape(len(parts), -1).T
    else:
        structure = random_structure(model.design, correlated=model.correlated)
        seen = structure.elements.vector(np.any(both, axis=0))
        weights = structure.weights[seen]
    size = np.linalg.norm(weights, axis=0)
    rank = int(np.linalg.matrix_rank(weights / np.where(size > 0, size, 1.0)))
    if rank < weights.shape[1]:
        raise AnalysisError(
            f"The data cannot tell the random effects ({', '.join(names)}) and the residual apart: "
            f"there are {weights.shape[1]} variances and covariances, but the times at which "
            f"patients have scores determine only {rank}. Use fewer random effects or an "
            "unstructured covariance."
        )


def _best(evaluate_at: Evaluator, starts: list[FloatArray]) -> Optimum | None:
    best: Optimum | None = None
    for start in starts:
        found = maximise(evaluate_at, start)
        if found is not None and (
            best is None or found.converged or found.point.loglik > best.point.loglik
        ):
            best = found
        if best is not None and best.converged:
            return best
    return best


def _singular(
    likelihood: Likelihood,
    cells: Cells,
    model: RandomModel,
    names: tuple[str, ...],
    guesses: list[tuple[FloatArray, float]],
    *,
    reached: Optimum | None,
) -> RandomOptimum:
    """Best D of lower rank, or without some of the uncorrelated effects."""
    scale = cells.scale**2
    candidates: list[RandomOptimum] = []
    for smaller in model.reduced():
        optimum = _best(smaller.evaluator(likelihood), [smaller.pack(*g) for g in guesses])
        if optimum is None or not optimum.converged:
            continue
        random, residual = smaller.unpack(optimum.point.theta)
        if residual <= 0 or np.any(np.diag(random) < 0):
            continue
        sizes = ", ".join(
            f"{name} {value:.3g}"
            for name, value in zip(names, np.diag(random) * scale, strict=True)
        )
        message = (
            f"The covariance of the random effects is estimated as singular (variances: {sizes}): "
            "the model is larger than the data need. Degrees of freedom take the reduced rank as "
            "known; consider fewer random effects."
        )
        candidates.append(
            RandomOptimum(
                optimum, *smaller.described, random * scale, residual * scale, True, (message,)
            )
        )
    best = max(candidates, key=lambda candidate: candidate.optimum.point.loglik, default=None)
    # The edge is no answer where the climb inside stood higher already: the log-likelihood then
    # rises on, as it does without end when the random effects explain every score.
    if best is None or _stood_higher(reached, model, best):
        raise AnalysisError(
            f"The random-effects model with {', '.join(names)} did not converge; use fewer random "
            "effects or more data."
        )
    return best


def _stood_higher(reached: Optimum | None, model: RandomModel, edge: RandomOptimum) -> bool:
    """Whether a climb that did not arrive was inside and above the best point of the edge."""
    if reached is None:
        return False
    random, residual = model.unpack(reached.point.theta)
    inside = residual > 0 and np.linalg.eigvalsh(random)[0] > 0
    return bool(inside and reached.point.loglik > edge.optimum.point.loglik + _HIGHER)
