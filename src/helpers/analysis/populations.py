"""Which participants an analysis is made in."""

from __future__ import annotations

from helpers.analysis.scores import score_at
from helpers.errors import AnalysisError
from helpers.trial.loading import Trial
from helpers.trial.specification import Population


def participants_of(trial: Trial, population: Population) -> frozenset[str]:
    """Return the ids of the participants of a population.

    Parameters
    ----------
    trial
        The trial.
    population
        One of its populations: all randomised, those observed at a visit, or those who started
        treatment.

    Raises
    ------
    AnalysisError
        When the data do not say who started treatment.
    """
    if population.rule == "randomised":
        return frozenset(trial.participants["participant"])
    if population.rule == "observed":
        outcome = trial.specification.outcome(str(population.outcome))
        return frozenset(score_at(trial, outcome, str(population.visit)).index)
    return started_treatment(trial)


def started_treatment(trial: Trial) -> frozenset[str]:
    """Return the ids of the participants who started treatment.

    Raises
    ------
    AnalysisError
        When the participants' table does not say.
    """
    people = trial.participants
    if "started_treatment" not in people or people["started_treatment"].isna().all():
        raise AnalysisError(
            "The participants' table does not say who started treatment; add the column "
            "started_treatment, or use another population."
        )
    return frozenset(people.loc[people["started_treatment"] == "yes", "participant"])
