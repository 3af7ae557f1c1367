"""The analyses of the paper, repeated as ``trial.yml`` describes them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from helpers.analysis.estimates import Estimate
from helpers.analysis.populations import participants_of
from helpers.analysis.scores import score_at
from helpers.analysis.small_counts import Count, Counts, count_by_arm
from helpers.methods.linear_models import fit_ancova
from helpers.trial.loading import Trial
from helpers.trial.specification import Outcome, PublishedAnalysis


@dataclass(frozen=True)
class PublishedAnalysisResult:
    """An analysis as the paper made it: ``minuend`` minus ``subtrahend``."""

    id: str
    label: str
    method: str
    outcome: str
    outcome_label: str
    unit: str
    decimals: int
    visit: str
    visit_label: str
    population: str
    population_label: str
    minuend: str
    minuend_label: str
    subtrahend: str
    subtrahend_label: str
    covariates: tuple[str, ...]
    factors: tuple[str, ...]
    difference: Estimate
    n: Count
    n_by_arm: dict[str, Count]
    level: float


def published_analyses(
    trial: Trial, *, role: Literal["primary", "secondary"] | None = None, level: float = 0.95
) -> tuple[PublishedAnalysisResult, ...]:
    """Repeat the analyses of the paper, as ``trial.yml`` describes them.

    Parameters
    ----------
    trial
        The trial.
    role
        Only analyses of outcomes with this role; None for all.
    level
        Confidence level, default 0.95.

    Returns
    -------
    tuple of PublishedAnalysisResult
        In the order of ``trial.yml``; empty when it describes none. Only participants of the
        analysis' population with a complete row are in it.

    Raises
    ------
    AnalysisError
        When the data cannot carry an analysis.
    """
    return tuple(
        _published(trial, analysis, level)
        for analysis in trial.specification.published_analyses
        if role is None or trial.specification.outcome(analysis.outcome).role == role
    )


def _published(trial: Trial, analysis: PublishedAnalysis, level: float) -> PublishedAnalysisResult:
    specification = trial.specification
    outcome = specification.outcome(analysis.outcome)
    population = specification.population(analysis.population)
    people = trial.participants.set_index("participant")
    data = people.assign(score=score_at(trial, outcome, analysis.visit))
    baseline = specification.baseline_visit.id
    numeric: list[str] = []
    factors = list(analysis.factors)
    for name in analysis.covariates:
        if name.split(":")[0] == "baseline":
            measured = specification.outcome(name.partition(":")[2] or outcome.id)
            data[name] = score_at(trial, measured, baseline)
            numeric.append(name)
        elif specification.variable(name).kind == "categorical":
            factors.append(name)
        else:
            numeric.append(name)
    inside = data.loc[data.index.isin(list(participants_of(trial, population)))]
    fit = fit_ancova(
        inside,
        outcome="score",
        arm="arm",
        minuend=analysis.minuend,
        subtrahend=analysis.subtrahend,
        covariates=numeric,
        factors=factors,
        level=level,
    )
    used = inside.dropna(subset=["score", *numeric, *factors])
    counts = complete_cases(trial, outcome, analysis.visit, used.index)
    return PublishedAnalysisResult(
        id=analysis.id,
        label=analysis.label,
        method=analysis.method,
        outcome=outcome.id,
        outcome_label=outcome.label,
        unit=outcome.unit,
        decimals=outcome.decimals,
        visit=analysis.visit,
        visit_label=specification.visit(analysis.visit).label,
        population=population.id,
        population_label=population.label,
        minuend=analysis.minuend,
        minuend_label=specification.arm(analysis.minuend).label,
        subtrahend=analysis.subtrahend,
        subtrahend_label=specification.arm(analysis.subtrahend).label,
        covariates=analysis.covariates,
        factors=analysis.factors,
        difference=Estimate.from_row(vars(fit)),
        n=counts.of("in") if trial.threshold else fit.n,
        n_by_arm={
            arm: counts.of("in", arm) if trial.threshold else fit.n_by_arm.get(arm, 0)
            for arm in specification.arm_ids
        },
        level=level,
    )


def complete_cases(trial: Trial, outcome: Outcome, visit: str, used: Collection[str]) -> Counts:
    """Count who is ``"in"`` an analysis of those seen at a visit, and who was seen and is not."""
    seen = set(score_at(trial, outcome, visit).index)
    return count_by_arm(trial, {"in": set(used), "seen": seen - set(used)})
