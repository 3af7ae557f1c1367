import numpy as np
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
    n_per_arm=30,
    intercept_sd=1.2,
    slope_sd=1.6,
    correlation=-0.1,
    residual_sd=0.9,
    dropout=0.05,
)


def test_scores_have_the_covariance_that_was_asked_for():
    trial = TrialWithoutEffect((0, 1, 2), 100, 1.0, 2.0, 0.5, 0.5)
    scores = simulate_scores(trial, 200, np.random.default_rng(1)).reshape(-1, 3)
    z = np.array([[1, 0], [1, 0.5], [1, 1]])
    expected = z @ [[1, 1], [1, 4]] @ z.T + 0.25 * np.eye(3)
    # 40,000 patients: the standard error of a variance of 7 is 0.05.
    np.testing.assert_allclose(np.cov(scores.T), expected, atol=0.2)


def test_dropout_is_for_good_and_spares_the_baseline():
    scores = simulate_scores(TRIAL, 50, np.random.default_rng(2))
    missing = np.isnan(scores)
    assert not missing[..., 0].any()
    assert np.all(missing[..., 1:] >= missing[..., :-1])
    assert missing[..., -1].mean() == pytest.approx(1 - 0.95**4, abs=0.03)


@pytest.mark.parametrize("covariance", ["random_intercept", "random_slope", "us"])
def test_p_values_are_those_of_the_constrained_model(covariance):
    import pandas as pd

    scores = simulate_scores(TRIAL, 2, np.random.default_rng(3))
    found = last_visit_p_values(scores, TRIAL.times, covariance=covariance)
    patient, visit = np.indices(scores[0].shape)
    data = pd.DataFrame(
        {
            "patient": patient.ravel(),
            "week": np.array(TRIAL.times)[visit.ravel()],
            "arm": np.where(patient.ravel() < 30, "a", "b"),
            "score": scores[1].ravel(),
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
        inference="satterthwaite",
    )
    assert found[1] == pytest.approx(fit.differences["p"].iloc[-1], rel=1e-6)


@pytest.mark.slow
def test_a_random_intercept_alone_rejects_too_often():
    rates = type_one_error(TRIAL, 400, np.random.default_rng(4)).set_index("covariance")["rate"]
    # The standard error of a rate of 5% in 400 trials is 1.1%.
    assert rates["random_intercept"] > 0.10
    assert rates["random_slope"] < 0.09
    assert rates["us"] < 0.09


def test_the_same_seed_gives_the_same_table():
    tables = [type_one_error(TRIAL, 5, np.random.default_rng(5)) for _ in range(2)]
    assert tables[0].equals(tables[1])
    assert list(tables[0]["trials"]) == [5, 5, 5]


def test_unknown_covariances_are_refused():
    scores = simulate_scores(TRIAL, 1, np.random.default_rng(6))
    with pytest.raises(AnalysisError, match="random_slope"):
        last_visit_p_values(scores, TRIAL.times, covariance="random_slopes")
