import numpy as np
import pandas as pd
import pytest

from helpers.errors import AnalysisError
from helpers.methods import random_effects
from helpers.methods.mixed_models import fit_mmrm, fit_random_effects

SLEEP = {"subject": "Subject", "random": "1 + Days"}


def dense_loglik(data, random, residual, dense, *, times):
    design = np.column_stack([np.ones(len(data)), data[times]])
    z = np.column_stack([np.ones(len(data)), data[times]])[:, : len(random)]
    same = np.equal.outer(data["subject"].to_numpy(), data["subject"].to_numpy())
    variance = same * (z @ random @ z.T) + residual * np.eye(len(data))
    return dense.loglik(design, data["y"].to_numpy(float), variance)[0]


@pytest.mark.parametrize("start", ["statsmodels", "moments"])
def test_every_start_ends_in_the_same_optimum(sleep, start):
    fit = fit_random_effects("Reaction ~ Days", sleep, **SLEEP, start=start)
    # lme4 1.1-31: REML criterion 1743.628
    assert -2 * fit.loglik == pytest.approx(1743.6282722, abs=1e-6)
    assert np.abs(fit._effects.point.gradient).max() < 1e-6
    assert not fit.singular
    assert fit.messages == ()


def test_times_of_their_own_give_the_same_answer_as_shared_times(pain, monkeypatch):
    options = {"subject": "id", "random": "1 + t", "start": "moments"}
    fits = [fit_random_effects("pain ~ visitf + arm:t", pain, **options)]
    plain = random_effects.lay_out_random
    monkeypatch.setattr(
        random_effects, "lay_out_random", lambda *a, **k: plain(*a, **{**k, "most_positions": 0})
    )
    fits.append(fit_random_effects("pain ~ visitf + arm:t", pain, **options))
    shared, own = fits
    assert own.loglik == pytest.approx(shared.loglik, abs=1e-8)
    np.testing.assert_allclose(own.table, shared.table, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(own.random_effects, shared.random_effects, atol=1e-8)
    for kind in ("raw", "pearson", "cholesky"):
        np.testing.assert_allclose(own.residuals(kind), shared.residuals(kind), atol=1e-8)
    terms = ["visitf[T.1]", "visitf[T.2]"]
    np.testing.assert_allclose(own.joint_test(terms), shared.joint_test(terms), rtol=1e-7)
    with pytest.raises(AnalysisError, match="times of their own"):
        _ = own.covariance


def irregular(slope_sd, seed, n=25):
    generator = np.random.default_rng(seed)
    rows = []
    for subject in range(n):
        level, slope = generator.normal(size=2) * [1.0, slope_sd]
        for time in np.sort(generator.uniform(0, 4, size=generator.integers(2, 7))):
            noise = generator.normal(scale=0.8)
            rows.append((subject, time, 3 + level + (0.5 + slope) * time + noise))
    return pd.DataFrame(rows, columns=["subject", "time", "y"])


def test_irregular_times_reach_the_maximum_of_the_full_likelihood(dense):
    data = irregular(0.5, 4)
    fit = fit_random_effects("y ~ time", data, subject="subject", random="1 + time")
    random, residual = fit.random_covariance.to_numpy(), fit.residual_variance
    best = dense_loglik(data, random, residual, dense, times="time")
    assert fit.loglik == pytest.approx(best, abs=1e-8)
    for i, j in ((0, 0), (0, 1), (1, 1)):
        for sign in (-1, 1):
            moved = random.copy()
            moved[i, j] = moved[j, i] = random[i, j] + sign * 1e-3
            assert dense_loglik(data, moved, residual, dense, times="time") < best
    for sign in (-1, 1):
        assert dense_loglik(data, random, residual + sign * 1e-3, dense, times="time") < best


@pytest.mark.parametrize("regular", [True, False])
def test_a_singular_optimum_is_found_and_said(dense, regular):
    data = irregular(0.0, 2)
    if regular:
        data["time"] = data.groupby("subject").cumcount().astype(float)
    fit = fit_random_effects(
        "y ~ time", data, subject="subject", random="1 + time", start="moments"
    )
    assert fit.singular
    assert "singular" in fit.messages[0]
    random = fit.random_covariance.to_numpy()
    assert np.linalg.eigvalsh(random)[0] > -1e-10
    assert np.linalg.matrix_rank(random, tol=1e-8) < 2
    best = dense_loglik(data, random, fit.residual_variance, dense, times="time")
    assert fit.loglik == pytest.approx(best, abs=1e-8)
    generator = np.random.default_rng(1)
    # No other positive semi-definite D near by is better.
    for _ in range(200):
        root = np.linalg.cholesky(random + 1e-12 * np.eye(2)) + 0.02 * generator.normal(size=(2, 2))
        other = dense_loglik(data, root @ root.T, fit.residual_variance, dense, times="time")
        assert other < best + 1e-6
    assert np.isfinite(fit.table.to_numpy()).all()


@pytest.mark.parametrize("unit", [1e-6, 1e6, 1e9])
def test_the_unit_of_time_does_not_matter(unit):
    data = irregular(0.5, 4)
    options = {"subject": "subject", "random": "1 + time", "start": "moments"}
    plain = fit_random_effects("y ~ time", data, **options)
    other = fit_random_effects("y ~ time", data.assign(time=data["time"] * unit), **options)
    assert not other.singular
    np.testing.assert_allclose(other.table["t"], plain.table["t"], rtol=1e-6)
    np.testing.assert_allclose(other.table["df"], plain.table["df"], rtol=1e-6)
    shrink = np.array([1, 1 / unit])
    expected = plain.random_covariance * np.outer(shrink, shrink)
    np.testing.assert_allclose(other.random_covariance, expected, rtol=1e-6)


def test_between_within_looks_at_the_patients(small_trial):
    options = {"subject": "patient", "random": "1 + week", "start": "moments"}
    fit = fit_random_effects(
        "score ~ arm * week + age", small_trial, **options, inference="between-within"
    )
    df = fit.table["df"]
    assert df["arm[T.b]"] == df["age"] == fit.n_subjects - 3
    assert df["week"] == df["arm[T.b]:week"] == fit.n_obs - fit.n_subjects - 2


def test_no_variation_between_patients_is_a_variance_of_zero():
    generator = np.random.default_rng(3)
    data = pd.DataFrame({"subject": np.repeat(np.arange(10), 3), "y": generator.normal(size=30)})
    data["y"] -= data.groupby("subject")["y"].transform("mean")
    data["time"] = np.tile([0.0, 1.0, 2.0], 10)
    fit = fit_random_effects("y ~ time", data, subject="subject", start="moments")
    assert fit.singular
    assert fit.random_covariance.iloc[0, 0] == 0
    ols = np.sum(fit.residuals() ** 2) / 28
    assert fit.residual_variance == pytest.approx(ols)
    np.testing.assert_array_equal(fit.random_effects, 0)


def test_random_intercept_is_compound_symmetry(pain):
    random = fit_random_effects("pain ~ visitf", pain, subject="id", start="moments")
    marginal = fit_mmrm("pain ~ visitf", pain, subject="id", visit="visitf", covariance="cs")
    assert random.loglik == pytest.approx(marginal.loglik, abs=1e-7)
    np.testing.assert_allclose(random.table, marginal.table, rtol=1e-6, atol=1e-9)


def test_predictions_shrink_and_conditional_residuals_take_them_off(sleep):
    fit = fit_random_effects("Reaction ~ Days", sleep, **SLEEP, start="moments")
    predicted = fit.random_effects
    # lme4: ranef(fm)$Subject["308", ] is 2.2585509 9.1989758
    np.testing.assert_allclose(predicted.loc[308], [2.2585509, 9.1989758], atol=1e-4)
    conditional = fit.conditional_residuals() * np.sqrt(fit.residual_variance)
    row = sleep.index[3]
    by_hand = fit.residuals().loc[row] - predicted.loc[308] @ [1, 3]
    assert conditional.loc[row] == pytest.approx(by_hand)


def test_effects_that_cannot_be_told_apart_are_refused(small_trial):
    options = {"subject": "patient", "start": "moments"}
    with pytest.raises(AnalysisError, match="cannot tell the random effects"):
        fit_random_effects("score ~ visit", small_trial, **options, random="0 + visit")
    two = small_trial.loc[small_trial["visit"].isin(["v0", "v3"])]
    with pytest.raises(AnalysisError, match="cannot tell the random effects"):
        fit_random_effects("score ~ visit", two, **options, random="1 + week")
    once = small_trial.loc[small_trial["visit"] == "v0"]
    with pytest.raises(AnalysisError, match="two scores"):
        fit_random_effects("score ~ arm", once, **options)
    with pytest.raises(AnalysisError, match="no column named"):
        fit_random_effects("score ~ arm", small_trial, **options, random="1 + weeks")
    with pytest.raises(AnalysisError, match="cannot be read"):
        fit_random_effects("score ~ arm", small_trial, **options, random="1 +* week")
    with pytest.raises(AnalysisError, match="cannot be read"):
        fit_random_effects("score ~ arm", small_trial, **options, random=1)
    late = small_trial.assign(week=small_trial["week"].where(small_trial.index != 2, np.inf))
    with pytest.raises(AnalysisError, match="missing or infinite"):
        fit_random_effects("score ~ arm", late, **options, random="1 + week")
    with pytest.raises(AnalysisError, match="start"):
        fit_random_effects("score ~ arm", small_trial, subject="patient", start="zero")
