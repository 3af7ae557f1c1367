import numpy as np
import pytest

from helpers.analysis.model_comparison import compare_models
from helpers.analysis.scores import resolve_outcome, score_table
from helpers.analysis.simulated_trials import (
    DRIFTING,
    SMALL,
    SMALL_ARM,
    THIS,
    simulate_type_one_errors,
    without_effect,
)
from helpers.errors import AnalysisError, ParameterError


def rates(errors, scenario):
    own = errors.rates[errors.rates["scenario"] == scenario]
    return own.set_index("inference" if scenario == SMALL else "covariance")


@pytest.fixture(scope="module")
def simulated(impact):
    return simulate_type_one_errors(impact, simulations=500, seed=1)


def test_the_trial_without_effect_has_the_spread_of_the_random_slope_model(impact):
    scenario = without_effect(impact, outcome="worst_pain")
    spread = compare_models(impact).model("random_slope").spread
    np.testing.assert_allclose(scenario.standard_deviations, spread.sd, rtol=1e-9)
    assert sum(scenario.arm_sizes) == 298
    scores = score_table(impact, resolve_outcome(impact, "primary"))
    staying = np.prod([1 - gone for gone in scenario.dropout])
    assert staying == pytest.approx(scores["week26"].notna().mean())


@pytest.mark.parametrize("scenario", [THIS, DRIFTING])
def test_a_random_intercept_alone_is_unsafe_where_scores_drift_apart(simulated, scenario):
    found = rates(simulated, scenario)
    # 500 trials: the standard error of 5% is 1%.
    assert found.loc["random_intercept", "lower"] > 0.08
    for kept in ("random_slope", "us"):
        assert found.loc[kept, "lower"] < 0.05 < found.loc[kept, "upper"]


def test_a_random_intercept_is_safe_where_they_do_not(headache):
    errors = simulate_type_one_errors(headache, simulations=300, seed=2)
    assert rates(errors, THIS).loc["random_intercept", "upper"] < 0.09


def test_small_trials_are_judged_by_three_ways_of_inference(simulated):
    found = rates(simulated, SMALL)
    assert list(found.index) == ["normal", "satterthwaite", "kenward-roger"]
    assert found["rate"].is_monotonic_decreasing
    assert simulated.scenarios[SMALL].arm_sizes == (SMALL_ARM, SMALL_ARM)


def test_the_same_seed_gives_the_same_rates(impact, simulated):
    again = simulate_type_one_errors(impact, simulations=500, seed=1)
    assert again.rates.equals(simulated.rates)
    other = simulate_type_one_errors(impact, simulations=60, seed=2)
    assert not other.rates["rate"].equals(simulated.rates["rate"])


@pytest.mark.parametrize(("trial", "why"), [("tiny", "edge"), ("tiny_real", "one visit")])
def test_a_slope_that_is_not_identified_is_not_simulated(trial, why, request):
    whole = request.getfixturevalue(trial)
    errors = simulate_type_one_errors(whole, simulations=50)
    assert THIS not in errors.scenarios
    assert why in errors.unidentified
    assert set(errors.rates["scenario"]) == {DRIFTING, SMALL}
    with pytest.raises(AnalysisError, match=why):
        without_effect(whole, outcome="primary")


def test_unknown_outcomes_are_refused(tiny):
    with pytest.raises(ParameterError, match="stiffness"):
        simulate_type_one_errors(tiny, outcome="stifness")
