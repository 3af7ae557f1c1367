import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from helpers.analysis.missingness import observed_by_visit, trajectories
from helpers.errors import ParameterError


def test_counts_agree_with_the_published_ones(headache):
    counts = observed_by_visit(headache).counts.set_index(["arm", "visit"])
    # Vickers et al., BMJ 2004;328:744.
    assert list(counts.loc["acupuncture", "observed"]) == [205, 173, 161]
    assert list(counts.loc["usual_care", "observed"]) == [196, 153, 140]
    assert list(counts.loc["overall", "observed"]) == [401, 326, 301]
    assert (counts["observed"] + counts["missing"] == counts["allocated"]).all()


@pytest.mark.parametrize(
    ("visits", "pattern"),
    [
        (["baseline", "week4", "week8"], "complete"),
        (["baseline", "week4"], "dropout"),
        (["baseline"], "dropout"),
        (["baseline", "week8"], "intermittent"),
        (["week4", "week8"], "intermittent"),
        ([], "never"),
    ],
)
def test_patterns(tiny, visits, pattern):
    scores = tiny.outcomes
    gone = (
        (scores["participant"] == "P001")
        & (scores["outcome"] == "stiffness")
        & ~scores["visit"].isin(visits)
    )
    people = tiny.participants[tiny.participants["participant"].isin(["P001", "P002"])]
    trial = dataclasses.replace(tiny, outcomes=scores[~gone], participants=people)
    found = observed_by_visit(trial).patterns.set_index(["arm", "pattern"])["n"]
    assert found["stretching"].sum() == 1
    assert found["stretching", pattern] == 1


def test_an_outcome_is_counted_at_its_own_visits(tiny):
    found = observed_by_visit(tiny, outcome="wellbeing")
    assert list(found.counts["visit"].unique()) == ["baseline", "week8"]
    assert set(found.counts["arm"]) == {"stretching", "walking", "overall"}


def test_observed_means_have_t_intervals(tiny):
    scores = tiny.outcomes.merge(tiny.participants[["participant", "arm"]], on="participant")
    at = scores.query("outcome == 'stiffness' and visit == 'week8' and arm == 'walking'")["score"]
    found = (
        trajectories(tiny, level=0.9).means.set_index(["arm", "visit"]).loc[("walking", "week8")]
    )
    low, high = stats.ttest_1samp(at, 0).confidence_interval(0.9)
    assert (found["mean"], found["lower"], found["upper"]) == pytest.approx((at.mean(), low, high))
    assert found["n"] == len(at)


def test_groups_by_last_visit_hold_every_score_once(tiny):
    found = trajectories(tiny)
    scores = tiny.outcomes[tiny.outcomes["outcome"] == "stiffness"]
    assert found.by_last_visit["n"].sum() == len(scores) == len(found.individuals)
    # Nobody has a score after the last one.
    weeks = found.by_last_visit["last_visit"].map({"baseline": 0, "week4": 4, "week8": 8})
    assert (found.by_last_visit["week"] <= weeks).all()


def test_individual_scores_stay_with_a_trial_that_is_not_public(tiny_real):
    assert not tiny_real.specification.public
    assert trajectories(tiny_real).individuals is None


def test_an_arm_with_one_score_has_a_mean_without_interval(tiny):
    scores = tiny.outcomes
    kept = scores[(scores["visit"] != "week8") | (scores["participant"] == "P001")]
    found = trajectories(dataclasses.replace(tiny, outcomes=kept)).means
    found = found.set_index(["arm", "visit"])
    assert found.loc[("stretching", "week8"), "n"] == 1
    assert np.isnan(found.loc[("stretching", "week8"), "lower"])
    assert pd.isna(found.loc[("walking", "week8"), "mean"])


def test_unknown_outcome_and_level_are_refused(tiny):
    with pytest.raises(ParameterError, match="Did you mean 'stiffness'"):
        trajectories(tiny, outcome="stifness")
    with pytest.raises(ParameterError, match="between 0 and 1"):
        trajectories(tiny, level=95)


def test_an_arm_without_participants_has_no_percentage(tiny):
    people = tiny.participants[tiny.participants["arm"] == "walking"]
    scores = tiny.outcomes[tiny.outcomes["participant"].isin(people["participant"])]
    found = observed_by_visit(dataclasses.replace(tiny, participants=people, outcomes=scores))
    counts = found.counts.set_index("arm")
    assert counts.loc["stretching", "percent"].isna().all()
    assert (counts.loc["stretching", "allocated"] == 0).all()
