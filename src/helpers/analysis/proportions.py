"""Proportions that the trial reports: responders, completers, adverse events and the like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.analysis.populations import started_treatment
from helpers.analysis.scores import OVERALL, arm_labels, arm_of, score_at
from helpers.analysis.small_counts import count_by_arm
from helpers.analysis.withheld import NOT_SHOWN
from helpers.errors import AnalysisError, ParameterError
from helpers.methods.proportions import wilson_interval
from helpers.trial.loading import Trial
from helpers.trial.specification import Outcome, Proportion

_COLUMNS = ["id", "label", "among", "arm", "arm_label", "n", "denominator", "percent"]


@dataclass(frozen=True)
class NotAvailable:
    """A proportion that the data cannot give, and why."""

    id: str
    label: str
    reason: str


@dataclass(frozen=True)
class ProportionsResult:
    """The proportions of a trial.

    Attributes
    ----------
    level
        Confidence level.
    rows
        ``id, label, among, arm, arm_label, n, denominator, percent, lower, upper``: every arm and
        ``overall``; percentages with Wilson limits, NaN when the denominator is 0.
    not_available
        Proportions without an answer.
    """

    level: float
    rows: pd.DataFrame
    not_available: tuple[NotAvailable, ...]


def analyse_proportions(trial: Trial, *, level: float = 0.95) -> ProportionsResult:
    """Count every proportion that ``trial.yml`` names.

    Parameters
    ----------
    trial
        The trial.
    level
        Confidence level of the Wilson intervals, default 0.95.

    Raises
    ------
    ParameterError
        When ``level`` is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ParameterError(f"The confidence level must lie between 0 and 1, not {level}.")
    arms = arm_of(trial)
    rows, failed = [], []
    for proportion in trial.specification.proportions:
        try:
            counted, among = _members(trial, proportion)
        except AnalysisError as error:
            failed.append(NotAvailable(proportion.id, proportion.label, str(error)))
            continue
        shown = count_by_arm(trial, {"yes": counted & among, "no": among - counted})
        for arm, label in [*arm_labels(trial).items(), (OVERALL, "Overall")]:
            inside = set(arms.index if arm == OVERALL else arms.index[arms == arm])
            n, denominator = len(counted & among & inside), len(among & inside)
            lower = upper = np.nan
            if denominator:
                lower, upper = wilson_interval(n, denominator, level=level)
            rows.append(
                {
                    "id": proportion.id,
                    "label": proportion.label,
                    "among": proportion.among,
                    "arm": arm,
                    "arm_label": label,
                    "n": shown.of("yes", arm),
                    "denominator": shown.inside(arm),
                    "percent": 100 * n / denominator if denominator else np.nan,
                    "lower": 100 * lower,
                    "upper": 100 * upper,
                }
            )
            if not shown.complete("yes", arm):
                rows[-1] |= dict.fromkeys(("percent", "lower", "upper"), NOT_SHOWN)
    return ProportionsResult(
        level=level,
        rows=pd.DataFrame(
            rows,
            columns=[*_COLUMNS, "lower", "upper"],
            dtype=object if trial.threshold else None,
        ),
        not_available=tuple(failed),
    )


def _members(trial: Trial, proportion: Proportion) -> tuple[set[str], set[str]]:
    """Return who is counted and among whom."""
    people = trial.participants.set_index("participant")
    randomised = set(people.index)
    among = set(started_treatment(trial)) if proportion.among == "started_treatment" else randomised
    if proportion.count == "variable":
        values = people[str(proportion.variable)].dropna().astype(str)
        counted = set(values.index[values == proportion.equals])
        return counted, set(values.index) if proportion.among == "recorded" else among
    if proportion.count == "adverse_event":
        if trial.adverse_events is None:
            raise AnalysisError(
                f"{proportion.label}: the trial has no table of adverse events, so nobody can be "
                "counted."
            )
        events = trial.adverse_events
        return set(events.loc[events["event"] == proportion.event, "participant"]), among
    outcome = trial.specification.outcome(str(proportion.outcome))
    scores = score_at(trial, outcome, str(proportion.visit))
    if proportion.count == "observed":
        return set(scores.index), among
    before = score_at(trial, outcome, trial.specification.baseline_visit.id)
    both = pd.DataFrame({"before": before, "after": scores}).dropna()
    counted = set(both.index[_improved(both["before"], both["after"], outcome)])
    return counted, set(both.index) if proportion.among == "observed" else among


def _improved(before: pd.Series, after: pd.Series, outcome: Outcome) -> pd.Series:
    """Tell who improved by the meaningful change; nobody can improve by a share of nothing."""
    meaningful = outcome.meaningful_change
    if meaningful.value is None:
        raise AnalysisError(
            f"{outcome.label} has no meaningful change ({meaningful.absent}), so responders "
            "cannot be counted."
        )
    improvement = before - after if outcome.higher_is == "worse" else after - before
    needed = meaningful.value * (before.abs() if meaningful.kind == "relative" else 1)
    # Decimal scores are not exact in binary: 10 - 7 must reach 0.3 * 10.
    return (improvement >= needed - 1e-9) & (needed > 0)
