"""Proportions by arm and overall, with Wilson intervals."""

from __future__ import annotations

from typing import Any

import pandas as pd

from helpers.analysis.proportions import ProportionsResult
from helpers.analysis.withheld import NotShown
from helpers.show.frame_rows import rows_of
from helpers.show.outputs import show_paragraphs
from helpers.show.records import (
    Record,
    count,
    count_record,
    interval,
    is_missing,
    level_text,
    number,
    percent,
    publish,
)
from helpers.show.sentences import listed, mid_sentence
from helpers.show.tables import display_table

OVERALL = "overall"
AMONG = {
    "randomised": "all randomised",
    "observed": "those seen at the visit",
    "started_treatment": "those who started treatment",
    "recorded": "those for whom it is recorded",
}


def record_proportions(result: ProportionsResult) -> None:
    """Publish counts, denominators, percentages and intervals, by arm and overall."""
    records = []
    for name, part in result.rows.groupby("id", sort=False, observed=True):
        said = proportion_sentence(part)
        records.append(Record(f"proportion.{name}.sentence", said, said))
        for row in rows_of(part):
            arm = "" if row.arm == OVERALL else f".{row.arm}"
            stem = f"proportion.{name}{arm}"
            records += [
                count_record(f"{stem}.n", row.n),
                count_record(f"{stem}.denominator", row.denominator),
                *(
                    Record(f"{stem}.{key}", getattr(row, key), percent(getattr(row, key)))
                    for key in ("percent", "lower", "upper")
                ),
            ]
    publish(records)


def proportion_sentence(part: pd.DataFrame) -> str:
    """Say the counts and percentages of one proportion in each arm."""
    arms = [
        f"{_of(row)} with {mid_sentence(row.arm_label)}"
        for row in rows_of(part[part["arm"] != OVERALL])
    ]
    return f"{part['label'].iloc[0]}: {listed(arms)}."


def _of(row: Any) -> str:
    if isinstance(row.percent, NotShown):
        if isinstance(row.denominator, NotShown):
            return "a withheld number"
        return f"a withheld number of {row.denominator}"
    return f"{row.n} of {row.denominator} ({percent(row.percent)})"


def proportions_table(result: ProportionsResult) -> None:
    """Show every proportion by arm and overall; a note when there is none."""
    limits = f"{level_text(result.level)} CI"
    rows = [
        {
            "Proportion": f"{row.label} (of {AMONG[row.among]})",
            "Arm": "All" if row.arm == OVERALL else row.arm_label,
            "n/N": count(row.n) if is_missing(row.n) else f"{row.n}/{row.denominator}",
            "%": number(row.percent, decimals=1),
            limits: interval(row.lower, row.upper, decimals=1)
            if not is_missing(row.percent)
            else "",
        }
        for row in rows_of(result.rows)
    ]
    if not rows:
        show_paragraphs("This trial's description names no proportion that the data can give.")
        return
    display_table(
        pd.DataFrame(rows),
        name="tab-proportions",
        caption="Proportions by arm, with Wilson intervals.",
        row_header="Arm",
        group="Proportion",
        notes=[f"{missed.label}: {missed.reason}" for missed in result.not_available],
    )
