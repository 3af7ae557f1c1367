"""Chapter 3: how participants were allocated, over time and within strata."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from helpers.analysis.randomization import Allocation
from helpers.show.allocation_control import allocation_control
from helpers.show.allocation_list import (
    example_table,
    imbalance_text,
    record_example,
    record_regenerated,
    regenerated_table,
)
from helpers.show.allocation_over_time import PRIVATE, allocation_figure
from helpers.show.figures import arm_styles, display_figure
from helpers.show.frame_rows import rows_of
from helpers.show.outputs import show_paragraphs
from helpers.show.records import Record, count, count_record, is_missing, percent, publish
from helpers.show.row_plot import Mark, Row, row_figure
from helpers.show.sentences import listed, mid_sentence, sentence_start, short_label, told
from helpers.show.tables import display_table
from helpers.show.text_fit import text_width

__all__ = [
    "allocation_control",
    "allocation_figure",
    "allocation_table",
    "example_table",
    "record_allocation",
    "record_example",
    "record_regenerated",
    "regenerated_table",
    "strata_figure",
]

METHODS = {
    "permuted_blocks": "permuted blocks",
    "minimisation": "minimisation",
    "simple": "simple randomisation",
    "unknown": "a method that is not stated",
}


SYMBOLS = {"o": "●○", "s": "■□", "^": "▲△", "D": "◆◇"}
"""Marks as letters, filled and open."""
NAMES_ROOM = 3.2
"""Inches for the names of the arms on the line of a label."""

UNDATED = (
    "The dates of randomisation are not in these data, so that it cannot be shown how the arms "
    "filled over time"
)


def ratio_text(ratio: Mapping[str, int]) -> str:
    """Print an allocation ratio: ``"1:1"``."""
    return ":".join(str(part) for part in ratio.values())


def record_allocation(allocation: Allocation) -> None:
    """Publish arm sizes, imbalance and sentences about both."""
    total = allocation.total
    records = [
        Record("randomisation.sentence", said := allocation_sentence(allocation), said),
        Record("randomisation.imbalance.sentence", said := imbalance_sentence(allocation), said),
        count_record("randomisation.n", total),
        Record("randomisation.method", allocation.method, METHODS[allocation.method]),
        Record("randomisation.ratio", ratio_text(allocation.ratio), ratio_text(allocation.ratio)),
    ]
    known = ("imbalance", "max_imbalance", "max_stratum_imbalance")
    for name in known if allocation.dated or allocation.order_withheld else known[:1]:
        value = getattr(allocation, name)
        records.append(Record(f"randomisation.{name}", value, imbalance_text(value)))
    for row in rows_of(allocation.totals):
        records.append(count_record(f"randomisation.{row.arm}.n", row.n))
    publish(records)


def allocation_sentence(allocation: Allocation) -> str:
    """Say how many were allocated to each arm, by which method."""
    who = sentence_start(told(allocation.total, "participants"))
    arms = listed(
        [f"{told(row.n)} to {mid_sentence(row.arm_label)}" for row in rows_of(allocation.totals)]
    )
    if allocation.method == "unknown":
        return (
            f"{who} were allocated: {arms}. By which method is not stated in the "
            "description of the trial."
        )
    text = f"{who} were allocated {ratio_text(allocation.ratio)}: {arms}"
    text += f", by {METHODS[allocation.method]}"
    if allocation.strata_labels:
        word = "over the factors" if allocation.method == "minimisation" else "stratified by"
        text += f" {word} {listed([short_label(label) for label in allocation.strata_labels])}"
    if allocation.block_sizes:
        text += f", in blocks of {listed([str(size) for size in allocation.block_sizes])}"
    return f"{text}{' (an assumption of this cohort)' if allocation.assumption else ''}."


def imbalance_sentence(allocation: Allocation) -> str:
    """Say how far apart the arms ever were, and how far apart they ended."""
    if not allocation.dated:
        if is_missing(allocation.imbalance):
            return f"{undated(allocation)}; how far the arms differ in the end is not shown."
        return (
            f"{undated(allocation)}; in the end the arms differ by "
            f"{imbalance_text(allocation.imbalance)}"
            f"{'' if even(allocation) else ' participants per part of the ratio'}."
        )
    most = imbalance_text(allocation.max_imbalance)
    what = "participant" if most == "1" else "participants"
    if not even(allocation):
        what += " per part of the ratio"
    text = (
        f"At no time were the arms more than {most} {what} apart; at the end they differ by "
        f"{imbalance_text(allocation.imbalance)}."
    )
    if allocation.max_stratum_imbalance is not None:
        part = "Among patients alike in one factor" if minimised(allocation) else "Within a stratum"
        text += (
            f" {part} they were never more than "
            f"{imbalance_text(allocation.max_stratum_imbalance)} apart."
        )
    return text


def undated(allocation: Allocation) -> str:
    """Say why no dates are shown."""
    return PRIVATE if allocation.order_withheld else UNDATED


def even(allocation: Allocation) -> bool:
    """Tell whether every arm was to have the same number of participants."""
    return len(set(allocation.ratio.values())) == 1


def minimised(allocation: Allocation) -> bool:
    """Tell whether the parts of the trial are levels of minimisation factors, not strata."""
    return allocation.method == "minimisation"


def allocation_table(allocation: Allocation) -> None:
    """Show the arms' sizes, overall and within each stratum."""
    total = allocation.total
    header = "Factor and level" if minimised(allocation) else "Stratum"
    rows = [
        {
            header: "Everyone",
            **{
                row.arm_label: count(row.n)
                if is_missing(row.percent)
                else f"{row.n} ({percent(row.percent)})"
                for row in rows_of(allocation.totals)
            },
            "All": count(total),
            "Imbalance": imbalance_text(allocation.imbalance),
        }
    ]
    for stratum, part in allocation.by_stratum.groupby("stratum", sort=False):
        rows.append(
            {
                header: str(stratum),
                **{row.arm_label: str(row.n) for row in rows_of(part)},
                "All": count(part["all"].iloc[0]),
                "Imbalance": imbalance_text(part["imbalance"].iloc[0]),
            }
        )
    ratio = ("ratio taken as " if allocation.method == "unknown" else "ratio ") + ratio_text(
        allocation.ratio
    )
    source = allocation.source or "an assumption of the cohort" * allocation.assumption
    display_table(
        pd.DataFrame(rows),
        name="tab-allocation",
        caption=f"Participants allocated to each arm, overall and by {header.lower()}.",
        row_header=header,
        notes=[
            f"Method: {METHODS[allocation.method]}; {ratio}"
            + (f". Source: {source}" if source else ""),
            "Imbalance: the largest arm minus the smallest, each divided by its part of the ratio.",
        ],
    )


