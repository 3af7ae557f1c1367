import json

import numpy as np
import pandas as pd
import pytest

from helpers.errors import AnalysisError
from helpers.methods.covariance_structures import COVARIANCES
from helpers.methods.mixed_models import fit_mmrm, fit_random_effects

FORMULA = "score ~ arm * visit + age"
NAMES = {"subject": "patient", "visit": "visit"}


def directions(fit, point, theta):
    """First and second derivatives of V, with full matrices."""
    frame, structure = fit._frame, point.structures[0]
    elements = point.evaluation.likelihood.elements
    spread = [elements.matrix(column) for column in structure.jacobian(theta).T]
    curvature = structure.curvature(theta)
    m = len(theta)
    bends = [[elements.matrix(curvature[:, i, j]) for j in range(m)] for i in range(m)]
    return frame, spread, bends


def textbook(fit, dense, contrasts, *, linear):
    """Kenward & Roger (1997) as printed: sums over pairs of parameters of full matrices."""
    effects = fit._effects
    point, scale = effects.point, effects.cells.scale
    theta, omega = point.theta, effects.theta_covariance
    frame, spread, bends = directions(fit, point, theta)
    design = frame.design[frame.design_row]
    variance = dense.marginal(frame, list(point.evaluation.sigma * scale**2))
    inverse = np.linalg.inv(variance)
    phi = np.linalg.inv(design.T @ inverse @ design)
    firsts = [dense.marginal(frame, [s * scale**2]) for s in spread]
    p = [-design.T @ inverse @ f @ inverse @ design for f in firsts]
    total = np.zeros_like(phi)
    for i, first in enumerate(firsts):
        for j, second in enumerate(firsts):
            q = design.T @ inverse @ first @ inverse @ second @ inverse @ design
            r = np.zeros_like(phi)
            if not linear:
                bend = dense.marginal(frame, [bends[i][j] * scale**2])
                r = design.T @ inverse @ bend @ inverse @ design
            total += omega[i, j] * (q - p[i] @ phi @ p[j] - r / 4)
    adjusted = phi + 2 * phi @ total @ phi
    projection = contrasts.T @ np.linalg.solve(contrasts @ phi @ contrasts.T, contrasts)
    pieces = [projection @ phi @ pi @ phi for pi in p]
    a1 = sum(
        omega[i, j] * np.trace(x) * np.trace(y)
        for i, x in enumerate(pieces)
        for j, y in enumerate(pieces)
    )
    a2 = sum(
        omega[i, j] * np.trace(x @ y) for i, x in enumerate(pieces) for j, y in enumerate(pieces)
    )
    k = len(contrasts)
    b = (a1 + 6 * a2) / (2 * k)
    g = ((k + 1) * a1 - (k + 4) * a2) / ((k + 2) * a2)
    c = np.array([g, k - g, k + 2 - g]) / (3 * k + 2 * (1 - g))
    mean = 1 / (1 - a2 / k)
    spread_f = 2 / k * (1 + c[0] * b) / ((1 - c[1] * b) ** 2 * (1 - c[2] * b))
    rho = spread_f / (2 * mean**2)
    df = 4 + (k + 2) / (k * rho - 1)
    factor = df / (mean * (df - 2))
    value = contrasts @ effects.beta
    f_value = factor * value @ np.linalg.solve(contrasts @ adjusted @ contrasts.T, value) / k
    return adjusted, f_value, df


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("linear", [True, False])
def test_kenward_roger_is_the_papers(small_trial, dense, covariance, linear):
    name = "kenward-roger-linear" if linear else "kenward-roger"
    fit = fit_mmrm(
        FORMULA, small_trial, **NAMES, covariance=covariance, inference=name, time="week"
    )
    terms = [f"arm[T.b]:visit[T.v{i}]" for i in (1, 2, 3)]
    contrasts = np.array([[float(t == term) for t in fit.terms] for term in terms])
    adjusted, f_value, df = textbook(fit, dense, contrasts, linear=linear)
    np.testing.assert_allclose(fit.vcov, adjusted, rtol=1e-8, atol=1e-12)
    joint = fit.joint_test(terms)
    assert joint.den_df == pytest.approx(df, rel=1e-8)
    assert pytest.approx(f_value, rel=1e-8) == joint.F


