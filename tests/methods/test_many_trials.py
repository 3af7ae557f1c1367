from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.methods.many_likelihoods import sum_trials
from helpers.methods.many_trials import BATCHED, fit_last_visit
from helpers.methods.mixed_models import fit_clda
from helpers.methods.type_one_error import TrialWithoutEffect, simulate_scores

TRIAL = TrialWithoutEffect(
    times=(0, 2, 6, 13, 26),
    arm_sizes=(25, 33),
    intercept_sd=1.2,
    slope_sd=1.6,
    correlation=-0.1,
    residual_sd=0.9,
    dropout=(0.05, 0.1, 0.05, 0.05),
)
TIMES = np.array(TRIAL.times, dtype=float)


def long(scores, first_arm):
    patient, visit = np.indices(scores.shape)
    return pd.DataFrame(
        {
            "patient": patient.ravel(),
            "visit": TIMES[visit.ravel()],
            "week": TIMES[visit.ravel()],
            "arm": np.where(patient.ravel() < first_arm, "a", "b"),
            "score": scores.ravel(),
        }
    )


def one_by_one(scores, covariance, inference):
    fit = fit_clda(
        long(scores, TRIAL.arm_sizes[0]),
        outcome="score",
        subject="patient",
        visit="visit",
        arm="arm",
        baseline=0.0,
        time="week",
        covariance=covariance,
        inference=inference,
    )
    return fit.differences.iloc[-1][["estimate", "se", "df"]].to_numpy(dtype=float)


@pytest.mark.parametrize("covariance", BATCHED)
def test_all_trials_at_once_are_the_trials_one_by_one(covariance):
    scores = simulate_scores(TRIAL, 6, np.random.default_rng(3))
    fits = fit_last_visit(sum_trials(scores, first_arm=25), TIMES, covariance=covariance)
    assert fits.found.all()
    for number, trial in enumerate(scores):
        alone = one_by_one(trial, covariance, "satterthwaite")
        together = [fits.estimate[number], fits.se[number], fits.df[number]]
        np.testing.assert_allclose(together, alone, rtol=1e-8)


@pytest.mark.parametrize("covariance", ["random_intercept", "random_slope", "us"])
def test_the_adjusted_standard_error_is_kenward_and_rogers(covariance):
    scores = simulate_scores(TRIAL, 3, np.random.default_rng(4))
    fits = fit_last_visit(sum_trials(scores, first_arm=25), TIMES, covariance=covariance)
    for number, trial in enumerate(scores):
        alone = one_by_one(trial, covariance, "kenward-roger")[1]
        assert fits.se_adjusted[number] == pytest.approx(alone, rel=1e-8)
        assert fits.se_adjusted[number] > fits.se[number]


def test_ar1_has_no_adjusted_standard_error():
    scores = simulate_scores(TRIAL, 2, np.random.default_rng(5))
    fits = fit_last_visit(sum_trials(scores, first_arm=25), TIMES, covariance="ar1")
    assert np.isnan(fits.se_adjusted).all()


def test_the_sums_are_those_of_each_arm_and_last_visit():
    scores = simulate_scores(replace(TRIAL, dropout=(0.2,) * 4), 2, np.random.default_rng(6))
    sums = sum_trials(scores, first_arm=25)
    assert sums.counts.sum(axis=(1, 2)).tolist() == [58, 58]
    own = scores[1, 25:]
    own = own[~np.isnan(own[:, 2]) & np.isnan(own[:, 3])]  # the last visit was the third
    assert sums.counts[1, 2, 1] == len(own) > 1
    np.testing.assert_allclose(sums.means[1, 2, 1, :3], own[:, :3].mean(axis=0))
    assert (sums.means[1, 2, 1, 3:] == 0).all()


def test_a_singular_random_slope_is_left_to_others():
    flat = TrialWithoutEffect((0, 1, 2), (20, 20), 1.0, 0.0, 0.0, 1.0, (0.0, 0.0))
    scores = simulate_scores(flat, 40, np.random.default_rng(7))
    fits = fit_last_visit(
        sum_trials(scores, first_arm=20), np.array([0.0, 1.0, 2.0]), covariance="random_slope"
    )
    # Without slopes about every other estimate lies at the edge.
    assert 0 < fits.found.sum() < 40
    assert np.isnan(fits.se[~fits.found]).all()
    assert np.isfinite(fits.df[fits.found]).all()


def test_a_trial_without_anybody_left_in_an_arm_has_no_fit():
    scores = simulate_scores(TRIAL, 2, np.random.default_rng(8))
    scores[0, :25, -1] = np.nan
    fits = fit_last_visit(sum_trials(scores, first_arm=25), TIMES, covariance="us")
    assert fits.found.tolist() == [False, True]
