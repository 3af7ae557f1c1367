import re

import numpy as np
import pandas as pd
import pytest

from helpers.methods import covariance_climbs
from helpers.methods.mixed_models import fit_mmrm

NAMES = {"subject": "id", "visit": "visit"}
SEVERAL = re.compile(r"has 2 maxima \(log-likelihood (\S+), (\S+)\); the highest is reported")

# The highest optimum of mmrm 0.3.18 and the estimate, standard error and df of the arm there:
#   f <- mmrm(y ~ arm + visit + us(visit | id), d, reml = , control = mmrm_control(
#     optimizer = "nlminb")), then polished by `newton` (tests/references/README.md, from f's theta)
#   c(logLik(f), summary(f)$coefficients[2, 1:3])
# and the optimum where its default start ends.
MAXIMA = [
    ("two_maxima_us", "us", True, (-117.8039468, -1.608524348, 0.4451777088, 2.193848312), -118.24),
    (
        "two_maxima_us",
        "us",
        False,
        (-118.7324738, -1.414526134, 0.3090551403, 2.921844231),
        -120.4941,
    ),
    (
        "two_maxima_toeph",
        "toeph",
        True,
        (-60.7881015, 1.898265837, 1.074862608, 2.280563919),
        -61.006,
    ),
]


@pytest.mark.parametrize(("name", "covariance", "reml", "expected", "lower"), MAXIMA)
def test_the_highest_maximum_is_kept_and_the_others_are_said(
    references, name, covariance, reml, expected, lower
):
    data = pd.read_csv(references / "data" / f"{name}.csv")
    fit = fit_mmrm("y ~ arm + visit", data, **NAMES, covariance=covariance, reml=reml)
    arm = fit.table.loc["arm[T.trt]"]
    found = (fit.loglik, arm.estimate, arm.se, arm.df)
    np.testing.assert_allclose(found, expected, rtol=2e-9)
    (said,) = (m for m in map(SEVERAL.search, fit.messages) if m)
    assert float(said.group(1)) == pytest.approx(expected[0], abs=1e-4)
    assert float(said.group(2)) == pytest.approx(lower, abs=1e-4)


def test_a_maximum_that_the_usual_starts_miss_is_found(references, dense):
    data = pd.read_csv(references / "data" / "hidden_maximum_toep.csv")
    fit = fit_mmrm("y ~ arm + visit", data, **NAMES, covariance="toep")
    design, outcome, variance, *_ = dense.parts(fit)
    assert fit.loglik == pytest.approx(dense.loglik(design, outcome, variance)[0], abs=1e-8)
    assert fit.loglik == pytest.approx(-46.852, abs=1e-3)
    assert "rises above the maximum that is reported" in fit.messages[-1]
    # A maximum: the gradient is zero and the Hessian negative definite, by finite differences.
    frame, best = fit._frame, fit.covariance.to_numpy()
    lag = np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    step = 1e-4 * best[0, 0]
    for distance in range(4):
        around = [
            dense.loglik(
                design, outcome, dense.marginal(frame, [best + sign * step * (lag == distance)])
            )[0]
            for sign in (-1, 1)
        ]
        assert max(around) < fit.loglik
        assert abs(around[1] - around[0]) < 1e-2 * (2 * fit.loglik - sum(around)) + 1e-9


def test_the_same_data_always_have_the_same_estimate(references):
    data = pd.read_csv(references / "data" / "two_maxima_us.csv")
    one = fit_mmrm("y ~ arm + visit", data, **NAMES)
    other = fit_mmrm("y ~ arm + visit", data.sample(frac=1, random_state=1), **NAMES)
    np.testing.assert_allclose(other.table, one.table, rtol=1e-7)


def test_many_scores_are_climbed_once(pain, constrained, monkeypatch):
    climbs = []
    maximise = covariance_climbs.maximise
    monkeypatch.setattr(
        covariance_climbs, "maximise", lambda *rest: climbs.append(1) or maximise(*rest)
    )
    fit = fit_mmrm(constrained[0], pain, subject="id", visit="visitf")
    assert fit.converged
    assert len(climbs) == 1
