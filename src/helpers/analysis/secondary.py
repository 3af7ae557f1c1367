"""The secondary outcomes: the same model for each, on one scale, with P values adjusted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from helpers.analysis.primary import PrimaryResult, fit_outcome
from helpers.analysis.primary_model import COVARIANCE, INFERENCE, Inference, check_model
from helpers.analysis.scores import (
    arm_labels,
    arm_of,
    planned_visits,
    resolve_covariates,
    resolve_visit,
    score_at,
)
from helpers.errors import AnalysisError
from helpers.methods.mixed_models import Covariance
from helpers.methods.multiplicity import adjust
from helpers.trial.loading import Trial
from helpers.trial.specification import Outcome, Visit

_INFERENCE = ["estimate", "se", "df", "statistic", "p", "lower", "upper"]
_DIFFERENCES = [
    *("outcome", "label", "instrument", "unit", "decimals", "higher_is", "arm", "reference"),
    *("visit", "visit_label", *_INFERENCE, "p_holm", "p_bh", "baseline_sd"),
    *("standardised", "standardised_lower", "standardised_upper"),
    *("benefit", "benefit_lower", "benefit_upper", "favours", "favours_label", "n"),
]
_CHANGES = ["outcome", "label", "arm", "visit", *_INFERENCE]


@dataclass(frozen=True)
class NotAnalysed:
    """A secondary outcome that could not be analysed, and why."""

    outcome: str
    label: str
    reason: str


@dataclass(frozen=True)
class SecondaryResult:
    """Every secondary outcome at one visit.

    Attributes
    ----------
    visit, visit_label, covariance, inference, covariates, level, reference, arm_labels
        What was asked.
    differences
        One row per outcome and arm other than the reference: ``outcome, label, instrument, unit,
        decimals, higher_is, arm, reference, visit, visit_label``, the inference, ``p_holm, p_bh,
        baseline_sd``; ``standardised`` with limits (difference / pooled baseline SD); ``benefit``
        with limits (the same, turned so that above 0 favours ``arm``); ``favours,
        favours_label`` (the arm with the better estimate, empty at exactly 0) and ``n``.
    changes
        ``outcome, label, arm, visit`` and the inference, every arm.
    comparisons
        Number of P values in the family that was adjusted: outcomes times arms compared.
    not_analysed, messages
        Outcomes without an answer; what the reader must know.
    """

    visit: str
    visit_label: str
    covariance: str
    inference: str
    covariates: tuple[str, ...]
    level: float
    reference: str
    arm_labels: dict[str, str]
    differences: pd.DataFrame
    changes: pd.DataFrame
    comparisons: int
    not_analysed: tuple[NotAnalysed, ...]
    messages: tuple[str, ...]


def analyse_secondary(
    trial: Trial,
    *,
    visit: str = "primary",
    covariance: Covariance = COVARIANCE,
    inference: Inference = INFERENCE,
    covariates: str | Sequence[str] = (),
    level: float = 0.95,
) -> SecondaryResult:
    """Fit the primary analysis' model to every secondary outcome.

    Parameters
    ----------
    trial
        The trial.
    visit
        Visit of interest, ``"primary"`` for the trial's own. An outcome that was not planned
        there is read at its last planned visit, and a message says so.
    covariance, inference, covariates, level
        As in :func:`helpers.analysis.primary.analyse_primary`.

    Returns
    -------
    SecondaryResult
        P values are adjusted by Holm and by Benjamini and Hochberg over all outcomes and arms
        compared; intervals are not adjusted.

    Raises
    ------
    ParameterError
        When a parameter is not valid.
    """
    check_model(covariance=covariance, inference=inference)
    asked = resolve_visit(trial, visit)
    names = resolve_covariates(trial, covariates)
    differences: list[dict[str, Any]] = []
    changes: list[pd.DataFrame] = []
    failed: list[NotAnalysed] = []
    messages: list[str] = []
    for outcome in trial.specification.secondary_outcomes:
        at, note = _visit_for(trial, outcome, asked)
        try:
            result = fit_outcome(
                trial,
                outcome,
                at,
                covariance=covariance,
                inference=inference,
                covariates=names,
                level=level,
            )
        except AnalysisError as error:
            failed.append(NotAnalysed(outcome.id, outcome.label, str(error)))
            continue
        if trial.threshold and any(math.isnan(one.p) for one in result.difference.values()):
            why = f"fewer than {trial.threshold} participants of an arm have a score at {at.label}."
            failed.append(NotAnalysed(outcome.id, outcome.label, f"It is not shown: {why}"))
            continue
        messages += note
        messages += [f"{outcome.label}: {message}" for message in result.messages]
        differences += _differences(trial, outcome, result)
        at_visit = result.changes.loc[result.changes["visit"] == at.id]
        changes.append(at_visit.assign(outcome=outcome.id, label=outcome.label)[_CHANGES])
    for row, holm, bh in zip(
        differences,
        adjust([row["p"] for row in differences], method="holm"),
        adjust([row["p"] for row in differences], method="bh"),
        strict=True,
    ):
        row |= {"p_holm": float(holm), "p_bh": float(bh)}
    return SecondaryResult(
        visit=asked.id,
        visit_label=asked.label,
        covariance=covariance,
        inference=inference,
        covariates=names,
        level=level,
        reference=trial.specification.reference_arm.id,
        arm_labels=arm_labels(trial),
        differences=pd.DataFrame(differences, columns=_DIFFERENCES),
        changes=pd.concat(changes, ignore_index=True)
        if changes
        else pd.DataFrame(columns=_CHANGES),
        comparisons=len(differences),
        not_analysed=tuple(failed),
        messages=tuple(messages),
    )


def _visit_for(trial: Trial, outcome: Outcome, asked: Visit) -> tuple[Visit, list[str]]:
    if asked.id in outcome.visits:
        return asked, []
    last = planned_visits(trial, outcome)[-1]
    return last, [
        f"{outcome.label} was not planned at {asked.label}; its last planned visit, {last.label}, "
        "stands for it."
    ]


def _differences(trial: Trial, outcome: Outcome, result: PrimaryResult) -> list[dict[str, Any]]:
    spread = _pooled_baseline_sd(trial, outcome)
    sign = 1 if outcome.higher_is == "better" else -1
    rows = []
    for arm, difference in result.difference.items():
        scaled = {
            name: getattr(difference, name) / spread for name in ("estimate", "lower", "upper")
        }
        benefit = sorted((sign * scaled["lower"], sign * scaled["upper"]))
        better = sign * difference.estimate
        favours = "" if better == 0 else arm if better > 0 else result.reference
        rows.append(
            {
                "outcome": outcome.id,
                "label": outcome.label,
                "instrument": outcome.instrument,
                "unit": outcome.unit,
                "decimals": outcome.decimals,
                "higher_is": outcome.higher_is,
                "arm": arm,
                "reference": result.reference,
                "visit": result.visit,
                "visit_label": result.visit_label,
                **vars(difference),
                "baseline_sd": spread,
                "standardised": scaled["estimate"],
                "standardised_lower": scaled["lower"],
                "standardised_upper": scaled["upper"],
                "benefit": sign * scaled["estimate"],
                "benefit_lower": benefit[0],
                "benefit_upper": benefit[1],
                "favours": favours,
                "favours_label": result.arm_labels.get(favours, ""),
                "n": result.n,
            }
        )
    return rows


def _pooled_baseline_sd(trial: Trial, outcome: Outcome) -> float:
    """Pool the arms' baseline SDs: sqrt(sum (n - 1) s^2 / sum (n - 1)); NaN when it is zero."""
    scores = score_at(trial, outcome, trial.specification.baseline_visit.id)
    by_arm = scores.groupby(arm_of(trial).reindex(scores.index))
    freedom = by_arm.count() - 1
    pooled = float((freedom * by_arm.var(ddof=1)).sum() / freedom.sum()) if freedom.sum() else 0.0
    return float(np.sqrt(pooled)) if pooled > 0 else float("nan")
