from dataclasses import dataclass, field

import numpy as np
import pytest

from helpers.methods.newton import maximise


@dataclass(frozen=True)
class Hill:
    """l = -sum(log cosh(theta - peak)): concave, and Newton's full step overshoots far away."""

    theta: np.ndarray
    peak: np.ndarray = field(default_factory=lambda: np.array([1.0, -2.0]))
    flat: bool = False

    @property
    def away(self):
        return self.theta - self.peak

    @property
    def loglik(self):
        return 0.0 if self.flat else -float(np.sum(np.logaddexp(self.away, -self.away) - np.log(2)))

    @property
    def gradient(self):
        return np.zeros(2) if self.flat else -np.tanh(self.away)

    @property
    def hessian(self):
        return -np.diag(np.zeros(2) if self.flat else 1 - np.tanh(self.away) ** 2)

    @property
    def expected_information(self):
        return np.zeros((2, 2)) if self.flat else np.eye(2)

    simple_information = expected_information


@pytest.mark.parametrize("start", [[0.0, 0.0], [4.0, 4.0], [-9.0, 8.0]])
def test_the_climb_ends_at_the_peak_from_near_and_far(start):
    found = maximise(Hill, np.array(start))
    assert found.converged
    assert found.decrement < 1e-10
    np.testing.assert_allclose(found.point.theta, [1.0, -2.0], atol=1e-9)


def test_values_that_are_not_allowed_are_stepped_around():
    def only_positive(theta):
        return Hill(theta, peak=np.array([0.3, 0.2])) if np.all(theta > 0) else None

    found = maximise(only_positive, np.array([5.0, 5.0]))
    assert found.converged
    np.testing.assert_allclose(found.point.theta, [0.3, 0.2], atol=1e-9)
    assert maximise(only_positive, np.array([-1.0, 1.0])) is None


def test_a_flat_likelihood_and_too_few_steps_do_not_converge():
    flat = maximise(lambda theta: Hill(theta, flat=True), np.zeros(2))
    assert not flat.converged
    assert "singular" in flat.reason
    short = maximise(Hill, np.array([9.0, 9.0]), max_iterations=2)
    assert not short.converged
    assert "ran out" in short.reason
