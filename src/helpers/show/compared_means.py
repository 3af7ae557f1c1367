"""The means of the primary outcome over the visits, those of several editions over each other."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.analysis.comparison import ComparedMean, Comparison
from helpers.show.figures import (
    ARM_STYLES,
    FAINT,
    WIDTH,
    ArmStyle,
    Numbers,
    display_figure,
    new_figure,
    theme,
)
from helpers.show.line_names import ROOM, name_lines, names_height
from helpers.show.page_label import PageLabel, labelled_as
from helpers.show.sentences import with_unit
from helpers.show.text_fit import text_width
from helpers.show.visit_axis import visit_axis

OFFSET = 0.016
"""How far apart editions are drawn at one visit, as a part of the axis."""

HEIGHT, BETWEEN, BELOW = 2.1, 0.4, 0.65
"""Inches of one arm's axes, of what stands above each, and of what stands below the last."""


def compared_means_figure(comparison: Comparison) -> None:
    """Show the model's means of each edition at every visit, arm below arm.

    Editions of different trials, or that ask for another outcome, get a figure of their own.
    """
    panels = dict.fromkeys(each.panel for each in comparison.means)
    for place, panel in enumerate(panels):
        here = [each for each in comparison.means if each.panel == panel]
        means = sorted(here, key=lambda each: each.week)
        label = next(e.label for e in comparison.editions if e.name == means[0].edition)
        name = "fig-compared-means" + (f"-{place + 1}" if len(panels) > 1 else "")
        with labelled_as(PageLabel(label, means[0].synthetic)):
            _panel_figure(means, name=name, order=[each.name for each in comparison.editions])


def _panel_figure(means: Sequence[ComparedMean], *, name: str, order: Sequence[str]) -> None:
    trial, outcome = means[0].panel
    levels = " or ".join(dict.fromkeys(each.level for each in means))
    said = []
    for arm in dict.fromkeys(each.arm for each in means):
        for edition in dict.fromkeys(each.edition for each in means):
            values = ", ".join(
                f"week {each.week:g} {each.text}"
                for each in means
                if (each.arm, each.edition) == (arm, edition)
            )
            said.append(f"{arm}, {edition}: {values}")
    unit = f" ({means[0].unit})" if means[0].unit else ""
    display_figure(
        _draw(means, order=order),
        name=name,
        caption=(
            f"{outcome[:1].upper()}{outcome[1:]} by visit in each arm: means of each edition's "
            f"model with {levels} intervals. Trial {trial}."
        ),
        alt=f"One panel for each arm, in it a line for each edition. {'; '.join(said)}.",
        numbers=Numbers(
            pd.DataFrame(
                [
                    {
                        "Week": f"{each.week:g}",
                        "Edition": each.edition,
                        "Arm": each.arm,
                        f"Mean ({levels} CI)": each.text,
                    }
                    for each in means
                ]
            ),
            of=f"means of {outcome}{unit} by the model of each edition",
            group="Arm",
        ),
    )


def _draw(means: Sequence[ComparedMean], *, order: Sequence[str]) -> Figure:
    arms = list(dict.fromkeys(each.arm for each in means))
    editions = list(dict.fromkeys(each.edition for each in means))
    labels = {edition: edition.replace("_", " ") for edition in editions}
    styles = {each: ARM_STYLES[order.index(each) % len(ARM_STYLES)] for each in editions}
    weeks = dict(sorted({each.visit: each.week for each in means}.items(), key=lambda at: at[1]))
    axis = visit_axis(list(weeks), list(weeks.values()))
    tall = max(HEIGHT, names_height(list(labels.values())))
    ends = [end for each in means for end in (each.lower, each.upper)]
    margin = 0.04 * ((max(ends) - min(ends)) or 1.0)
    height = len(arms) * (tall + BETWEEN) + BELOW
    with theme():
        figure, grid = new_figure(height=height, nrows=len(arms), squeeze=False, layout="none")
        for axes in grid[:, 0]:
            axes.set_ylim(min(ends) - margin, max(ends) + margin)
        left = _room_for_numbers(grid[0, 0])
        for row, (arm, axes) in enumerate(zip(arms, grid[:, 0], strict=True)):
            bottom = BELOW + (len(arms) - 1 - row) * (tall + BETWEEN)
            axes.set_position(
                (left / WIDTH, bottom / height, (WIDTH - left - ROOM - 0.1) / WIDTH, tall / height)
            )
            last = {}
            for place, edition in enumerate(editions):
                part = [each for each in means if (each.arm, each.edition) == (arm, edition)]
                shift = (place - (len(editions) - 1) / 2) * OFFSET * axis.span
                if part:
                    _line(axes, part, [axis.positions[e.visit] + shift for e in part], styles)
                    last[edition] = part[-1].estimate
            name_lines(axes, last, labels=labels, styles=styles, height=tall)
            axes.set_title(arm)
            axis.label(axes)
            if row < len(arms) - 1:
                axes.set_xlabel("")
                axes.tick_params(labelbottom=False)
            axes.set_ylabel(with_unit("Mean", f"({means[0].unit})" if means[0].unit else None))
        higher = dict.fromkeys(each.higher_is for each in means if each.higher_is)
        if len(higher) == 1:
            said = f"higher is {next(iter(higher))}"
            grid[0, 0].set_title(said, loc="right", fontweight="normal", color=FAINT)
    return figure


def _room_for_numbers(axes: Axes) -> float:
    """Return the inches that an axis needs to its left for its numbers and its label."""
    ticks = axes.yaxis.get_major_formatter().format_ticks(list(axes.get_yticks()))
    return 0.46 + max(text_width(text, bold=False) for text in ticks)


def _line(
    axes: Axes, part: Sequence[ComparedMean], x: Sequence[float], styles: dict[str, ArmStyle]
) -> None:
    style = styles[part[0].edition]
    axes.errorbar(
        x,
        [each.estimate for each in part],
        yerr=[
            [each.estimate - each.lower for each in part],
            [each.upper - each.estimate for each in part],
        ],
        color=style.colour,
        linestyle=style.line,
        marker=style.marker,
        elinewidth=1.6,
    )
