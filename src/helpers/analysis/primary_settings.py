"""The primary result under every setting that an analyst could have chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, get_args

import pandas as pd

from helpers.analysis.model_comparison import fit_covariance_of
from helpers.analysis.primary import few_scores, messages_shown, model_rows
from helpers.analysis.primary_model import COVARIANCE, INFERENCE, Inference, check_model
from helpers.analysis.published_difference import PublishedDifference, published_differences
from helpers.analysis.scores import (
    arm_labels,
    check_planned,
    resolve_covariates,
    resolve_outcome,
    resolve_visit,
)
from helpers.errors import AnalysisError
from helpers.methods.mixed_models import Covariance
from helpers.methods.structured_models import FALLBACK_ORDER
from helpers.trial.loading import Trial
from helpers.trial.specification import Visit

COVARIANCES: tuple[Covariance, ...] = get_args(Covariance)
INFERENCES: tuple[Inference, ...] = get_args(Inference)
LEVELS = (0.8, 0.9, 0.95, 0.99)
# Degrees of freedom that are a count of patients or scores less the number of means.
_COUNTING = ("between-within", "residual")
NUMBERS = ("estimate", "se", "df", "p", "lower", "upper")


@dataclass(frozen=True)
class CovariateSet:
    """Baseline variables to adjust for.

    Attributes
    ----------
    key
        ``"none"``; ``"balanced"``, what randomisation kept even; ``"scales"``, every baseline
        variable that is measured on a scale; ``"own"``, the run's choice.
    variables, labels
        Ids and labels of the variables.
    """

    key: str
    variables: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class PrimarySettings:
    """The difference between arms at one visit, by setting.

    Attributes
    ----------
    outcome_label, unit, decimals, higher_is, visit_label, arm_labels, reference, restriction
        What was analysed.
    covariate_sets
        Sets of covariates by key.
    levels
        Confidence levels.
    start
        The setting of the run: ``covariance, inference, covariates, level``. A covariance that
        could not be estimated has given way to the next, as in the primary analysis.
    grid
        ``covariance, inference, covariates, level, arm, estimate, se, df, p, lower, upper,
        problem, note``: one row per setting and arm other than the reference. Where a model could
        not be fitted the numbers are missing and ``problem`` says why; degrees of freedom that
        would tell a count that is withheld are missing too. ``note`` is what the reader must know
        of a fit.
    published
        What the paper printed, by arm.
    """

    outcome_label: str
    unit: str
    decimals: int
    higher_is: str
    visit_label: str
    arm_labels: dict[str, str]
    reference: str
    restriction: str
    covariate_sets: dict[str, CovariateSet]
    levels: tuple[float, ...]
    start: dict[str, object]
    grid: pd.DataFrame
    published: dict[str, PublishedDifference]

    @property
    def fitted(self) -> pd.DataFrame:
        """The rows of the grid that have a result."""
        return self.grid.loc[self.grid["problem"] == ""]


def vary_primary(
    trial: Trial,
    *,
    outcome: str = "primary",
    visit: str = "primary",
    covariance: Covariance = COVARIANCE,
    inference: Inference = INFERENCE,
    covariates: str | Sequence[str] = (),
    level: float = 0.95,
) -> PrimarySettings:
    """Estimate the difference between arms under every setting of the primary model.

    Each covariance, with each set of covariates, is fitted once and judged by each way of
    inference at each level. No other covariance takes the place of one that cannot be estimated.

    Parameters
    ----------
    trial
        The trial.
    outcome, visit, covariance, inference, covariates, level
        As in :func:`helpers.analysis.primary.analyse_primary`: the setting of the run, which is
        among those tried.

    Raises
    ------
    ParameterError
        When a parameter is not valid.
    AnalysisError
        When the outcome was not planned at the visit or the data cannot carry any model.
    """
    check_model(covariance=covariance, inference=inference)
    asked, at = resolve_outcome(trial, outcome), resolve_visit(trial, visit)
    check_planned(trial, asked, at)
    own = resolve_covariates(trial, covariates)
    sets = covariate_sets(trial, own)
    levels = tuple(sorted({*LEVELS, level}))
    rows: list[dict[str, Any]] = []
    for chosen in sets.values():
        data, _ = model_rows(trial, asked, at, covariates=chosen.variables)
        withheld = _withheld(data, trial, at)
        for name in COVARIANCES:
            rows += [
                {"covariates": chosen.key, **row}
                for row in _judged(trial, data, at, name, chosen.variables, levels, withheld)
            ]
    grid = pd.DataFrame(rows)
    (key,) = [each.key for each in sets.values() if each.variables == own]
    return PrimarySettings(
        outcome_label=asked.label,
        unit=asked.unit,
        decimals=asked.decimals,
        higher_is=asked.higher_is,
        visit_label=at.label,
        arm_labels=arm_labels(trial),
        reference=trial.specification.reference_arm.id,
        restriction=trial.restriction,
        covariate_sets=sets,
        levels=levels,
        start={
            "covariance": _estimated(grid, covariance, inference, key),
            "inference": inference,
            "covariates": key,
            "level": level,
        },
        grid=grid,
        published=published_differences(trial.specification, asked, at),
    )


def covariate_sets(trial: Trial, own: tuple[str, ...]) -> dict[str, CovariateSet]:
    """Return the sets of covariates that are tried, by key; none of them twice.

    Parameters
    ----------
    trial
        The trial.
    own
        Ids that the run asks for.
    """
    specification = trial.specification
    usable = {item.id: item for item in specification.variables if item.kind != "text"}
    balanced = tuple(name for name in specification.randomisation.strata if name in usable)
    scales = tuple(item.id for item in usable.values() if item.kind == "continuous" and item.table1)
    asked = {"none": (), "balanced": balanced, "scales": scales, "own": own}
    found: dict[str, CovariateSet] = {}
    for key, names in asked.items():
        if names not in [each.variables for each in found.values()]:
            labels = tuple(usable[name].label for name in names)
            found[key] = CovariateSet(key, names, labels)
    return found


def _withheld(data: pd.DataFrame, trial: Trial, visit: Visit) -> dict[str, str]:
    """Return, by arm, why its difference at a visit is not shown; arms that may be are not in."""
    few = {arm for arm, at in few_scores(data, trial) if at == visit.id}
    reference = trial.specification.reference_arm.id
    return {
        arm: f"Fewer than {trial.threshold} participants of an arm have a score at "
        f"{visit.label}, so the difference is not shown."
        for arm in arm_labels(trial)
        if arm in few or reference in few
    }


def _judged(
    trial: Trial,
    data: pd.DataFrame,
    visit: Visit,
    covariance: Covariance,
    covariates: tuple[str, ...],
    levels: tuple[float, ...],
    withheld: dict[str, str],
) -> list[dict[str, Any]]:
    """Fit one model and judge it in every way: rows of the grid without the set of covariates."""
    others = [arm for arm in arm_labels(trial) if arm != trial.specification.reference_arm.id]
    said, note = "", ""
    fit = None
    try:
        fit = fit_covariance_of(trial, data, covariance, covariates=covariates)
        note = " ".join(messages_shown(fit.messages, trial))
    except AnalysisError as error:
        said = str(error)
    rows: list[dict[str, Any]] = []
    for inference in INFERENCES:
        found: dict[Any, dict[str, float]] = {}
        problem = said
        if fit is not None:
            try:
                judged = fit.differences_by(inference, levels=levels)
                names = ("visit", "arm", "level", *NUMBERS)
                judgements = zip(*(judged[name].tolist() for name in names), strict=True)
                found = {
                    (arm, level): dict(zip(NUMBERS, numbers, strict=True))
                    for at, arm, level, *numbers in judgements
                    if at == visit.id
                }
            except AnalysisError as error:
                problem = str(error)
        for level, arm in product(levels, others):
            why = problem or withheld.get(arm, "")
            numbers = dict.fromkeys(NUMBERS, float("nan")) if why else found[arm, level]
            if trial.threshold and inference in _COUNTING:
                numbers["df"] = float("nan")
            rows.append(
                {
                    "covariance": covariance,
                    "inference": inference,
                    "level": level,
                    "arm": arm,
                    **numbers,
                    "problem": why,
                    "note": note,
                }
            )
    return rows


def _estimated(grid: pd.DataFrame, covariance: str, inference: str, covariates: str) -> str:
    """Return the covariance of the run, or the first of the fixed order that was estimated."""
    here = grid.loc[(grid["inference"] == inference) & (grid["covariates"] == covariates)]
    done = set(here.loc[here["problem"] == "", "covariance"])
    return next((name for name in (covariance, *FALLBACK_ORDER) if name in done), covariance)
