"""When the synthetic patients were screened, randomised and assessed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.trial.synthesis.settings import Recruitment, Settings
from helpers.trial.synthesis.streams import stream


def open_days(recruitment: Recruitment) -> pd.DatetimeIndex:
    """Return the weekdays on which patients were screened and randomised."""
    weekdays = pd.bdate_range(recruitment.first, recruitment.last)
    pause = recruitment.pause
    return weekdays[(weekdays < pd.Timestamp(pause.first)) | (weekdays > pd.Timestamp(pause.last))]


def recruit(settings: Settings) -> pd.DataFrame:
    """Give every participant a screening day and a randomisation day.

    The first and the last patient stand on the first and the last published day.

    Returns
    -------
    pandas.DataFrame
        Columns ``screened_on`` and ``randomised_on``, in the order of randomisation.
    """
    generator = stream(settings.seed, "recruitment")
    days = open_days(settings.recruitment)
    index = np.sort(generator.integers(len(days), size=settings.participants))
    index[0], index[-1] = 0, len(days) - 1
    earlier = np.maximum(index - generator.poisson(5, size=settings.participants), 0)
    longest = pd.Timedelta(days=settings.recruitment.longest_screening_days)
    # Nobody waited through the pause: who would have is screened and randomised on one day.
    waited = days[index] - days[earlier] > longest
    screened = np.where(waited, index, earlier)
    return pd.DataFrame({"screened_on": days[screened], "randomised_on": days[index]})


def assessment_days(settings: Settings, dates: pd.DataFrame) -> NDArray:
    """Return the day of each participant's assessment at each visit.

    Baseline is assessed on the day of screening or later, up to randomisation; other visits fall
    on a weekday within the visit's window.

    Returns
    -------
    numpy.ndarray
        Participants by visits, ``datetime64[D]``.
    """
    generator = stream(settings.seed, "assessment days")
    randomised = dates["randomised_on"].to_numpy().astype("datetime64[D]")
    screened = dates["screened_on"].to_numpy().astype("datetime64[D]")
    columns = []
    for visit in settings.visits.values():
        if visit.week == 0:
            waited = (randomised - screened).astype(int)
            before = (generator.random(len(dates)) * (waited + 1)).astype(int)
            day = np.busday_offset(randomised - before, 0, roll="forward")
        else:
            reach = visit.jitter_days - 2  # moving to a weekday costs up to two days
            late = np.clip(np.rint(generator.normal(0, reach / 2, len(dates))), -reach, reach)
            planned = randomised + 7 * visit.week + late.astype(int)
            day = np.busday_offset(planned, 0, roll="forward")
        columns.append(day)
    return np.column_stack(columns)
