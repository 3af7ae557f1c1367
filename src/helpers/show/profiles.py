"""Model results over the visits: the mean of each arm, and the difference between arms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from helpers.analysis.primary import PrimaryResult
from helpers.show.figures import (
    FAINT,
    INK,
    PAPER,
    Numbers,
    arm_styles,
    display_figure,
    new_figure,
    theme,
)
from helpers.show.frame_rows import rows_of
from helpers.show.line_names import name_lines, names_height
from helpers.show.records import (
    estimate_with_interval,
    interval,
    level_text,
    number,
    p_value,
)
from helpers.show.sentences import mid_sentence
from helpers.show.visit_axis import VisitAxis, visit_axis

OFFSET = 0.014
"""How far apart arms are drawn at one visit, as a part of the axis."""

HEIGHT, BELOW = 3.7, 0.9
"""Inches of a figure, and of what stands below and above its axes."""


def means_figure(result: PrimaryResult) -> None:
    """Show the model's mean of each arm at every visit, with intervals."""
    said = []
    for arm, part in result.means.groupby("arm", sort=False, observed=True):
        values = ", ".join(
            f"{mid_sentence(result.visit_labels[row.visit])} "
            + estimate_with_interval(row.estimate, row.lower, row.upper, decimals=result.decimals)
            for row in rows_of(part)
        )
        said.append(f"{result.arm_labels[str(arm)]}: {values}")
    display_figure(
        draw_means(result),
        name="fig-means",
        caption=(
            f"{result.outcome_label} by visit and arm: means of the model with "
            f"{level_text(result.level)} intervals. At baseline the model gives the arms one mean."
        ),
        alt=(
            f"One line for each arm over the visits. Means ({level_text(result.level)} CI), "
            f"{'; '.join(said)}."
        ),
        numbers=Numbers(
            _numbers(result, result.means),
            of=f"means of {mid_sentence(result.outcome_label)}{_in_unit(result)} by the model",
            group="Arm",
        ),
    )


def draw_means(result: PrimaryResult) -> Figure:
    """Draw the profile of each arm, side by side at each visit, named at its end."""
    styles = arm_styles(result.arms)
    axis = _axis(result, with_baseline=True)
    with theme():
        figure, axes = new_figure(height=_height(result, result.arms))
        _draw_lines(axes, result.means, list(result.arms), result, axis, styles)
        _name_lines(axes, result.means, result.arms, result, styles)
        unit = f" ({result.unit})" if result.unit else ""
        axes.set_ylabel(f"{result.outcome_label}{unit}")
        axes.set_title(f"higher is {result.higher_is}", fontweight="normal", color=FAINT)
        axis.label(axes)
    return figure


def difference_figure(result: PrimaryResult) -> None:
    """Show the difference between arms at every visit after baseline, with intervals."""
    reference = mid_sentence(result.arm_labels[result.reference])
    said = []
    for arm, part in result.differences.groupby("arm", sort=False, observed=True):
        values = ", ".join(
            f"{mid_sentence(result.visit_labels[row.visit])} "
            + estimate_with_interval(row.estimate, row.lower, row.upper, decimals=result.decimals)
            for row in rows_of(part)
        )
        said.append(f"{result.arm_labels[str(arm)]} minus {reference}: {values}")
    display_figure(
        draw_difference(result),
        name="fig-difference",
        caption=(
            f"{result.outcome_label}: difference in change from baseline at each visit, with "
            f"{level_text(result.level)} intervals. The filled point is the comparison of "
            f"interest, at {mid_sentence(result.visit_label)}; at zero the arms do not differ."
        ),
        alt=(
            f"Points with intervals over the visits and a line at zero. "
            f"Differences ({level_text(result.level)} CI), {'; '.join(said)}."
        ),
        numbers=Numbers(
            _numbers(result, result.differences, minus=reference),
            of=(
                f"differences in the change of {mid_sentence(result.outcome_label)}"
                f"{_in_unit(result)} by the model"
            ),
            group="Arm",
        ),
    )


