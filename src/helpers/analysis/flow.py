"""The CONSORT 2025 flow of participants, counted from the patients themselves."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from helpers.analysis.eligibility import Screening, hidden_in_log, restrict, screen, screen_all
from helpers.analysis.scores import (
    arm_labels,
    check_planned,
    planned_visits,
    resolve_outcome,
    resolve_visit,
    score_table,
)
from helpers.analysis.small_counts import Count, Counts, arm_sizes, count_by_arm, present
from helpers.analysis.withheld import NOT_SHOWN
from helpers.errors import AnalysisError
from helpers.trial.loading import Trial
from helpers.trial.specification import Outcome

NOT_RECORDED = "not recorded"
OTHER_REASONS = "other reasons"


@dataclass(frozen=True)
class Exclusion:
    """People whose first unmet criterion is that of ``variable``."""

    variable: str
    label: str
    count: Count


@dataclass(frozen=True)
class VisitCount:
    """Participants with and without a score at a visit."""

    visit: str
    label: str
    observed: Count
    missing: Count


@dataclass(frozen=True)
class LeftReason:
    """Participants who left for one reason."""

    reason: str
    count: Count


@dataclass(frozen=True)
class ArmFlow:
    """The boxes of one arm.

    Attributes
    ----------
    arm, label, allocated
        The arm and its participants.
    started, not_started, start_not_recorded
        Who began treatment; None when the data do not say.
    visits
        Scores at every planned visit of the outcome, baseline included.
    observed, missing
        At the visit of interest.
    left, reasons
        Who left and why; None when the data do not say.
    analysed
        Participants with at least one score: all of them inform the model.
    """

    arm: str
    label: str
    allocated: Count
    started: Count | None
    not_started: Count | None
    start_not_recorded: Count | None
    visits: tuple[VisitCount, ...]
    observed: Count
    missing: Count
    left: Count | None
    reasons: tuple[LeftReason, ...] | None
    analysed: Count


@dataclass(frozen=True)
class Flow:
    """All boxes of the diagram; counts that the data do not give are None.

    ``randomised`` counts everyone whom the trial randomised, ``included`` those of them who meet
    the criteria as changed, ``removed_by_changes`` the others.
    """

    trial: str
    data_label: str
    synthetic: bool
    source: Literal["log", "published", "none"]
    assessed_source: str | None
    outcome: str
    outcome_label: str
    visit: str
    visit_label: str
    eligibility: str
    assessed: Count | None
    excluded: Count | None
    exclusions: tuple[Exclusion, ...] | None
    declined: Count | None
    not_enrolled: Count | None
    not_randomised: Count | None
    randomised: Count
    removed_by_changes: Count
    included: Count
    arms: tuple[ArmFlow, ...]

    @property
    def observed(self) -> Count:
        """Participants with a score at the visit of interest."""
        return sum(arm.observed for arm in self.arms)

    @property
    def missing(self) -> Count:
        """Participants without a score at the visit of interest."""
        return sum(arm.missing for arm in self.arms)

    @property
    def analysed(self) -> Count:
        """Participants with at least one score."""
        return sum(arm.analysed for arm in self.arms)

    def arm(self, name: str) -> ArmFlow:
        """Return the boxes of one arm."""
        return next(arm for arm in self.arms if arm.arm == name)

    def check(self) -> None:
        """Prove that the boxes add up.

        Raises
        ------
        AnalysisError
            With the first sum that does not.
        """
        if self.assessed is not None:
            _adds_up("assessed", self.assessed, self.not_randomised, self.randomised)
        if self.source == "log":
            _adds_up(
                "not randomised",
                self.not_randomised,
                self.excluded,
                self.declined,
                self.not_enrolled,
            )
            _adds_up("excluded", self.excluded, *(one.count for one in self.exclusions or ()))
        _adds_up("randomised", self.randomised, self.included, self.removed_by_changes)
        _adds_up("included", self.included, *(arm.allocated for arm in self.arms))
        for arm in self.arms:
            where = f" ({arm.label})"
            if arm.started is not None:
                _adds_up(
                    "allocated" + where,
                    arm.allocated,
                    arm.started,
                    arm.not_started,
                    arm.start_not_recorded,
                )
            for visit in arm.visits:
                _adds_up(
                    f"allocated{where} at {visit.label}",
                    arm.allocated,
                    visit.observed,
                    visit.missing,
                )
            if arm.reasons is not None:
                _adds_up("left" + where, arm.left, *(reason.count for reason in arm.reasons))
            if not arm.observed <= arm.analysed <= arm.allocated:
                raise AnalysisError(
                    f"The flow diagram does not add up{where}: {arm.analysed} analysed, "
                    f"{arm.observed} observed, {arm.allocated} allocated; check the tables."
                )


def participant_flow(
    trial: Trial, *, outcome: str = "primary", visit: str = "primary", eligibility: str = ""
) -> Flow:
    """Count the boxes of the CONSORT 2025 diagram.

    Parameters
    ----------
    trial
        The whole trial, not restricted beforehand.
    outcome, visit
        What the analysis is of, ``"primary"`` for the trial's own.
    eligibility
        Changed criteria (:func:`helpers.analysis.eligibility.parse_criteria`); the upper boxes
        stay those of the trial, one more box holds the participants who no longer qualify.

    Returns
    -------
    Flow
        Checked: its boxes add up.

    Raises
    ------
    ParameterError, AnalysisError
        When a parameter is not valid, an arm is left empty, or the tables contradict each other.

    Notes
    -----
    Hopewell S et al. CONSORT 2025 statement. BMJ 2025;389:e081123.
    """
    asked, at = resolve_outcome(trial, outcome), resolve_visit(trial, visit)
    check_planned(trial, asked, at)
    screening = screen_all(trial)
    kept = restrict(trial, eligibility)
    specification = trial.specification
    randomised = len(trial.participants)
    flow = Flow(
        trial=specification.short_title,
        data_label=specification.data_label,
        synthetic=specification.is_synthetic,
        source=screening.source,
        assessed_source=screening.assessed_source,
        outcome=asked.id,
        outcome_label=asked.label,
        visit=at.id,
        visit_label=at.label,
        eligibility=eligibility.strip(),
        assessed=screening.assessed,
        excluded=screening.excluded,
        exclusions=_exclusions(screening),
        declined=screening.declined,
        not_enrolled=screening.not_enrolled,
        not_randomised=None if screening.assessed is None else screening.assessed - randomised,
        randomised=randomised,
        removed_by_changes=randomised - len(kept.participants),
        included=len(kept.participants),
        arms=_arms(kept, asked, at.id),
    )
    flow.check()
    return _shown(flow, trial, kept, asked) if trial.threshold else flow


def _shown(flow: Flow, trial: Trial, kept: Trial, outcome: Outcome) -> Flow:
    """Withhold the counts of a flow that may not be shown."""
    screening = screen(trial)
    hidden = hidden_in_log(trial, screen_all(trial))
    whole, included = arm_sizes(trial).everyone(), arm_sizes(kept).everyone()
    return dataclasses.replace(
        flow,
        assessed=screening.assessed,
        excluded=screening.excluded,
        exclusions=_exclusions(screening),
        declined=screening.declined,
        not_enrolled=screening.not_enrolled,
        not_randomised=None
        if flow.not_randomised is None
        else NOT_SHOWN
        if "not randomised" in hidden or whole is NOT_SHOWN
        else flow.not_randomised,
        randomised=whole,
        included=included,
        # restrict refuses criteria that leave out a few.
        removed_by_changes=0 if not flow.removed_by_changes else whole - included,
        arms=_shown_arms(flow, kept, outcome),
    )


def _shown_arms(flow: Flow, trial: Trial, outcome: Outcome) -> tuple[ArmFlow, ...]:
    observed = score_table(trial, outcome).notna()
    seen = {str(visit): present(trial, observed.index[observed[visit]]) for visit in observed}
    analysed = present(trial, observed.index[observed.any(axis=1)])
    people = trial.participants.set_index("participant")
    started = left = None
    if flow.arms[0].started is not None:
        start = people["started_treatment"]
        started = count_by_arm(
            trial,
            {
                answer: people.index[start.isna() if answer == "unknown" else start.eq(answer)]
                for answer in ("yes", "no", "unknown")
            },
        )
    if flow.arms[0].left is not None:
        left = _left_counts(trial, people)
    return tuple(_shown_arm(arm, seen, analysed, started, left, flow.visit) for arm in flow.arms)


def _left_counts(trial: Trial, people: pd.DataFrame) -> Counts:
    """Count who left by reason; reasons of a few are put together, since their words may tell."""
    gone = people.loc[people["left_after"].notna()]
    reasons = pd.Series("left", index=gone.index)
    if "left_reason" in people:
        reasons = gone["left_reason"].astype("object").fillna(NOT_RECORDED)
        common = reasons.value_counts()
        rare = common.index[common < trial.threshold]
        reasons = reasons.where(~reasons.isin(list(rare)), OTHER_REASONS)
    named = sorted(set(reasons), key=lambda name: (name == OTHER_REASONS, name))
    return count_by_arm(trial, {name: reasons.index[reasons == name] for name in named})


def _shown_arm(
    arm: ArmFlow,
    seen: dict[str, Counts],
    analysed: Counts,
    started: Counts | None,
    left: Counts | None,
    visit: str,
) -> ArmFlow:
    def absent(at: str) -> Count:
        return seen[at].outside(arm.arm)

    reasons = None
    if left is not None and arm.reasons is not None:
        counted = [LeftReason(str(name), left.of(name, arm.arm)) for name in left.categories]
        reasons = tuple(one for one in counted if one.count != 0)
    return dataclasses.replace(
        arm,
        allocated=analysed.everyone(arm.arm),
        started=None if started is None else started.of("yes", arm.arm),
        not_started=None if started is None else started.of("no", arm.arm),
        start_not_recorded=None if started is None else started.of("unknown", arm.arm),
        visits=tuple(
            dataclasses.replace(
                one, observed=seen[one.visit].inside(arm.arm), missing=absent(one.visit)
            )
            for one in arm.visits
        ),
        observed=seen[visit].inside(arm.arm),
        missing=absent(visit),
        left=None if left is None else left.inside(arm.arm),
        reasons=reasons,
        analysed=analysed.inside(arm.arm),
    )


def _exclusions(screening: Screening) -> tuple[Exclusion, ...] | None:
    if screening.source != "log":
        return None
    return tuple(
        Exclusion(variable=item.variable, label=item.label, count=item.excluded or 0)
        for item in screening.criteria
    )


def _arms(trial: Trial, outcome: Outcome, visit: str) -> tuple[ArmFlow, ...]:
    observed = score_table(trial, outcome).notna()
    arms = []
    for arm, label in arm_labels(trial).items():
        people = trial.participants.loc[trial.participants["arm"] == arm]
        scores = observed.loc[people["participant"]]
        left, reasons = _left(people)
        started, not_started, unknown = _started(people)
        arms.append(
            ArmFlow(
                arm=arm,
                label=label,
                allocated=len(people),
                started=started,
                not_started=not_started,
                start_not_recorded=unknown,
                visits=tuple(
                    VisitCount(
                        visit=planned.id,
                        label=planned.label,
                        observed=int(scores[planned.id].sum()),
                        missing=int((~scores[planned.id]).sum()),
                    )
                    for planned in planned_visits(trial, outcome)
                ),
                observed=int(scores[visit].sum()),
                missing=int((~scores[visit]).sum()),
                left=left,
                reasons=reasons,
                analysed=int(scores.any(axis=1).sum()),
            )
        )
    return tuple(arms)


def _started(people: pd.DataFrame) -> tuple[int, int, int] | tuple[None, None, None]:
    if "started_treatment" not in people or people["started_treatment"].isna().all():
        return None, None, None
    started = people["started_treatment"]
    return (
        int(started.eq("yes").sum()),
        int(started.eq("no").sum()),
        int(started.isna().sum()),
    )


def _left(people: pd.DataFrame) -> tuple[int | None, tuple[LeftReason, ...] | None]:
    if "left_after" not in people:
        return None, None
    gone = people.loc[people["left_after"].notna()]
    if "left_reason" not in people:
        return len(gone), None
    reasons = gone["left_reason"].fillna(NOT_RECORDED).value_counts()
    # The commonest reason first; equal counts in the order of the alphabet.
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], str(item[0])))
    return len(gone), tuple(LeftReason(str(reason), int(count)) for reason, count in ordered)


def _adds_up(name: str, whole: Count | None, *parts: Count | None) -> None:
    counts = [part for part in parts if part is not None]
    if whole != sum(counts) or len(counts) != len(parts) or any(count < 0 for count in counts):
        raise AnalysisError(
            f"The flow diagram does not add up: {whole} {name}, but its parts are "
            f"{', '.join(map(str, parts))}; check the participants and the screening log."
        )
