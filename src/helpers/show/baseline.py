"""Chapter 4: who the participants were, and how alike the arms are."""

from __future__ import annotations

from typing import Any

import pandas as pd

from helpers.analysis.baseline import Baseline
from helpers.analysis.withheld import NotShown
from helpers.show.figures import arm_styles, display_figure
from helpers.show.frame_rows import rows_of
from helpers.show.missingness import (
    missing_figure,
    missing_table,
    record_missing,
)
from helpers.show.records import (
    INDENT,
    NOT_AVAILABLE,
    Record,
    count,
    count_record,
    is_missing,
    number,
    percent,
    publish,
)
from helpers.show.row_plot import Mark, Row, row_figure
from helpers.show.sentences import (
    counted,
    listed,
    mid_sentence,
    sentence_start,
    told,
    with_unit,
)
from helpers.show.tables import display_table
from helpers.show.trajectories import trajectory_figure

__all__ = [
    "baseline_table",
    "missing_figure",
    "missing_table",
    "record_baseline",
    "record_missing",
    "smd_figure",
    "trajectory_figure",
]

OVERALL = "overall"
SMALL = 0.1
"""Standardised mean difference below which balance is usually called good (Austin 2009)."""


def record_baseline(baseline: Baseline) -> None:
    """Publish every number of Table 1, overall and by arm, and two sentences."""
    records = [
        Record("baseline.sentence", said := baseline_sentence(baseline), said),
        Record("baseline.smd.sentence", said := smd_sentence(baseline), said),
        count_record("baseline.n", baseline.n),
        Record("baseline.smd.largest", baseline.largest_smd, number(baseline.largest_smd)),
    ]
    records += [
        Record(f"baseline.smd.{row.variable}", row.smd, number(row.smd))
        for row in rows_of(baseline.smd)
    ]
    for row in rows_of(baseline.rows):
        arm = "" if row.arm == OVERALL else f"{row.arm}."
        stem = f"baseline.{arm}{row.variable}"
        if row.kind == "categorical":
            records += [
                count_record(f"{stem}.{row.level}.n", _whole(row.count)),
                count_record(f"{stem}.{row.level}.denominator", _whole(row.denominator)),
                Record(f"{stem}.{row.level}.percent", row.percent, percent(row.percent)),
            ]
            continue
        decimals = int(row.decimals)
        for part in ("mean", "sd", "median", "q1", "q3"):
            value = getattr(row, part)
            records.append(Record(f"{stem}.{part}", value, number(value, decimals=decimals)))
        records += [
            count_record(f"{stem}.n", _whole(row.n)),
            count_record(f"{stem}.missing", _whole(row.missing)),
        ]
    publish(records)


def baseline_sentence(baseline: Baseline) -> str:
    """Say how many there are, how old (or whatever is listed first), and how they scored."""
    arms = listed(
        [
            f"{told(baseline.n_by_arm[arm])} with {mid_sentence(baseline.arm_labels[arm])}"
            for arm in baseline.arms
        ]
    )
    text = f"The arms hold {told(baseline.n, 'participants')}, {arms}."
    overall = baseline.rows[baseline.rows["arm"] == OVERALL]
    averages = []
    for kind in ("continuous", "score"):
        found = overall[overall["kind"] == kind]
        if len(found):
            row = found.iloc[0]
            decimals = int(row["decimals"])
            mean = with_unit(number(row["mean"], decimals=decimals), row["unit"] or None)
            spread = number(row["sd"], decimals=decimals)
            averages.append(f"{mid_sentence(row['label'])} was {mean} (SD {spread})")
    if averages:
        text += f" On average, {listed(averages)}."
    return text


def smd_sentence(baseline: Baseline) -> str:
    """Say how large the largest standardised mean difference is, and how many are not small."""
    known = baseline.smd.dropna(subset=["smd"])
    hidden = [
        mid_sentence(row.label) for row in rows_of(baseline.smd) if isinstance(row.smd, NotShown)
    ]
    withheld = (
        f" {sentence_start(listed(hidden))}: not shown, because small counts would follow from it."
        if hidden
        else ""
    )
    if known.empty:
        return withheld.lstrip() or "No standardised mean difference could be computed."
    largest = known.iloc[int(known["smd"].abs().to_numpy().argmax())]
    above = int((known["smd"].abs() > SMALL).sum())
    if above == 0:
        rest = f"none of the {len(known)} exceeds {SMALL:g}"
    else:
        rest = f"{above} of the {len(known)} {'exceeds' if above == 1 else 'exceed'} {SMALL:g}"
    return (
        f"The largest standardised mean difference is {number(abs(largest['smd']))}, in "
        f"{mid_sentence(largest['label'])}; {rest}.{withheld}"
    )


