"""Chapter 3: how the arms filled over time, and how far apart they were."""

from __future__ import annotations

from typing import Any

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.figure import Figure

from helpers.analysis.randomization import Allocation
from helpers.show.allocation_list import imbalance_text
from helpers.show.figures import (
    INK,
    Numbers,
    arm_styles,
    display_figure,
    new_figure,
    theme,
    whole_numbers,
)
from helpers.show.frame_rows import rows_of
from helpers.show.line_names import name_lines, names_height
from helpers.show.outputs import show_paragraphs
from helpers.show.records import count
from helpers.show.sentences import listed

PRIVATE = "The dates and the order of randomisation are not shown, because the data are not public"

PANEL, BELOW = 2.5, 0.4
"""Inches of the upper panel, and of what stands below the panels without the lower one."""


def allocation_figure(allocation: Allocation) -> None:
    """Show how the arms filled over calendar time, and how far apart they were."""
    if not allocation.dated:
        show_paragraphs(
            f"{PRIVATE}." if allocation.order_withheld else "Without the dates, no figure is drawn."
        )
        return
    totals = allocation.totals
    dates = allocation.over_time["randomised_on"]
    when = f" from {dates.min():%d %B %Y} to {dates.max():%d %B %Y}"
    counts = listed([f"{row.arm_label} {row.n}" for row in rows_of(totals)])
    display_figure(
        draw_allocation(allocation),
        name="fig-allocation",
        caption=(
            "Participants randomised to each arm over time (above), and the running imbalance "
            "between the largest and the smallest arm (below)."
        ),
        alt=(
            f"Two panels over time{when}. Above, rising steps that end at {counts}. Below, the "
            f"running imbalance, which never exceeds {imbalance_text(allocation.max_imbalance)} "
            f"and ends at {imbalance_text(allocation.imbalance)}."
        ),
        numbers=_numbers(allocation),
    )


def _numbers(allocation: Allocation) -> Numbers:
    """Arrange how the arms had filled by the end of each quarter of a year."""
    names = dict(zip(allocation.totals["arm"], allocation.totals["arm_label"], strict=True))
    quarters = allocation.over_time["randomised_on"].dt.to_period("Q")
    last = allocation.over_time.groupby(quarters, sort=True).tail(1)
    most = allocation.over_time.groupby(quarters, sort=True)["imbalance"].max()
    rows = [
        {
            "By the end of": f"{quarter.end_time:%B %Y}",
            **{label: count(getattr(row, arm)) for arm, label in names.items()},
            "Imbalance": imbalance_text(row.imbalance),
            "Largest in the quarter": imbalance_text(most[quarter]),
        }
        for quarter, row in zip(most.index, rows_of(last), strict=True)
    ]
    return Numbers(
        pd.DataFrame(rows),
        of="participants randomised to each arm, and the imbalance, quarter by quarter",
    )


def draw_allocation(allocation: Allocation) -> Figure:
    """Draw cumulative counts and running imbalance."""
    data = allocation.over_time
    arms = list(allocation.totals["arm"])
    names = dict(zip(allocation.totals["arm"], allocation.totals["arm_label"], strict=True))
    styles = arm_styles(arms)
    x: Any = data["randomised_on"]
    with theme():
        labels = {arm: f"{names[arm]} {count(data[arm].iloc[-1])}" for arm in arms}
        room = max(PANEL, names_height(list(labels.values())))
        figure, (above, below) = new_figure(
            height=room + PANEL + BELOW, nrows=2, sharex=True, height_ratios=(room, PANEL * 2 / 3)
        )
        for arm in arms:
            style = styles[arm]
            above.step(x, data[arm], where="post", color=style.colour, linestyle=style.line)
        top = max([*(float(data[arm].iloc[-1]) for arm in arms), 1.0])
        above.set_ylim(0, top * 1.08)
        ends = {arm: float(data[arm].iloc[-1]) for arm in arms}
        name_lines(above, ends, labels=labels, styles=styles, height=room)
        above.set_ylabel("Participants")
        whole_numbers(above)
        below.step(x, data["imbalance"], where="post", color=INK, linewidth=1.2)
        below.axhline(0, color=INK, linewidth=0.8)
        below.set_ylim(0, max(float(data["imbalance"].max()), 1.0) * 1.15)
        below.set_ylabel("Imbalance\n(participants)")
        whole_numbers(below)
        locator = date_locator(x.min(), x.max())
        below.xaxis.set_major_locator(locator)
        below.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
        below.set_xlabel("Date of randomisation")
    return figure


def date_locator(first: pd.Timestamp, last: pd.Timestamp) -> mdates.RRuleLocator:
    """Return ticks at round dates, no more than five of them on a narrow axis.

    matplotlib's own choice warns when so few are asked for, and its usual number overlaps.
    """
    days = (last - first).days
    if days < 60:
        rule = mdates.rrulewrapper(mdates.DAILY, interval=max(1, -(-days // 4)))
        return mdates.RRuleLocator(rule)
    months = next((step for step in (1, 2, 3, 6) if days / (30.4 * step) <= 5), 12)
    if months < 12:
        every = list(range(1, 13, months))
        rule = mdates.rrulewrapper(mdates.MONTHLY, bymonth=every, bymonthday=1)
    else:
        years = max(1, -(-days // (365 * 5)))
        rule = mdates.rrulewrapper(mdates.YEARLY, interval=years, bymonth=1, bymonthday=1)
    return mdates.RRuleLocator(rule)