def strata_figure(allocation: Allocation) -> None:
    """Show the arms' sizes within each stratum."""
    strata = allocation.by_stratum
    if strata.empty:
        show_paragraphs("The allocation was not stratified, so that there are no strata to show.")
        return
    arms = list(allocation.totals["arm"])
    names = dict(zip(allocation.totals["arm"], allocation.totals["arm_label"], strict=True))
    styles = arm_styles(arms)
    # The first row names the marks, where the names have room; the caption does always.
    named = " : ".join(
        f"{SYMBOLS.get(styles[arm].marker, '  ')[place % 2]} {names[arm]}"
        for place, arm in enumerate(arms)
    )
    named = named if text_width(named, bold=False) < NAMES_ROOM else ""
    rows: list[Row] = []
    said = []
    for stratum, part in strata.groupby("stratum", sort=False):
        sizes = dict(zip(part["arm"], part["n"], strict=True))
        marks = tuple(
            Mark(
                float(sizes.get(arm, 0)),  # nothing is drawn for a count that is withheld
                colour=styles[arm].colour,
                marker=styles[arm].marker,
                filled=place % 2 == 0,
            )
            for place, arm in enumerate(arms)
        )
        counts = " : ".join(str(sizes.get(arm, 0)) for arm in arms)
        rows.append(Row(str(stratum), marks, numbers=(counts,), remark="" if rows else named))
        said.append(f"{stratum}: {counts}")
    key = " : ".join(names[arm] for arm in arms)
    largest = max((float(n) for n in strata["n"] if not is_missing(n)), default=1.0)
    shapes = {"o": "circles", "s": "squares", "^": "triangles", "D": "diamonds"}
    shown_as = listed(
        [
            f"{'filled' if place % 2 == 0 else 'open'} "
            f"{shapes.get(styles[arm].marker, 'marks')} {mid_sentence(names[arm])}"
            for place, arm in enumerate(arms)
        ]
    )
    display_figure(
        row_figure(
            rows,
            x_label="Participants",
            x_limits=(0.0, max(largest, 1.0) * 1.04),
            tracks=True,
            counts=True,
        ),
        name="fig-strata",
        caption=f"Participants in each part of the trial: {shown_as}. Numbers at the right: {key}.",
        alt=f"Points for each arm in each stratum ({key}). {'; '.join(said)}.",
        numbers="tab-allocation",
    )
