from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.errors import AnalysisError
from helpers.methods.mixed_models import fit_clda
from helpers.methods.type_one_error import (
    TrialWithoutEffect,
    last_visit_p_values,
    simulate_scores,
    type_one_error,
)

TRIAL = TrialWithoutEffect(
    times=(0, 2, 6, 13, 26),
    arm_sizes=(30, 30),
    intercept_sd=1.2,
    slope_sd=1.6,
    correlation=-0.1,
    residual_sd=0.9,
    dropout=(0.05, 0.05, 0.05, 0.05),
)


def test_scores_have_the_covariance_that_was_asked_for():
    trial = TrialWithoutEffect((0, 1, 2), (120, 80), 1.0, 2.0, 0.5, 0.5, (0.0, 0.0))
    scores = simulate_scores(trial, 200, np.random.default_rng(1)).reshape(-1, 3)
    z = np.array([[1, 0], [1, 0.5], [1, 1]])
    expected = z @ [[1, 1], [1, 4]] @ z.T + 0.25 * np.eye(3)
    # 40,000 patients: the standard error of a variance of 7 is 0.05.
    np.testing.assert_allclose(np.cov(scores.T), expected, atol=0.2)
    np.testing.assert_allclose(trial.standard_deviations, np.sqrt(np.diag(expected)), rtol=1e-12)


def test_dropout_is_for_good_and_spares_the_baseline():
    trial = replace(TRIAL, dropout=(0.0, 0.2, 0.0, 0.1))
    missing = np.isnan(simulate_scores(trial, 50, np.random.default_rng(2)))
    assert not missing[..., :2].any()
    assert np.all(missing[..., 1:] >= missing[..., :-1])
    assert missing[..., 2].mean() == pytest.approx(0.2, abs=0.03)
    assert missing[..., -1].mean() == pytest.approx(1 - 0.8 * 0.9, abs=0.03)


def test_every_later_visit_needs_its_dropout():
    with pytest.raises(AnalysisError, match="one for each of the 4 visits"):
        replace(TRIAL, dropout=(0.1,))


def constrained(scores, covariance, inference):
    patient, visit = np.indices(scores.shape)
    data = pd.DataFrame(
        {
            "patient": patient.ravel(),
            "week": np.array(TRIAL.times)[visit.ravel()],
            "arm": np.where(patient.ravel() < 30, "a", "b"),
            "score": scores.ravel(),
        }
    )
    fit = fit_clda(
        data.assign(visit=data["week"]),
        outcome="score",
        subject="patient",
        visit="visit",
        arm="arm",
        baseline=0,
        time="week",
        covariance=covariance,
        inference=inference,
    )
    return fit.differences["p"].iloc[-1]


@pytest.mark.parametrize("inference", ["normal", "satterthwaite", "kenward-roger"])
@pytest.mark.parametrize("covariance", ["random_intercept", "random_slope", "us", "ar1", "toep"])
def test_p_values_are_those_of_the_constrained_model(covariance, inference):
    scores = simulate_scores(TRIAL, 2, np.random.default_rng(3))
    found = last_visit_p_values(scores, TRIAL, covariance=covariance, inferences=[inference])
    expected = constrained(scores[1], covariance, inference)
    assert found[inference].iloc[1] == pytest.approx(expected, rel=1e-6)


def test_a_singular_random_slope_has_the_p_value_of_the_careful_fit():
    flat = replace(TRIAL, slope_sd=0.0)
    scores = simulate_scores(flat, 12, np.random.default_rng(4))
    found = last_visit_p_values(scores, flat, covariance="random_slope")["satterthwaite"]
    expected = [constrained(trial, "random_slope", "satterthwaite") for trial in scores]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_random_intercept_alone_rejects_too_often():
    large = replace(TRIAL, arm_sizes=(100, 100))
    rates = type_one_error(large, 600, np.random.default_rng(4)).set_index("covariance")
    # The standard error of a rate of 5% in 600 trials is 0.9%.
    assert rates.loc["random_intercept", "lower"] > 0.09
    for kept in ("random_slope", "us"):
        assert rates.loc[kept, "lower"] < 0.05 < rates.loc[kept, "upper"] < 0.10
    assert rates.loc["ar1", "rate"] > rates.loc["us", "rate"]


def test_kenward_roger_rejects_less_often_than_z_in_a_small_trial():
    rates = type_one_error(
        replace(TRIAL, arm_sizes=(10, 10)),
        600,
        np.random.default_rng(5),
        covariances=["us"],
        inferences=["normal", "kenward-roger"],
    ).set_index("inference")
    assert rates.loc["normal", "lower"] > 0.06
    assert rates.loc["kenward-roger", "lower"] < 0.05 < rates.loc["kenward-roger", "upper"]


def test_rates_and_intervals_follow_from_the_counts():
    (row,) = type_one_error(
        TRIAL, 40, np.random.default_rng(6), covariances=["random_intercept"]
    ).itertuples()
    assert row.trials == 40
    assert row.rate == row.rejections / 40
    assert row.lower < row.rate < row.upper


def test_the_same_seed_gives_the_same_table():
    tables = [type_one_error(TRIAL, 300, np.random.default_rng(7)) for _ in range(2)]
    assert tables[0].equals(tables[1])
    assert list(tables[0]["trials"]) == [300] * 4


def test_unknown_names_are_refused():
    scores = simulate_scores(TRIAL, 1, np.random.default_rng(8))
    with pytest.raises(AnalysisError, match="random_slope"):
        last_visit_p_values(scores, TRIAL, covariance="random_slopes")
    with pytest.raises(AnalysisError, match="kenward-roger"):
        last_visit_p_values(scores, TRIAL, covariance="us", inferences=["kenward_roger"])
