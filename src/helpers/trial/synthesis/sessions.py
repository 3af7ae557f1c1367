"""Treatment sessions: weekly ones, then monthly boosters, until a participant leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.trial.synthesis.dropout import STAYED, Attrition
from helpers.trial.synthesis.settings import Settings
from helpers.trial.synthesis.streams import stream


def attend_sessions(
    settings: Settings, *, participants: pd.Series, randomised_on: pd.Series, attrition: Attrition
) -> pd.DataFrame:
    """Say which planned sessions each participant attended, and when.

    Nobody attends after leaving; who started attended the first session; who did not start
    attended none.

    Returns
    -------
    pandas.DataFrame
        One row per participant and planned session.
    """
    rule = settings.sessions
    generator = stream(settings.seed, "sessions")
    weeks = np.array([*rule.weekly, *rule.boosters])
    kinds = np.array(["treatment"] * len(rule.weekly) + ["booster"] * len(rule.boosters))
    people, planned = len(participants), len(weeks)
    chance = np.array([rule.attendance[kind] for kind in kinds])
    attended = generator.random((people, planned)) < chance
    attended[:, 0] = True
    attended &= attrition.started[:, None] & (weeks < _last_week(settings, attrition, generator))
    days = randomised_on.to_numpy().astype("datetime64[D]")[:, None] + 7 * weeks
    held = np.busday_offset(days + _early_or_late(settings, kinds, generator), 0, roll="forward")
    return pd.DataFrame(
        {
            "participant": np.repeat(participants.to_numpy(), planned),
            "session": np.tile(np.arange(1, planned + 1), people),
            "kind": np.tile(kinds, people),
            "planned_week": np.tile(weeks, people),
            "held_on": np.where(attended, held.astype(str), "").ravel(),
            "attended": np.where(attended, "yes", "no").ravel(),
        }
    )


def _last_week(
    settings: Settings, attrition: Attrition, generator: np.random.Generator
) -> NDArray[np.float64]:
    # A leaver goes some time between the last visit completed and the one that was missed.
    weeks = np.array(settings.weeks, dtype=float)
    left = np.where(attrition.left_after == STAYED, 0, attrition.left_after)
    gone = weeks[left] + generator.random(len(left)) * (weeks[left + 1] - weeks[left])
    gone = np.maximum(gone, 1.5)  # who started was there in week 1
    return np.where(attrition.left_after == STAYED, np.inf, gone)[:, None]


def _early_or_late(
    settings: Settings, kinds: NDArray, generator: np.random.Generator
) -> NDArray[np.int64]:
    # Moving to a weekday can add two days, and two neighbouring weeks must not change places.
    reach = np.array([settings.sessions.window_days[kind] - 2 for kind in kinds])
    people = settings.participants
    late = np.rint(generator.normal(0, 1, (people, len(kinds))) * reach / 3)
    return np.clip(late, -reach, reach).astype(int)
