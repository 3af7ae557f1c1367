import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.analysis.flow import participant_flow
from helpers.errors import AnalysisError, ParameterError


def test_boxes_of_a_trial_with_every_table(tiny):
    flow = participant_flow(tiny)
    assert (flow.outcome, flow.visit, flow.source) == ("stiffness", "week8", "log")
    assert flow.assessed == len(tiny.screening)
    assert flow.not_randomised == flow.assessed - len(tiny.participants)
    assert flow.randomised == flow.included == len(tiny.participants)
    assert flow.removed_by_changes == 0
    assert flow.synthetic
    assert flow.data_label == "Synthetic cohort"
    scores = tiny.outcomes[tiny.outcomes["outcome"] == "stiffness"]
    for arm in flow.arms:
        people = tiny.participants[tiny.participants["arm"] == arm.arm]
        names = set(people["participant"])
        assert arm.allocated == len(people)
        assert arm.started == (people["started_treatment"] == "yes").sum()
        assert arm.left == people["left_after"].notna().sum()
        assert sum(reason.count for reason in arm.reasons) == arm.left
        for visit in arm.visits:
            at = scores[(scores["visit"] == visit.visit) & scores["participant"].isin(names)]
            assert visit.observed == len(at)
        assert arm.observed == arm.visits[-1].observed
        assert (
            arm.analysed == scores.loc[scores["participant"].isin(names), "participant"].nunique()
        )
    assert flow.observed == sum(arm.observed for arm in flow.arms)
    assert flow.observed + flow.missing == flow.included


def test_headache_agrees_with_the_published_flow(headache):
    # Vickers et al., BMJ 2004;328:744.
    flow = participant_flow(headache)
    assert (flow.assessed, flow.randomised) == (694, 401)
    assert flow.assessed_source == "BMJ 2004;328:744"
    acupuncture, usual_care = flow.arm("acupuncture"), flow.arm("usual_care")
    assert [acupuncture.allocated, *(visit.observed for visit in acupuncture.visits[1:])] == [
        205,
        173,
        161,
    ]
    assert [usual_care.allocated, *(visit.observed for visit in usual_care.visits[1:])] == [
        196,
        153,
        140,
    ]
    assert flow.exclusions is None
    # Nobody recorded whether usual care was started.
    assert usual_care.started is None


def test_three_arms_without_tables(tiny_real):
    flow = participant_flow(tiny_real)
    assert (flow.source, flow.assessed, flow.declined) == ("published", 70, None)
    assert len(flow.arms) == 3
    assert all(arm.started is None and arm.left is None for arm in flow.arms)
    tables = tiny_real.specification.tables
    bare = tables.model_copy(
        update={"screening": tables.screening.model_copy(update={"assessed": None, "source": None})}
    )
    specification = tiny_real.specification.model_copy(update={"tables": bare})
    unknown = dataclasses.replace(tiny_real, specification=specification)
    flow = participant_flow(unknown)
    assert (flow.source, flow.assessed, flow.not_randomised) == ("none", None, None)


def test_changed_criteria_get_a_box_of_their_own(tiny):
    whole, flow = participant_flow(tiny), participant_flow(tiny, eligibility="mobility >= 70")
    assert flow.assessed == whole.assessed
    assert flow.randomised == whole.randomised
    assert flow.removed_by_changes > 0
    assert flow.included == sum(arm.allocated for arm in flow.arms)
    assert flow.included + flow.removed_by_changes == flow.randomised


def test_an_outcome_that_was_not_planned_at_the_visit_is_refused(tiny):
    with pytest.raises(AnalysisError, match="Well-being was not planned at Week 4"):
        participant_flow(tiny, outcome="wellbeing", visit="week4")
    flow = participant_flow(tiny, outcome="wellbeing")
    assert [visit.visit for visit in flow.arms[0].visits] == ["baseline", "week8"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"outcome": "stifness"}, "Did you mean 'stiffness'"),
        ({"visit": "week9"}, "week8"),
        ({"visit": "baseline"}, "visit after baseline"),
    ],
)
def test_unknown_names_are_refused(tiny, change, sentence):
    with pytest.raises(ParameterError, match=sentence):
        participant_flow(tiny, **change)


def test_contradicting_tables_are_found(tiny):
    fewer = tiny.participants.iloc[:-1]
    with pytest.raises(AnalysisError, match="does not add up"):
        participant_flow(dataclasses.replace(tiny, participants=fewer))


@pytest.mark.parametrize("field", ["assessed", "excluded", "declined", "included", "randomised"])
def test_every_wrong_box_is_found(tiny, field):
    flow = participant_flow(tiny)
    with pytest.raises(AnalysisError, match="does not add up"):
        dataclasses.replace(flow, **{field: getattr(flow, field) + 1}).check()


@pytest.mark.parametrize("field", ["allocated", "started", "left", "analysed"])
def test_every_wrong_box_of_an_arm_is_found(tiny, field):
    flow = participant_flow(tiny)
    arm = dataclasses.replace(flow.arms[0], **{field: getattr(flow.arms[0], field) + 1})
    with pytest.raises(AnalysisError, match="does not add up"):
        dataclasses.replace(flow, arms=(arm, *flow.arms[1:])).check()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_boxes_add_up_for_any_part_of_the_trial(tiny, data):
    names = list(tiny.screening["screening_id"])
    kept = data.draw(st.sets(st.sampled_from(names)))
    log = tiny.screening[tiny.screening["screening_id"].isin(kept)]
    people = tiny.participants[tiny.participants["participant"].isin(log["participant"])]
    rows = data.draw(st.sets(st.integers(0, len(tiny.outcomes) - 1)))
    scores = tiny.outcomes.iloc[sorted(rows)]
    trial = dataclasses.replace(
        tiny,
        screening=log.reset_index(drop=True),
        participants=people.reset_index(drop=True),
        outcomes=scores[scores["participant"].isin(people["participant"])],
    )
    flow = participant_flow(trial)  # checks itself
    assert flow.assessed == len(log)
    assert flow.analysed <= flow.included == len(people)
