"""Find the outcome, the visits, the covariates and the scores that an analysis is about."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from helpers.errors import AnalysisError, ParameterError, unknown_name
from helpers.trial.loading import Trial
from helpers.trial.specification import Outcome, Visit

PRIMARY = "primary"
OVERALL = "overall"


def resolve_outcome(trial: Trial, outcome: str) -> Outcome:
    """Return the outcome with this id, or the trial's primary one for ``"primary"``.

    Raises
    ------
    ParameterError
        When the trial has no such outcome.
    """
    specification = trial.specification
    if outcome == PRIMARY:
        return specification.primary_outcome
    if outcome not in specification.outcome_ids:
        raise ParameterError(
            unknown_name("outcome", outcome, (PRIMARY, *specification.outcome_ids))
        )
    return specification.outcome(outcome)


def resolve_visit(trial: Trial, visit: str) -> Visit:
    """Return the visit after baseline with this id, or the primary one for ``"primary"``.

    Raises
    ------
    ParameterError
        When the trial has no such visit after baseline.
    """
    specification = trial.specification
    if visit == PRIMARY:
        return specification.primary_visit
    later = tuple(planned.id for planned in specification.later_visits)
    if visit not in later:
        raise ParameterError(unknown_name("visit after baseline", visit, (PRIMARY, *later)))
    return specification.visit(visit)


def resolve_covariates(trial: Trial, covariates: str | Sequence[str]) -> tuple[str, ...]:
    """Return covariate ids, given as a sequence or as one text with commas.

    Raises
    ------
    ParameterError
        When a covariate is not a numeric or categorical variable known at randomisation, or is
        named twice.
    """
    names = covariates.split(",") if isinstance(covariates, str) else covariates
    names = tuple(name.strip() for name in names if name.strip())
    valid = [item.id for item in trial.specification.variables if item.kind != "text"]
    for name in names:
        if name not in valid:
            raise ParameterError(unknown_name("baseline variable", name, valid, where="Covariates"))
        if names.count(name) > 1:
            raise ParameterError(f"Covariate {name!r} is named twice; name it once.")
    return names


def planned_visits(trial: Trial, outcome: Outcome) -> tuple[Visit, ...]:
    """Return the visits at which an outcome was to be assessed, in order of time."""
    return tuple(visit for visit in trial.specification.visits if visit.id in outcome.visits)


def arm_labels(trial: Trial) -> dict[str, str]:
    """Return the label of every arm, the reference arm first."""
    return {name: trial.specification.arm(name).label for name in trial.specification.arm_ids}


def arm_of(trial: Trial) -> pd.Series:
    """Return the arm id of every participant, indexed by participant."""
    return trial.participants.set_index("participant")["arm"].astype(str)


def scores_of(trial: Trial, outcome: Outcome) -> pd.DataFrame:
    """Return an outcome's scores at its planned visits.

    Returns
    -------
    pandas.DataFrame
        ``participant, arm, visit, week, score``, one row per score.
    """
    weeks = {visit.id: float(visit.week) for visit in planned_visits(trial, outcome)}
    rows = trial.outcomes.loc[trial.outcomes["outcome"].astype(str) == outcome.id]
    visits = rows["visit"].astype(str)
    scores = pd.DataFrame(
        {
            "participant": rows["participant"],
            "arm": rows["participant"].map(arm_of(trial)),
            "visit": visits,
            "week": visits.map(weeks),
            "score": rows["score"],
        }
    )
    return scores.loc[visits.isin(list(weeks))].reset_index(drop=True)


def score_at(trial: Trial, outcome: Outcome, visit: str) -> pd.Series:
    """Return the scores of an outcome at one visit, indexed by participant."""
    scores = scores_of(trial, outcome)
    return scores.loc[scores["visit"] == visit].set_index("participant")["score"]


def score_table(trial: Trial, outcome: Outcome) -> pd.DataFrame:
    """Return the scores as a table, every participant by planned visit, missing ones NaN."""
    people = trial.participants["participant"]
    return pd.DataFrame(
        {
            visit.id: score_at(trial, outcome, visit.id).reindex(people)
            for visit in planned_visits(trial, outcome)
        }
    )


def check_planned(trial: Trial, outcome: Outcome, visit: Visit) -> None:
    """Raise AnalysisError unless the outcome is planned at the visit."""
    planned = [item.label for item in planned_visits(trial, outcome)]
    if visit.id not in outcome.visits:
        raise AnalysisError(
            f"{outcome.label} was not planned at {visit.label}, only at {', '.join(planned)}; "
            "choose one of those visits."
        )
