import numpy as np
import pytest

from helpers.errors import AnalysisError
from helpers.methods.covariance_structures import COVARIANCES, covariance_structure
from helpers.methods.random_structures import FactorStructure, random_structure

TIMES = np.array([0.0, 1.0, 3.0, 4.0, 8.0])
DESIGN = np.column_stack([np.ones(5), TIMES])
STRUCTURES = {
    **{name: covariance_structure(name, n_visits=5, times=TIMES) for name in COVARIANCES},
    "random": random_structure(DESIGN),
    "uncorrelated": random_structure(DESIGN, correlated=False),
    "factor": FactorStructure(DESIGN, 1),
}


def a_covariance():
    lag = np.abs(np.subtract.outer(np.arange(5), np.arange(5)))
    sd = np.array([1.0, 1.2, 1.1, 1.5, 1.3])
    return 0.7**lag * np.outer(sd, sd)


def perturbed(structure):
    theta = structure.start(a_covariance())
    return theta * (1 + 0.05 * np.sin(np.arange(len(theta)) + 1))


@pytest.mark.parametrize("name", STRUCTURES)
def test_derivatives_are_those_of_finite_differences(name):
    structure = STRUCTURES[name]
    theta = perturbed(structure)
    upper = np.triu_indices(5)
    jacobian, curvature = structure.jacobian(theta), structure.curvature(theta)
    assert len(structure.names) == len(structure.powers) == len(theta)
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-6
        up, down = structure.matrix(theta + step), structure.matrix(theta - step)
        np.testing.assert_allclose(jacobian[:, i], (up - down)[upper] / 2e-6, atol=1e-8)
        bend = (structure.jacobian(theta + step) - structure.jacobian(theta - step)) / 2e-6
        np.testing.assert_allclose(curvature[:, :, i], bend, atol=1e-7)
    assert structure.linear == (not np.any(curvature))


@pytest.mark.parametrize("name", ["csh", "ar1", "ar1h", "toeph", "ad", "adh"])
def test_derivatives_hold_where_a_correlation_is_zero(name):
    structure = STRUCTURES[name]
    theta = perturbed(structure)
    theta[-1] = 0.0
    step = np.zeros(len(theta))
    step[-1] = 1e-6
    bend = (structure.jacobian(theta + step) - structure.jacobian(theta - step)) / 2e-6
    np.testing.assert_allclose(structure.curvature(theta)[:, :, -1], bend, atol=1e-7)


@pytest.mark.parametrize(
    ("name", "theta", "entry"),
    [
        ("cs", [1.5, 0.5], 0.5),
        ("csh", [1.0, 4.0, 9.0, 16.0, 25.0, 0.5], 0.5 * 2 * 5),
        ("ar1", [2.0, 0.5], 2 * 0.5**3),
        ("ar1h", [1.0, 4.0, 9.0, 16.0, 25.0, 0.5], 0.5**3 * 2 * 5),
        ("toep", [2.0, 1.0, 0.8, 0.6, 0.4], 0.6),
        ("toeph", [1.0, 4.0, 9.0, 16.0, 25.0, 0.4, 0.3, 0.2, 0.1], 0.2 * 2 * 5),
        ("ad", [2.0, 0.9, 0.8, 0.7, 0.6], 2 * 0.8 * 0.7 * 0.6),
        ("adh", [1.0, 4.0, 9.0, 16.0, 25.0, 0.9, 0.8, 0.7, 0.6], 0.8 * 0.7 * 0.6 * 2 * 5),
        ("sp_exp", [2.0, 4.0], 2 * np.exp(-7 / 4)),
    ],
)
def test_structures_are_what_their_names_say(name, theta, entry):
    # Visits 2 and 5, three visits and seven weeks apart.
    matrix = STRUCTURES[name].matrix(np.array(theta))
    assert matrix[1, 4] == pytest.approx(entry)
    assert matrix[4, 1] == matrix[1, 4]


@pytest.mark.parametrize("name", STRUCTURES)
def test_start_recovers_a_matrix_of_the_structure(name):
    structure = STRUCTURES[name]
    target = structure.matrix(perturbed(structure))
    found = structure.matrix(structure.start(target))
    np.testing.assert_allclose(found, target, rtol=1e-3 if name == "ar1h" else 1e-6)


def test_values_out_of_range_have_no_matrix():
    assert STRUCTURES["ar1"].matrix(np.array([1.0, 1.1])) is None
    assert STRUCTURES["ar1"].matrix(np.array([-1.0, 0.5])) is None
    assert STRUCTURES["sp_exp"].matrix(np.array([1.0, -2.0])) is None


def test_unknown_names_are_refused_with_the_nearest():
    with pytest.raises(AnalysisError, match="Did you mean 'toeph'"):
        covariance_structure("toephh", n_visits=3)
    with pytest.raises(AnalysisError, match="time"):
        covariance_structure("sp_exp", n_visits=3)
