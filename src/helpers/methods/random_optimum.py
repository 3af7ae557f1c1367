r"""The (RE)ML estimate of a random-effects model, D positive semi-definite.

The climb is free at first: V may be positive definite where D is not. Where it ends with a D that
is not, the maximum lies on the edge, and D = A A' of every lower rank is tried, where the optimum
is an inner point again. A point of the edge is the maximum only if nothing is to be gained by
leaving it (the conditions of Karush, Kuhn and Tucker; Boyd & Vandenberghe 2004, Convex
Optimization, 5.5.3): with G the derivative of the log-likelihood in D,

    G D = 0  (nothing to gain along the edge)   and   u'G u <= 0 for every u  (nor off it).

A random-effects model whose residual is small beside its random effects is fitted in other
coordinates (``random_rescaled``), because these have no digits left for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from helpers.errors import AnalysisError
from helpers.methods.covariance_fitting import check_identified
from helpers.methods.newton import Optimum, maximise
from helpers.methods.patient_cells import Cells, Patients
from helpers.methods.random_models import Evaluator, RandomModel
from helpers.methods.random_rescaled import Rescaled, moments, rescale, rounding
from helpers.methods.random_structures import random_structure
from helpers.methods.reml import Likelihood

FloatArray = NDArray[np.float64]

# Below this share of the largest eigenvalue of D (or of the residual variance) D is singular;
# lme4's isSingular uses 1e-4 on the scale of standard deviations.
_SINGULAR = 1e-8
# Rounding is multiplied by the squared ratio of the variances: with this one 8 digits are left.
_SMALL_RESIDUAL = 1e-4
# A slope of the log-likelihood, in standard errors of the parameter, that rounding does not make:
# half its square, 5e-9, is what could still be gained.
_SLOPE = 1e-4
# A negative eigenvalue of D no larger than this share of the largest is rounding.
_ROUNDING = 1e-12
# A difference of log-likelihoods that rounding does not make.
_HIGHER = 1e-4
# New coordinates are good enough when the variances of the scores are within this factor of 1.
_SETTLED = 1e3
_MOST_COORDINATES = 12


@dataclass(frozen=True)
class RandomOptimum:
    """Where a random-effects model ended.

    Attributes
    ----------
    optimum
        The optimum over theta.
    model
        The model that theta belongs to, of lower rank when D is singular.
    random, residual
        D and s on the scale of the data.
    singular
        Whether D has less than full rank.
    trusted
        Whether it is a maximum.
    messages
        What the reader must know.
    rescaled
        The coordinates of the optimum when they are not those of the data.
    """

    optimum: Optimum
    model: RandomModel
    random: FloatArray
    residual: float
    singular: bool
    trusted: bool
    messages: tuple[str, ...] = ()
    rescaled: Rescaled | None = None


def fit_random_covariance(
    cells: Cells,
    model: RandomModel,
    *,
    names: tuple[str, ...],
    reml: bool,
    start: tuple[FloatArray, float] | None = None,
    patients: Patients | None = None,
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
    patients
        The rows behind the cells, which very small residuals need.

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
    _check_separable(cells, model, names)
    size = _typical_size(model)
    found = _best_fit(Likelihood(cells, reml=reml), model, _guesses(cells, size, start), size)
    if found is not None:
        unit = cells.scale**2
        found = replace(found, random=found.random * unit, residual=found.residual * unit)
    if (found is None or not found.trusted or _is_steep(found, size)) and patients is not None:
        found = _fit_rescaled(patients, cells, model, reml=reml)
    if found is None or not found.trusted:
        raise AnalysisError(
            f"The random-effects model with {', '.join(names)} did not converge: no maximum "
            "of the likelihood was found that can be trusted. Use fewer random effects, an "
            "unstructured covariance (fit_mmrm) or more data."
        )
    if found.singular:
        return replace(found, messages=_singular_message(names, found.random))
    return found


def _typical_size(model: RandomModel) -> FloatArray:
    """Root mean square of each column of Z, shape (k,)."""
    spread = np.sqrt(np.mean(model.design**2, axis=tuple(range(model.design.ndim - 1))))
    return np.where(spread > 0, spread, 1.0)


def _guesses(
    cells: Cells, size: FloatArray, start: tuple[FloatArray, float] | None
) -> list[tuple[FloatArray, float]]:
    """D and s to start from, on the scale of the cells."""
    # Residuals have mean square 1 here: half of it to each side, a slope scaled to its variable.
    even = np.diag(0.5 / len(size) / size**2)
    guesses = [(even, 0.5), (0.02 * even, 1.0), (np.zeros(even.shape), 1.0)]
    if start is not None:
        guesses.insert(0, (start[0] / cells.scale**2, start[1] / cells.scale**2))
    return guesses


def _check_separable(cells: Cells, model: RandomModel, names: tuple[str, ...]) -> None:
    """Refuse random effects that cannot be told from each other or from the residual."""
    both = cells.observed[:, :, None] & cells.observed[:, None, :]
    if model.by_pattern:
        parts = model.fixed_parts()
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


def _is_steep(found: RandomOptimum, size: FloatArray) -> bool:
    """Whether the random effects explain so much that these coordinates have too few digits."""
    return found.residual < _SMALL_RESIDUAL * float(np.diag(found.random) @ size**2)


def _best_fit(
    likelihood: Likelihood,
    model: RandomModel,
    guesses: list[tuple[FloatArray, float]],
    size: FloatArray,
) -> RandomOptimum | None:
    """Maximum over D and s on the scale of the cells, or the best point reached, not trusted."""
    optimum = _climb(model.evaluator(likelihood), [model.pack(*guess) for guess in guesses])
    if optimum is not None and optimum.converged:
        random, residual = model.unpack(optimum.point.theta)
        scaled = random * np.outer(size, size)
        if residual > 0 and np.linalg.eigvalsh(scaled)[0] > _SINGULAR * max(
            float(np.trace(scaled)), residual
        ):
            return RandomOptimum(optimum, model, random, residual, False, True)
    reached = [] if optimum is None else _end_of_climb(optimum, model, size)
    for smaller in model.reduced():
        end = _climb(smaller.evaluator(likelihood), [smaller.pack(*guess) for guess in guesses])
        if end is not None:
            reached += _end_of_climb(end, smaller, size)
    highest = max(reached, key=_loglik, default=None)
    edges = [point for point in reached if point.singular and point.optimum.converged]
    if highest is None or not edges:
        return highest
    edge = max(edges, key=_loglik)
    # A climb inside that stood higher without arriving is on its way to somewhere better.
    if _loglik(edge) > _loglik(highest) - _HIGHER and _nothing_to_gain(likelihood, model, edge):
        return replace(edge, trusted=True)
    return highest


def _loglik(end: RandomOptimum) -> float:
    return end.optimum.point.loglik


def _end_of_climb(optimum: Optimum, model: RandomModel, size: FloatArray) -> list[RandomOptimum]:
    """Where a climb ended, not trusted yet; nothing when D and s are no variances there."""
    random, residual = model.unpack(optimum.point.theta)
    values, vectors = np.linalg.eigh(random * np.outer(size, size))
    if residual <= 0 or values[0] < -_ROUNDING * max(values[-1], residual):
        return []
    random = (vectors * np.maximum(values, 0)) @ vectors.T / np.outer(size, size)
    singular = model.rank is not None or model.kept is not None
    return [RandomOptimum(optimum, model, random, residual, singular, False)]


def _climb(evaluate_at: Evaluator, starts: list[FloatArray]) -> Optimum | None:
    """First optimum that a start leads to; else the highest point."""
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


def _nothing_to_gain(likelihood: Likelihood, model: RandomModel, edge: RandomOptimum) -> bool:
    """Whether a singular D meets the conditions of Karush, Kuhn and Tucker."""
    point = model.evaluator(likelihood)(model.pack(edge.random, edge.residual))
    if point is None:
        return False
    information = np.diag(point.expected_information)
    if not np.all(information > 0):
        return False
    error = 1 / np.sqrt(information)
    slopes = point.gradient * error
    if abs(slopes[-1]) > _SLOPE:
        return False
    # In units of the standard errors of the variances, so that no unit of time matters.
    variances, _ = model.unpack(np.append(error[:-1], 0.0))
    unit = np.sqrt(np.diag(variances))
    gradient, _ = model.unpack(point.gradient)
    gradient = (gradient + np.diag(np.diag(gradient))) / 2 * np.outer(unit, unit)
    random = edge.random / np.outer(unit, unit)
    along = gradient @ random / max(1.0, float(np.trace(random)))
    return bool(np.abs(along).max() < _SLOPE and np.linalg.eigvalsh(gradient)[-1] < _SLOPE)


def _fit_rescaled(
    patients: Patients, cells: Cells, model: RandomModel, *, reml: bool
) -> RandomOptimum | None:
    """Fit in coordinates in which the residual is as large as the random effects."""
    random, residual = moments(patients, cells, model)
    size, highest = len(random), -np.inf
    for _ in range(_MOST_COORDINATES):
        rescaled = rescale(patients, cells, model, random, residual)
        found = _best_fit(
            Likelihood(rescaled.cells, reml=reml),
            rescaled.model,
            [(np.eye(size), 1.0), (0.1 * np.eye(size), 1.0), (1e-3 * np.eye(size), 1.0)],
            np.ones(size),
        )
        if found is None:
            return None
        random, residual = rescaled.restore(found.random, found.residual)
        if residual < 4 * rounding(patients):
            raise AnalysisError(
                "The random effects explain every score: what is left is the rounding of the "
                "numbers, so the model did not converge and no residual variance can be estimated. "
                "Check the outcome, or leave random effects out."
            )
        highest = max(highest, _loglik(found))
        arrived = found.trusted and _loglik(found) > highest - _HIGHER
        if arrived and _is_settled(found.optimum):
            return replace(found, random=random, residual=residual, rescaled=rescaled)
    return None


def _is_settled(optimum: Optimum) -> bool:
    """Whether V is near the identity in its coordinates, so that its inverse has all digits."""
    evaluation = optimum.point.evaluation
    unseen = np.eye(evaluation.inverse.shape[1]) * ~evaluation.likelihood.cells.observed[:, None, :]
    values = np.linalg.eigvalsh(evaluation.inverse + unseen)
    return bool(values.min() > 1 / _SETTLED and values.max() < _SETTLED)


def _singular_message(names: tuple[str, ...], random: FloatArray) -> tuple[str, ...]:
    sizes = ", ".join(
        f"{name} {value:.3g}" for name, value in zip(names, np.diag(random), strict=True)
    )
    return (
        f"The covariance of the random effects is estimated as singular (variances: {sizes}): "
        "the model is larger than the data need; consider fewer random effects.",
    )
