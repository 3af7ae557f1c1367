"""Five models of the same scores, and how each takes them to hang together."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.analysis.estimates import Estimate
from helpers.analysis.primary_model import INFERENCE, Inference, fit_scores
from helpers.analysis.published_analyses import complete_cases
from helpers.analysis.scores import (
    arm_labels,
    arm_of,
    check_planned,
    planned_visits,
    resolve_outcome,
    resolve_visit,
    score_table,
    scores_of,
)
from helpers.analysis.small_counts import Count, present
from helpers.analysis.withheld import NOT_SHOWN, NotShown
from helpers.errors import AnalysisError
from helpers.methods.constrained_models import ConstrainedFit
from helpers.methods.linear_models import fit_ancova
from helpers.methods.mixed_models import Covariance
from helpers.trial.loading import Trial
from helpers.trial.specification import Outcome

MIXED: tuple[Covariance, ...] = ("random_intercept", "random_slope", "us", "ar1")
ANCOVA = "ancova"
# Fewer pairs than these make no correlation worth showing.
_LEAST_PAIRS = 3


@dataclass(frozen=True)
class Spread:
    """How scores hang together.

    Attributes
    ----------
    sd
        Standard deviation at each visit, by visit.
    correlation
        Correlation of the scores of one participant, visit by visit; NaN where unknown.
    """

    sd: pd.Series
    correlation: pd.DataFrame


@dataclass(frozen=True)
class ComparedModel:
    """One model of the scores, or why there is none.

    Attributes
    ----------
    model
        One of ``MIXED`` or ``"ancova"``.
    difference
        Difference at the visit of interest, arm minus reference, by arm; empty when there is none.
    n
        Participants in the model.
    n_parameters, aic
        Parameters of the covariance and Akaike's criterion; None for ANCOVA, whose likelihood is
        of other data.
    spread
        What the model implies; None for ANCOVA.
    problem
        Why the model could not be fitted, or None.
    messages
        What the reader must know of the fit.
    """

    model: str
    difference: dict[str, Estimate]
    n: Count | None
    n_parameters: int | None
    aic: float | None
    spread: Spread | None
    problem: str | None
    messages: tuple[str, ...]


@dataclass(frozen=True)
class ModelComparison:
    """Five models of one outcome, read at one visit.

    Attributes
    ----------
    outcome, outcome_label, unit, decimals, higher_is, visit, visit_label, level
        What was analysed.
    arm_labels, reference
        Labels by arm, the reference first.
    visit_labels, visit_weeks
        Labels and weeks by visit, in order; those with scores.
    models
        In the order of ``MIXED``, then ANCOVA.
    observed
        Spread of the scores about the mean of their arm and visit, from all pairs available.
    """

    outcome: str
    outcome_label: str
    unit: str
    decimals: int
    higher_is: str
    visit: str
    visit_label: str
    level: float
    arm_labels: dict[str, str]
    reference: str
    visit_labels: dict[str, str]
    visit_weeks: dict[str, float]
    models: tuple[ComparedModel, ...]
    observed: Spread

    def model(self, name: str) -> ComparedModel:
        """Return one of the models."""
        (found,) = [model for model in self.models if model.model == name]
        return found


def compare_models(
    trial: Trial, *, outcome: str = "primary", visit: str = "primary", level: float = 0.95
) -> ModelComparison:
    """Estimate the difference between arms by five models of the same outcome.

    Four are constrained longitudinal models of all scores that differ in their covariance alone
    (REML, Kenward-Roger). The fifth is an analysis of covariance of those who were seen at the
    visit, with the baseline score as covariate. A model that cannot be fitted says why.

    Parameters
    ----------
    trial
        The trial.
    outcome, visit
        Ids, ``"primary"`` for the trial's own.
    level
        Confidence level.

    Raises
    ------
    ParameterError
        When a parameter is not valid.
    AnalysisError
        When the outcome was not planned at the visit.

    Notes
    -----
    R: ``nlme::gls`` with ``corSymm`` and ``varIdent`` (us) or ``corAR1`` (ar1), ``lme4::lmer`` with
    ``(1 | participant)`` and ``(1 + week | participant)``, ``lm(score ~ arm + baseline)``.
    """
    asked, at = resolve_outcome(trial, outcome), resolve_visit(trial, visit)
    check_planned(trial, asked, at)
    data = scores_of(trial, asked)
    seen = set(data["visit"])
    visits = [item for item in planned_visits(trial, asked) if item.id in seen]
    mixed = [_mixed(trial, data, covariance, visit=at.id, level=level) for covariance in MIXED]
    analysed = present(trial, data["participant"].unique())
    return ModelComparison(
        outcome=asked.id,
        outcome_label=asked.label,
        unit=asked.unit,
        decimals=asked.decimals,
        higher_is=asked.higher_is,
        visit=at.id,
        visit_label=at.label,
        level=level,
        arm_labels=arm_labels(trial),
        reference=trial.specification.reference_arm.id,
        visit_labels={item.id: item.label for item in visits},
        visit_weeks={item.id: float(item.week) for item in visits},
        models=(
            *(_shown(model, analysed.inside()) for model in mixed),
            _ancova(trial, asked, visit=at.id, level=level),
        ),
        observed=_observed(trial, asked, [item.id for item in visits]),
    )


def fit_covariance_of(
    trial: Trial,
    data: pd.DataFrame,
    covariance: Covariance,
    *,
    inference: Inference = INFERENCE,
    covariates: tuple[str, ...] = (),
    level: float = 0.95,
) -> ConstrainedFit:
    """Fit the constrained model with this covariance and no other.

    Parameters
    ----------
    trial
        The trial.
    data
        Scores as from :func:`helpers.analysis.scores.scores_of`, and the covariates.
    covariance, inference, covariates, level
        As in :func:`helpers.methods.mixed_models.fit_clda`.

    Raises
    ------
    AnalysisError
        When the data cannot carry the model.
    """
    return fit_scores(
        data,
        baseline=trial.specification.baseline_visit.id,
        reference=trial.specification.reference_arm.id,
        covariance=covariance,
        inference=inference,
        covariates=covariates,
        level=level,
        fallback=False,
    )


def difference_at(fit: ConstrainedFit, visit: str) -> dict[str, Estimate]:
    """Return the differences of a fit at one visit, by arm.

    Raises
    ------
    AnalysisError
        When the visit has no scores.
    """
    rows = fit.differences.loc[fit.differences["visit"] == visit]
    if rows.empty:
        raise AnalysisError(
            f"There are no scores at {visit}, so the arms cannot be compared there; choose "
            "another visit."
        )
    return {str(row["arm"]): Estimate.from_row(row) for _, row in rows.iterrows()}


def _mixed(
    trial: Trial, data: pd.DataFrame, covariance: Covariance, *, visit: str, level: float
) -> ComparedModel:
    try:
        fit = fit_covariance_of(trial, data, covariance, level=level)
        difference = difference_at(fit, visit)
    except AnalysisError as error:
        return _none(covariance, error)
    return ComparedModel(
        model=covariance,
        difference=difference,
        n=fit.n_subjects,
        n_parameters=fit.model.n_parameters,
        aic=fit.aic,
        spread=_implied(fit),
        problem=None,
        messages=fit.messages,
    )


def _none(model: str, error: AnalysisError) -> ComparedModel:
    return ComparedModel(model, {}, None, None, None, None, str(error), ())


def _implied(fit: ConstrainedFit) -> Spread:
    covariance = fit.covariance
    assert isinstance(covariance, pd.DataFrame)  # the arms share it
    sd = pd.Series(np.sqrt(np.diag(covariance)), index=covariance.index)
    return Spread(sd, covariance.div(sd, axis=0).div(sd, axis=1))


def _ancova(trial: Trial, outcome: Outcome, *, visit: str, level: float) -> ComparedModel:
    """Analysis of covariance of those with a score at baseline and at the visit."""
    reference = trial.specification.reference_arm.id
    scores = score_table(trial, outcome)
    baseline = trial.specification.baseline_visit.id
    if baseline not in scores:
        return _none(ANCOVA, AnalysisError(f"{outcome.label} was not planned at baseline."))
    rows = pd.DataFrame(
        {
            "arm": arm_of(trial).reindex(scores.index),
            "baseline": scores[baseline],
            "score": scores[visit],
        }
    )
    difference: dict[str, Estimate] = {}
    n: Count | None = None
    try:
        for arm in arm_labels(trial):
            if arm == reference:
                continue
            fit = fit_ancova(
                rows,
                outcome="score",
                arm="arm",
                minuend=arm,
                subtrahend=reference,
                covariates=["baseline"],
                level=level,
            )
            difference[arm], n = Estimate.from_row(vars(fit)), fit.n
            if trial.threshold:
                n = complete_cases(trial, outcome, visit, rows.dropna().index).of("in")
    except AnalysisError as error:
        if trial.threshold:
            # The error may count the few complete rows.
            return _none(
                ANCOVA, AnalysisError("The scores cannot carry the analysis of covariance.")
            )
        return _none(ANCOVA, error)
    return _shown(ComparedModel(ANCOVA, difference, n, None, None, None, None, ()), n)


def _shown(model: ComparedModel, n: Count | None) -> ComparedModel:
    """Withhold the participants of a model, and degrees of freedom that would count them."""
    if not isinstance(n, NotShown) or model.n is None:
        return model
    difference = model.difference
    if model.model == ANCOVA:
        difference = {
            arm: dataclasses.replace(one, df=NOT_SHOWN) for arm, one in difference.items()
        }
    return dataclasses.replace(model, n=n, difference=difference)


def _observed(trial: Trial, outcome: Outcome, visits: list[str]) -> Spread:
    """SD and correlation of what arm and visit do not explain, from all pairs available."""
    scores = score_table(trial, outcome)[visits]
    arms = arm_of(trial).reindex(scores.index)
    deviation = scores - scores.groupby(arms).transform("mean")
    means = scores.groupby(arms).count().gt(0).sum()
    degrees = (scores.notna().sum() - means).clip(lower=0)
    sd = np.sqrt((deviation**2).sum() / degrees.where(degrees > 0))
    correlation = deviation.corr(min_periods=_LEAST_PAIRS)
    return Spread(sd, correlation)
