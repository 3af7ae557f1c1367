import dataclasses

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.analysis.eligibility import parse_criteria, restrict, screen
from helpers.errors import AnalysisError, ParameterError
from helpers.trial.criteria import written

fixtures_stay = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def texts(criteria):
    return [written(criterion) for criterion in criteria]


def test_no_change_is_the_trial_itself(tiny):
    assert texts(parse_criteria("", tiny)) == ["age >= 18", "mobility >= 40"]
    assert restrict(tiny, "") is tiny
    assert restrict(tiny, " ; ") is tiny
    # What the trial asks for anyway is no change.
    assert restrict(tiny, "mobility >= 40") is tiny


def test_a_change_in_the_same_direction_replaces_and_others_come_last(tiny):
    changed = parse_criteria("mobility > 70; age <= 60; sex in female", tiny)
    assert texts(changed) == ["age >= 18", "mobility > 70", "age <= 60", "sex in [female]"]
    assert changed[1].label == "Mobility score > 70"


@pytest.mark.parametrize(
    "text", ["sex in female, male", "sex in [female, male]", " sex  in 'female' , male "]
)
def test_lists_can_be_written_in_several_ways(tiny, text):
    assert texts(parse_criteria(text, tiny))[-1] == "sex in [female, male]"


def test_not_in_is_read_as_one_operator(tiny):
    assert texts(parse_criteria("centre not in south", tiny))[-1] == "centre not in [south]"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("mobilty >= 70", "Did you mean 'mobility'"),
        ("age", "is not a criterion"),
        ("age >=", "is not a criterion"),
        ("age = 30", "is not a criterion"),
        ("age >= old", "'old'"),
        ("age >= 500", "range"),
        ("age >= nan", "'nan'"),
        ("sex == femal", "Did you mean 'female'"),
        ("sex >= female", "'>='"),
        ("kept_diary == yes", "only after randomisation"),
        ("age >= 30; age > 40", "give one"),
    ],
)
def test_what_cannot_be_read_is_refused(tiny, text, sentence):
    with pytest.raises(ParameterError, match=sentence):
        parse_criteria(text, tiny)


def test_restrict_keeps_the_participants_who_qualify_and_all_that_is_theirs(tiny):
    log = tiny.screening.dropna(subset=["participant"]).set_index("participant")
    expected = set(log.index[log["mobility"] >= 70])
    kept = restrict(tiny, "mobility >= 70")
    assert 0 < len(expected) < len(tiny.participants)
    assert set(kept.participants["participant"]) == expected
    for table in (kept.outcomes, kept.sessions, kept.adverse_events):
        assert set(table["participant"]) <= expected
    assert len(kept.screening) == len(tiny.screening)
    assert list(kept.participants["arm"].cat.categories) == list(tiny.specification.arm_ids)
    assert kept.participants.index.tolist() == list(range(len(expected)))


def test_a_variable_of_the_participants_alone_can_be_asked_for(tiny):
    kept = restrict(tiny, "sex == female")
    # One participant's sex is not recorded: nothing says that she or he qualifies.
    assert (kept.participants["sex"] == "female").all()
    assert len(kept.participants) == (tiny.participants["sex"] == "female").sum()


def test_an_empty_arm_is_refused(tiny):
    with pytest.raises(AnalysisError, match="Stretching and Walking meets"):
        restrict(tiny, "age >= 99")
    oldest = tiny.participants.loc[tiny.participants["age"].idxmax()]
    with pytest.raises(AnalysisError, match="No participant of Stretching meets"):
        restrict(tiny, f"age >= {oldest['age']}")


def test_a_variable_that_nobody_recorded_is_refused(tiny):
    without = dataclasses.replace(tiny, screening=None)
    with pytest.raises(AnalysisError, match="mobility is recorded neither"):
        restrict(without, "mobility >= 70")
    # The trial's own criterion on it cannot be checked and lets everybody stay.
    assert len(restrict(without, "age >= 19").participants) == len(tiny.participants)


@fixtures_stay
@given(low=st.integers(40, 100), high=st.integers(40, 100))
def test_stricter_thresholds_never_enrol_more(tiny, low, high):
    low, high = sorted((low, high))
    loose, strict = screen(tiny, f"mobility >= {low}"), screen(tiny, f"mobility >= {high}")
    assert strict.enrolled <= loose.enrolled
    assert strict.eligible <= loose.eligible
    for screening in (loose, strict):
        adds_up(screening, tiny)


