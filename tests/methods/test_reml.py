import numpy as np
import pytest

from helpers.methods.frame_cells import group_frame
from helpers.methods.model_formulas import build_frame
from helpers.methods.reml import Likelihood


@pytest.fixture(scope="module", params=["one covariance", "by arm"])
def setting(request, small_trial):
    group = "arm" if request.param == "by arm" else None
    frame = build_frame(
        "score ~ arm * visit + age + dose",
        small_trial,
        subject="patient",
        visit="visit",
        group=group,
    )
    generator = np.random.default_rng(5)
    root = generator.normal(size=(len(frame.groups), 4, 4))
    return frame, group_frame(frame)[1], root @ root.transpose(0, 2, 1) + np.eye(4)


@pytest.mark.parametrize("reml", [True, False])
def test_log_likelihood_is_that_of_the_full_matrices(setting, dense, reml):
    frame, cells, sigma = setting
    found = Likelihood(cells, reml=reml).at(sigma / cells.scale**2)
    loglik, beta, covariance = dense.loglik(
        frame.design[frame.design_row], frame.outcome, dense.marginal(frame, list(sigma)), reml=reml
    )
    assert found.loglik == pytest.approx(loglik, rel=1e-12)
    np.testing.assert_allclose(cells.scale * cells.basis @ found.gamma, beta, rtol=1e-9)
    root = cells.scale * cells.basis @ found.root
    np.testing.assert_allclose(root @ root.T, covariance, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("reml", [True, False])
def test_derivatives_are_those_of_finite_differences(setting, reml):
    _, cells, sigma = setting
    likelihood = Likelihood(cells, reml=reml)
    sigma = sigma / cells.scale**2
    here = likelihood.at(sigma)
    count = likelihood.elements.count
    step = 1e-5
    for a in range(len(here.gradient)):
        change = np.zeros(len(here.gradient))
        change[a] = step
        move = likelihood.elements.matrix(change.reshape(-1, count))
        up, down = likelihood.at(sigma + move), likelihood.at(sigma - move)
        slope = (up.loglik - down.loglik) / (2 * step)
        # Central differences with steps of 1e-5 are good to about 1e-8 here.
        assert here.gradient[a] == pytest.approx(slope, rel=1e-6, abs=1e-6)
        bend = (up.gradient - down.gradient) / (2 * step)
        np.testing.assert_allclose(here.hessian[a], bend, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("reml", [True, False])
def test_expected_information_is_half_the_trace_of_projected_products(setting, dense, reml):
    frame, cells, sigma = setting
    likelihood = Likelihood(cells, reml=reml)
    here = likelihood.at(sigma / cells.scale**2)
    design = frame.design[frame.design_row]
    inverse = np.linalg.inv(dense.marginal(frame, list(sigma / cells.scale**2)))
    projection = inverse
    if reml:
        inner = np.linalg.inv(design.T @ inverse @ design)
        projection = inverse - inverse @ design @ inner @ design.T @ inverse
    elements, groups = likelihood.elements, len(sigma)
    directions = []
    for a in range(groups * elements.count):
        unit = np.zeros(groups * elements.count)
        unit[a] = 1
        parts = elements.matrix(unit.reshape(groups, -1))
        directions.append(projection @ dense.marginal(frame, list(parts)))
    expected = np.array([[0.5 * np.sum(e * f.T) for f in directions] for e in directions])
    np.testing.assert_allclose(here.expected_information, expected, rtol=1e-8, atol=1e-8)


def test_a_matrix_that_is_no_covariance_has_no_likelihood(setting):
    _, cells, sigma = setting
    broken = sigma.copy()
    broken[0, 0, 0] = -1.0
    assert Likelihood(cells).at(broken) is None
