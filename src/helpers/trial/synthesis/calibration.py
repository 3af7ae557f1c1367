"""Search the constants that make the cohort meet the published figures, under any model.

The analysis is handed in as a function of the tables, so that a cohort can be made for the model
that a book uses. The search has three steps: Gauss-Newton steps on the latent parameters;
whole-point changes that bring the number of responders to what was published; and a choice among
whole-point changes whose effects were each measured by one fit (they add up almost exactly).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helpers.errors import AnalysisError
from helpers.trial.synthesis.cohort import CohortTables, synthesise
from helpers.trial.synthesis.constants import Adjustment, AllocationList, Calibration
from helpers.trial.synthesis.settings import Latents, Settings
from helpers.trial.synthesis.single_points import (
    allowed_changes,
    best_subset,
    match_responders,
)
from helpers.trial.synthesis.streams import stream
from helpers.trial.synthesis.targets import Target, worst_distance

Analyse = Callable[[CohortTables], Mapping[str, float]]
Progress = Callable[[str], None]

# Accepted: every figure within this share of its rounding window. No two numbers can meet the
# printed difference, interval and P value with less than about 0.79.
INSIDE = 0.88
LATENT_STEPS, MEAN_STEPS = 40, 2
RENEWED = 20  # steps after which the derivatives are measured again
JITTER = 0.15  # in steps, see _fit_latents
CHANGES_FIRST, CHANGES_ADDED = 40, 20
CHANGE_ROUNDS = 6
CORRECTIONS = 4  # of a choice, before more effects are measured
# Size of the steps by which derivatives are measured: large enough to smooth over rounding.
STEP = {"mean": 0.10, "log_sd": 0.15, "correlation": 0.25}


@dataclass(frozen=True)
class _Search:
    """What every step of the search needs."""

    settings: Settings
    allocation: AllocationList
    targets: tuple[Target, ...]
    analyse: Analyse
    progress: Progress

    def calibration(
        self, latents: Latents, adjustments: tuple[Adjustment, ...] = ()
    ) -> Calibration:
        return Calibration(allocation=self.allocation, latents=latents, adjustments=adjustments)

    def distances(self, calibration: Calibration) -> NDArray[np.float64]:
        estimates = self.analyse(synthesise(self.settings, calibration))
        return np.array([target.distance(estimates[target.name]) for target in self.targets])

    def with_responders(self, latents: Latents) -> Calibration:
        plain = synthesise(self.settings, self.calibration(latents))
        return self.calibration(latents, match_responders(self.settings, plain))


def calibrate(
    settings: Settings,
    *,
    allocation: AllocationList,
    targets: tuple[Target, ...],
    analyse: Analyse,
    progress: Progress | None = None,
) -> Calibration:
    """Find constants with which ``analyse`` returns every target to its printed digits.

    Parameters
    ----------
    settings
        What is declared; the search begins at ``settings.pain.start``.
    allocation
        The stored allocation list.
    targets
        The printed figures.
    analyse
        Estimates of a cohort by the names of the targets. It may be any model.
    progress
        Called with one line after each step; an exception it raises ends the search.

    Returns
    -------
    Calibration
        Constants that meet every target well inside its rounding window (``INSIDE``).

    Raises
    ------
    AnalysisError
        When the search ends without meeting every target.
    """
    search = _Search(settings, allocation, targets, analyse, progress or (lambda line: None))
    found = _adjust_points(search, _fit_latents(search))
    worst = worst_distance(targets, analyse(synthesise(settings, found)))
    if worst > INSIDE:
        raise AnalysisError(
            f"The calibration ended {worst:.2f} half units of the last printed digit away from a "
            f"published figure ({INSIDE} is accepted); change `settings.pain.start` or "
            "`settings.dropout` in synthesis.yml so that this model can reach the figures."
        )
    return found


def _fit_latents(search: _Search) -> Calibration:
    """Gauss-Newton steps on the means and the spread, judged by what the means cannot mend.

    Single points move the estimates easily and the widths of the intervals hardly. So a step is
    kept when it lowers the distances less their part in the span of the means' effects (a variable
    projection); two steps on the means alone follow. Whole scores and the choice of who leaves
    make the distances a little rough, so every step is jittered, and the derivatives are measured
    again half-way.
    """
    arms = search.settings.arms
    generator = stream(search.settings.seed, "latent parameters")
    steps = np.array([*[STEP["mean"]] * len(arms), *[STEP["log_sd"]] * 3, STEP["correlation"]])
    is_mean = np.arange(len(steps)) < len(arms)
    best = search.with_responders(search.settings.pain.start)
    point, now = _as_vector(best.latents, arms), search.distances(best)
    slopes = measured = np.zeros((len(now), len(steps)))
    total = LATENT_STEPS + MEAN_STEPS
    for count in range(total):
        on_means = count >= LATENT_STEPS
        if count % RENEWED == 0 and not on_means:
            measured = slopes = _derivatives(search, point, now, steps)
            means, _ = np.linalg.qr(measured[:, is_mean])
            damping = 0.1
        scaled = (np.where(is_mean, measured, 0) if on_means else slopes) * steps
        normal = scaled.T @ scaled
        normal += np.diag(np.where(is_mean, 0, damping) * np.diag(normal) + 1e-9)
        towards = -np.linalg.solve(normal, scaled.T @ now)
        towards += generator.normal(0, JITTER, len(steps))
        move = np.clip(towards, -3, 3) * steps
        tried = search.with_responders(_as_latents(point + move, arms))
        after = search.distances(tried)
        if on_means:
            better = np.abs(after).max() < np.abs(now).max()
        else:
            beyond = [np.linalg.norm(d - means @ (means.T @ d)) for d in (now, after)]
            better = beyond[1] < beyond[0]
            damping = damping / 3 if better else min(3 * damping, 1)
            # Broyden's update: the derivatives learn from every step that was tried.
            slopes = slopes + np.outer(after - now - slopes @ move, move) / (move @ move)
        if better:
            best, point, now = tried, point + move, after
        search.progress(
            f"latent parameters: step {count + 1} of {total}, "
            f"{np.abs(now).max():.2f} half units away"
        )
    return best


def _derivatives(
    search: _Search,
    point: NDArray[np.float64],
    now: NDArray[np.float64],
    steps: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Measure what each latent parameter does to the distances: targets by parameters."""
    slopes = np.empty((len(now), len(point)))
    for index, step in enumerate(steps):
        there = point.copy()
        there[index] += step
        tried = search.with_responders(_as_latents(there, search.settings.arms))
        slopes[:, index] = (search.distances(tried) - now) / step
        search.progress(f"latent parameters: derivative {index + 1} of {len(point)}")
    return slopes


