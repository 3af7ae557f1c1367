import numpy as np
import pytest

from helpers.trial.synthesis.dropout import STAYED, lose
from helpers.trial.synthesis.trajectories import complete_scores


@pytest.fixture
def arms(cohort):
    return cohort.participants["arm"].to_numpy()


@pytest.fixture
def scores(settings, calibration, arms):
    return complete_scores(settings, latents=calibration.latents, arms=arms)


def test_completers_are_those_that_the_published_percentages_imply(settings, scores, arms):
    observed = lose(settings, scores=scores, arms=arms).observed[:, -1]
    # facts: 64/116 and 83/126 are the one integer solution that sums to 242.
    assert observed[arms == "acupuncture"].sum() == 116
    assert observed[arms == "massage"].sum() == 126


def test_declared_numbers_leave_and_miss_forms(settings, scores, arms):
    attrition = lose(settings, scores=scores, arms=arms)
    for arm in settings.arms:
        inside = arms == arm
        left = attrition.left_after[inside]
        for index, visit in enumerate(settings.visit_ids[:-1]):
            assert (left == index).sum() == settings.dropout.left_after[arm][visit]
        stayed = inside & (attrition.left_after == STAYED)
        assert (~attrition.observed[stayed, -1]).sum() == 2


def test_who_left_is_seen_at_the_last_visit_completed_and_never_after(settings, scores, arms):
    attrition = lose(settings, scores=scores, arms=arms)
    for row in np.flatnonzero(attrition.left_after != STAYED):
        last = attrition.left_after[row]
        assert attrition.observed[row, last]
        assert not attrition.observed[row, last + 1 :].any()
        assert attrition.reason[row]
    assert (attrition.reason[attrition.left_after == STAYED] == "").all()
    assert attrition.observed[:, 0].all()


def test_loss_depends_on_the_last_observed_score_and_on_nothing_later(settings, scores, arms):
    before = lose(settings, scores=scores, arms=arms)
    hidden = np.where(before.observed, scores, 10 - scores)  # whatever was not seen changes
    after = lose(settings, scores=hidden, arms=arms)
    assert np.array_equal(before.observed, after.observed)


def test_more_pain_makes_leaving_likelier(settings, scores, arms):
    steep = settings.model_copy(
        update={"dropout": settings.dropout.model_copy(update={"log_weight_per_point": 5.0})}
    )
    last_seen = scores[:, 3]
    gentle_left = lose(settings, scores=scores, arms=arms).left_after == 3
    steep_left = lose(steep, scores=scores, arms=arms).left_after == 3
    assert last_seen[gentle_left].mean() > last_seen.mean()
    assert last_seen[steep_left].mean() > last_seen[gentle_left].mean()


def test_treated_patients_are_139_and_146(settings, scores, arms):
    started = lose(settings, scores=scores, arms=arms).started
    assert started[arms == "acupuncture"].sum() == 139
    assert started[arms == "massage"].sum() == 146
