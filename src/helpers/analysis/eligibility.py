"""Who was screened, who could enter the trial, and who still could under other criteria."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from helpers.analysis.changed_criteria import changed_criteria, parse_criteria
from helpers.analysis.small_counts import Count, arm_sizes
from helpers.analysis.suppression import hidden_counts
from helpers.analysis.withheld import NOT_SHOWN
from helpers.errors import AnalysisError
from helpers.trial.criteria import meets, written
from helpers.trial.loading import Trial
from helpers.trial.specification import Criterion

__all__ = [
    "CriterionCount",
    "Screening",
    "hidden_in_log",
    "met_in_log",
    "parse_criteria",
    "restrict",
    "screen",
    "screen_all",
]


@dataclass(frozen=True)
class CriterionCount:
    """How many people one criterion kept out.

    Attributes
    ----------
    variable, text, label, source
        The criterion, as ``karnofsky >= 60`` and in words, and where it comes from.
    changed
        Whether it was added or altered.
    excluded
        People whose first unmet criterion this is, in screening order.
    failing
        People who do not meet it, whatever else they do not meet.
    not_recorded
        People whose value is not known. A blank in the log counts as not met; when the log has no
        such column, those not randomised are not counted against the criterion.
    """

    variable: str
    text: str
    label: str
    source: str | None
    changed: bool
    excluded: Count | None
    failing: Count | None
    not_recorded: Count | None


@dataclass(frozen=True)
class Screening:
    """The way from the people assessed to the participants.

    With a log, ``assessed = excluded + declined + not_enrolled + enrolled`` and ``eligible`` is
    the sum of the last three. Without one the counts are None.

    Attributes
    ----------
    source
        ``"log"``, ``"published"`` (only the number assessed is known) or ``"none"``.
    eligibility
        The changes asked for.
    criteria
        The criteria as changed, in screening order.
    assessed, excluded, eligible, declined
        Counts of people.
    not_enrolled
        Eligible people who did not decline and were not randomised.
    enrolled, removed
        Participants who meet, and who do not meet, the criteria as changed.
    newly_eligible
        People excluded in the trial who are eligible now; they have no outcomes.
    assessed_source, absent
        Where a published number comes from; why there is no log.
    """

    source: Literal["log", "published", "none"]
    eligibility: str
    criteria: tuple[CriterionCount, ...]
    assessed: Count | None
    excluded: Count | None
    eligible: Count | None
    declined: Count | None
    not_enrolled: Count | None
    enrolled: Count
    removed: Count
    newly_eligible: Count | None
    assessed_source: str | None
    absent: str | None


def restrict(trial: Trial, eligibility: str) -> Trial:
    """Keep the participants who meet every criterion as changed.

    Parameters
    ----------
    trial
        The trial; its screening log stays whole.
    eligibility
        Changes as in :func:`parse_criteria`; blank returns the trial itself.

    Returns
    -------
    Trial
        With fewer participants, scores, sessions and adverse events. Looser criteria bring
        nobody in, since people who were not randomised have no outcomes.

    Raises
    ------
    ParameterError
        When the changes cannot be read.
    AnalysisError
        When a changed variable is not recorded for participants, an arm is left empty, or, in a
        trial that is not public, so few are left out that they would be known by the difference.
    """
    criteria = parse_criteria(eligibility, trial)
    if not changed_criteria(criteria, trial):
        return trial
    keep = _participants_meeting(criteria, trial)
    participants = trial.participants.loc[keep]
    empty = [
        trial.specification.arm(arm).label
        for arm in trial.specification.arm_ids
        if not (participants["arm"] == arm).any()
    ]
    if empty:
        raise AnalysisError(
            f"No participant of {' and '.join(empty)} meets the criteria {eligibility!r}, so the "
            "arms cannot be compared; loosen the criteria."
        )
    _check_difference(trial, participants, eligibility)
    names = set(participants["participant"])

    def kept(table: pd.DataFrame) -> pd.DataFrame:
        return table.loc[table["participant"].isin(names)].reset_index(drop=True)

    return dataclasses.replace(
        trial,
        participants=participants.reset_index(drop=True),
        outcomes=kept(trial.outcomes),
        sessions=None if trial.sessions is None else kept(trial.sessions),
        adverse_events=None if trial.adverse_events is None else kept(trial.adverse_events),
        restriction=eligibility.strip(),
        randomised=len(trial.participants),
    )


def _check_difference(trial: Trial, kept: pd.DataFrame, eligibility: str) -> None:
    """Refuse criteria whose numbers, beside those of the whole trial, tell of a few patients."""
    for arm in trial.specification.arms:
        before = int((trial.participants["arm"] == arm.id).sum())
        left = before - int((kept["arm"] == arm.id).sum())
        if 0 < left < trial.threshold:
            raise AnalysisError(
                f"The criteria {eligibility.strip()!r} leave out fewer than {trial.threshold} "
                f"participants of {arm.label}; beside the numbers of the whole trial, which is "
                "not public, those without them would tell who they are. Choose criteria that "
                "leave out more, or lower small_cells for a page that stays with you."
            )


def screen(trial: Trial, eligibility: str = "") -> Screening:
    """Count how the people assessed became participants, under the criteria as changed.

    Counts that are small are withheld, unless the trial is public.

    Parameters
    ----------
    trial
        The whole trial.
    eligibility
        Changes as in :func:`parse_criteria`.

    Raises
    ------
    ParameterError
        When the changes cannot be read.
    AnalysisError
        When a changed variable is not recorded for participants.
    """
    raw = screen_all(trial, eligibility)
    if not trial.threshold:
        return raw
    restrict(trial, eligibility)  # refuses criteria that leave out a few
    hidden = hidden_in_log(trial, raw)
    if not hidden:
        return raw

    def shown(name: object, value: Count | None) -> Count | None:
        return NOT_SHOWN if name in hidden else value

    return dataclasses.replace(
        raw,
        criteria=tuple(
            dataclasses.replace(
                item,
                excluded=shown(("excluded", at), item.excluded),
                failing=shown(("failing", at), item.failing),
                not_recorded=shown(("not recorded", at), item.not_recorded),
            )
            for at, item in enumerate(raw.criteria)
        ),
        assessed=shown("assessed", raw.assessed),
        excluded=shown("excluded", raw.excluded),
        eligible=shown("eligible", raw.eligible),
        declined=shown("declined", raw.declined),
        not_enrolled=shown("not_enrolled", raw.not_enrolled),
        enrolled=NOT_SHOWN if "enrolled" in hidden else raw.enrolled,
        removed=NOT_SHOWN if "removed" in hidden else raw.removed,
        newly_eligible=shown("newly_eligible", raw.newly_eligible),
    )


def hidden_in_log(trial: Trial, raw: Screening) -> frozenset[object]:
    """Return which counts of a screening may not be shown: their names, or name and criterion."""
    if not trial.threshold:
        return frozenset()
    sizes = arm_sizes(trial)
    known = {"enrolled", "removed", "randomised"}
    counts: dict[object, int] = {
        "enrolled": int(raw.enrolled),
        "removed": int(raw.removed),
        "randomised": len(trial.participants),
    }
    sums: list[tuple[object, list[object]]] = [("randomised", ["enrolled", "removed"])]
    if raw.source == "log":
        counts |= {
            name: int(getattr(raw, name) or 0)
            for name in ("assessed", "excluded", "eligible", "declined", "not_enrolled")
        }
        counts["newly_eligible"] = int(raw.newly_eligible or 0)
        counts["not randomised"] = counts["assessed"] - counts["randomised"]
        sums += [
            ("assessed", ["excluded", "eligible"]),
            ("eligible", ["declined", "not_enrolled", "enrolled"]),
            ("assessed", ["not randomised", "randomised"]),
            ("excluded", [("excluded", at) for at in range(len(raw.criteria))]),
        ]
        for at, item in enumerate(raw.criteria):
            excluded, failing = int(item.excluded or 0), int(item.failing or 0)
            counts |= {
                ("excluded", at): excluded,
                ("failing", at): failing,
                ("excluded before", at): failing - excluded,
                ("met", at): counts["assessed"] - failing,
                ("not recorded", at): int(item.not_recorded or 0),
                ("recorded", at): counts["assessed"] - int(item.not_recorded or 0),
            }
            sums += [
                (("failing", at), [("excluded", at), ("excluded before", at)]),
                ("assessed", [("failing", at), ("met", at)]),
                ("assessed", [("not recorded", at), ("recorded", at)]),
            ]
    withheld = sizes.everyone() is NOT_SHOWN
    return hidden_counts(
        counts,
        sums,
        threshold=trial.threshold,
        shown=() if withheld else known,
        hidden=known if withheld else (),
    )


def screen_all(trial: Trial, eligibility: str = "") -> Screening:
    """Count as :func:`screen` does and withhold nothing; for sums, not for a page."""
    criteria = parse_criteria(eligibility, trial)
    changed = changed_criteria(criteria, trial)
    enrolled = (
        int(_participants_meeting(criteria, trial).sum()) if changed else len(trial.participants)
    )
    table = trial.specification.tables.screening
    log = trial.screening
    if log is None:
        source: Literal["published", "none"] = "none" if table.assessed is None else "published"
        return Screening(
            source=source,
            eligibility=eligibility.strip(),
            criteria=tuple(_count(item, item in changed, None) for item in criteria),
            assessed=table.assessed,
            excluded=None,
            eligible=None,
            declined=None,
            not_enrolled=None,
            enrolled=enrolled,
            removed=len(trial.participants) - enrolled,
            newly_eligible=None,
            assessed_source=table.source,
            absent=table.absent,
        )
    met = met_in_log(criteria, trial, log)
    eligible = met.all(axis=1)
    randomised = log["participant"].notna()
    declined = eligible & ~randomised & (log["consented"] == "no")
    own = met_in_log(trial.specification.eligibility, trial, log).all(axis=1)
    return Screening(
        source="log",
        eligibility=eligibility.strip(),
        criteria=tuple(
            _count(item, item in changed, (met, number, log))
            for number, item in enumerate(criteria)
        ),
        assessed=len(log),
        excluded=int((~eligible).sum()),
        eligible=int(eligible.sum()),
        declined=int(declined.sum()),
        not_enrolled=int((eligible & ~randomised & ~declined).sum()),
        enrolled=int((eligible & randomised).sum()),
        removed=int((~eligible & randomised).sum()),
        newly_eligible=int((eligible & ~own & ~randomised).sum()),
        assessed_source=None,
        absent=None,
    )


def _participants_meeting(criteria: tuple[Criterion, ...], trial: Trial) -> pd.Series:
    """Tell which participants meet the criteria, by the index of the participants' table."""
    changed = changed_criteria(criteria, trial)
    keep = pd.Series(True, index=trial.participants.index)
    for criterion in criteria:
        values = _participant_values(criterion.variable, trial)
        if values is None:
            if criterion in changed:
                raise AnalysisError(
                    f"{criterion.variable} is recorded neither for participants nor in a "
                    f"screening log, so {written(criterion)!r} cannot be applied; use another "
                    "variable."
                )
            continue
        met = meets(criterion, values)
        # A participant whose value is blank was let in by the trial's own criterion, but nothing
        # says that a changed one would have done so.
        keep &= met if criterion in changed else met | values.isna()
    return keep


