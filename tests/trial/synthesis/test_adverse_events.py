import pytest


@pytest.fixture
def events(cohort):
    return cohort.adverse_events.merge(cohort.participants, on="participant")


@pytest.mark.parametrize(
    ("event", "arm", "patients", "percent"),
    # JAMA abstract: bruising 6.5% of acupuncture, soreness 15.1% of massage patients.
    [("bruising", "acupuncture", 9, 6.5), ("soreness", "massage", 22, 15.1)],
)
def test_published_events_in_treated_patients(cohort, events, event, arm, patients, percent):
    of_event = events[events["event"] == event]
    treated = cohort.participants.query("arm == @arm and started_treatment == 'yes'")
    assert of_event["participant"].nunique() == len(of_event) == patients
    assert set(of_event["participant"]) <= set(treated["participant"])
    assert round(100 * patients / len(treated), 1) == percent
    assert (of_event["related"] == "yes").all()


def test_all_events_are_mild_and_the_others_unrelated(events):
    assert (events["severity"] == "mild").all()
    others = events[~events["event"].isin(["bruising", "soreness"])]
    assert len(others) == 17
    assert (others["related"] == "no").all()


def test_bruising_begins_on_the_day_of_a_session(cohort, events):
    held = set(zip(cohort.sessions["participant"], cohort.sessions["held_on"], strict=True))
    bruised = events[events["event"] == "bruising"]
    assert set(zip(bruised["participant"], bruised["onset_on"], strict=True)) <= held
