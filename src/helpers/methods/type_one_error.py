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
from helpers.methods.patient_cells import group_patients, lay_out
from helpers.methods.random_optimum import RandomModel, fit_random_covariance

FloatArray = NDArray[np.float64]

SIMULATED = ("random_intercept", "random_slope", *COVARIANCES)


@dataclass(frozen=True)
class TrialWithoutEffect:
    """Two arms whose patients follow the same random lines.

    The score of patient i at time t is ``intercept_i + slope_i * t / follow-up + residual``.

    Attributes
    ----------
    times
        Visits, baseline first, in any unit.
    n_per_arm
        Patients in each arm.
    intercept_sd, slope_sd, correlation
        Standard deviations of the patients' intercepts and of their slopes over the whole
        follow-up, and their correlation.
    residual_sd
        Standard deviation of a score about its patient's line.
    dropout
        Probability of leaving before each visit after the baseline; at random.
    """

    times: tuple[float, ...]
    n_per_arm: int
    intercept_sd: float
    slope_sd: float
    correlation: float
    residual_sd: float
    dropout: float = 0.0


def simulate_scores(
    trial: TrialWithoutEffect, n_trials: int, generator: np.random.Generator
) -> FloatArray:
    """Draw the scores of many trials at once.

    Returns
    -------
    array
        Scores, NaN after dropout, shape (n_trials, 2 n_per_arm, visits); the first half of the
        patients is one arm.
    """
    times = np.asarray(trial.times, dtype=float)
    follow_up = (times - times[0]) / (times[-1] - times[0])
    shape = (n_trials, 2 * trial.n_per_arm)
    covariance = trial.correlation * trial.intercept_sd * trial.slope_sd
    lines = generator.multivariate_normal(
        [0.0, 0.0],
        [[trial.intercept_sd**2, covariance], [covariance, trial.slope_sd**2]],
        size=shape,
        method="cholesky",
    )
    noise = generator.normal(0.0, trial.residual_sd, (*shape, len(times)))
    scores = lines[..., :1] + lines[..., 1:] * follow_up + noise
    leaves = generator.random((*shape, len(times) - 1)) < trial.dropout
    gone = np.logical_or.accumulate(leaves, axis=2)
    scores[..., 1:][gone] = np.nan
    return scores


def last_visit_p_values(
    scores: FloatArray, times: Sequence[float], *, covariance: str
) -> FloatArray:
    """Test the difference between arms at the last visit in every trial.

    The model is the constrained longitudinal one (a common baseline mean, an arm effect at each
    later visit), fitted by REML with Satterthwaite degrees of freedom.

    Parameters
    ----------
    scores
        Scores of the trials as from ``simulate_scores``.
    times
        Visit times.
    covariance
        ``"random_intercept"``, ``"random_slope"`` or a covariance of ``fit_mmrm``.

    Returns
    -------
    array
        Two-sided p values, shape (n_trials,); NaN where the covariance could not be estimated.
    """
    if covariance not in SIMULATED:
        raise AnalysisError(unknown_name("covariance", covariance, SIMULATED))
    design, contrast = _design(scores.shape[2])
    out = np.full(len(scores), np.nan)
    for number, trial in enumerate(scores):
        try:
            out[number] = _p_value(trial, np.asarray(times, float), covariance, design, contrast)
        except AnalysisError:
            continue
    return out


def type_one_error(
    trial: TrialWithoutEffect,
    n_trials: int,
    generator: np.random.Generator,
    *,
    covariances: Sequence[str] = ("random_intercept", "random_slope", "us"),
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
    covariances
        Models to compare.
    alpha
        Nominal type I error.

    Returns
    -------
    DataFrame
        ``covariance, trials, rejections, rate, standard_error``; trials in which the covariance
        could not be estimated do not count.
    """
    scores = simulate_scores(trial, n_trials, generator)
    rows = []
    for name in covariances:
        p_values = last_visit_p_values(scores, trial.times, covariance=name)
        done = int(np.sum(~np.isnan(p_values)))
        rejections = int(np.sum(p_values < alpha))
        rate = rejections / done if done else np.nan
        rows.append(
            {
                "covariance": name,
                "trials": done,
                "rejections": rejections,
                "rate": rate,
                "standard_error": np.sqrt(rate * (1 - rate) / done) if done else np.nan,
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


def _p_value(
    scores: FloatArray,
    times: FloatArray,
    covariance: str,
    design: FloatArray,
    contrast: FloatArray,
) -> float:
    n_patients, n_visits = scores.shape
    patient, visit = np.nonzero(~np.isnan(scores))
    arm = (np.arange(n_patients) >= n_patients // 2).astype(np.intp)
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
    statistic = contrast @ effects.beta / np.sqrt(contrast @ inference.covariance @ contrast)
    return float(t_two_sided(statistic, inference.degrees(contrast[None, :])[0]))