def _numbers(result: PrimaryResult, frame: pd.DataFrame, *, minus: str = "") -> pd.DataFrame:
    """Arrange estimates by visit for reading."""
    limits = f"{level_text(result.level)} CI"
    rows = []
    for row in rows_of(frame):
        label = result.arm_labels[str(row.arm)]
        found = {
            "Visit": result.visit_labels[row.visit],
            "Arm": f"{label} minus {minus}" if minus else label,
            "Estimate": number(row.estimate, decimals=result.decimals),
            limits: interval(row.lower, row.upper, decimals=result.decimals),
        }
        rows.append({**found, "P": p_value(row.p)} if minus else found)
    return pd.DataFrame(rows)


def _in_unit(result: PrimaryResult) -> str:
    return f" ({result.unit})" if result.unit else ""


def draw_difference(result: PrimaryResult) -> Figure:
    """Draw the differences with the line of no difference and what lies on either side of it."""
    arms = list(result.difference)
    styles = arm_styles(result.arms)
    axis = _axis(result, with_baseline=False)
    with theme():
        figure, axes = new_figure(height=_height(result, arms))
        axes.axhline(0, color=INK, linewidth=1.0)
        _draw_lines(
            axes, result.differences, arms, result, axis, styles, filled=result.visit, joined=False
        )
        low, high = axes.get_ylim()
        reach = max(abs(low), abs(high)) * 1.12
        axes.set_ylim(-reach, reach)
        if len(arms) > 1:
            _name_lines(axes, result.differences, arms, result, styles)
        others = result.arm_labels[arms[0]] if len(arms) == 1 else "the other arm"
        reference = result.arm_labels[result.reference]
        below, above = (others, reference) if result.higher_is == "worse" else (reference, others)
        for name, y, va in ((above, 1.0, "top"), (below, 0.0, "bottom")):
            axes.text(
                0.0,
                y,
                f" favours {mid_sentence(name)}",
                transform=axes.transAxes,
                color=FAINT,
                va=va,
            )
        unit = f" ({result.unit})" if result.unit else ""
        axes.set_ylabel(f"Difference{unit}")
        axis.label(axes)
        edge = 0.12 * axis.span
        places = list(axis.positions.values())
        axes.set_xlim(min(places) - edge, max(places) + edge)
    return figure


def _height(result: PrimaryResult, arms: Sequence[str]) -> float:
    """Return a height at which the names of all arms can stand one below the other."""
    return max(HEIGHT, names_height([result.arm_labels[arm] for arm in arms]) + BELOW)


def _axis(result: PrimaryResult, *, with_baseline: bool) -> VisitAxis:
    frame = result.means if with_baseline else result.differences
    visits = [visit for visit in result.visit_weeks if visit in set(frame["visit"])]
    return visit_axis(visits, [result.visit_weeks[visit] for visit in visits])


def _draw_lines(
    axes: Any,
    frame: pd.DataFrame,
    arms: list[str],
    result: PrimaryResult,
    axis: VisitAxis,
    styles: Any,
    *,
    filled: str | None = None,
    joined: bool = True,
) -> None:
    for place, arm in enumerate(arms):
        part = frame[frame["arm"] == arm]
        style = styles[arm]
        shift = (place - (len(arms) - 1) / 2) * OFFSET * axis.span
        x = [axis.positions[visit] + shift for visit in part["visit"]]
        axes.errorbar(
            x,
            part["estimate"],
            yerr=[part["estimate"] - part["lower"], part["upper"] - part["estimate"]],
            color=style.colour,
            linestyle=style.line if joined else "none",
            elinewidth=1.8,
        )
        for at, row in zip(x, rows_of(part), strict=True):
            axes.plot(
                at,
                row.estimate,
                marker=style.marker,
                color=style.colour,
                markersize=8 if row.visit == filled else 6.5,
                markerfacecolor=style.colour if filled in (None, row.visit) else PAPER,
                markeredgewidth=1.5,
                linestyle="none",
            )


def _name_lines(
    axes: Any, frame: pd.DataFrame, arms: Sequence[str], result: PrimaryResult, styles: Any
) -> None:
    ends = {
        # The last that is shown; an arm of which nothing is shown is named at zero.
        arm: float(next(iter(frame.loc[frame["arm"] == arm, "estimate"].dropna().iloc[::-1]), 0.0))
        for arm in arms
    }
    name_lines(
        axes, ends, labels=result.arm_labels, styles=styles, height=_height(result, arms) - BELOW
    )
