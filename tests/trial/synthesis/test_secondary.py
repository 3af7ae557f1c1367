import numpy as np
import pytest

from helpers.trial.synthesis.secondary import secondary_scores
from helpers.trial.synthesis.trajectories import complete_scores

NAMES = ["fatigue", "insomnia", "physical_health", "mental_health"]


@pytest.fixture
def arms(cohort):
    return cohort.participants["arm"].to_numpy()


@pytest.fixture
def pain(settings, calibration, arms):
    return complete_scores(settings, latents=calibration.latents, arms=arms)


@pytest.mark.parametrize("name", NAMES)
def test_scores_keep_to_the_scale_of_the_trial(settings, pain, arms, name, specification):
    scores = secondary_scores(settings, name=name, pain=pain, arms=arms)
    outcome = specification.outcome(name)
    assert scores.min() >= outcome.minimum
    assert scores.max() <= outcome.maximum
    if outcome.integer:
        assert np.array_equal(scores, np.rint(scores))


@pytest.mark.parametrize("name", NAMES)
def test_worse_pain_goes_with_worse_scores(settings, pain, arms, name, specification):
    scores = secondary_scores(settings, name=name, pain=pain, arms=arms)
    worse = 1 if specification.outcome(name).higher_is == "worse" else -1
    # Declared correlations are .30 to .45; standard error about 1 / sqrt(298) = .06.
    assert 0.15 < worse * np.corrcoef(pain[:, 4], scores[:, 4])[0, 1] < 0.65


def test_outcomes_do_not_share_their_own_part(settings, pain, arms):
    flat = np.zeros_like(pain) + np.arange(298)[:, None]
    one, other = (
        secondary_scores(settings, name=name, pain=flat, arms=arms)[:, 0]
        for name in ("fatigue", "insomnia")
    )
    shared = settings.secondary["fatigue"].with_pain * settings.secondary["insomnia"].with_pain
    assert np.corrcoef(one, other)[0, 1] == pytest.approx(shared, abs=0.18)


def test_t_scores_are_those_of_the_published_tables(settings, cohort):
    # Hays RD, University of California, Los Angeles, 2009: one T score for each sum 4 to 20.
    scores = cohort.outcomes.groupby("outcome")["score"].unique()
    assert set(scores["physical_health"]) <= {
        16.2, 19.9, 23.5, 26.7, 29.6, 32.4, 34.9, 37.4, 39.8, 42.3, 44.9, 47.7, 50.8, 54.1, 57.7,
        61.9, 67.7,
    }  # fmt: skip
    assert set(scores["mental_health"]) <= {
        21.1, 25.1, 28.4, 31.3, 33.8, 36.3, 38.8, 41.1, 43.5, 45.8, 48.3, 50.8, 53.3, 56.0, 59.0,
        62.5, 67.6,
    }  # fmt: skip