def baseline_table(baseline: Baseline) -> None:
    """Show Table 1: mean (SD) or count (%) by arm and overall, missing, balance; no P values."""
    smd = baseline.smd.set_index("variable")["smd"]
    columns = {
        **{
            arm: f"{baseline.arm_labels[arm]} (n\u00a0=\u00a0{baseline.n_by_arm[arm]})"
            for arm in baseline.arms
        },
        OVERALL: f"All (n\u00a0=\u00a0{baseline.n})",
    }
    rows: list[dict[str, str]] = []
    for variable, part in baseline.rows.groupby("variable", sort=False):
        first = part.iloc[0]
        unit = f", {first['unit']}" if first["unit"] else ""
        overall = part[part["arm"] == OVERALL].iloc[0]
        balance = {
            "Missing": count(overall["missing"]),
            "SMD": number(abs(smd[variable])) if variable in smd.index else NOT_AVAILABLE,
        }
        if first["kind"] != "categorical":
            row = {"Characteristic": f"{first['label']}{unit}, mean (SD)"}
            for cell in rows_of(part):
                decimals = int(cell.decimals)
                row[columns[cell.arm]] = (
                    number(cell.mean)
                    if isinstance(cell.mean, NotShown)
                    else f"{number(cell.mean, decimals=decimals)} "
                    f"({number(cell.sd, decimals=decimals)})"
                )
            rows.append({**row, **balance})
            continue
        head = {"Characteristic": f"{first['label']}, n (%)"}
        head.update(dict.fromkeys(columns.values(), ""))
        rows.append({**head, **balance})
        for _, cells in part.groupby("level", sort=False):
            row = {"Characteristic": f"{INDENT}{cells.iloc[0]['level_label']}"}
            for cell in rows_of(cells):
                row[columns[cell.arm]] = _share(cell)
            rows.append({**row, "Missing": "", "SMD": ""})
    frame = pd.DataFrame(rows)[["Characteristic", *columns.values(), "Missing", "SMD"]]
    display_table(
        frame,
        name="tab-baseline",
        caption="Characteristics at baseline, by arm: what a paper calls its Table 1.",
        row_header="Characteristic",
        notes=[
            "n (%) is of those whose value is recorded; where that is not everyone in the arm, the "
            "denominator is printed. SMD: standardised mean difference between the arms, the "
            "largest over pairs of arms, without its sign. There are no P values: whatever differs "
            "between randomised arms at baseline differs by chance.",
        ],
    )


def smd_figure(baseline: Baseline) -> None:
    """Show the standardised mean difference of every variable (love plot)."""
    known = baseline.smd.dropna(subset=["smd"]).copy()
    known["size"] = known["smd"].abs()
    known = known.sort_values("size", ascending=False, kind="stable")
    style = arm_styles(["balance"])["balance"]
    rows = [
        Row(
            str(row.label),
            (Mark(float(row.size), colour=style.colour, filled=bool(row.size > SMALL)),),
            numbers=(number(row.size),),
        )
        for row in rows_of(known)
    ]
    largest = float(known["size"].max()) if len(known) else SMALL
    said = "; ".join(f"{row.label} {number(row.size)}" for row in rows_of(known))
    display_figure(
        row_figure(
            rows,
            x_label="Standardised mean difference (SD)",
            x_limits=(0.0, max(largest, 1.5 * SMALL) * 1.05),
            guides=(SMALL,),
            tracks=True,
        ),
        name="fig-smd",
        caption=(
            "How alike the arms are at baseline: standardised mean differences, largest first, "
            f"without their sign. The dashed line marks {SMALL:g}; filled points lie beyond it."
        ),
        alt=f"Points on one axis from the largest to the smallest: {said}. "
        f"{counted(int((known['size'] > SMALL).sum()), 'variable lies', 'variables lie')} "
        f"beyond {SMALL:g}.",
        numbers="tab-baseline",
    )


def _share(cell: Any) -> str:
    shown = count(cell.count)
    if isinstance(cell.percent, NotShown):
        return shown
    if cell.missing:
        shown = f"{shown}/{count(cell.denominator)}"
    return f"{shown} ({number(cell.percent, decimals=1)})"


def _whole(value: Any) -> int | NotShown | None:
    if isinstance(value, NotShown):
        return value
    return None if is_missing(value) else int(value)
