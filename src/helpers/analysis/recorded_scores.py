"""How much was recorded: the scores of every outcome at every visit."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from helpers.analysis.scores import planned_visits, score_table
from helpers.trial.loading import Trial


@dataclass(frozen=True)
class RecordedScores:
    """Scores recorded.

    Attributes
    ----------
    participants
        How many were randomised: the most that a visit can have.
    weeks
        Week of each visit at which any outcome was to be assessed, by visit id, in order.
    counts
        ``outcome, outcome_label, visit, visit_label, week, recorded, percent`` (of the
        participants), for every outcome and each visit at which it was planned. None when small
        counts may not be shown: from the counts of several outcomes they could be worked out.
    """

    participants: int
    weeks: dict[str, float]
    counts: pd.DataFrame | None


def recorded_scores(trial: Trial) -> RecordedScores:
    """Count the scores of every outcome at each of its planned visits.

    Parameters
    ----------
    trial
        The trial.
    """
    specification = trial.specification
    participants = len(trial.participants)
    rows = []
    for outcome in specification.outcomes:
        recorded = score_table(trial, outcome).notna()
        for visit in planned_visits(trial, outcome):
            found = int(recorded[visit.id].sum())
            rows.append(
                {
                    "outcome": outcome.id,
                    "outcome_label": outcome.label,
                    "visit": visit.id,
                    "visit_label": visit.label,
                    "week": float(visit.week),
                    "recorded": found,
                    "percent": 100 * found / participants if participants else float("nan"),
                }
            )
    counts = pd.DataFrame(rows)
    planned = set(counts["visit"])
    weeks = {each.id: float(each.week) for each in specification.visits if each.id in planned}
    return RecordedScores(participants, weeks, None if trial.threshold else counts)