@fixtures_stay
@given(st.data())
def test_counts_add_up_for_any_part_of_the_log(tiny, data):
    names = list(tiny.screening["screening_id"])
    kept = data.draw(st.sets(st.sampled_from(names), min_size=1))
    log = tiny.screening.loc[tiny.screening["screening_id"].isin(kept)].reset_index(drop=True)
    people = tiny.participants.loc[tiny.participants["participant"].isin(log["participant"])]
    trial = dataclasses.replace(tiny, screening=log, participants=people.reset_index(drop=True))
    text = data.draw(st.sampled_from(["", "mobility >= 20", "mobility >= 90", "age <= 50"]))
    adds_up(screen(trial, text), trial)


def adds_up(screening, trial):
    assert screening.assessed == len(trial.screening)
    assert screening.excluded == sum(item.excluded for item in screening.criteria)
    assert screening.assessed == screening.excluded + screening.eligible
    assert screening.eligible == screening.declined + screening.not_enrolled + screening.enrolled
    assert screening.enrolled + screening.removed == len(trial.participants)
    assert all(item.excluded <= item.failing for item in screening.criteria)


def test_the_log_of_the_trial(tiny):
    screening = screen(tiny)
    log = tiny.screening
    assert screening.source == "log"
    assert screening.criteria[1].excluded == (log["mobility"] < 40).sum()
    assert screening.declined == (log["consented"] == "no").sum()
    assert screening.enrolled == len(tiny.participants)
    assert (screening.removed, screening.newly_eligible) == (0, 0)
    assert not any(item.changed for item in screening.criteria)


def test_looser_criteria_count_people_without_outcomes(tiny):
    log = tiny.screening
    screening = screen(tiny, "mobility >= 20")
    expected = ((log["mobility"] >= 20) & (log["mobility"] < 40)).sum()
    assert 0 < expected == screening.newly_eligible == screening.not_enrolled
    assert screening.enrolled == len(tiny.participants)
    assert len(restrict(tiny, "mobility >= 20").participants) == len(tiny.participants)
    assert [item.changed for item in screening.criteria] == [False, True]


def test_a_criterion_outside_the_log_counts_only_the_randomised(tiny):
    screening = screen(tiny, "sex == female")
    asked = screening.criteria[-1]
    assert asked.not_recorded == tiny.screening["participant"].isna().sum()
    assert asked.failing == (tiny.participants["sex"] != "female").sum()
    adds_up(screening, tiny)


def test_people_are_counted_under_their_first_unmet_criterion(tiny):
    log = tiny.screening.copy()
    failing = log["mobility"] < 40
    log.loc[failing.idxmax(), "age"] = 18.0
    changed = screen(dataclasses.replace(tiny, screening=log), "age >= 19")
    assert [item.variable for item in changed.criteria] == ["age", "mobility"]
    assert changed.criteria[0].excluded == changed.criteria[0].failing == 1
    assert changed.criteria[1].excluded == failing.sum() - 1
    assert changed.criteria[1].failing == failing.sum()


def test_without_a_log_only_the_published_number_is_known(tiny_real):
    screening = screen(tiny_real)
    assert (screening.source, screening.assessed, screening.excluded) == ("published", 70, None)
    assert screening.enrolled == len(tiny_real.participants)
    assert screening.absent == "No log was kept."
    older = screen(tiny_real, "age >= 40")
    assert older.enrolled == (tiny_real.participants["age"] >= 40).sum()
    assert older.enrolled + older.removed == len(tiny_real.participants)
    assert older.criteria[0].excluded is None


def test_a_blank_in_the_log_does_not_meet_a_changed_criterion(tiny):
    log = tiny.screening.copy()
    log.loc[log["participant"] == "P001", "mobility"] = float("nan")
    trial = dataclasses.replace(tiny, screening=log)
    assert "P001" not in set(restrict(trial, "mobility >= 41").participants["participant"])
    assert (
        pd.isna(log["mobility"]).sum() == screen(trial, "mobility >= 41").criteria[1].not_recorded
    )
