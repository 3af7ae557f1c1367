"""Chapter 2, second part: where every participant went, from enrolment to analysis."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from helpers.analysis.flow import ArmFlow, Flow
from helpers.analysis.small_counts import Count
from helpers.show.figures import display_figure
from helpers.show.flow_diagram import draw_flow
from helpers.show.flow_text import flow_text, reason_text
from helpers.show.records import INDENT, NOT_AVAILABLE, Record, count, count_record, publish
from helpers.show.sentences import listed, mid_sentence, sentence_start, told
from helpers.show.tables import display_table


def record_flow(flow: Flow) -> None:
    """Publish every count of the participant flow, and one sentence."""
    excluded: dict[str, Count] = {}
    for exclusion in flow.exclusions or ():
        excluded[exclusion.variable] = excluded.get(exclusion.variable, 0) + exclusion.count
    records = [
        Record("flow.sentence", said := flow_sentence(flow), said),
        Record("flow.source.sentence", source := source_sentence(flow), source),
        count_record("flow.assessed", flow.assessed),
        count_record("flow.excluded", flow.excluded),
        *(
            count_record(f"flow.excluded.{variable}", number)
            for variable, number in excluded.items()
        ),
        count_record("flow.declined", flow.declined),
        count_record("flow.not_enrolled", flow.not_enrolled),
        count_record("flow.not_randomised", flow.not_randomised),
        count_record("flow.randomised", flow.included),
        count_record("flow.removed_by_changes", flow.removed_by_changes),
        count_record("flow.analysed", flow.analysed),
    ]
    for place, visit in enumerate(flow.arms[0].visits):
        total = sum(arm.visits[place].observed for arm in flow.arms)
        records.append(count_record(f"flow.observed.{visit.visit}", total))
    for arm in flow.arms:
        records += _arm_records(arm)
    publish(records)


def _arm_records(arm: ArmFlow) -> list[Record]:
    stem = f"flow.{arm.arm}"
    return [
        count_record(f"{stem}.randomised", arm.allocated),
        count_record(f"{stem}.started", arm.started),
        count_record(f"{stem}.not_started", arm.not_started),
        count_record(f"{stem}.left", arm.left),
        count_record(f"{stem}.analysed", arm.analysed),
        *(count_record(f"{stem}.observed.{visit.visit}", visit.observed) for visit in arm.visits),
    ]


def flow_sentence(flow: Flow) -> str:
    """Say how many were assessed, randomised to each arm, seen at the visit and analysed."""
    arms = listed([f"{told(arm.allocated)} to {mid_sentence(arm.label)}" for arm in flow.arms])
    if flow.removed_by_changes:
        start = (
            f"Of {told(flow.randomised, 'participants')} randomised, {told(flow.included)} meet "
            f"the criteria as changed: {arms}"
        )
    elif flow.assessed is not None:
        start = (
            f"Of {told(flow.assessed, 'people')} assessed, {told(flow.included)} were "
            f"randomised: {arms}"
        )
    else:
        start = f"{sentence_start(told(flow.included, 'participants'))} were randomised: {arms}"
    return (
        f"{start}. At {mid_sentence(flow.visit_label)}, {mid_sentence(flow.outcome_label)} was "
        f"recorded for {told(flow.observed)} of them; {told(flow.analysed)} enter the analysis."
    )


def source_sentence(flow: Flow) -> str:
    """Say which of the numbers are counted from the rows of the data."""
    if flow.source == "log":
        return "Every number is counted from the rows of the data, and the boxes add up."
    if flow.source == "published":
        return (
            "The number assessed is the published one; all others are counted from the rows of "
            "the data, and the boxes add up."
        )
    return (
        "How many were assessed is not known; all numbers shown are counted from the rows of the "
        "data, and the boxes add up."
    )


def flow_figure(flow: Flow) -> None:
    """Show the CONSORT 2025 flow diagram."""
    display_figure(
        draw_flow(flow_text(flow), arms=[arm.arm for arm in flow.arms]),
        name="fig-flow",
        caption=(
            f"Participant flow (CONSORT 2025). {source_sentence(flow)} Assessed means "
            f"that {mid_sentence(flow.outcome_label)} was recorded at "
            f"{mid_sentence(flow.visit_label)}; analysed, that it was recorded at least once."
        ),
        alt=f"Flow diagram from enrolment to analysis. {flow_sentence(flow)} {_losses(flow)}",
        numbers="tab-flow",
    )


def _losses(flow: Flow) -> str:
    parts = [
        f"{mid_sentence(arm.label)}: {told(arm.observed)} assessed, {told(arm.missing)} not "
        "assessed" + (f", {told(arm.left)} left the trial" if arm.left is not None else "")
        for arm in flow.arms
    ]
    return f"At {mid_sentence(flow.visit_label)}, {'; '.join(parts)}."


def flow_table(flow: Flow) -> None:
    """Show the counts of the flow in each arm and overall."""
    rows: list[dict[str, str]] = []

    def add(stage: str, counts: Sequence[Count | None]) -> None:
        known = [number for number in counts if number is not None]
        if not known:
            return
        row = {"Stage": stage}
        row.update({arm.label: count(n) for arm, n in zip(flow.arms, counts, strict=True)})
        row["All"] = str(sum(known)) if len(known) == len(counts) else NOT_AVAILABLE
        rows.append(row)

    add(
        "Randomised" if not flow.removed_by_changes else "Included",
        [a.allocated for a in flow.arms],
    )
    add("Started treatment", [arm.started for arm in flow.arms])
    add("Did not start", [arm.not_started for arm in flow.arms])
    for place, visit in enumerate(flow.arms[0].visits):
        add(f"Assessed: {mid_sentence(visit.label)}", [a.visits[place].observed for a in flow.arms])
    add("Left the trial", [arm.left for arm in flow.arms])
    reasons = {reason.reason: None for arm in flow.arms for reason in arm.reasons or ()}
    for reason in reasons:
        add(
            f"{INDENT}{reason_text(reason)}",
            [
                sum(found.count for found in arm.reasons or () if found.reason == reason)
                for arm in flow.arms
            ],
        )
    add("Analysed", [arm.analysed for arm in flow.arms])
    notes = [f"Assessed: {mid_sentence(flow.outcome_label)} recorded at the visit."]
    if flow.assessed is not None:
        source = f" ({flow.assessed_source})" if flow.assessed_source else ""
        notes.append(
            f"{flow.assessed} people were assessed for eligibility{source}; "
            f"{flow.not_randomised} were not randomised."
        )
    display_table(
        pd.DataFrame(rows),
        name="tab-flow",
        caption="Participants at every stage, by arm.",
        row_header="Stage",
        notes=notes,
    )
