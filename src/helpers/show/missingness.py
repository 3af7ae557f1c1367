"""Chapter 4, second part: which scores are missing."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from helpers.analysis.missingness import ObservedByVisit
from helpers.analysis.withheld import NotShown
from helpers.show.figures import (
    arm_styles,
    display_figure,
    new_figure,
    theme,
)
from helpers.show.frame_rows import rows_of
from helpers.show.line_names import name_lines, names_height
from helpers.show.records import (
    Record,
    count,
    count_record,
    is_missing,
    number,
    percent,
    publish,
)
from helpers.show.sentences import listed, mid_sentence, told
from helpers.show.tables import display_table
from helpers.show.text_fit import text_width, wrap
from helpers.show.visit_axis import visit_axis

OVERALL = "overall"
_NAME_ROOM = 4.0  # inches for the name of an arm above its row of counts
_ROW = 17.0  # points from one line of words to the next
_BELOW = 25.0  # points from the axis to the first, below the weeks
PATTERNS = {
    "complete": "Seen at every visit",
    "dropout": "Seen up to a visit and never after",
    "intermittent": "Missed a visit and came back",
    "never": "Never seen",
}


def record_missing(observed: ObservedByVisit) -> None:
    """Publish scores observed and missing at every visit, overall and by arm."""
    records = [Record("missing.sentence", said := missing_sentence(observed), said)]
    for row in rows_of(observed.counts):
        arm = "" if row.arm == OVERALL else f"{row.arm}."
        stem = f"missing.{arm}{row.visit}"
        records += [
            count_record(f"{stem}.observed", row.observed),
            count_record(f"{stem}.missing", row.missing),
            Record(f"{stem}.percent", row.percent, percent(row.percent)),
        ]
    publish(records)


def missing_sentence(observed: ObservedByVisit) -> str:
    """Say what share was seen at the last visit, overall and by arm."""
    counts = observed.counts
    last = counts[counts["visit"] == counts["visit"].iloc[-1]]
    everyone = last[last["arm"] == OVERALL].iloc[0]
    arms = listed(
        [
            f"{_of(row)} with {mid_sentence(row.arm_label)}"
            for row in rows_of(last[last["arm"] != OVERALL])
        ]
    )
    return (
        f"At {mid_sentence(everyone['visit_label'])}, {mid_sentence(observed.outcome_label)} was "
        f"recorded for {_of(everyone, 'participants')}: {arms}."
    )


def _of(row: Any, noun: str = "") -> str:
    """Print how many were seen, of how many, and which share that is."""
    if isinstance(row.observed, NotShown):
        if isinstance(row.allocated, NotShown):
            return told(row.observed, noun)
        return f"a withheld number of {told(row.allocated, noun)}"
    return f"{row.observed} of {row.allocated}{noun and ' ' + noun} ({percent(row.percent)})"


def missing_table(observed: ObservedByVisit) -> None:
    """Show scores recorded at every visit and the patterns of those missing, by arm."""
    rows = []
    for _, part in observed.counts.groupby("visit", sort=False):
        row = {"": str(part.iloc[0]["visit_label"])}
        for cell in rows_of(part):
            row[_head(cell)] = (
                count(cell.observed)
                if is_missing(cell.observed)
                else f"{cell.observed}/{cell.allocated} ({number(cell.percent, decimals=1)})"
            )
        rows.append({"Part": "Recorded, n/N (%)", **row})
    for pattern, part in observed.patterns.groupby("pattern", sort=False):
        row = {"": PATTERNS[str(pattern)]}
        row.update({_head(cell): count(cell.n) for cell in rows_of(part)})
        rows.append({"Part": "Participants by pattern, n", **row})
    frame = pd.DataFrame(rows).fillna("0").rename(columns={"": "Visit or pattern"})
    display_table(
        frame,
        name="tab-missing",
        caption=f"{observed.outcome_label}: scores recorded and missing, by visit and arm.",
        row_header="Visit or pattern",
        group="Part",
    )


def _head(cell: Any) -> str:
    return "All" if cell.arm == OVERALL else str(cell.arm_label)


def missing_figure(observed: ObservedByVisit) -> None:
    """Show the share of participants seen at every visit, by arm, with the counts below."""
    counts = observed.counts[observed.counts["arm"] != OVERALL]
    said = []
    for _, part in counts.groupby("arm", sort=False, observed=True):
        shares = [
            f"{mid_sentence(row.visit_label)} {row.observed}"
            + ("" if is_missing(row.percent) else f" ({percent(row.percent)})")
            for row in rows_of(part)
        ]
        said.append(f"{part.iloc[0]['arm_label']}: {', '.join(shares)}")
    hidden = any(isinstance(seen, NotShown) for seen in counts["observed"])
    withheld = " A dash stands for a number that is not shown." if hidden else ""
    display_figure(
        draw_missing(observed),
        name="fig-missing",
        caption=(
            f"Share of participants with {mid_sentence(observed.outcome_label)} recorded at each "
            "visit, by arm; below, how many. They are counts of this trial, not estimates, and "
            f"have no interval.{withheld}"
        ),
        alt=f"One falling line for each arm. {'. '.join(said)}.",
        numbers="tab-missing",
    )


def draw_missing(observed: ObservedByVisit) -> Figure:
    """Draw shares by visit with a table of counts under the axis, each row below its arm's name."""
    counts = observed.counts[observed.counts["arm"] != OVERALL]
    arms = list(dict.fromkeys(counts["arm"]))
    labels = dict(zip(counts["arm"].astype(str), counts["arm_label"].astype(str), strict=True))
    styles = arm_styles(arms)
    visits = counts.drop_duplicates("visit")
    axis = visit_axis(list(visits["visit"]), list(visits["week"]))
    names = {arm: wrap(label, _NAME_ROOM, bold=True) for arm, label in labels.items()}
    # A name stands above its counts: beside them, a long one would leave them no room.
    lines = len(arms) + sum(map(len, names.values()))
    with theme():
        height = max(2.3, names_height(list(labels.values())))
        figure, axes = new_figure(height=height + 1.0 + _ROW / 72 * lines)
        for arm, part in counts.groupby("arm", sort=False, observed=True):
            style = styles[str(arm)]
            axes.plot(
                [axis.positions[visit] for visit in part["visit"]],
                part["percent"].astype(float),
                color=style.colour,
                linestyle=style.line,
                marker=style.marker,
                clip_on=False,
            )
        axes.set_ylim(0, 102)
        axes.set_ylabel("Participants with a score (%)")
        axis.label(axes)
        widest = max(text_width(_under(seen), bold=False) for seen in counts["observed"])
        shown = axis.apart(width=widest)
        # Room for the counts between the weeks and their label.
        axes.xaxis.labelpad = 10 + _ROW * lines
        ends = {
            # An arm of which nothing is shown is named at the top, where the others begin.
            str(arm): next(iter(part["percent"].astype(float).dropna().iloc[::-1]), 100.0)
            for arm, part in counts.groupby("arm", sort=False, observed=True)
        }
        name_lines(axes, ends, labels=labels, styles=styles, height=height)
        depth = -_BELOW
        for arm, part in counts.groupby("arm", sort=False, observed=True):
            written = {
                "xycoords": axes.get_xaxis_transform(),
                "textcoords": "offset points",
                "va": "top",
                "color": styles[str(arm)].colour,
                "annotation_clip": False,
            }
            axes.annotate(
                "\n".join(names[str(arm)]),
                xy=(axes.get_xlim()[0], 0),
                xytext=(0, depth),
                ha="left",
                fontweight="bold",
                **written,
            )
            depth -= _ROW * len(names[str(arm)])
            for row in rows_of(part[part["visit"].isin(shown)]):
                axes.annotate(
                    _under(row.observed),
                    xy=(axis.positions[row.visit], 0),
                    xytext=(0, depth),
                    ha="center",
                    **written,
                )
            depth -= _ROW
    return figure


def _under(observed: Any) -> str:
    """Print a count below the axis; a dash stands for one that is not shown."""
    return "–" if isinstance(observed, NotShown) else str(observed)
