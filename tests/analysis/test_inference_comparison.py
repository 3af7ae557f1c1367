import pytest

from helpers.analysis.inference_comparison import INFERENCES, SMALL, WHOLE, compare_inferences
from helpers.analysis.primary import analyse_primary


def test_the_whole_trial_is_that_of_the_primary_analysis(impact):
    compared = compare_inferences(impact)
    for inference in INFERENCES:
        primary = analyse_primary(impact, covariance="us", inference=inference)
        assert compared.row(WHOLE, inference).difference == primary.difference


def test_z_is_that_of_r(headache):
    # sqrt(vcov(gls(...corSymm, varIdent))["d2", "d2"]), see test_model_comparison; rel = 1e-6
    found = compare_inferences(headache).row(WHOLE, "normal").difference["acupuncture"]
    assert found.se == pytest.approx(1.24866604373, rel=1e-6)
    assert found.df == float("inf")


def test_small_trials_need_their_degrees_of_freedom(impact):
    compared = compare_inferences(impact, per_arm=15)
    assert compared.n == {WHOLE: 298, SMALL: 30}
    z, kenward = (
        compared.row(SMALL, name).difference["massage"] for name in ("normal", "kenward-roger")
    )
    assert z.estimate == kenward.estimate
    assert kenward.se > z.se
    assert kenward.df < 40
    wider = (kenward.upper - kenward.lower) / (z.upper - z.lower) - 1
    assert compared.widening(SMALL, "massage") == pytest.approx(wider)
    assert wider > 5 * compared.widening(WHOLE, "massage") > 0


def test_the_draw_follows_its_seed(impact):
    first, again, other = (compare_inferences(impact, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.rows != other.rows


def test_a_trial_smaller_than_the_draw_is_taken_whole(tiny_real):
    compared = compare_inferences(tiny_real, per_arm=1000)
    assert compared.n[SMALL] == compared.n[WHOLE]
    for inference in INFERENCES:
        small, whole = (compared.row(part, inference).difference for part in (SMALL, WHOLE))
        assert small == whole


def test_what_cannot_be_fitted_says_why(tiny):
    compared = compare_inferences(tiny, per_arm=2)
    row = compared.row(SMALL, "kenward-roger")
    assert row.difference == {}
    assert row.problem
    assert compared.widening(SMALL, next(iter(compared.arm_labels))) is None
