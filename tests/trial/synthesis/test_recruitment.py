import numpy as np
import pandas as pd

from helpers.trial.synthesis.recruitment import assessment_days, open_days, recruit


def test_recruitment_spans_the_published_days(settings):
    dates = recruit(settings)
    # JAMA abstract: recruited 19 Sep 2019 to 23 Feb 2022.
    assert dates["screened_on"].min() == pd.Timestamp("2019-09-19")
    assert dates["randomised_on"].iloc[0] == pd.Timestamp("2019-09-19")
    assert dates["randomised_on"].iloc[-1] == pd.Timestamp("2022-02-23")
    assert dates["randomised_on"].is_monotonic_increasing


def test_patients_come_on_weekdays_and_not_in_the_pause(settings):
    days = open_days(settings.recruitment)
    dates = recruit(settings)
    assert days.day_of_week.max() <= 4
    pause = settings.recruitment.pause
    assert not ((days.date >= pause.first) & (days.date <= pause.last)).any()
    assert set(dates.to_numpy().ravel()) <= set(days.to_numpy())


def test_nobody_waits_longer_than_the_baseline_window(settings):
    dates = recruit(settings)
    waited = (dates["randomised_on"] - dates["screened_on"]).dt.days
    assert waited.min() >= 0
    assert waited.max() <= settings.recruitment.longest_screening_days


def test_assessments_fall_in_their_windows(settings):
    dates = recruit(settings)
    days = assessment_days(settings, dates)
    randomised = dates["randomised_on"].to_numpy().astype("datetime64[D]")
    screened = dates["screened_on"].to_numpy().astype("datetime64[D]")
    assert (days[:, 0] >= screened).all()
    assert (days[:, 0] <= randomised).all()
    for index, visit in list(enumerate(settings.visits.values()))[1:]:
        late = (days[:, index] - randomised).astype(int) - 7 * visit.week
        assert np.abs(late).max() <= visit.jitter_days
    assert np.is_busday(days).all()
