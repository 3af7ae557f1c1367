"""Chapter 6: the secondary outcomes side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from helpers.analysis.primary import PublishedAnalysisResult
from helpers.analysis.secondary import SecondaryResult
from helpers.show import published_analyses
from helpers.show.forest import NONE, forest_figure, other_arms, show_nothing
from helpers.show.frame_rows import rows_of
from helpers.show.proportions import proportions_table, record_proportions
from helpers.show.published_analyses import published_analyses_table
from helpers.show.records import (
    Record,
    count,
    estimate_with_interval,
    interval,
    level_text,
    number,
    p_value,
    publish,
)
from helpers.show.sentences import Interval, counted, difference_sentence, listed, mid_sentence
from helpers.show.tables import display_table

__all__ = [
    "forest_figure",
    "proportions_table",
    "published_analyses_table",
    "record_proportions",
    "record_published_analyses",
    "record_secondary",
    "secondary_table",
]


def record_secondary(result: SecondaryResult) -> None:
    """Publish changes, differences and adjusted P values of every secondary outcome."""
    sentences = {
        "secondary.sentence": secondary_sentence(result),
        "secondary.multiplicity.sentence": multiplicity_sentence(result),
    }
    outcomes = result.differences["outcome"].nunique()
    records = [
        *(Record(name, text, text) for name, text in sentences.items()),
        Record("secondary.outcomes", outcomes, count(outcomes)),
        Record("secondary.comparisons", result.comparisons, count(result.comparisons)),
        Record("secondary.level", result.level, level_text(result.level)),
        Record("secondary.visit.label", label := mid_sentence(result.visit_label), label),
    ]
    for outcome, part in result.differences.groupby("outcome", sort=False, observed=True):
        stem = f"secondary.{outcome}"
        said = " ".join(outcome_sentence(result, row) for row in rows_of(part))
        records.append(Record(f"{stem}.sentence", said, said))
        for place, row in enumerate(rows_of(part)):
            if place == 0:
                records += _difference_records(f"{stem}.difference", row)
            records += _difference_records(f"{stem}.difference.{row.arm}", row)
        decimals = int(part["decimals"].iloc[0])
        for row in rows_of(result.changes[result.changes["outcome"] == outcome]):
            records += [
                Record(
                    f"{stem}.change.{row.arm}.{name}",
                    getattr(row, name),
                    number(getattr(row, name), decimals=decimals + (name == "se")),
                )
                for name in ("estimate", "lower", "upper", "se")
            ]
    publish(records)


def _difference_records(stem: str, row: Any) -> list[Record]:
    decimals = int(row.decimals)
    limits = interval(row.lower, row.upper, decimals=decimals)

    def records(names: Sequence[str], printed: Callable[[object], str]) -> list[Record]:
        return [
            Record(f"{stem}.{name}", getattr(row, name), printed(getattr(row, name)))
            for name in names
        ]

    return [
        *records(("estimate", "lower", "upper"), lambda value: number(value, decimals=decimals)),
        *records(("standardised", "standardised_lower", "standardised_upper"), number),
        *records(("p", "p_holm", "p_bh"), p_value),
        Record(f"{stem}.se", row.se, number(row.se, decimals=decimals + 1)),
        Record(f"{stem}.interval", limits, limits),
    ]


def outcome_sentence(result: SecondaryResult, row: Any) -> str:
    """Say how far two arms differ in one outcome; ``row`` is one of ``result.differences``."""
    return difference_sentence(
        arm=result.arm_labels[row.arm],
        reference=result.arm_labels[result.reference],
        difference=Interval(row.estimate, row.lower, row.upper),
        p=row.p,
        unit=row.unit,
        level=result.level,
        decimals=int(row.decimals),
        what=f"The difference in {mid_sentence(row.label)} at {mid_sentence(row.visit_label)}",
    )


def secondary_sentence(result: SecondaryResult) -> str:
    """Say how many intervals leave out zero, and in whose favour."""
    frame = result.differences.dropna(subset=["lower", "upper"])
    if frame.empty:
        return NONE
    clear = frame[(frame["lower"] > 0) | (frame["upper"] < 0)]
    total = counted(len(frame), "comparison")
    outcomes = counted(frame["outcome"].nunique(), "secondary outcome")
    start = f"At {mid_sentence(result.visit_label)}, {outcomes} gave {total} between arms"
    if clear.empty:
        return f"{start}; every {level_text(result.level)} interval includes zero, no difference."
    several = len(result.arm_labels) > 2
    favoured: dict[str, list[str]] = {}
    for row in rows_of(clear):
        name = mid_sentence(row.favours_label)
        if several:
            other = result.reference if row.favours == row.arm else row.arm
            name += f" over {mid_sentence(result.arm_labels[other])}"
        favoured.setdefault(name, []).append(mid_sentence(row.label))
    favours = "; ".join(f"in favour of {arm}, {listed(labels)}" for arm, labels in favoured.items())
    verb = "leaves" if len(clear) == 1 else "leave"
    return (
        f"{start}; {len(clear)} of the {level_text(result.level)} intervals {verb} out zero, "
        f"before any adjustment for multiplicity: {favours}."
    )


def multiplicity_sentence(result: SecondaryResult) -> str:
    """Say how many P values stay below 5% before and after each adjustment."""
    frame = result.differences.dropna(subset=["p"])
    if frame.empty:
        return NONE
    alpha = 1 - result.level
    below = {name: int((frame[name] < alpha).sum()) for name in ("p", "p_holm", "p_bh")}
    line = f"{alpha:.3g}".removeprefix("0")
    total = counted(result.comparisons, "comparison")
    if below["p"] == 0:
        return f"Of {total}, none has an unadjusted P below {line}; an adjustment only raises it."
    return (
        f"Of {total}, {below['p']} "
        f"{'has' if below['p'] == 1 else 'have'} an unadjusted P below {line}, {below['p_holm']} "
        f"after Holm's adjustment and {below['p_bh']} after that of Benjamini and Hochberg."
    )


def secondary_table(result: SecondaryResult) -> None:
    """Show change by arm, difference, and P before and after adjustment, for every outcome."""
    limits = f"({level_text(result.level)} CI)"
    reference = mid_sentence(result.arm_labels[result.reference])
    rows = []
    for row in rows_of(result.differences):
        decimals = int(row.decimals)
        changes = result.changes[result.changes["outcome"] == row.outcome].set_index("arm")
        several = len(result.arm_labels) > 2
        versus = (
            f": {mid_sentence(result.arm_labels[row.arm])} minus {reference}" if several else ""
        )
        cells = {"Outcome": f"{row.label}, {row.unit}{versus}"}
        if not several:
            for arm, label in result.arm_labels.items():
                change = changes.loc[arm, "estimate"] if arm in changes.index else None
                cells[label] = number(change, decimals=decimals)
        cells |= {
            f"Difference {limits}": estimate_with_interval(
                row.estimate, row.lower, row.upper, decimals=decimals
            ),
            "P": p_value(row.p),
            "Holm": p_value(row.p_holm),
            "BH": p_value(row.p_bh),
            f"In SD {limits}": estimate_with_interval(
                row.standardised, row.standardised_lower, row.standardised_upper
            ),
        }
        rows.append(cells)
    if not rows:
        show_nothing(result)
        return
    others = listed([mid_sentence(result.arm_labels[arm]) for arm in other_arms(result)])
    display_table(
        pd.DataFrame(rows),
        name="tab-secondary",
        caption=(
            f"Secondary outcomes at {mid_sentence(result.visit_label)}: change from baseline and "
            f"difference, {others} minus {reference}."
        ),
        row_header="Outcome",
        spanners={
            **({} if len(result.arm_labels) > 2 else {"Change": [*result.arm_labels.values()]}),
            "P value": ["P", "Holm", "BH"],
        },
        notes=[
            "In SD: the difference divided by the pooled standard deviation at baseline, unturned. "
            f"Holm, BH: P adjusted over the {counted(result.comparisons, 'comparison')}.",
            *result.messages,
            *(f"{missed.label}: not analysed, {missed.reason}" for missed in result.not_analysed),
        ],
    )


def record_published_analyses(analyses: Sequence[PublishedAnalysisResult]) -> None:
    """Publish the analyses of the paper and the sentence ``ancova.secondary.sentence``."""
    published_analyses.record(analyses, sentence="ancova.secondary.sentence")
