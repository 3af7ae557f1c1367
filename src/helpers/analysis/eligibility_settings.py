"""Who would be enrolled, and why others would not, under other thresholds of the criteria."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from helpers.analysis.changed_criteria import parse_criteria
from helpers.analysis.eligibility import met_in_log
from helpers.analysis.scores import arm_labels, arm_of
from helpers.trial.loading import Trial
from helpers.trial.specification import Criterion

MOST_VARIED = 3
# Thresholds tried on either side of the trial's own.
_EITHER_SIDE = 3
_SIZES = (">=", ">", "<=", "<")


@dataclass(frozen=True)
class VariedCriterion:
    """A criterion whose threshold is varied.

    Attributes
    ----------
    key
        Its column in the grid.
    place
        Its place among the criteria, from 0.
    label, operator, unit
        Of its variable.
    thresholds, own
        The values tried, rising, and the one that holds in this run.
    """

    key: str
    place: int
    label: str
    operator: str
    unit: str
    thresholds: tuple[float, ...]
    own: float


@dataclass(frozen=True)
class ThresholdSettings:
    """The way from the people assessed to the participants, by thresholds.

    Attributes
    ----------
    absent
        Why there is no grid; empty when there is one.
    criteria
        All criteria, in screening order, as this run has them.
    varied
        Those whose threshold is varied.
    arm_labels
        Labels by arm.
    assessed, randomised
        People in the log, and those who were randomised.
    grid
        One row per combination of thresholds: the columns of ``varied``, ``excluded_0`` and so on
        (people whose first unmet criterion it is), ``declined``, ``not_enrolled`` (eligible, not
        declined and not randomised), ``enrolled`` (randomised and eligible), ``enrolled_`` and
        each arm, ``removed`` (randomised and not eligible) and ``newly_eligible`` (excluded by
        the trial's own criteria and eligible now; they have no outcomes). As in
        :func:`helpers.analysis.eligibility.screen`.
    """

    absent: str
    criteria: tuple[Criterion, ...]
    varied: tuple[VariedCriterion, ...]
    arm_labels: dict[str, str]
    assessed: int
    randomised: int
    grid: pd.DataFrame

    @property
    def start(self) -> dict[str, float]:
        """The thresholds of this run."""
        return {item.key: item.own for item in self.varied}


def vary_thresholds(trial: Trial, *, eligibility: str = "") -> ThresholdSettings:
    """Count everybody in the screening log under other thresholds of the criteria.

    Up to three criteria are varied: of those that ask for a size, the ones that most people fail.

    Parameters
    ----------
    trial
        The whole trial. One that is not public gives no grid: counts under neighbouring
        thresholds would tell of single persons by their differences.
    eligibility
        Changes as in :func:`helpers.analysis.changed_criteria.parse_criteria`.

    Raises
    ------
    ParameterError
        When the changes cannot be read.
    """
    criteria = parse_criteria(eligibility, trial)
    log = trial.screening
    if log is None:
        return _without(trial, criteria, f"There is no screening log: {_reason(trial)}")
    if trial.threshold:
        return _without(
            trial,
            criteria,
            "The data are not public: counts under thresholds that lie next to each other would "
            "tell of single persons by their differences",
        )
    varied = _varied(criteria, trial, log)
    if not varied:
        return _without(trial, criteria, "No criterion of this trial has a threshold")
    return ThresholdSettings(
        absent="",
        criteria=criteria,
        varied=varied,
        arm_labels=arm_labels(trial),
        assessed=len(log),
        randomised=len(trial.participants),
        grid=_counted(criteria, varied, trial, log),
    )


def _without(trial: Trial, criteria: tuple[Criterion, ...], absent: str) -> ThresholdSettings:
    return ThresholdSettings(
        absent=absent.rstrip("."),
        criteria=criteria,
        varied=(),
        arm_labels=arm_labels(trial),
        assessed=0,
        randomised=0,
        grid=pd.DataFrame(),
    )


def _reason(trial: Trial) -> str:
    return trial.specification.tables.screening.absent or "no reason is stated"


def _varied(
    criteria: tuple[Criterion, ...], trial: Trial, log: pd.DataFrame
) -> tuple[VariedCriterion, ...]:
    failing = (~met_in_log(criteria, trial, log)).sum()
    found = []
    for place, criterion in enumerate(criteria):
        if criterion.operator not in _SIZES or criterion.variable not in log:
            continue
        variable = trial.specification.variable(criterion.variable)
        own = float(criterion.value)  # type: ignore[arg-type]  # sizes are compared with numbers
        thresholds = thresholds_about(own, log[criterion.variable])
        if len(thresholds) > 1:
            found.append(
                VariedCriterion(
                    key=f"criterion_{place}",
                    place=place,
                    label=variable.label,
                    operator=criterion.operator,
                    unit=variable.unit or "",
                    thresholds=thresholds,
                    own=own,
                )
            )
    most = sorted(found, key=lambda item: -int(failing[item.place]))[:MOST_VARIED]
    return tuple(sorted(most, key=lambda item: item.place))


def thresholds_about(own: float, values: pd.Series) -> tuple[float, ...]:
    """Return round steps on either side of a threshold, within the values that occur.

    Parameters
    ----------
    own
        The threshold.
    values
        Values of the variable. No step is shorter than the least distance between two of them.
    """
    known = np.unique(values.dropna().astype(float))
    if len(known) < 2:
        return (own,)
    low, high = values.quantile([0.05, 0.95])
    step = max(_round_step((high - low) / (2 * _EITHER_SIDE)), float(np.diff(known).min()))
    reach = range(math.floor((known[0] - own) / step), math.ceil((known[-1] - own) / step) + 1)
    # The sum of a decimal threshold and a decimal step has digits that neither has.
    tried = [float(f"{own + times * step:.10g}") for times in reach]
    inside = [value for value in tried if known[0] <= value <= known[-1]]
    below = [value for value in inside if value < own][-_EITHER_SIDE:]
    above = [value for value in inside if value > own][:_EITHER_SIDE]
    return (*below, own, *above)


def _round_step(width: float) -> float:
    """Return the least of 1, 2, 5, 10, ... (or a tenth of them, and so on) that is as wide."""
    if not width > 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(width))
    return next(times * power for times in (1, 2, 5, 10) if times * power >= width * (1 - 1e-9))


def _counted(
    criteria: tuple[Criterion, ...],
    varied: tuple[VariedCriterion, ...],
    trial: Trial,
    log: pd.DataFrame,
) -> pd.DataFrame:
    """Count every combination. Who meets which criterion is found once for each threshold."""
    met = {place: column.to_numpy() for place, column in met_in_log(criteria, trial, log).items()}
    changed = tuple(
        criteria[item.place].model_copy(update={"value": threshold})
        for item in varied
        for threshold in item.thresholds
    )
    columns = iter(met_in_log(changed, trial, log).items())
    alternatives = {
        item.key: {threshold: next(columns)[1].to_numpy() for threshold in item.thresholds}
        for item in varied
    }
    own = met_in_log(trial.specification.eligibility, trial, log).to_numpy().all(axis=1)
    randomised = log["participant"].notna().to_numpy()
    said_no = (log["consented"] == "no").to_numpy()
    arms = log["participant"].map(arm_of(trial))
    in_arm = {arm: (arms == arm).to_numpy() for arm in arm_labels(trial)}
    rows = []
    for combination in product(*(item.thresholds for item in varied)):
        chosen = dict(met)
        for item, threshold in zip(varied, combination, strict=True):
            chosen[item.place] = alternatives[item.key][threshold]
        left = np.ones(len(log), dtype=bool)
        row: dict[str, float] = dict(zip((item.key for item in varied), combination, strict=True))
        for place in range(len(criteria)):
            row[f"excluded_{place}"] = int((left & ~chosen[place]).sum())
            left &= chosen[place]
        outside = left & ~randomised
        row |= {
            "declined": int((outside & said_no).sum()),
            "not_enrolled": int((outside & ~said_no).sum()),
            "enrolled": int((left & randomised).sum()),
            "removed": int((~left & randomised).sum()),
            "newly_eligible": int((outside & ~own).sum()),
            **{f"enrolled_{arm}": int((left & inside).sum()) for arm, inside in in_arm.items()},
        }
        rows.append(row)
    return pd.DataFrame(rows)
