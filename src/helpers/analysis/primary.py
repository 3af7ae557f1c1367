"""The primary analysis: change from baseline by a mixed model of all scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.analysis.estimates import Estimate
from helpers.analysis.primary_model import (
    COVARIANCE,
    INFERENCE,
    Inference,
    check_model,
    fit_scores,
)
from helpers.analysis.published_analyses import PublishedAnalysisResult, published_analyses
from helpers.analysis.scores import (
    arm_labels,
    check_planned,
    planned_visits,
    resolve_covariates,
    resolve_outcome,
    resolve_visit,
    scores_of,
)
from helpers.errors import AnalysisError
from helpers.methods.constrained_models import ConstrainedFit
from helpers.methods.mixed_models import Covariance
from helpers.trial.loading import Trial
from helpers.trial.specification import Outcome, Visit

__all__ = [
    "PrimaryResult",
    "PublishedAnalysisResult",
    "analyse_primary",
    "fit_outcome",
    "published_analyses",
]


@dataclass(frozen=True)
class PrimaryResult:
    """The constrained longitudinal model of one outcome, read at one visit.

    Attributes
    ----------
    outcome, outcome_label, instrument, unit, higher_is, decimals, visit, visit_label
        What was analysed.
    covariance, inference, covariates, level
        How it was asked for.
    covariance_used
        The covariance that the data could carry: another one than ``covariance`` when that could
        not be estimated, and then a message says so.
    arms, arm_labels, reference, visit_labels, visit_weeks
        Arms (reference first) and the visits in the model, with baseline.
    change
        Change from baseline at the visit, by arm.
    difference
        Difference in change, arm minus reference, by arm other than the reference.
    changes, differences, means
        The same at every visit, as in :class:`helpers.methods.constrained_models.ConstrainedFit`.
    n, n_scores, n_by_arm
        Participants and scores in the model.
    messages
        What the reader must know of the fit.
    fit
        The whole fit.
    """

    outcome: str
    outcome_label: str
    instrument: str
    unit: str
    higher_is: str
    decimals: int
    visit: str
    visit_label: str
    covariance: str
    covariance_used: str
    inference: str
    covariates: tuple[str, ...]
    level: float
    arms: tuple[str, ...]
    arm_labels: dict[str, str]
    reference: str
    visit_labels: dict[str, str]
    visit_weeks: dict[str, float]
    change: dict[str, Estimate]
    difference: dict[str, Estimate]
    changes: pd.DataFrame
    differences: pd.DataFrame
    means: pd.DataFrame
    n: int
    n_scores: int
    n_by_arm: dict[str, int]
    messages: tuple[str, ...]
    fit: ConstrainedFit


def analyse_primary(
    trial: Trial,
    *,
    outcome: str = "primary",
    visit: str = "primary",
    covariance: Covariance = COVARIANCE,
    inference: Inference = INFERENCE,
    covariates: str | Sequence[str] = (),
    level: float = 0.95,
) -> PrimaryResult:
    """Estimate change from baseline and its difference between arms by a mixed model.

    All scores of the outcome are in the model, those after the visit of interest too; nobody is
    left out for a missing baseline or a missing visit (missing at random is assumed).

    Parameters
    ----------
    trial
        The trial.
    outcome, visit
        Ids, ``"primary"`` for the trial's own.
    covariance
        How a participant's scores hang together: ``"us"`` (default), another covariance of
        :func:`helpers.methods.mixed_models.fit_mmrm`, ``"random_slope"`` or
        ``"random_intercept"``.
    inference
        Standard errors and degrees of freedom: ``"kenward-roger"`` (default),
        ``"satterthwaite"``, ``"normal"`` and others, see ``helpers.analysis.primary_model``.
    covariates
        Baseline variables to adjust for, as a sequence or one text with commas.
    level
        Confidence level, default 0.95.

    Raises
    ------
    ParameterError
        When a parameter is not valid.
    AnalysisError
        When the outcome was not planned at the visit or the data cannot carry the model.

    Notes
    -----
    :func:`helpers.analysis.primary_model.fit_scores`.
    """
    check_model(covariance=covariance, inference=inference)
    asked, at = resolve_outcome(trial, outcome), resolve_visit(trial, visit)
    check_planned(trial, asked, at)
    names = resolve_covariates(trial, covariates)
    return fit_outcome(
        trial,
        asked,
        at,
        covariance=covariance,
        inference=inference,
        covariates=names,
        level=level,
    )


def fit_outcome(
    trial: Trial,
    outcome: Outcome,
    visit: Visit,
    *,
    covariance: Covariance,
    inference: Inference,
    covariates: tuple[str, ...],
    level: float,
) -> PrimaryResult:
    """Fit the mixed model of one outcome; parameters as in :func:`analyse_primary`, resolved."""
    specification = trial.specification
    labels = arm_labels(trial)
    data = scores_of(trial, outcome)
    _check_scores(data, trial, outcome, visit)
    data, partial = _without_partial_visits(data, trial, outcome, visit)
    known = trial.participants.set_index("participant")[list(covariates)]
    data = data.join(known, on="participant")
    try:
        fit = fit_scores(
            data.assign(arm=pd.Categorical(data["arm"], categories=list(labels))),
            baseline=specification.baseline_visit.id,
            reference=specification.reference_arm.id,
            covariance=covariance,
            inference=inference,
            covariates=covariates,
            level=level,
        )
    except np.linalg.LinAlgError as error:
        raise AnalysisError(
            f"The scores of {outcome.label} do not determine the model with the covariance "
            f"{covariance!r}; choose one with fewer parameters, such as 'cs', or another outcome."
        ) from error
    planned = {item.id: item for item in planned_visits(trial, outcome)}
    unseen = tuple(
        f"{item.label} has no scores of {outcome.label} and is not in the model."
        for item in planned.values()
        if item.id not in fit.visits and item.id not in partial
    )
    changes = fit.changes.loc[fit.changes["visit"] == visit.id]
    differences = fit.differences.loc[fit.differences["visit"] == visit.id]
    return PrimaryResult(
        outcome=outcome.id,
        outcome_label=outcome.label,
        instrument=outcome.instrument,
        unit=outcome.unit,
        higher_is=outcome.higher_is,
        decimals=outcome.decimals,
        visit=visit.id,
        visit_label=visit.label,
        covariance=covariance,
        covariance_used=fit.model.covariance_name,
        inference=inference,
        covariates=covariates,
        level=level,
        arms=tuple(labels),
        arm_labels=labels,
        reference=fit.reference,
        visit_labels={name: planned[name].label for name in fit.visits},
        visit_weeks={name: float(planned[name].week) for name in fit.visits},
        change=_by_arm(changes),
        difference=_by_arm(differences),
        changes=fit.changes,
        differences=fit.differences,
        means=fit.means,
        n=fit.n_subjects,
        n_scores=fit.n_obs,
        n_by_arm=fit.n_by_arm,
        messages=unseen + tuple(partial.values()) + fit.messages,
        fit=fit,
    )


def _without_partial_visits(
    data: pd.DataFrame, trial: Trial, outcome: Outcome, visit: Visit
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Leave out visits at which an arm has no score: its mean there cannot be estimated.

    Returns the data and, by visit, what the reader must know.
    """
    seen = {(arm, at) for arm, at in zip(data["arm"], data["visit"], strict=True)}
    present = {at for _, at in seen}
    messages: dict[str, str] = {}
    for planned in planned_visits(trial, outcome)[1:]:
        without = [
            label for arm, label in arm_labels(trial).items() if (arm, planned.id) not in seen
        ]
        if not without or planned.id not in present:
            continue
        if planned.id == visit.id:
            raise AnalysisError(
                f"No participant of {without[0]} has a score of {outcome.label} at "
                f"{visit.label}, so the arms cannot be compared there; choose another visit."
            )
        messages[planned.id] = (
            f"{planned.label} is not in the model: no participant of {' and '.join(without)} has "
            f"a score of {outcome.label} there."
        )
    return data.loc[~data["visit"].isin(list(messages))], messages


def _by_arm(rows: pd.DataFrame) -> dict[str, Estimate]:
    return {str(row["arm"]): Estimate.from_row(row) for _, row in rows.iterrows()}


def _check_scores(data: pd.DataFrame, trial: Trial, outcome: Outcome, visit: Visit) -> None:
    baseline = trial.specification.baseline_visit
    for needed in (baseline, visit):
        if needed.id not in outcome.visits or not (data["visit"] == needed.id).any():
            raise AnalysisError(
                f"{outcome.label} has no scores at {needed.label}, which the model of its change "
                "needs; choose another outcome or visit."
            )
    if data["score"].min() == data["score"].max():
        raise AnalysisError(
            f"Every score of {outcome.label} is {data['score'].iloc[0]:g}, so there is nothing to "
            "compare; choose another outcome."
        )
    for arm, label in arm_labels(trial).items():
        if not (data["arm"] == arm).any():
            raise AnalysisError(
                f"No participant of {label} has a score of {outcome.label}, so the arms cannot be "
                "compared; choose another outcome or looser criteria."
            )
