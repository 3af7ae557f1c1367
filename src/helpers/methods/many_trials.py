r"""The REML fit of many small trials at once, for simulations.

All trials have two arms of the same sizes, the same visits, and patients who leave for good. The
likelihood then sees a trial only through counts, mean scores and products of deviations for each
arm and last visit, and a step of the optimiser is a few matrix products over all trials together:
some twenty times faster than trial after trial, with the same numbers.

The model, the likelihood, its derivatives and the degrees of freedom are those of ``reml``,
``newton``, ``degrees_of_freedom`` and ``kenward_roger``, with a leading axis of trials; the tests
compare the two. What needs more care than arrays allow (an optimum at the edge of the parameters, a
climb that does not arrive) is left out here and said so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helpers.methods.many_covariances import Structures, positive_definite, structure_of
from helpers.methods.many_likelihoods import Points, TrialSums, arm_designs, pooled_covariance

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

BATCHED = ("random_intercept", "random_slope", "us", "ar1")

_FISHER_STEPS = 2
_MOST_STEPS = 40
_HALVINGS = 12
# Newton's decrement, as in ``newton``.
_NEAR = 1e-10
_QUADRATIC = 1e-6


@dataclass(frozen=True)
class LastVisitFits:
    """The difference between arms at the last visit in M trials.

    Attributes
    ----------
    found
        Trials with an optimum inside the parameters, shape (M,); the rest is NaN elsewhere.
    estimate, se, df
        Difference, standard error of generalised least squares, Satterthwaite's degrees of
        freedom.
    se_adjusted
        Kenward and Roger's standard error, which goes with the same degrees of freedom; NaN for
        ``ar1``, where it depends on the parameters chosen.
    """

    found: BoolArray
    estimate: FloatArray
    se: FloatArray
    df: FloatArray
    se_adjusted: FloatArray


def fit_last_visit(sums: TrialSums, times: FloatArray, *, covariance: str) -> LastVisitFits:
    """Fit the constrained longitudinal model to every trial, by REML.

    Parameters
    ----------
    sums
        The trials.
    times
        Time of each visit, shape (T,).
    covariance
        One of ``BATCHED``.
    """
    structure = structure_of(covariance, times)
    n_visits = len(times)
    # Every visit needs a score in each arm, else the effects there do not exist; and with hardly
    # more patients than visits the likelihood of some covariances has no bound.
    staying = sums.counts[:, -1]
    possible = np.all(staying > 0, axis=1) & (staying.sum(axis=1) > n_visits + 2)
    trials = np.flatnonzero(possible)
    theta = np.full((len(possible), structure.size), np.nan)
    converged = np.zeros(len(possible), dtype=bool)
    if len(trials):
        theta[trials], converged[trials] = _maximise(sums.of(trials), structure)
    inside = trials[converged[trials]]
    inside = inside[structure.inside(theta[inside])]
    out = {name: np.full(len(possible), np.nan) for name in ("estimate", "se", "df", "adjusted")}
    found = np.zeros(len(possible), dtype=bool)
    if len(inside):
        point = Points(sums.of(inside), structure, theta[inside], arm_designs(n_visits))
        point.derive()
        usable = positive_definite(-point.hessian)
        kept = inside[usable]
        found[kept] = True
        for name, values in point.last_visit(usable).items():
            out[name][kept] = values
    return LastVisitFits(found, out["estimate"], out["se"], out["df"], out["adjusted"])


def _maximise(sums: TrialSums, structure: Structures) -> tuple[FloatArray, BoolArray]:
    """Climb in all trials at once: theta and whether it is a maximum."""
    n_trials = len(sums.counts)
    designs = arm_designs(structure.n_visits)
    theta = np.tile(structure.start(pooled_covariance(sums)), (n_trials, 1))
    converged = np.zeros(n_trials, dtype=bool)
    active = np.arange(n_trials)[positive_definite(structure.matrix(theta))]
    for number in range(_MOST_STEPS):
        if not len(active):
            break
        own = sums.of(active)
        point = Points(own, structure, theta[active], designs)
        point.derive()
        newton = np.full(len(active), number >= _FISHER_STEPS)
        if number >= _FISHER_STEPS:
            newton &= positive_definite(-point.hessian)
        information = np.where(newton[:, None, None], -point.hessian, point.expected)
        step = np.linalg.solve(information, point.gradient[..., None])[..., 0]
        decrement = np.sum(step * point.gradient, axis=1)
        moved, rose = _advance(own, point, step, decrement, newton)
        theta[active] = moved
        arrived = rose & newton & (decrement < _NEAR)
        converged[active[arrived]] = True
        active = active[rose & ~arrived]
    return theta, converged


def _advance(
    sums: TrialSums, point: Points, step: FloatArray, decrement: FloatArray, newton: BoolArray
) -> tuple[FloatArray, BoolArray]:
    """Go along each step, halved until the log-likelihood rises: theta and whether it did."""
    theta = point.theta.copy()
    rose = np.zeros(len(theta), dtype=bool)
    waiting = np.flatnonzero(np.all(np.isfinite(step), axis=1))
    quadratic = newton & (decrement < _QUADRATIC)
    share = 1.0
    for _ in range(_HALVINGS):
        candidate = point.theta[waiting] + share * step[waiting]
        valid = positive_definite(point.structure.matrix(candidate))
        trying = waiting[valid]
        if len(trying):
            loglik = Points(sums.of(trying), point.structure, candidate[valid], point.designs)
            needed = point.loglik[trying] + 1e-4 * share * decrement[trying]
            good = (loglik.loglik >= needed) | quadratic[trying]
            theta[trying[good]] = candidate[valid][good]
            rose[trying[good]] = True
        waiting = waiting[~rose[waiting]]
        if not len(waiting):
            break
        share /= 2
    return theta, rose
