import numpy as np
import pytest

from helpers.trial.synthesis.allocation_list import arms_in_order
from helpers.trial.synthesis.trajectories import (
    baseline_scores,
    complete_scores,
    responder_limit,
)


@pytest.fixture
def arms(cohort):
    return cohort.participants["arm"].to_numpy()


def test_baseline_pain_is_as_published(settings):
    # JAMA abstract: 6.9 (1.5); registry copies: at least 4 of 10.
    scores = baseline_scores(settings)
    assert len(scores) == 298
    assert round(scores.mean(), 1) == 6.9
    assert round(scores.std(ddof=1), 1) == 1.5
    assert scores.min() == 4
    assert scores.max() <= 10


def test_scores_are_whole_points_on_the_scale(settings, calibration, arms):
    scores = complete_scores(settings, latents=calibration.latents, arms=arms)
    assert scores.shape == (298, 5)
    assert np.array_equal(scores, np.rint(scores))
    assert scores.min() >= 0
    assert scores.max() <= 10
    assert np.array_equal(scores[:, 0], baseline_scores(settings))


def test_most_of_the_relief_is_there_by_week_10(settings, calibration, arms):
    scores = complete_scores(settings, latents=calibration.latents, arms=arms)
    for arm in settings.arms:
        fall = scores[arms == arm].mean(axis=0) - scores[arms == arm, 0].mean()
        assert 0.75 < fall[2] / fall[4] < 1.0


def test_scores_of_neighbouring_visits_are_correlated(settings, calibration, arms):
    scores = complete_scores(settings, latents=calibration.latents, arms=arms)
    correlation = np.corrcoef(scores.T)
    assert (np.diag(correlation, 1) > 0.2).all()
    assert correlation[3, 4] > correlation[0, 4]


def test_a_higher_mean_moves_its_arm_only(settings, calibration, arms):
    latents = calibration.latents
    higher = latents.model_copy(update={"means": latents.means | {"massage": 9.0}})
    before = complete_scores(settings, latents=latents, arms=arms)
    after = complete_scores(settings, latents=higher, arms=arms)
    assert np.array_equal(before[arms == "acupuncture"], after[arms == "acupuncture"])
    assert after[arms == "massage", 4].mean() > before[arms == "massage", 4].mean() + 3


def test_the_limit_of_a_response_is_30_percent_below_baseline(settings):
    # By hand: the largest whole score y with y <= 0.7 * baseline.
    limits = responder_limit(settings, np.array([4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]))
    assert limits.tolist() == [2, 3, 4, 4, 5, 6, 7]


def test_arms_come_from_the_stored_list(cohort, calibration, arms):
    made = arms_in_order(calibration.allocation, cohort.participants["centre"].tolist())
    assert made.tolist() == arms.tolist()
