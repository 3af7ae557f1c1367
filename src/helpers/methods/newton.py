r"""Maximisation of the log-likelihood in the parameters of the covariance.

A step of Fisher scoring brings any start near the optimum; Newton's method with the exact Hessian
(``reml``, ``covariance_points``) ends there. Where the log-likelihood is not concave, the expected
information takes the place of the Hessian: it still points uphill.

A step is halved until Sigma is positive definite and the log-likelihood does not fall. The end is
judged by Newton's decrement g' (-H)^-1 g, twice the log-likelihood still to be gained: it has no
unit, so that the scale of the outcome and of the parameters does not matter (Boyd & Vandenberghe
2004, Convex Optimization, 9.5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helpers.methods.covariance_points import Point

FloatArray = NDArray[np.float64]

# Newton converges quadratically: from a decrement of 1e-10 the next step ends within 1e-20 of the
# optimum, which is below rounding.
_NEAR = 1e-10
# Below this the quadratic model is the log-likelihood itself up to rounding: with hundreds of
# thousands of scores the gain of a step can no longer be seen in the sum.
_QUADRATIC = 1e-6
_FISHER_STEPS = 1
_HALVINGS = 40


@dataclass(frozen=True)
class Optimum:
    """Where the maximisation ended.

    Attributes
    ----------
    point
        The last point.
    converged
        Whether the gradient vanished at a maximum.
    decrement
        Newton's decrement there.
    iterations
        Steps taken.
    reason
        Why it did not converge; empty when it did.
    """

    point: Point
    converged: bool
    decrement: float
    iterations: int
    reason: str


def maximise(
    evaluate_at: Callable[[FloatArray], Point | None],
    start: FloatArray,
    *,
    max_iterations: int = 100,
) -> Optimum | None:
    """Climb to the maximum of the log-likelihood.

    Parameters
    ----------
    evaluate_at
        The log-likelihood and its derivatives at a theta; None where it does not exist.
    start
        First theta, shape (m,).
    max_iterations
        Give up after so many steps.

    Returns
    -------
    Optimum or None
        None when Sigma is not positive definite at the start.
    """
    point = evaluate_at(start)
    if point is None:
        return None
    decrement = np.inf
    for iteration in range(max_iterations):
        step, decrement, newton = _step(point, fisher=iteration < _FISHER_STEPS)
        if step is None:
            return Optimum(point, False, decrement, iteration, "the information is singular")
        quadratic = newton and decrement < _QUADRATIC
        following = _advance(evaluate_at, point, step, accept_any=quadratic)
        if following is None:
            return Optimum(point, False, decrement, iteration, "no step raises the log-likelihood")
        point = following
        if newton and decrement < _NEAR:
            return Optimum(point, True, decrement, iteration + 1, "")
    return Optimum(point, False, float(decrement), max_iterations, "the steps ran out")


def _step(point: Point, *, fisher: bool) -> tuple[FloatArray | None, float, bool]:
    """Direction, decrement, and whether it is Newton's."""
    if fisher:
        candidates = [(lambda: point.simple_information, False)]
    else:
        # Where the log-likelihood is not concave the expected information still points uphill.
        candidates = [
            (lambda: -point.hessian, True),
            (lambda: point.expected_information, False),
            (lambda: point.simple_information, False),
        ]
    for information, newton in candidates:
        step = _solve(information(), point.gradient)
        if step is not None:
            return step, float(step @ point.gradient), newton
    return None, np.inf, False


def _solve(information: FloatArray, gradient: FloatArray) -> FloatArray | None:
    """Solve for the step, or None when the information is not positive definite."""
    diagonal = np.diag(information)
    if not np.all(diagonal > 0) or not np.all(np.isfinite(information)):
        return None
    size = 1 / np.sqrt(diagonal)
    scaled = information * np.outer(size, size)
    try:
        factor = np.linalg.cholesky(scaled)
    except np.linalg.LinAlgError:
        return None
    if np.min(np.diag(factor)) < 1e-7:
        return None
    step = np.asarray(size * np.linalg.solve(scaled, size * gradient), dtype=float)
    return step if np.all(np.isfinite(step)) else None


def _advance(
    evaluate_at: Callable[[FloatArray], Point | None],
    point: Point,
    step: FloatArray,
    *,
    accept_any: bool,
) -> Point | None:
    """Go along the step, halved until the log-likelihood rises; None when it never does."""
    share = 1.0
    rise = float(step @ point.gradient)
    for _ in range(_HALVINGS):
        trial = evaluate_at(point.theta + share * step)
        needed = -np.inf if accept_any else point.loglik + 1e-4 * share * rise
        if trial is not None and np.isfinite(trial.loglik) and trial.loglik >= needed:
            return trial
        share /= 2
    return None