def _adjust_points(search: _Search, start: Calibration) -> Calibration:
    """Choose whole-point changes by their measured effects until every target is met."""
    generator = stream(search.settings.seed, "single points")
    tables = synthesise(search.settings, start)
    nothing = search.distances(start)
    pool: list[Adjustment] = []
    effects = np.empty((0, len(nothing)))
    kept: list[int] = []
    best, found = nothing, start
    for _ in range(CHANGE_ROUNDS):
        if np.abs(best).max() <= INSIDE:
            break
        taken = (*start.adjustments, *pool)
        count = CHANGES_ADDED if pool else CHANGES_FIRST
        for change in allowed_changes(search.settings, tables, count, generator, taken=taken):
            alone = search.calibration(start.latents, (*start.adjustments, change))
            effects = np.vstack([effects, search.distances(alone) - nothing])
            pool.append(change)
            search.progress(
                f"single points: {np.abs(best).max():.2f} half units away, "
                f"{len(pool)} effects measured"
            )
        here, chosen = best, kept
        for _ in range(CORRECTIONS):
            # What changes do together differs a little from the sum of their effects: begin the
            # next choice at what this one was found to do.
            together = effects[chosen].sum(axis=0)
            again = best_subset(here - together, effects, start=chosen, generator=generator)
            if again == chosen:
                break
            chosen = again
            picked = tuple(pool[index] for index in chosen)
            tried = search.calibration(start.latents, (*start.adjustments, *picked))
            here = search.distances(tried)
            search.progress(f"single points: {np.abs(here).max():.2f} half units away")
            if np.abs(here).max() < np.abs(best).max():
                best, found, kept = here, tried, chosen
            if np.abs(best).max() <= INSIDE:
                break
    return found


def _as_vector(latents: Latents, arms: tuple[str, ...]) -> NDArray[np.float64]:
    spread = np.log([latents.intercept_sd, latents.slope_sd, latents.residual_sd])
    means = [latents.means[arm] for arm in arms]
    return np.array([*means, *spread, np.arctanh(latents.correlation)])


def _as_latents(point: NDArray[np.float64], arms: tuple[str, ...]) -> Latents:
    # Six decimals: the constants are read again from a text file.
    means = {arm: round(float(value), 6) for arm, value in zip(arms, point, strict=False)}
    intercept, slope, residual = (round(float(sd), 6) for sd in np.exp(point[-4:-1]))
    return Latents(
        means=means,
        intercept_sd=intercept,
        slope_sd=slope,
        correlation=round(float(np.tanh(point[-1])), 6),
        residual_sd=residual,
    )
