import numpy as np
import pytest

from helpers.methods.covariance_points import evaluate
from helpers.methods.frame_cells import group_frame
from helpers.methods.irregular_covariances import ExponentialTimes, FactorTimes, RandomTimes
from helpers.methods.irregular_times import evaluate_irregular
from helpers.methods.model_formulas import build_frame
from helpers.methods.random_structures import random_structure
from helpers.methods.reml import Likelihood

TIMES = np.array([0.0, 1.0, 4.0, 9.0])
DESIGN = np.column_stack([np.ones(4), TIMES])


@pytest.fixture(scope="module")
def cells(small_trial):
    frame = build_frame("score ~ arm * visit + age", small_trial, subject="patient", visit="visit")
    return group_frame(frame)[1]


def covariances(cells):
    patterns = len(cells.patients)
    design = np.broadcast_to(DESIGN, (patterns, 4, 2)) * cells.observed[:, :, None]
    times = np.broadcast_to(TIMES, (patterns, 4))
    return {
        "exponential": (ExponentialTimes(times, np.zeros(patterns, int)), [1.1, 3.0]),
        "by group": (ExponentialTimes(times, np.arange(patterns) % 2), [1.1, 3.0, 0.8, 5.0]),
        "random": (RandomTimes(design), [0.8, 0.1, 0.3, 0.4]),
        "uncorrelated": (RandomTimes(design, correlated=False), [0.8, 0.3, 0.4]),
        "factor": (FactorTimes(design, 1), [0.8, 0.1, 0.4]),
    }


@pytest.mark.parametrize("name", ["exponential", "by group", "random", "uncorrelated", "factor"])
@pytest.mark.parametrize("reml", [True, False])
def test_derivatives_are_those_of_finite_differences(cells, name, reml):
    covariance, theta = covariances(cells)[name]
    theta = np.array(theta)
    likelihood = Likelihood(cells, reml=reml)
    here = evaluate_irregular(likelihood, covariance, theta)
    assert len(covariance.names) == len(covariance.powers) == len(theta)
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-6
        up = evaluate_irregular(likelihood, covariance, theta + step)
        down = evaluate_irregular(likelihood, covariance, theta - step)
        slope = (up.loglik - down.loglik) / 2e-6
        assert here.gradient[i] == pytest.approx(slope, rel=1e-6, abs=1e-6)
        bend = (up.gradient - down.gradient) / 2e-6
        np.testing.assert_allclose(here.hessian[i], bend, rtol=1e-5, atol=1e-4)
        change = covariance.first(theta + step) - covariance.first(theta - step)
        weights = np.zeros((len(theta), len(theta)))
        for j in range(len(theta)):
            weights[:] = 0
            weights[i, j] = 1
            np.testing.assert_allclose(
                covariance.second(theta, weights), change[j] / 2e-6, atol=1e-6
            )


@pytest.mark.parametrize("reml", [True, False])
def test_shared_times_give_what_the_elements_of_sigma_give(cells, reml):
    covariance, theta = covariances(cells)["random"]
    theta = np.array(theta)
    likelihood = Likelihood(cells, reml=reml)
    own = evaluate_irregular(likelihood, covariance, theta)
    shared = evaluate(likelihood, (random_structure(DESIGN),), theta)
    assert own.loglik == pytest.approx(shared.loglik, rel=1e-12)
    generator = np.random.default_rng(1)
    root = generator.normal(size=(4, 4))
    for part in ("gradient", "hessian", "expected_information", "simple_information", "moments"):
        np.testing.assert_allclose(getattr(own, part), getattr(shared, part), rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(
        own.weighted_products(root @ root.T), shared.weighted_products(root @ root.T), atol=1e-8
    )


def test_values_out_of_range_have_no_likelihood(cells):
    likelihood = Likelihood(cells)
    options = covariances(cells)
    assert evaluate_irregular(likelihood, options["exponential"][0], np.array([1.0, -1.0])) is None
    assert evaluate_irregular(likelihood, options["factor"][0], np.array([1.0, 0.1, -1.0])) is None
    negative = np.array([0.1, 0.0, 0.1, -1.0])
    assert evaluate_irregular(likelihood, options["random"][0], negative) is None
