"""The whole synthetic cohort as a deterministic function of its settings and constants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import SpecificationError
from helpers.trial.synthesis.adverse_events import adverse_events
from helpers.trial.synthesis.allocation_list import arms_in_order
from helpers.trial.synthesis.constants import Calibration
from helpers.trial.synthesis.demographics import characteristics, opioid_use
from helpers.trial.synthesis.dropout import STAYED, Attrition, lose
from helpers.trial.synthesis.recruitment import assessment_days, recruit
from helpers.trial.synthesis.screening import screening_log
from helpers.trial.synthesis.secondary import secondary_scores
from helpers.trial.synthesis.sessions import attend_sessions
from helpers.trial.synthesis.settings import Settings
from helpers.trial.synthesis.trajectories import baseline_scores, complete_scores


@dataclass(frozen=True)
class CohortTables:
    """The five tables of the cohort, in the columns of a trial's CSV files."""

    participants: pd.DataFrame
    outcomes: pd.DataFrame
    screening: pd.DataFrame
    sessions: pd.DataFrame
    adverse_events: pd.DataFrame


def synthesise(settings: Settings, calibration: Calibration) -> CohortTables:
    """Make the cohort. The same settings and constants give the same tables, on every machine.

    Nothing is fitted here: only random draws, sums, products and ranks, so that the result does
    not depend on a linear algebra library.

    Parameters
    ----------
    settings
        What is declared about the cohort.
    calibration
        The constants that make it meet the published figures.
    """
    dates = recruit(settings)
    baseline = baseline_scores(settings)
    people = characteristics(settings, baseline_pain=baseline)
    arms = arms_in_order(calibration.allocation, people["centre"].tolist())
    participants = pd.Series([f"P{number:03d}" for number in range(1, len(people) + 1)])
    latent = complete_scores(settings, latents=calibration.latents, arms=arms)
    attrition = lose(settings, scores=latent, arms=arms)
    pain = _adjusted(settings, calibration, latent, attrition, participants)
    sessions = attend_sessions(
        settings,
        participants=participants,
        randomised_on=dates["randomised_on"],
        attrition=attrition,
    )
    table = _participants(
        settings,
        identity=pd.DataFrame(
            {"participant": participants, "arm": arms, "randomised_on": dates["randomised_on"]}
        ),
        people=people,
        opioids=opioid_use(
            settings, arms=arms, baseline_pain=baseline, last_pain=_last_seen(pain, attrition)
        ),
        attrition=attrition,
    )
    scores = {settings.pain.outcome: pain} | {
        name: secondary_scores(settings, name=name, pain=latent, arms=arms)
        for name in settings.secondary
    }
    enrolled = people.assign(
        participant=participants, screened_on=dates["screened_on"], worst_pain=baseline.astype(int)
    )
    return CohortTables(
        participants=table,
        outcomes=_outcomes(settings, participants, scores, attrition, dates),
        screening=screening_log(settings, enrolled),
        sessions=sessions,
        adverse_events=adverse_events(
            settings, participants=table[["participant", "arm"]], sessions=sessions
        ),
    )


def _adjusted(
    settings: Settings,
    calibration: Calibration,
    scores: NDArray[np.float64],
    attrition: Attrition,
    participants: pd.Series,
) -> NDArray[np.float64]:
    # Adjustments come after the dropout, so that none of them changes who is observed.
    adjusted = scores.copy()
    row = {name: index for index, name in enumerate(participants)}
    for change in calibration.adjustments:
        place = row[change.participant], settings.visit_ids.index(change.visit)
        adjusted[place] += change.points
        within = settings.pain.minimum <= adjusted[place] <= settings.pain.maximum
        if not (within and attrition.observed[place]):
            raise SpecificationError(
                f"synthesis.yml: the adjustment of {change.participant} at {change.visit} does not "
                "fit the cohort (no score there, or out of the scale); the settings were changed "
                "after the calibration, so run `trialbook synthesise --recalibrate`."
            )
    return adjusted


def _last_seen(scores: NDArray[np.float64], attrition: Attrition) -> NDArray[np.float64]:
    visits = scores.shape[1]
    last = visits - 1 - np.argmax(attrition.observed[:, ::-1], axis=1)
    return scores[np.arange(len(scores)), last]


def _participants(
    settings: Settings,
    *,
    identity: pd.DataFrame,
    people: pd.DataFrame,
    opioids: pd.DataFrame,
    attrition: Attrition,
) -> pd.DataFrame:
    left = attrition.left_after
    visits = np.array(settings.visit_ids)
    table = pd.concat([identity, people.drop(columns="pain_months"), opioids], axis=1)
    return table.assign(
        started_treatment=np.where(attrition.started, "yes", "no"),
        left_after=np.where(left == STAYED, "", visits[left]),
        left_reason=attrition.reason,
    )


def _outcomes(
    settings: Settings,
    participants: pd.Series,
    scores: dict[str, NDArray[np.float64]],
    attrition: Attrition,
    dates: pd.DataFrame,
) -> pd.DataFrame:
    people, visits = attrition.observed.shape
    days = assessment_days(settings, dates)
    parts = [
        pd.DataFrame(
            {
                "participant": np.repeat(participants.to_numpy(), visits),
                "visit": np.tile(settings.visit_ids, people),
                "outcome": name,
                "score": values.ravel(),
                "assessed_on": days.ravel(),
            }
        )[attrition.observed.ravel()]
        for name, values in scores.items()
    ]
    return pd.concat(parts, ignore_index=True)
