"""How often a model finds a difference that is not there: a simulation of trials without effect.

Patients differ in level and in slope, as in most trials with follow-up. A model with a random
intercept alone takes all visits of a patient to be equally correlated; it then believes that the
last visit is known better than it is, and calls differences significant too often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import AnalysisError, unknown_name
from helpers.methods.covariance_fitting import fit_covariance
from helpers.methods.covariance_structures import COVARIANCES, covariance_structure
from helpers.methods.degrees_of_freedom import Satterthwaite
from helpers.methods.distributions import t_two_sided
from helpers.methods.fixed_effects import FixedEffects
from helpers.methods.kenward_roger import KenwardRoger
from helpers.methods.many_likelihoods import sum_trials
from helpers.methods.many_trials import BATCHED, fit_last_visit
from helpers.methods.patient_cells import group_patients, lay_out
from helpers.methods.proportions import wilson_interval
from helpers.methods.random_models import RandomModel
from helpers.methods.random_optimum import fit_random_covariance

FloatArray = NDArray[np.float64]

SIMULATED = ("random_intercept", "random_slope", *COVARIANCES)
INFERENCES = ("normal", "satterthwaite", "kenward-roger")

# Trials that are drawn and fitted together: enough to make use of the processor, few enough for
# its memory.
_TOGETHER = 250


@dataclass(frozen=True)
class TrialWithoutEffect:
    """Two arms whose patients follow the same random lines.

    The score of patient i at time t is ``intercept_i + slope_i * t / follow-up + residual``.

    Attributes
    ----------
    times
        Visits, baseline first, in any unit.
    arm_sizes
        Patients in each of the two arms.
    intercept_sd, slope_sd, correlation
        Standard deviations of the patients' intercepts and of their slopes over the whole
        follow-up, and their correlation.
    residual_sd
        Standard deviation of a score about its patient's line.
    dropout
        Probability of leaving before each visit after the baseline, for those who are still there;
        at random.
    """

    times: tuple[float, ...]
    arm_sizes: tuple[int, int]
    intercept_sd: float
    slope_sd: float
    correlation: float
    residual_sd: float
    dropout: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.dropout) != len(self.times) - 1:
            raise AnalysisError(
                f"A trial with {len(self.times)} visits has {len(self.dropout)} probabilities of "
                f"drop-out; give one for each of the {len(self.times) - 1} visits after baseline."
            )

    @property
    def standard_deviations(self) -> tuple[float, ...]:
        """Standard deviation of the scores at each visit."""
        times = np.asarray(self.times, dtype=float)
        share = (times - times[0]) / (times[-1] - times[0])
        shared = self.correlation * self.intercept_sd * self.slope_sd
        variance = self.intercept_sd**2 + 2 * shared * share + (self.slope_sd * share) ** 2
        return tuple(float(sd) for sd in np.sqrt(variance + self.residual_sd**2))


def simulate_scores(
    trial: TrialWithoutEffect, n_trials: int, generator: np.random.Generator
) -> FloatArray:
    """Draw the scores of many trials at once.

    Returns
    -------
    array
        Scores, NaN after dropout, shape (n_trials, patients, visits); the first arm comes first.
    """
    times = np.asarray(trial.times, dtype=float)
    follow_up = (times - times[0]) / (times[-1] - times[0])
    shape = (n_trials, sum(trial.arm_sizes))
    level, own = generator.standard_normal((2, *shape, 1))
    slope = trial.correlation * level + np.sqrt(1 - trial.correlation**2) * own
    lines = trial.intercept_sd * level + trial.slope_sd * slope * follow_up
    scores = lines + generator.normal(0.0, trial.residual_sd, (*shape, len(times)))
    leaves = generator.random((*shape, len(times) - 1)) < np.asarray(trial.dropout)
    gone = np.logical_or.accumulate(leaves, axis=2)
    scores[..., 1:][gone] = np.nan
    return scores


def last_visit_p_values(
    scores: FloatArray,
    trial: TrialWithoutEffect,
    *,
    covariance: str,
    inferences: Sequence[str] = ("satterthwaite",),
) -> pd.DataFrame:
    """Test the difference between arms at the last visit in every trial.

    The model is the constrained longitudinal one (a common baseline mean, an arm effect at each
    later visit), fitted by REML.

    Parameters
    ----------
    scores
        Scores of the trials as from ``simulate_scores``.
    trial
        What they were drawn from: its visits and arm sizes are used.
    covariance
        ``"random_intercept"``, ``"random_slope"`` or a covariance of ``fit_mmrm``.
    inferences
        Any of ``INFERENCES``.

    Returns
    -------
    DataFrame
        Two-sided P values, one row for each trial and one column for each way of inference; NaN
        where the covariance could not be estimated.

    Raises
    ------
    AnalysisError
        When a covariance or a way of inference is unknown.
    """
    if covariance not in SIMULATED:
        raise AnalysisError(unknown_name("covariance", covariance, SIMULATED))
    for name in inferences:
        if name not in INFERENCES:
            raise AnalysisError(unknown_name("inference", name, INFERENCES))
    times = np.asarray(trial.times, dtype=float)
    tests = np.full((len(scores), 4), np.nan)
    adjusted_in_batch = covariance != "ar1" or "kenward-roger" not in inferences
    if covariance in BATCHED and adjusted_in_batch:
        sums = sum_trials(scores, first_arm=trial.arm_sizes[0])
        fits = fit_last_visit(sums, times, covariance=covariance)
        tests = np.column_stack([fits.estimate, fits.se, fits.df, fits.se_adjusted])
        left = np.flatnonzero(~fits.found)
    else:
        left = np.arange(len(scores))
    for number in left:
        try:
            tests[number] = _fit_one(scores[number], times, trial.arm_sizes[0], covariance)
        except AnalysisError:
            continue
    estimate, se, df, adjusted = tests.T
    known = {
        "normal": (se, np.full(len(se), np.inf)),
        "satterthwaite": (se, df),
        "kenward-roger": (adjusted, df),
    }
    p_values = {}
    for name in inferences:
        error, degrees = known[name]
        missing = np.isnan(error) | np.isnan(degrees)
        p = t_two_sided(np.where(missing, 0.0, estimate / error), np.where(missing, 1.0, degrees))
        p_values[name] = np.where(missing, np.nan, p)
    return pd.DataFrame(p_values)


def type_one_error(
    trial: TrialWithoutEffect,
    n_trials: int,
    generator: np.random.Generator,
    *,
    covariances: Sequence[str] = ("random_intercept", "random_slope", "us", "ar1"),
    inferences: Sequence[str] = ("satterthwaite",),
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Estimate how often each covariance rejects a true null hypothesis at the last visit.

    Parameters
    ----------
    trial
        The trial to repeat.
    n_trials
        Repetitions; every covariance sees the same scores.
    generator
        Source of randomness.
    covariances, inferences
        Models and ways of inference to compare.
    alpha
        Nominal type I error.

    Returns
    -------
    DataFrame
        ``covariance, inference, trials, rejections, rate, lower, upper``, with Wilson's 95%
        interval of the rate; trials in which the covariance could not be estimated do not count.
    """
    done = {(name, way): [0, 0] for name in covariances for way in inferences}
    for first in range(0, n_trials, _TOGETHER):
        scores = simulate_scores(trial, min(_TOGETHER, n_trials - first), generator)
        for name in covariances:
            p_values = last_visit_p_values(scores, trial, covariance=name, inferences=inferences)
            for way in inferences:
                done[name, way][0] += int(p_values[way].notna().sum())
                done[name, way][1] += int((p_values[way] < alpha).sum())
    rows = []
    for (name, way), (fitted, rejections) in done.items():
        limits = wilson_interval(rejections, fitted) if fitted else (np.nan, np.nan)
        rows.append(
            {
                "covariance": name,
                "inference": way,
                "trials": fitted,
                "rejections": rejections,
                "rate": rejections / fitted if fitted else np.nan,
                "lower": limits[0],
                "upper": limits[1],
            }
        )
    return pd.DataFrame(rows)