@pytest.mark.parametrize("covariance", ["us", "cs", "toep"])
def test_structures_linear_in_their_parameters_have_one_kenward_roger(small_trial, covariance):
    fits = [
        fit_mmrm(FORMULA, small_trial, **NAMES, covariance=covariance, inference=name)
        for name in ("kenward-roger", "kenward-roger-linear")
    ]
    np.testing.assert_allclose(fits[0].vcov, fits[1].vcov, rtol=1e-12)


def mmrm_parameters(name, sigma):
    """Parameters of the R package mmrm: log SD and mapped correlations, or a Cholesky factor."""
    size = len(sigma)
    sd = np.sqrt(np.diag(sigma))
    correlation = sigma / np.outer(sd, sd)
    if name == "us":
        lower = np.linalg.cholesky(sigma)
        scale = np.diag(lower)
        inner = (lower / scale[:, None])[np.tril_indices(size, -1)]
        return np.concatenate([np.log(scale), inner])
    start = np.log(sd) if name.endswith("h") else np.log(sd[:1])
    kind = name.removesuffix("h")
    if kind == "cs":
        low = 1 / (size - 1)
        share = (correlation[0, 1] + low) / (1 + low)
        return np.append(start, np.log(share / (1 - share)))
    rho = {
        "ar1": correlation[0, 1:2],
        "toep": correlation[0, 1:],
        "ad": np.diag(correlation, 1),
    }[kind]
    return np.concatenate([start, rho / np.sqrt(1 - rho**2)])


def mmrm_matrix(name, theta, size):
    if name == "us":
        inner = np.eye(size)
        inner[np.tril_indices(size, -1)] = theta[size:]
        lower = np.exp(theta[:size])[:, None] * inner
        return lower @ lower.T
    n_sd = size if name.endswith("h") else 1
    sd, phi = np.broadcast_to(np.exp(theta[:n_sd]), size), theta[n_sd:]
    rho = phi / np.sqrt(1 + phi**2)
    lag = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    kind = name.removesuffix("h")
    if kind == "cs":
        low = 1 / (size - 1)
        correlation = np.where(lag > 0, (1 + low) / (1 + np.exp(-phi[0])) - low, 1.0)
    elif kind == "ar1":
        correlation = rho[0] ** lag
    elif kind == "toep":
        correlation = np.concatenate([[1.0], rho])[lag]
    else:
        correlation = np.ones((size, size))
        for j in range(size):
            for k in range(j + 1, size):
                correlation[j, k] = correlation[k, j] = np.prod(rho[j:k])
    return correlation * np.outer(sd, sd)


@pytest.mark.parametrize("name", ["us", "cs", "csh", "ar1", "ar1h", "toep", "ad"])
def test_in_mmrms_parameters_the_standard_errors_are_mmrms(fev, references, name):
    """The curvature term is the only difference between mmrm's Kenward-Roger and the linear one."""
    file = references / "r" / f"mmrm_fev_{name}_kr.json"
    expected = json.loads(file.read_text(encoding="utf-8"))
    fit = fit_mmrm(
        "FEV1 ~ RACE + SEX + ARMCD * AVISIT",
        fev,
        subject="USUBJID",
        visit="AVISIT",
        covariance=name,
        inference="kenward-roger-linear",
    )
    effects = fit._effects
    point = effects.point
    sigma = point.evaluation.sigma[0]
    upper = np.triu_indices(len(sigma))
    phi = mmrm_parameters(name, sigma)
    np.testing.assert_allclose(mmrm_matrix(name, phi, len(sigma)), sigma, rtol=1e-10)
    step = 1e-4
    units = np.eye(len(phi)) * step

    def at(shift):
        return mmrm_matrix(name, phi + shift, len(sigma))[upper]

    jacobian = np.column_stack([(at(u) - at(-u)) / (2 * step) for u in units])
    inverse = np.linalg.pinv(jacobian)
    elements = point.jacobian @ effects.theta_covariance @ point.jacobian.T
    omega = inverse @ elements @ inverse.T
    curve = np.zeros(len(upper[0]))
    for i, u in enumerate(units):
        for j, v in enumerate(units):
            bend = (at(u + v) - at(u - v) - at(v - u) + at(-u - v)) / (4 * step**2)
            curve += omega[i, j] * bend
    inner = np.tensordot(curve, point.evaluation.moments, axes=1)
    adjusted = fit.vcov.to_numpy() - 0.5 * effects.to_beta @ inner @ effects.to_beta.T
    # Second differences with steps of 1e-4 leave about 1e-8.
    np.testing.assert_allclose(np.sqrt(np.diag(adjusted)), expected["se"], rtol=2e-7)


