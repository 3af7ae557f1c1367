import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from helpers.errors import AnalysisError
from helpers.methods import random_effects
from helpers.methods.random_effects import fit_random_effects

REFERENCES = Path(__file__).parents[1] / "references"


def reference(name):
    return json.loads((REFERENCES / f"lmer_{name}.json").read_text(encoding="utf-8"))


def orthodont():
    data = pd.read_csv(REFERENCES / "orthodont.csv")
    age, female = data["age"].to_numpy(float) - 11, (data["Sex"] == "Female").to_numpy(float)
    design = np.column_stack([np.ones(len(data)), age, female, age * female])
    return data["distance"].to_numpy(float), design, data["Subject"].to_numpy(str), age


def sleepstudy():
    data = pd.read_csv(REFERENCES / "sleepstudy.csv")
    days = data["Days"].to_numpy(float)
    design = np.column_stack([np.ones(len(data)), days])
    return data["Reaction"].to_numpy(float), design, data["Subject"].to_numpy(str), days


@pytest.mark.parametrize(
    ("name", "data", "covariance"),
    [
        ("ortho_ris", orthodont, "random_slope"),
        ("ortho_ri", orthodont, "random_intercept"),
        ("sleep_ris", sleepstudy, "random_slope"),
    ],
)
def test_fit_agrees_with_lme4(name, data, covariance):
    expected = reference(name)
    outcome, design, subject, time = data()
    fit = fit_random_effects(
        outcome=outcome, design=design, subject=subject, time=time, covariance=covariance
    )
    se = np.array(expected["se"])
    # 1e-6 standard errors and 1e-6 relative: lme4's own optimum is good to about 1e-7.
    assert np.abs((fit.coefficients - expected["est"]) / se).max() < 1e-6
    assert np.abs(np.sqrt(np.diag(fit.vcov)) / se - 1).max() < 1e-6
    assert fit.loglik == pytest.approx(expected["logLik"], abs=1e-8)
    # Variances lie on a flat top: a log-likelihood within 1e-8 leaves them 1e-4 relative room.
    np.testing.assert_allclose(fit.random_covariance, expected["D"], rtol=2e-5)
    assert fit.residual_variance == pytest.approx(expected["sigma"] ** 2, rel=1e-5)
    if name == "sleep_ris":  # R lists Orthodont's children in another order
        scale = np.abs(expected["ranef_head"]).max(axis=0)
        difference = fit.random_effects[:5] - expected["ranef_head"]
        assert np.abs(difference / scale).max() < 1e-5
    assert fit.converged
    assert fit.messages == ()


def test_random_effects_stand_beside_their_subjects_in_the_order_of_the_data():
    outcome, design, subject, time = sleepstudy()
    fit = fit_random_effects(outcome=outcome, design=design, subject=subject, time=time)
    assert fit.subjects[:3] == ("308", "309", "310")
    order = np.random.default_rng(1).permutation(len(outcome))
    mixed = fit_random_effects(
        outcome=outcome[order], design=design[order], subject=subject[order], time=time[order]
    )
    there = dict(zip(mixed.subjects, mixed.random_effects, strict=True))
    for name, row in zip(fit.subjects, fit.random_effects, strict=True):
        # The order of the rows only moves the last digits of sums.
        np.testing.assert_allclose(there[name], row, rtol=1e-9)


def test_the_optimum_does_not_depend_on_where_the_search_began(monkeypatch):
    outcome, design, subject, time = sleepstudy()
    options = {"outcome": outcome, "design": design, "subject": subject, "time": time}
    usual = fit_random_effects(**options)
    monkeypatch.setattr(random_effects, "_first_pass", lambda layout: np.array([3.0, -1.0, 2.0]))
    other = fit_random_effects(**options)
    np.testing.assert_allclose(other.coefficients, usual.coefficients, rtol=1e-11)
    np.testing.assert_allclose(other.vcov, usual.vcov, rtol=1e-9)


def test_the_likelihood_is_that_of_mixedlm():
    outcome, design, subject, time = sleepstudy()
    fit = fit_random_effects(outcome=outcome, design=design, subject=subject, time=time)
    other = MixedLM(
        outcome, design, groups=subject, exog_re=np.column_stack([np.ones(len(time)), time])
    ).fit(reml=True, method="lbfgs")
    # MixedLM stops a little below the optimum, and never above it.
    assert other.llf <= fit.loglik + 1e-9
    assert other.llf == pytest.approx(fit.loglik, abs=1e-5)


def test_a_singular_optimum_is_reported_and_no_warning_leaks():
    generator = np.random.default_rng(20)
    subject = np.repeat(np.arange(40).astype(str), 5)
    time = np.tile(np.linspace(0, 1, 5), 40)
    # Noise made to sum to zero within every subject: less variation between than chance gives.
    noise = generator.normal(size=(40, 5))
    outcome = (noise - noise.mean(axis=1, keepdims=True)).ravel()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = fit_random_effects(
            outcome=outcome,
            design=np.ones((200, 1)),
            subject=subject,
            time=time,
            covariance="random_intercept",
        )
    assert "singular" in fit.messages[0]
    assert fit.random_covariance[0, 0] < 1e-6
    # Without variation between subjects this is ordinary least squares.
    assert fit.coefficients[0] == pytest.approx(0, abs=1e-12)
    assert fit.vcov[0, 0] == pytest.approx(outcome.var(ddof=1) / 200, rel=1e-5)


def test_a_slope_that_does_not_vary_is_reported():
    generator = np.random.default_rng(4)
    subject = np.repeat(np.arange(60).astype(str), 4)
    time = np.tile(np.linspace(0, 1, 4), 60)
    noise = generator.normal(size=(60, 4))
    centred = time[:4] - time[:4].mean()
    noise -= np.outer(noise @ centred / (centred @ centred), centred)
    outcome = (generator.normal(size=(60, 1)) * 2 + noise).ravel()
    fit = fit_random_effects(outcome=outcome, design=np.ones((240, 1)), subject=subject, time=time)
    assert "random slope" in fit.messages[0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"covariance": "unstructured"}, "no covariance named 'unstructured'"),
        ({"outcome": np.full(20, 3.0)}, "do not vary"),
        ({"subject": np.arange(20).astype(str)}, "No participant has scores at two visits"),
    ],
)
def test_data_without_an_answer_are_refused(change, sentence):
    arguments = {
        "outcome": np.random.default_rng(0).normal(size=20),
        "design": np.ones((20, 1)),
        "subject": np.repeat(np.arange(5).astype(str), 4),
        "time": np.tile(np.linspace(0, 1, 4), 5),
        **change,
    }
    with pytest.raises(AnalysisError, match=sentence):
        fit_random_effects(**arguments)


def test_random_effects_that_explain_every_score_are_refused():
    generator = np.random.default_rng(3)
    subject = np.repeat(np.arange(12).astype(str), 3)
    time = np.tile([0.0, 0.5, 1.0], 12)
    lines = generator.normal(size=(12, 2)) @ np.array([np.ones(3), [0, 0.5, 1]])
    with pytest.raises(AnalysisError, match="did not converge"):
        fit_random_effects(
            outcome=lines.ravel(),
            design=np.column_stack([np.ones(36), time]),
            subject=subject,
            time=time,
        )
