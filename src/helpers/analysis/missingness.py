"""Who was observed when, and what the observed scores did over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from helpers.analysis.scores import (
    OVERALL,
    arm_labels,
    planned_visits,
    resolve_outcome,
    score_table,
    scores_of,
)
from helpers.analysis.small_counts import Counts, count_by_arm, present, too_few
from helpers.analysis.withheld import NOT_SHOWN
from helpers.errors import ParameterError
from helpers.trial.loading import Trial

PATTERNS = ("complete", "dropout", "intermittent", "never")


@dataclass(frozen=True)
class ObservedByVisit:
    """Scores observed and missing.

    Attributes
    ----------
    outcome, outcome_label
        What was assessed.
    counts
        ``arm, arm_label, visit, visit_label, week, allocated, observed, missing, percent``
        (observed), for every arm and ``overall``.
    patterns
        ``arm, arm_label, pattern, n``: ``complete`` (every planned visit), ``dropout`` (none
        missing before the last score), ``intermittent`` (a gap, or no baseline score), ``never``.
    """

    outcome: str
    outcome_label: str
    counts: pd.DataFrame
    patterns: pd.DataFrame


@dataclass(frozen=True)
class Trajectories:
    """Observed scores over time, without a model.

    Attributes
    ----------
    outcome, outcome_label, unit, decimals, level
        What was assessed, decimals of an estimate as printed, and the confidence level.
    means
        ``arm, arm_label, visit, visit_label, week, n, mean, sd, se, lower, upper`` (t intervals;
        NaN with fewer than two scores).
    by_last_visit
        ``arm, arm_label, last_visit, last_visit_label, visit, week, n, mean``: participants
        grouped by the last visit at which they had a score. Empty when the trial is not public.
    individuals
        ``participant, arm, arm_label, visit, week, score``; None when the trial is not public.
    """

    outcome: str
    outcome_label: str
    unit: str
    decimals: int
    level: float
    means: pd.DataFrame
    by_last_visit: pd.DataFrame
    individuals: pd.DataFrame | None


def observed_by_visit(trial: Trial, *, outcome: str = "primary") -> ObservedByVisit:
    """Count observed and missing scores at every planned visit, and the patterns they make.

    Parameters
    ----------
    trial
        The trial.
    outcome
        Outcome id, ``"primary"`` for the trial's own.
    """
    asked = resolve_outcome(trial, outcome)
    visits = planned_visits(trial, asked)
    observed = score_table(trial, asked).notna()
    arms = trial.participants["arm"].astype(str).to_numpy()
    counts, patterns = [], []
    for arm, label in [*arm_labels(trial).items(), (OVERALL, "Overall")]:
        inside = observed if arm == OVERALL else observed.loc[arms == arm]
        named = {"arm": arm, "arm_label": label}
        for visit in visits:
            seen = int(inside[visit.id].sum())
            counts.append(
                {
                    **named,
                    "visit": visit.id,
                    "visit_label": visit.label,
                    "week": float(visit.week),
                    "allocated": len(inside),
                    "observed": seen,
                    "missing": len(inside) - seen,
                    "percent": 100 * seen / len(inside) if len(inside) else np.nan,
                }
            )
        found = inside.apply(lambda row: _pattern(row.to_numpy()), axis=1)
        patterns += [
            {**named, "pattern": pattern, "n": int((found == pattern).sum())}
            for pattern in PATTERNS
        ]
    if trial.threshold:
        counts, patterns = _shown(trial, observed, counts, patterns)
    kind = object if trial.threshold else None
    return ObservedByVisit(
        outcome=asked.id,
        outcome_label=asked.label,
        counts=pd.DataFrame(counts, dtype=kind),
        patterns=pd.DataFrame(patterns, dtype=kind),
    )


def _shown(
    trial: Trial,
    observed: pd.DataFrame,
    counts: list[dict[str, Any]],
    patterns: list[dict[str, Any]],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Withhold the counts that may not be shown."""
    seen = seen_by_visit(trial, observed)
    found = observed.apply(lambda row: _pattern(row.to_numpy()), axis=1)
    parted = count_by_arm(
        trial,
        {pattern: found.index[found == pattern] for pattern in PATTERNS},
        outside=["never"],
    )
    shown = []
    for row in counts:
        at, arm = seen[row["visit"]], row["arm"]
        whole = at.inside(arm), at.everyone(arm)
        shown.append(
            {
                **row,
                "allocated": at.everyone(arm),
                "observed": at.inside(arm),
                "missing": at.outside(arm),
                "percent": NOT_SHOWN if NOT_SHOWN in whole else row["percent"],
            }
        )
    return shown, [{**row, "n": parted.of(row["pattern"], row["arm"])} for row in patterns]


