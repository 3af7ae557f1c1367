import dataclasses

import numpy as np
import pytest

from helpers.analysis.primary import analyse_primary
from helpers.analysis.secondary import analyse_secondary
from helpers.methods.multiplicity import adjust

pytestmark = pytest.mark.filterwarnings("error", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def three_arms(tiny_real):
    return analyse_secondary(tiny_real, covariance="random_intercept")


def test_each_outcome_has_the_primary_model(tiny_real, three_arms):
    alone = analyse_primary(tiny_real, outcome="sleep", covariance="random_intercept")
    rows = three_arms.differences.set_index("arm")
    for arm, estimate in alone.difference.items():
        assert rows.loc[arm, "estimate"] == pytest.approx(estimate.estimate, rel=1e-9)
        assert rows.loc[arm, "p"] == pytest.approx(estimate.p, rel=1e-9)
    changes = three_arms.changes.set_index("arm")
    assert set(changes.index) == {"water", "tea", "coffee"}
    assert changes.loc["tea", "estimate"] == pytest.approx(alone.change["tea"].estimate)


def test_p_values_are_adjusted_over_outcomes_and_arms(three_arms):
    rows = three_arms.differences
    assert three_arms.comparisons == len(rows) == 2
    np.testing.assert_allclose(rows["p_holm"], adjust(rows["p"], method="holm"))
    np.testing.assert_allclose(rows["p_bh"], adjust(rows["p"], method="bh"))


def test_differences_are_divided_by_the_pooled_baseline_sd(tiny_real, three_arms):
    scores = tiny_real.outcomes.merge(tiny_real.participants[["participant", "arm"]])
    start = scores[(scores["outcome"] == "sleep") & (scores["visit"] == "start")]
    groups = [group["score"] for _, group in start.groupby("arm", observed=True)]
    pooled = np.sqrt(sum((len(g) - 1) * g.var() for g in groups) / sum(len(g) - 1 for g in groups))
    rows = three_arms.differences
    assert rows["baseline_sd"].to_numpy() == pytest.approx(pooled)
    np.testing.assert_allclose(rows["standardised"], rows["estimate"] / pooled)
    np.testing.assert_allclose(rows["standardised_upper"], rows["upper"] / pooled)


def test_benefit_is_positive_towards_the_better_arm(three_arms, tiny):
    worse = three_arms.differences  # of sleep disturbance higher is worse
    np.testing.assert_allclose(worse["benefit"], -worse["standardised"])
    np.testing.assert_allclose(worse["benefit_lower"], -worse["standardised_upper"])
    expected = np.where(worse["estimate"] < 0, worse["arm"], "water")
    assert list(worse["favours"]) == list(expected)
    better = analyse_secondary(tiny).differences  # of well-being higher is better
    np.testing.assert_allclose(better["benefit"], better["standardised"])
    assert better["favours"].iloc[0] == "stretching"
    assert better["favours_label"].iloc[0] == "Stretching"


def test_the_last_planned_visit_stands_for_one_that_was_not_planned(tiny):
    result = analyse_secondary(tiny, visit="week4")
    assert list(result.differences["visit"]) == ["week8"]
    assert result.messages[0] == (
        "Well-being was not planned at Week 4; its last planned visit, Week 8, stands for it."
    )


def test_an_outcome_that_cannot_be_analysed_is_named(tiny):
    gone = (tiny.outcomes["outcome"] == "wellbeing") & (tiny.outcomes["visit"] == "week8")
    result = analyse_secondary(dataclasses.replace(tiny, outcomes=tiny.outcomes[~gone]))
    assert result.differences.empty
    assert "estimate" in result.differences
    assert result.comparisons == 0
    assert result.not_analysed[0].outcome == "wellbeing"
    assert "no scores at Week 8" in result.not_analysed[0].reason


def test_a_trial_without_secondary_outcomes_has_an_empty_result(tiny):
    one = tiny.specification.model_copy(update={"outcomes": tiny.specification.outcomes[:1]})
    result = analyse_secondary(dataclasses.replace(tiny, specification=one))
    assert result.differences.empty
    assert result.changes.empty
    assert result.not_analysed == ()
