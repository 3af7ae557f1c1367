import pandas as pd
import pytest


@pytest.fixture
def attended(cohort):
    sessions = cohort.sessions[cohort.sessions["attended"] == "yes"].merge(
        cohort.participants, on="participant"
    )
    return sessions.assign(held_on=pd.to_datetime(sessions["held_on"]))


def test_everybody_has_ten_treatments_and_four_boosters_planned(cohort):
    kinds = cohort.sessions.groupby("participant")["kind"].value_counts().unstack()
    assert (kinds["treatment"] == 10).all()
    assert (kinds["booster"] == 4).all()
    assert len(kinds) == 298


def test_sessions_keep_to_their_windows_and_to_weekdays(attended):
    planned = attended["randomised_on"] + pd.to_timedelta(7 * attended["planned_week"], unit="D")
    late = (attended["held_on"] - planned).dt.days.abs()
    # JAMA abstract and registry: treatments +/- 4 days, boosters +/- 7 days.
    assert late[attended["kind"] == "treatment"].max() <= 4
    assert late[attended["kind"] == "booster"].max() <= 7
    assert attended["held_on"].dt.day_of_week.max() <= 4


def test_sessions_follow_one_another(attended):
    assert (attended.groupby("participant")["held_on"].diff().dropna().dt.days > 0).all()


def test_a_session_that_was_not_attended_has_no_day(cohort):
    blank = cohort.sessions["held_on"] == ""
    assert (blank == (cohort.sessions["attended"] == "no")).all()


def test_started_treatment_means_at_least_one_session(cohort, attended):
    started = set(cohort.participants.query("started_treatment == 'yes'")["participant"])
    assert set(attended["participant"]) == started


def test_nobody_attends_beyond_the_visit_that_was_missed(attended, settings):
    leavers = attended[attended["left_after"] != ""]
    ids = settings.visit_ids
    following = leavers["left_after"].map(
        {visit: settings.weeks[index + 1] for index, visit in enumerate(ids[:-1])}
    )
    assert (leavers["planned_week"] < following).all()
