import operator

import pandas as pd
import pytest

COMPARE = {
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
    "in": lambda values, wanted: values.isin(wanted),
}


@pytest.fixture
def met(cohort, specification):
    """One column per criterion of the trial, in order: is it met?"""
    return pd.DataFrame(
        {
            rule.variable: COMPARE[rule.operator](cohort.screening[rule.variable], rule.value)
            for rule in specification.eligibility
        }
    )


def test_everybody_randomised_was_screened_and_met_every_criterion(cohort, met):
    enrolled = cohort.screening["participant"] != ""
    assert enrolled.sum() == 298
    assert set(cohort.screening.loc[enrolled, "participant"]) == set(
        cohort.participants["participant"]
    )
    assert met[enrolled].all(axis=None)
    assert (cohort.screening.loc[enrolled, "consented"] == "yes").all()


def test_first_failures_are_those_declared(cohort, met, settings):
    failing = met[~met.all(axis=1)]
    first = (~failing).idxmax(axis=1).value_counts()
    assert first.to_dict() == settings.screening.failed
    assert (cohort.screening.loc[failing.index, "consented"] == "").all()


def test_eligible_patients_who_were_not_randomised_declined(cohort, met, settings):
    declined = met.all(axis=1) & (cohort.screening["participant"] == "")
    assert declined.sum() == settings.screening.declined
    assert (cohort.screening.loc[declined, "consented"] == "no").all()


def test_some_patients_fail_more_than_one_criterion(met):
    assert ((~met).sum(axis=1) > 1).any()


def test_screening_agrees_with_what_is_known_of_participants(cohort):
    both = cohort.screening.merge(cohort.participants, on="participant", suffixes=("", "_later"))
    for name in ("age", "karnofsky", "language"):
        assert (both[name] == both[f"{name}_later"]).all()
    assert ((both["pain_months"] / 12).round(1) == both["pain_years"]).all()
    baseline = cohort.outcomes.query("visit == 'baseline' and outcome == 'worst_pain'")
    scores = baseline.set_index("participant")["score"]
    assert (both["worst_pain"] == both["participant"].map(scores)).all()
    assert (both["screened_on"] <= both["randomised_on"]).all()


def test_thresholds_of_karnofsky_leave_patients_to_explore(cohort):
    counts = cohort.participants["karnofsky"].value_counts()
    assert set(counts.index) == {60, 70, 80, 90, 100}
    assert counts.min() >= 10


def test_the_log_is_in_order_of_the_screening_days(cohort):
    assert cohort.screening["screened_on"].is_monotonic_increasing
    assert cohort.screening["screening_id"].is_unique