def _design(n_visits: int) -> tuple[FloatArray, FloatArray]:
    """Design rows by arm and visit, arm first, and the contrast of the last visit."""
    at_visit = np.eye(n_visits)[:, 1:]
    none = np.zeros_like(at_visit)
    ones = np.ones((n_visits, 1))
    design = np.vstack([np.hstack([ones, at_visit, none]), np.hstack([ones, at_visit, at_visit])])
    contrast = np.zeros(design.shape[1])
    contrast[-1] = 1.0
    return design, contrast


def _fit_one(
    scores: FloatArray, times: FloatArray, first_arm: int, covariance: str
) -> tuple[float, float, float, float]:
    """Fit one trial: estimate, standard error, df, and Kenward-Roger's standard error."""
    n_patients, n_visits = scores.shape
    design, contrast = _design(n_visits)
    patient, visit = np.nonzero(~np.isnan(scores))
    arm = (np.arange(n_patients) >= first_arm).astype(np.intp)
    patients = lay_out(
        design=design,
        design_row=arm[patient] * n_visits + visit,
        scores=scores[patient, visit],
        subject=patient,
        visit=visit,
        group=np.zeros(n_patients, dtype=np.intp),
        n_visits=n_visits,
    )
    cells = group_patients(patients)
    if covariance.startswith("random"):
        follow_up = (times - times[0]) / (times[-1] - times[0])
        size = 2 if covariance == "random_slope" else 1
        model = RandomModel(np.column_stack([np.ones(n_visits), follow_up])[:, :size])
        names = ("intercept", "slope")[:size]
        optimum = fit_random_covariance(cells, model, names=names, reml=True).optimum
    else:
        structure = covariance_structure(covariance, n_visits=n_visits, times=times)
        optimum, _ = fit_covariance(
            cells, (structure,), name=covariance, visits=tuple(times), groups=("all",), reml=True
        )
    effects = FixedEffects(optimum.point, cells, patients)
    inference = Satterthwaite(effects)
    adjusted = float(contrast @ KenwardRoger(effects).covariance @ contrast)
    return (
        float(contrast @ effects.beta),
        float(np.sqrt(contrast @ inference.covariance @ contrast)),
        float(inference.degrees(contrast[None, :])[0]),
        # In a trial of a few patients the correction can exceed the variance.
        float(np.sqrt(adjusted)) if adjusted > 0 else np.nan,
    )
