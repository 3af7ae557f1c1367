import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from helpers.errors import AnalysisError
from helpers.methods import random_optimum
from helpers.methods.mixed_models import fit_clda, fit_random_effects


def lines(seed, noise, *, rank=2, own_times=False, n=10):
    """Scores on a patient's own line, with very little noise about it."""
    generator = np.random.default_rng(seed)
    loadings = np.array([[1.0, 0.0], [0.4, 0.7 if rank == 2 else 0.0]])
    rows = []
    for patient in range(n):
        level, slope = loadings @ generator.normal(size=2)
        times = np.sort(generator.uniform(0, 3, 4)) if own_times else np.arange(4.0)
        for number, time in enumerate(times):
            if number > 1 and generator.random() < 0.2:
                continue
            mean = 5 + level + (slope - 0.3 + 0.2 * (patient % 2)) * time
            rows.append((patient, patient % 2, time, mean + noise * generator.normal()))
    return pd.DataFrame(rows, columns=["patient", "arm", "time", "score"])


def deviance_of(data, size=2):
    """REML deviance of Bates et al. (2015, J Stat Softw 67(1)), and what it says of D and s.

    Random effects enter as Z L u with u ~ N(0, s I), and one QR factorisation of all scores and
    effects gives the penalised least squares: no matrix is squared or inverted.
    """
    patient = data["patient"].to_numpy()
    n, count = len(data), patient.max() + 1
    ones, time = np.ones(n), data["time"].to_numpy()
    fixed = np.column_stack([ones, time, data["arm"] * time])
    effects = np.zeros((n, count, size))
    effects[np.arange(n), patient] = np.column_stack([ones, time])[:, :size]
    places = np.tril_indices(size)
    degrees = n - fixed.shape[1]

    def loadings(theta):
        out = np.zeros((size, size))
        out[places] = theta
        return out

    def parts(theta):
        turned = (effects @ loadings(theta)).reshape(n, -1)
        top = np.column_stack([turned, fixed, data["score"]])
        penalty = np.eye(count * size, top.shape[1])
        return np.abs(np.diag(np.linalg.qr(np.vstack([top, penalty]), mode="r")))

    def deviance(theta):
        diagonal = parts(theta)
        logs = 2 * np.sum(np.log(diagonal[:-1]))
        return logs + degrees * (1 + np.log(2 * np.pi * diagonal[-1] ** 2 / degrees))

    def covariance(theta):
        residual = parts(theta)[-1] ** 2 / degrees
        return residual * loadings(theta) @ loadings(theta).T, residual

    return deviance, covariance, places


def check(data, fit, size=2):
    """Nothing near the fit, and nothing that another climb finds, has a higher likelihood."""
    deviance, _, places = deviance_of(data, size)
    relative = fit.random_covariance.to_numpy() / fit.residual_variance
    values, vectors = np.linalg.eigh(relative)
    half = vectors * np.sqrt(np.maximum(values, 0))
    lower = np.linalg.qr(half.T)[1].T
    theta = lower[places]
    here = deviance(theta)
    assert fit.loglik == pytest.approx(-here / 2, abs=1e-4)
    scale = np.sqrt(np.trace(relative)) + 0.1
    options = {"xatol": 1e-9, "fatol": 1e-10, "maxfev": 700, "adaptive": True}
    for start in (theta, np.eye(size)[places] * scale):
        climbed = optimize.minimize(
            lambda u: deviance(u * scale), start / scale, method="Nelder-Mead", options=options
        )
        assert -climbed.fun / 2 < fit.loglik + 1e-4


OPTIONS = {"subject": "patient", "start": "moments"}


@pytest.mark.parametrize("noise", [1e-2, 1e-4, 1e-6, 1e-8])
@pytest.mark.parametrize("own_times", [False, True])
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_small_residuals_are_fitted_as_well_as_large_ones(noise, own_times, seed):
    data = lines(seed, noise, own_times=own_times)
    fit = fit_random_effects("score ~ time + arm:time", data, random="1 + time", **OPTIONS)
    check(data, fit)


