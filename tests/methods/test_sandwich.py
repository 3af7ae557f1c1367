import numpy as np
import pytest

from helpers.methods.mixed_models import fit_mmrm

NAMES = {"subject": "patient", "visit": "visit"}
FORMULAS = ["score ~ arm * visit", "score ~ arm * visit + age + dose"]


def textbook(fit, dense, kind):
    """Covariance and the matrices g_i of Bell & McCaffrey, patient by patient."""
    design, outcome, variance, subject, _ = dense.parts(fit)
    n, p = design.shape
    beta = fit.params.to_numpy()
    phi = np.linalg.inv(design.T @ np.linalg.solve(variance, design))
    whitener = np.linalg.inv(np.linalg.cholesky(variance))
    white, residual = whitener @ design, whitener @ (outcome - design @ beta)
    hat = white @ phi @ white.T
    meat, directions = np.zeros((p, p)), []
    for patient in range(fit.n_subjects):
        rows = np.flatnonzero(subject == patient)
        inner = np.eye(len(rows)) - hat[np.ix_(rows, rows)]
        values, vectors = np.linalg.eigh(inner)
        power = {"cr0": 0.0, "cr2": -0.5, "cr3": -1.0}[kind]
        adjust = (vectors * values**power) @ vectors.T
        score = white[rows].T @ adjust @ residual[rows]
        meat += np.outer(score, score)
        directions.append((np.eye(n) - hat)[:, rows] @ adjust @ white[rows] @ phi)
    return phi @ meat @ phi, directions


@pytest.mark.parametrize("kind", ["cr0", "cr2", "cr3"])
@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize(
    ("covariance", "group"),
    [("us", None), ("ar1h", None), ("sp_exp", None), ("ar1h", "centre"), ("sp_exp", "centre")],
)
@pytest.mark.parametrize("reml", [True, False])
def test_sandwich_is_the_sum_over_patients(
    small_trial, dense, kind, formula, covariance, reml, group
):
    data = small_trial.assign(centre=small_trial["patient"].str[-2:].astype(int) % 4 // 2)
    fit = fit_mmrm(
        formula,
        data,
        **NAMES,
        covariance=covariance,
        inference=f"sandwich-{kind}",
        reml=reml,
        group=group,
        time="week",
    )
    covariance, directions = textbook(fit, dense, kind)
    np.testing.assert_allclose(fit.vcov, covariance, rtol=1e-8, atol=1e-12)
    contrast = np.zeros(len(fit.terms))
    contrast[1] = 1
    columns = np.column_stack([d @ contrast for d in directions])
    gram = columns.T @ columns
    expected = np.trace(gram) ** 2 / np.sum(gram**2)
    assert fit.table["df"].iloc[1] == pytest.approx(expected, rel=1e-8)


def test_cr2_is_unbiased_under_the_model(small_trial, dense):
    """With V known, the mean of the CR2 covariance is the model's."""
    fit = fit_mmrm(FORMULAS[1], small_trial, **NAMES, covariance="ar1h", inference="sandwich-cr2")
    design, _, variance, *_ = dense.parts(fit)
    phi = np.linalg.inv(design.T @ np.linalg.solve(variance, design))
    _, directions = textbook(fit, dense, "cr2")
    # E sum c'g_i' e e' g_i c with whitened e of covariance I - H, which is idempotent.
    mean = sum(d.T @ d for d in directions)
    np.testing.assert_allclose(mean, phi, rtol=1e-8, atol=1e-12)


def test_plain_sandwich_is_cr0(small_trial):
    plain = fit_mmrm(FORMULAS[0], small_trial, **NAMES, inference="sandwich")
    named = fit_mmrm(FORMULAS[0], small_trial, **NAMES, inference="sandwich-cr0")
    np.testing.assert_array_equal(plain.vcov, named.vcov)
    assert (plain.table["df"] > 0).all()
