import dataclasses

import numpy as np
import pandas as pd
import pytest

from helpers.analysis.proportions import analyse_proportions
from helpers.errors import ParameterError
from helpers.methods.proportions import wilson_interval


def row(result, name, arm):
    rows = result.rows
    return rows[(rows["id"] == name) & (rows["arm"] == arm)].iloc[0]


def changed(trial, **update):
    specification = trial.specification.model_copy(update=update)
    return dataclasses.replace(trial, specification=specification)


def test_headache_responders_agree_with_the_published_ones(headache):
    # Vickers et al., BMJ 2004;328:744: at least 35% improvement.
    result = analyse_proportions(headache)
    acupuncture = row(result, "response", "acupuncture")
    usual_care = row(result, "response", "usual_care")
    assert (acupuncture["n"], acupuncture["denominator"]) == (87, 161)
    assert (usual_care["n"], usual_care["denominator"]) == (45, 140)
    overall = row(result, "response", "overall")
    assert (overall["n"], overall["denominator"]) == (132, 301)


def test_percentages_have_wilson_limits(tiny):
    found = row(analyse_proportions(tiny, level=0.9), "completed", "walking")
    lower, upper = wilson_interval(int(found["n"]), int(found["denominator"]), level=0.9)
    assert (found["lower"], found["upper"]) == pytest.approx((100 * lower, 100 * upper))
    assert found["percent"] == pytest.approx(100 * found["n"] / found["denominator"])


def test_counts_are_made_among_those_that_the_trial_names(tiny):
    result = analyse_proportions(tiny)
    people, events = tiny.participants, tiny.adverse_events
    started = people[people["started_treatment"] == "yes"]
    blisters = set(events.loc[events["event"] == "blisters", "participant"])
    found = row(result, "blisters", "overall")
    assert found["denominator"] == len(started) < len(people)
    assert found["n"] == started["participant"].isin(blisters).sum()
    diary = row(result, "diary", "stretching")
    kept = people.loc[people["arm"] == "stretching", "kept_diary"]
    assert (diary["n"], diary["denominator"]) == ((kept == "yes").sum(), kept.notna().sum())


def test_an_event_is_counted_once_a_person(tiny):
    twice = pd.concat([tiny.adverse_events, tiny.adverse_events], ignore_index=True)
    once = analyse_proportions(tiny).rows
    assert analyse_proportions(dataclasses.replace(tiny, adverse_events=twice)).rows.equals(once)


def test_among_the_randomised_a_missing_score_is_no_response(tiny_real):
    found = row(analyse_proportions(tiny_real), "response", "tea")
    scores = tiny_real.outcomes.pivot_table(
        index="participant", columns=["outcome", "visit"], values="score", observed=True
    )["alertness"]
    tea = tiny_real.participants.loc[tiny_real.participants["arm"] == "tea", "participant"]
    gain = (scores["later"] - scores["start"]).reindex(tea)
    assert (found["n"], found["denominator"]) == ((gain >= 10).sum(), len(tea))


@pytest.mark.parametrize(
    ("before", "after", "responds"),
    # 30% of 10 is 3 although 0.3 * 10 is not exact in binary; nobody improves on nothing.
    [(10, 7, True), (10, 7.1, False), (0, 0, False), (7, 4.9, True), (7, 8, False)],
)
def test_a_relative_improvement_is_a_share_of_the_own_baseline(tiny, before, after, responds):
    scores = tiny.outcomes.copy()
    mine = (scores["participant"] == "P001") & (scores["outcome"] == "stiffness")
    scores.loc[mine & (scores["visit"] == "baseline"), "score"] = before
    scores.loc[mine & (scores["visit"] == "week8"), "score"] = after
    one = dataclasses.replace(
        tiny,
        outcomes=scores,
        participants=tiny.participants[tiny.participants["participant"].isin(["P001", "P002"])],
    )
    found = row(analyse_proportions(one), "response", "stretching")
    assert (found["n"], found["denominator"]) == (int(responds), 1)


def test_nobody_in_the_denominator_gives_no_percentage(tiny):
    people = tiny.participants.assign(started_treatment="no")
    people.loc[people["arm"] == "walking", "started_treatment"] = "yes"
    found = row(
        analyse_proportions(dataclasses.replace(tiny, participants=people)),
        "blisters",
        "stretching",
    )
    assert found["denominator"] == 0
    assert np.isnan([found["percent"], found["lower"], found["upper"]]).all()


def test_what_the_data_cannot_give_is_named(tiny):
    result = analyse_proportions(dataclasses.replace(tiny, adverse_events=None))
    assert [item.id for item in result.not_available] == ["blisters"]
    assert "no table of adverse events" in result.not_available[0].reason
    assert "blisters" not in set(result.rows["id"])
    wellbeing = tiny.specification.proportion("response").model_copy(
        update={"outcome": "wellbeing"}
    )
    result = analyse_proportions(changed(tiny, proportions=(wellbeing,)))
    assert "no meaningful change" in result.not_available[0].reason
    assert result.rows.empty


def test_an_impossible_level_is_refused(tiny):
    with pytest.raises(ParameterError, match="between 0 and 1"):
        analyse_proportions(tiny, level=95)
