"""One model, several ways to its interval, in the whole trial and in a small one drawn from it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.analysis.estimates import Estimate
from helpers.analysis.model_comparison import difference_at, fit_covariance_of
from helpers.analysis.primary_model import Inference
from helpers.analysis.scores import (
    arm_labels,
    check_planned,
    resolve_outcome,
    resolve_visit,
    scores_of,
)
from helpers.analysis.small_counts import Count, present, too_few
from helpers.analysis.withheld import NOT_SHOWN
from helpers.errors import AnalysisError
from helpers.trial.loading import Trial

INFERENCES: tuple[Inference, ...] = (
    "normal",
    "satterthwaite",
    "kenward-roger",
    "between-within",
    "sandwich-cr2",
)
WHOLE, SMALL = "whole", "small"
# Draws of one chapter share its seed; the key keeps them apart.
_DRAW = 0


@dataclass(frozen=True)
class InferredDifference:
    """One way of inference in one of the two trials, or why there is none."""

    part: str
    inference: str
    difference: dict[str, Estimate]
    problem: str | None


@dataclass(frozen=True)
class InferenceComparison:
    """Ways of inference for the unstructured model.

    Attributes
    ----------
    outcome_label, unit, decimals, visit_label, level, arm_labels, reference
        What was analysed.
    per_arm, seed
        Participants drawn from each arm for the small trial, and the seed of the draw.
    n
        Participants with a score, by ``"whole"`` and ``"small"``.
    rows
        Ways of inference, first in the whole trial, then in the small one.
    """

    outcome_label: str
    unit: str
    decimals: int
    visit_label: str
    level: float
    arm_labels: dict[str, str]
    reference: str
    per_arm: int
    seed: int
    n: dict[str, Count]
    rows: tuple[InferredDifference, ...]

    def row(self, part: str, inference: str) -> InferredDifference:
        """Return one way of inference in one of the two trials."""
        (found,) = [row for row in self.rows if (row.part, row.inference) == (part, inference)]
        return found

    def widening(self, part: str, arm: str) -> float | None:
        """Return how much wider Kenward-Roger's interval is than z's, as a share; None without."""
        plain = self.row(part, "normal").difference.get(arm)
        careful = self.row(part, "kenward-roger").difference.get(arm)
        if plain is None or careful is None:
            return None
        return (careful.upper - careful.lower) / (plain.upper - plain.lower) - 1


def compare_inferences(
    trial: Trial,
    *,
    outcome: str = "primary",
    visit: str = "primary",
    per_arm: int = 15,
    seed: int = 1,
    level: float = 0.95,
) -> InferenceComparison:
    """Judge one estimate by z, Satterthwaite, Kenward-Roger, between-within and a sandwich.

    The model is the constrained longitudinal one with an unstructured covariance, fitted once to
    the whole trial and once to a few participants of each arm, drawn at random.

    Parameters
    ----------
    trial
        The trial.
    outcome, visit
        Ids, ``"primary"`` for the trial's own.
    per_arm
        Participants drawn from each arm, at most all of those with a score.
    seed
        Seed of the draw.
    level
        Confidence level.

    Raises
    ------
    ParameterError
        When a parameter is not valid.
    AnalysisError
        When the outcome was not planned at the visit.
    """
    asked, at = resolve_outcome(trial, outcome), resolve_visit(trial, visit)
    check_planned(trial, asked, at)
    data = scores_of(trial, asked)
    parts = {WHOLE: data, SMALL: _drawn(data, list(arm_labels(trial)), per_arm, seed)}
    sizes = {part: _shown(trial, data, scores) for part, scores in parts.items()}
    rows = []
    for part, scores in parts.items():
        for inference in INFERENCES:
            try:
                fit = fit_covariance_of(trial, scores, "us", inference=inference, level=level)
                found, problem = difference_at(fit, at.id), None
            except AnalysisError as error:
                found, problem = {}, str(error)
            if inference == "between-within" and sizes[part] is NOT_SHOWN:
                # These degrees of freedom are the participants less the number of means.
                found = {arm: dataclasses.replace(one, df=NOT_SHOWN) for arm, one in found.items()}
            rows.append(InferredDifference(part, inference, found, problem))
    return InferenceComparison(
        outcome_label=asked.label,
        unit=asked.unit,
        decimals=asked.decimals,
        visit_label=at.label,
        level=level,
        arm_labels=arm_labels(trial),
        reference=trial.specification.reference_arm.id,
        per_arm=per_arm,
        seed=seed,
        n=sizes,
        rows=tuple(rows),
    )


def _shown(trial: Trial, data: pd.DataFrame, scores: pd.DataFrame) -> Count:
    """Count the participants of a part, unless that would tell how many have no score."""
    analysed = present(trial, data["participant"].unique())
    drawn = scores["participant"].nunique()
    if drawn == data["participant"].nunique():
        return analysed.inside()
    return NOT_SHOWN if too_few(drawn, trial) else drawn


def _drawn(data: pd.DataFrame, arms: list[str], per_arm: int, seed: int) -> pd.DataFrame:
    """Scores of so many participants of each arm."""
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_DRAW,)))
    kept: list[str] = []
    for arm in arms:
        people = sorted(data.loc[data["arm"] == arm, "participant"].unique())
        size = min(per_arm, len(people))
        kept += list(generator.choice(people, size=size, replace=False)) if size else []
    return data.loc[data["participant"].isin(kept)].reset_index(drop=True)
