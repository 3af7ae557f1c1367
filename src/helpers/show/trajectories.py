"""Chapter 4, third part: the scores as they were recorded, before any model."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from helpers.analysis.missingness import Trajectories
from helpers.show.figures import INK, PAPER, Numbers, arm_styles, display_figure, new_figure, theme
from helpers.show.frame_rows import rows_of
from helpers.show.records import count, interval, level_text, number
from helpers.show.sentences import mid_sentence
from helpers.show.text_fit import wrap
from helpers.show.visit_axis import visit_axis

PANELS = 4.2  # inches that the panels of a figure share


def trajectory_figure(trajectories: Trajectories) -> None:
    """Show every participant's scores and the mean of those seen, one panel for each arm."""
    who = (
        "Each thin line is one participant; the thick line joins the means of those seen at each "
        f"visit, with {level_text(trajectories.level)} intervals."
        if trajectories.individuals is not None
        else f"Means of those seen at each visit, with {level_text(trajectories.level)} intervals; "
        "the rows of single participants may not be shown."
    )
    said, decimals = [], trajectories.decimals
    for _, part in trajectories.means.groupby("arm", sort=False, observed=True):
        means = ", ".join(
            f"{mid_sentence(row.visit_label)} {number(row.mean, decimals=decimals)} (n = {row.n})"
            for row in rows_of(part)
        )
        said.append(f"{part.iloc[0]['arm_label']}: {means}")
    display_figure(
        draw_trajectories(trajectories),
        name="fig-trajectories",
        caption=f"{trajectories.outcome_label} as it was recorded, by arm. {who}",
        alt=f"One panel for each arm. Observed means: {'; '.join(said)}.",
        numbers=_numbers(trajectories),
    )


def _numbers(trajectories: Trajectories) -> Numbers:
    """Arrange the observed means for reading; a single participant's line is not among them."""
    decimals = trajectories.decimals
    rows = [
        {
            "Visit": str(row.visit_label),
            "Arm": str(row.arm_label),
            "Seen": count(row.n),
            "Mean": number(row.mean, decimals=decimals),
            f"{level_text(trajectories.level)} CI": interval(
                row.lower, row.upper, decimals=decimals
            ),
        }
        for row in rows_of(trajectories.means)
    ]
    unit = f" ({trajectories.unit})" if trajectories.unit else ""
    return Numbers(
        pd.DataFrame(rows),
        of=f"observed means of {mid_sentence(trajectories.outcome_label)}{unit}",
        group="Arm",
    )


def draw_trajectories(trajectories: Trajectories) -> Figure:
    """Draw individual lines thin and the observed means thick."""
    means = trajectories.means
    arms = list(dict.fromkeys(means["arm"]))
    styles = arm_styles(arms)
    visits = means.drop_duplicates("visit")
    axis = visit_axis(list(visits["visit"]), list(visits["week"]))
    columns = min(len(arms), 2)
    lines = -(-len(arms) // columns)
    with theme():
        figure, grid = new_figure(
            height=0.5 + 3.0 * lines,
            nrows=lines,
            ncols=columns,
            sharex=True,
            sharey=True,
            squeeze=False,
        )
        for axes in grid.flat[len(arms) :]:
            axes.axis("off")
        for axes, (arm, part) in zip(
            grid.flat, means.groupby("arm", sort=False, observed=True), strict=False
        ):
            style = styles[str(arm)]
            if trajectories.individuals is not None:
                rows = trajectories.individuals
                for _, own in rows[rows["arm"] == arm].groupby("participant", sort=True):
                    axes.plot(
                        [axis.positions[visit] for visit in own["visit"]],
                        own["score"],
                        color=style.colour,
                        alpha=0.16,
                        linewidth=0.7,
                        zorder=1,
                    )
            places = [axis.positions[visit] for visit in part["visit"]]
            axes.plot(places, part["mean"], color=PAPER, linewidth=5, zorder=2)
            axes.errorbar(
                places,
                part["mean"],
                yerr=[part["mean"] - part["lower"], part["upper"] - part["mean"]],
                color=INK,
                linestyle=style.line,
                marker=style.marker,
                markersize=6,
                linewidth=2,
                zorder=3,
            )
            title = wrap(str(part.iloc[0]["arm_label"]), PANELS / columns - 0.1, bold=True)
            axes.set_title("\n".join(title), color=style.colour)
            axis.label(axes, room=PANELS / columns - 0.5)
            axes.set_xlabel("")
        # A panel with none below it carries the weeks.
        for axes in grid.flat[max(0, len(arms) - columns) : len(arms)]:
            axes.tick_params(labelbottom=True)
        scale = "" if axis.to_scale else " (not to scale)"
        figure.supxlabel(f"Weeks since randomisation{scale}", fontsize=12)
        unit = f" ({trajectories.unit})" if trajectories.unit else ""
        figure.supylabel(f"{trajectories.outcome_label}{unit}", fontsize=12)
    return figure
