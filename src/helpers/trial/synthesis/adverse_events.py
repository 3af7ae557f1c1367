"""Adverse events: the published ones in exact numbers of patients, and a few unrelated ones."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.trial.synthesis.settings import Settings
from helpers.trial.synthesis.streams import stream


def adverse_events(
    settings: Settings, *, participants: pd.DataFrame, sessions: pd.DataFrame
) -> pd.DataFrame:
    """Give the declared numbers of treated patients a mild event after a session they attended.

    Parameters
    ----------
    settings
        Declared numbers of patients per arm and event.
    participants
        Columns ``participant`` and ``arm``.
    sessions
        The session table.

    Returns
    -------
    pandas.DataFrame
        One row per patient and event, by participant and day.
    """
    rule = settings.adverse_events
    generator = stream(settings.seed, "adverse events")
    attended = sessions[sessions["attended"] == "yes"].merge(participants, on="participant")
    rows = []

    def add(event: str, count: int, pool: pd.DataFrame, later: int, related: str) -> None:
        # Draw sessions, not patients: who came more often is likelier to have an event.
        order = generator.permutation(len(pool))
        drawn = pool.iloc[order].drop_duplicates("participant").head(count)
        for participant, held_on in zip(drawn["participant"], drawn["held_on"], strict=True):
            day = np.datetime64(str(held_on)) + generator.integers(later + 1)
            rows.append((participant, event, str(day), "mild", related))

    for arm, events in rule.treatment.items():
        for event, count in events.items():
            later = rule.soreness_lasts if event == "soreness" else 0
            add(event, count, attended[attended["arm"] == arm], later, "yes")
    for event, count in rule.unrelated.items():
        add(event, count, attended, 6, "no")
    columns = ["participant", "event", "onset_on", "severity", "related"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["participant", "onset_on", "event"], ignore_index=True)