def _participant_values(variable: str, trial: Trial) -> pd.Series | None:
    columns = []
    if variable in trial.participants:
        columns.append(_plain(trial.participants[variable]))
    if trial.screening is not None and variable in trial.screening:
        log = trial.screening.dropna(subset=["participant"]).set_index("participant")
        columns.append(_plain(trial.participants["participant"].map(_plain(log[variable]))))
    if not columns:
        return None
    return columns[0] if len(columns) == 1 else columns[0].where(columns[0].notna(), columns[1])


def _plain(values: pd.Series) -> pd.Series:
    """Turn categories into text, so that two sources of a variable can be put together."""
    return values.astype("str") if isinstance(values.dtype, pd.CategoricalDtype) else values


def met_in_log(criteria: tuple[Criterion, ...], trial: Trial, log: pd.DataFrame) -> pd.DataFrame:
    """Tell who meets which criterion: one row per person of the log, one column per criterion."""
    columns = {}
    for number, criterion in enumerate(criteria):
        if criterion.variable in log:
            columns[number] = meets(criterion, log[criterion.variable])
        else:
            values = _participant_values(criterion.variable, trial)
            by_name = pd.Series(
                True if values is None else meets(criterion, values).to_numpy(),
                index=trial.participants["participant"],
            )
            columns[number] = log["participant"].map(by_name).fillna(True).astype(bool)
    return pd.DataFrame(columns, index=log.index)


def _count(
    criterion: Criterion, changed: bool, log: tuple[pd.DataFrame, int, pd.DataFrame] | None
) -> CriterionCount:
    excluded = failing = not_recorded = None
    if log is not None:
        met, number, people = log
        before = met.loc[:, : number - 1].all(axis=1) if number else pd.Series(True, met.index)
        excluded = int((before & ~met[number]).sum())
        failing = int((~met[number]).sum())
        if criterion.variable in people:
            not_recorded = int(people[criterion.variable].isna().sum())
        else:
            not_recorded = int(people["participant"].isna().sum())
    return CriterionCount(
        variable=criterion.variable,
        text=written(criterion),
        label=criterion.label,
        source=criterion.source,
        changed=changed,
        excluded=excluded,
        failing=failing,
        not_recorded=not_recorded,
    )