@pytest.mark.parametrize("noise", [1e-4, 1e-6, 1e-7])
def test_a_small_residual_about_an_intercept(noise):
    data = lines(3, noise)
    generator = np.random.default_rng(1)
    level = generator.normal(size=10)
    data["score"] = level[data["patient"]] + 0.5 * data["time"]
    data["score"] += noise * generator.normal(size=len(data))
    fit = fit_random_effects("score ~ time + arm:time", data, **OPTIONS)
    check(data, fit, size=1)


@pytest.mark.parametrize(
    "noise", [1.0, 1e-2, *(pytest.param(each, marks=pytest.mark.slow) for each in (1e-4, 1e-6))]
)
def test_no_wrong_optimum_is_returned_when_d_is_singular_too(noise):
    """Slopes tied to the levels: the estimate of D is singular or nearly so."""
    answers = 0
    for seed in range(4):
        data = lines(seed, noise, rank=1, own_times=seed % 2 == 0)
        try:
            fit = fit_random_effects("score ~ time + arm:time", data, random="1 + time", **OPTIONS)
        except AnalysisError:
            # A refusal is no wrong answer.
            continue
        answers += 1
        assert np.linalg.eigvalsh(fit.random_covariance)[0] > -1e-12
        if seed < 2:
            check(data, fit)
    if noise >= 1e-4:
        assert answers == 4


@pytest.mark.parametrize(
    "inference",
    ["satterthwaite", "kenward-roger", "between-within", "sandwich", "sandwich-cr2", "residual"],
)
@pytest.mark.parametrize(("random", "correlated"), [("1", True), ("1 + t", True), ("1 + t", False)])
def test_other_coordinates_do_not_change_the_answer(
    pain, monkeypatch, inference, random, correlated
):
    data = pain.loc[pain["id"] <= 60]
    options = {
        "subject": "id",
        "random": random,
        "correlated": correlated,
        "start": "moments",
        "inference": inference,
    }
    plain = fit_random_effects("pain ~ visitf + arm:t", data, **options)
    # Every residual counts as small now.
    monkeypatch.setattr(random_optimum, "_SMALL_RESIDUAL", 1e6)
    other = fit_random_effects("pain ~ visitf + arm:t", data, **options)
    assert other._effects.cells.to_old is not None
    assert other.loglik == pytest.approx(plain.loglik, abs=1e-8)
    np.testing.assert_allclose(other.table, plain.table, rtol=1e-6, atol=1e-10)
    np.testing.assert_allclose(other.vcov, plain.vcov, rtol=1e-6, atol=1e-11)
    np.testing.assert_allclose(other.random_effects, plain.random_effects, atol=1e-8)
    np.testing.assert_allclose(other.covariance, plain.covariance, rtol=1e-7)
    columns = ["estimate", "se"]
    np.testing.assert_allclose(other.parameters[columns], plain.parameters[columns], rtol=1e-6)
    for kind in ("raw", "pearson", "cholesky"):
        np.testing.assert_allclose(other.residuals(kind), plain.residuals(kind), atol=1e-7)
    np.testing.assert_allclose(
        other.predict(conditional=True), plain.predict(conditional=True), rtol=1e-6, atol=1e-9
    )
    terms = ["visitf[T.1]", "visitf[T.2]"]
    np.testing.assert_allclose(other.joint_test(terms), plain.joint_test(terms), rtol=1e-6)


def test_scores_without_residuals_are_refused():
    with pytest.raises(AnalysisError, match="explain every score"):
        fit_random_effects("score ~ time + arm:time", lines(0, 0.0), random="1 + time", **OPTIONS)


def test_the_constrained_model_takes_small_residuals_too():
    data = lines(4, 1e-6, n=20)
    fit = fit_clda(
        data,
        outcome="score",
        subject="patient",
        visit="time",
        arm="arm",
        baseline=0,
        time="time",
        covariance="random_slope",
    )
    components = fit.variance_components.set_index("component")["value"]
    # 20 patients: the residual SD is known to about 10%.
    assert np.sqrt(components["residual"]) == pytest.approx(1e-6, rel=0.35)
    assert np.sqrt(components["intercept"]) == pytest.approx(1.0, rel=0.6)
    assert np.isfinite(fit.differences[["estimate", "se", "df", "p"]].to_numpy()).all()