def seen_by_visit(trial: Trial, observed: pd.DataFrame) -> dict[str, Counts]:
    """Count those with a score at each visit; ``observed`` tells who has one, by participant."""
    return {str(visit): present(trial, observed.index[observed[visit]]) for visit in observed}


def trajectories(trial: Trial, *, outcome: str = "primary", level: float = 0.95) -> Trajectories:
    """Describe the observed scores over time, by arm and by last visit.

    Parameters
    ----------
    trial
        The trial.
    outcome
        Outcome id, ``"primary"`` for the trial's own.
    level
        Confidence level of the means' t intervals, default 0.95.

    Raises
    ------
    ParameterError
        When the outcome is unknown or the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ParameterError(f"The confidence level must lie between 0 and 1, not {level}.")
    asked = resolve_outcome(trial, outcome)
    labels = arm_labels(trial)
    visits = {visit.id: visit for visit in planned_visits(trial, asked)}
    scores = scores_of(trial, asked)
    order = {visit: number for number, visit in enumerate(visits)}
    last = scores["visit"].map(order).groupby(scores["participant"]).max()
    scores["last_visit"] = scores["participant"].map(last).map(dict(enumerate(visits)))
    means, by_last = [], []
    seen = seen_by_visit(trial, score_table(trial, asked).notna())
    for arm, label in labels.items():
        inside = scores.loc[scores["arm"] == arm]
        for visit in visits.values():
            named = {
                "arm": arm,
                "arm_label": label,
                "visit": visit.id,
                "visit_label": visit.label,
                "week": float(visit.week),
            }
            at = inside.loc[inside["visit"] == visit.id, "score"].to_numpy(float)
            if too_few(len(at), trial):
                at = at[:0]
            means.append({**named, **_mean(at, level), "n": seen[visit.id].inside(arm)})
        for end in visits.values():
            group = inside.loc[inside["last_visit"] == end.id]
            by_last += [
                {
                    "arm": arm,
                    "arm_label": label,
                    "last_visit": end.id,
                    "last_visit_label": end.label,
                    "visit": visit.id,
                    "week": float(visit.week),
                    "n": len(scored),
                    "mean": float(scored.mean()),
                }
                for visit in visits.values()
                if trial.specification.public
                and len(scored := group.loc[group["visit"] == visit.id, "score"])
            ]
    people = scores.assign(arm_label=scores["arm"].map(labels))
    columns = ["participant", "arm", "arm_label", "visit", "week", "score"]
    return Trajectories(
        outcome=asked.id,
        outcome_label=asked.label,
        unit=asked.unit,
        decimals=asked.decimals,
        level=level,
        means=_means_frame(means),
        by_last_visit=pd.DataFrame(by_last),
        individuals=people[columns] if trial.specification.public else None,
    )


def _pattern(seen: np.ndarray) -> str:
    if seen.all():
        return "complete"
    if not seen.any():
        return "never"
    until_last = seen[: int(np.flatnonzero(seen)[-1]) + 1]
    return "dropout" if until_last.all() else "intermittent"


def _means_frame(means: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(means)
    if any(row["n"] is NOT_SHOWN for row in means):
        # A column of numbers would turn what is withheld into a missing number.
        frame["n"] = pd.Series([row["n"] for row in means], dtype=object)
    return frame


def _mean(scores: np.ndarray, level: float) -> dict[str, float]:
    n = len(scores)
    mean = float(scores.mean()) if n else np.nan
    sd = float(scores.std(ddof=1)) if n > 1 else np.nan
    se = sd / np.sqrt(n) if n > 1 else np.nan
    margin = stats.t.ppf((1 + level) / 2, n - 1) * se if n > 1 else np.nan
    return {
        "n": n,
        "mean": mean,
        "sd": sd,
        "se": se,
        "lower": mean - margin,
        "upper": mean + margin,
    }