@pytest.mark.parametrize(
    ("name", "random"), [("ri", "1"), ("ris", "1 + Days"), ("ris_indep", "1 + Days")]
)
def test_expected_information_is_pbkrtests(sleep, references, name, random):
    file = references / "r" / f"lmer_sleep_{name}.json"
    expected = json.loads(file.read_text(encoding="utf-8"))
    options = {"subject": "Subject", "random": random, "start": "moments"}
    fit = fit_random_effects(
        "Reaction ~ Days",
        sleep,
        **options,
        correlated=name != "ris_indep",
        inference="kenward-roger",
        information="expected",
    )
    np.testing.assert_allclose(fit.table["df"], expected["df_kr"], rtol=1e-6)
    np.testing.assert_allclose(fit.table["se"], expected["se_kr"], rtol=1e-6)


def test_observed_and_expected_information_differ_in_unbalanced_data(small_trial):
    observed, expected = (
        fit_mmrm(FORMULA, small_trial, **NAMES, inference="kenward-roger", information=information)
        for information in ("observed", "expected")
    )
    ratio = observed.table["df"] / expected.table["df"]
    assert ratio.max() > 1.001 or ratio.min() < 0.999
    np.testing.assert_array_equal(observed.table["estimate"], expected.table["estimate"])


def test_a_joint_test_without_positive_degrees_of_freedom_is_refused(references):
    """Seven contrasts of 12 patients: the matched df would be -0.38 and F negative."""
    data = pd.read_csv(references / "data" / "few_patients.csv")
    names = {"subject": "id", "visit": "visit", "covariance": "toeph"}
    fit = fit_mmrm("y ~ arm * visit", data, **names, inference="kenward-roger")
    with pytest.raises(AnalysisError, match="7 contrasts together does not exist") as caught:
        fit.joint_test(list(fit.terms[1:]))
    assert "test fewer contrasts together or use inference='satterthwaite'" in str(caught.value)
    fewer = fit.joint_test(list(fit.terms[-2:]))
    assert fewer.F > 0 < fewer.den_df
    assert 0 < fewer.p < 1
    plain = fit_mmrm("y ~ arm * visit", data, **names)
    assert 0 < plain.joint_test(list(plain.terms[1:])).p < 1


def test_a_singular_fit_with_expected_information_is_that_of_pbkrtest(references):
    """Slopes wholly tied to the intercepts.

    m <- lmer(y ~ arm * time + x + age + (1 + time | id), d, control = lmerControl(
      optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
    V <- vcovAdj(m); sqrt(diag(V)); sapply(1:6, function(i) Lb_ddf(diag(6)[i, ], vcov(m), V))
    lme4 1.1-31, pbkrtest 0.5.2; its terms: (Intercept), armtrt, time, x, age, armtrt:time.
    """
    data = pd.read_csv(references / "data" / "singular_slope.csv")
    options = {"subject": "id", "random": "1 + time", "inference": "kenward-roger"}
    formula = "y ~ arm * time + x + age"
    fit = fit_random_effects(formula, data, **options, information="expected")
    assert fit.singular
    terms = ["Intercept", "arm[T.trt]", "time", "x", "age", "arm[T.trt]:time"]
    table = fit.table.loc[terms]
    se = [2.16573988446, 1.00047293941, 0.07358229629, 0.24902544294, 0.04155921409, 0.10565588174]
    df = [59.29264349, 56.63898805, 44.79405709, 143.66538746, 55.54171739, 45.61889280]
    # lmer stopped about 1e-7 short.
    np.testing.assert_allclose(table["se"], se, rtol=2e-7)
    np.testing.assert_allclose(table["df"], df, rtol=2e-7)
    assert not any("reduced rank" in message for message in fit.messages)
    observed = fit_random_effects(formula, data, **options)
    assert observed.table.loc["time", "df"] > 100
    assert "unlike those of pbkrtest" in observed.messages[-1]
    assert observed.aic == fit.aic
