"""How scores of one participant hang together: observed, and as each model takes it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.analysis.model_comparison import ModelComparison, Spread
from helpers.show.figures import SHADE, Numbers, display_figure, new_figure, theme
from helpers.show.model_names import MODEL_NAMES
from helpers.show.records import is_missing, number, shown
from helpers.show.sentences import listed, mid_sentence, sentence_start, with_unit

# More visits than this leave no room for numbers in half the width of a figure.
_HALF_WIDTH = 5
_MOST = 11


def spread_sentence(comparison: ModelComparison) -> str:
    """Say how far scores spread, and how the first and the visit of interest hang together."""
    first, visit = next(iter(comparison.visit_labels)), comparison.visit
    at, begin = mid_sentence(comparison.visit_label), comparison.visit_labels[first]
    if visit not in comparison.visit_labels:
        return f"There are no scores at {at}."
    observed = comparison.observed
    places = {first: mid_sentence(begin), visit: at}
    sizes = [
        f"{with_unit(number(observed.sd[name]), comparison.unit)} at {label}"
        for name, label in places.items()
    ]
    implied = [
        (MODEL_NAMES[model.model], model.spread) for model in comparison.models if model.spread
    ]
    takes = [
        f"{number(spread.sd[visit])} ({name})" for name, spread in implied if visit in spread.sd
    ]
    bound = [
        f"{number(_joint(spread, first, visit))} ({name})"
        for name, spread in implied
        if visit in spread.sd
    ]
    return (
        f"About the means of arm and visit, scores have a standard deviation of {listed(sizes)}; "
        f"at {at} the models take {listed(takes)}. Scores at {places[first]} and at {at} correlate "
        f"by {number(_joint(observed, first, visit))}; the models take {listed(bound)}."
    )


def _joint(spread: Spread, first: str, second: str) -> float:
    return float(spread.correlation[second][first])


def covariance_figure(comparison: ModelComparison) -> None:
    """Show SD and correlation of the visits, observed and implied, as small maps."""
    panels = _panels(comparison)
    said = [
        f"{title}: SD {', '.join(number(value, decimals=1) for value in spread.sd)}; correlation "
        f"of the first and the last visit {number(spread.correlation.iloc[0, -1])}"
        for title, spread in panels
    ]
    display_figure(
        draw_covariances(comparison),
        name="fig-covariances",
        caption=(
            f"{comparison.outcome_label}: how scores of one participant hang together, observed "
            f"and as each model takes it. On the diagonal the standard deviation at each visit "
            f"({comparison.unit}); below it the correlation of two visits, darker when higher. "
            "Visits are named by their week."
        ),
        alt=f"One map for the data and one for each mixed model. {'. '.join(said)}.",
        numbers=_numbers(comparison, panels),
    )


def _numbers(comparison: ModelComparison, panels: list[tuple[str, Spread]]) -> Numbers:
    """Arrange standard deviations by visit and correlations by pair of visits."""
    labels = {visit: mid_sentence(label) for visit, label in comparison.visit_labels.items()}
    rows = []
    for visit, label in labels.items():
        spreads = {title: number(spread.sd[visit]) for title, spread in panels}
        rows.append({"Part": "Standard deviation", "Visit": sentence_start(label), **spreads})
    for first, second in combinations(labels, 2):
        bound = {title: number(_joint(spread, first, second)) for title, spread in panels}
        pair = f"{sentence_start(labels[first])} and {labels[second]}"
        rows.append({"Part": "Correlation", "Visit": pair, **bound})
    return Numbers(
        pd.DataFrame(rows),
        of=(
            f"spread of {mid_sentence(comparison.outcome_label)} ({comparison.unit}) at each visit "
            "and correlation of each pair of visits"
        ),
        group="Part",
    )


def _panels(comparison: ModelComparison) -> list[tuple[str, Spread]]:
    models = [
        (sentence_start(MODEL_NAMES[model.model]), model.spread)
        for model in comparison.models
        if model.spread
    ]
    return [("Observed", comparison.observed), *models]


def draw_covariances(comparison: ModelComparison) -> Figure:
    """Draw the maps, two in a row while their numbers stay readable."""
    panels = _panels(comparison)
    n_visits = len(comparison.visit_labels)
    columns = 2 if n_visits <= _HALF_WIDTH else 1
    rows = -(-len(panels) // columns)
    side = 2.65 if columns == 2 else 4.8
    with theme():
        figure, grid = new_figure(height=rows * side, nrows=rows, ncols=columns, squeeze=False)
        weeks = [f"{week:g}" for week in comparison.visit_weeks.values()]
        for axes in grid.ravel()[len(panels) :]:
            axes.set_axis_off()
        for axes, (title, spread) in zip(grid.ravel(), panels, strict=False):
            _draw_map(axes, spread, weeks)
            # The first line keeps a title away from the map above it.
            axes.set_title(f"\n{title}")
        for axes in grid[:, 0]:
            axes.set_ylabel("Week")
        for place, axes in enumerate(grid.ravel()[: len(panels)]):
            if place + columns >= len(panels):
                axes.set_xlabel("Week")
    return figure


def _draw_map(axes: Axes, spread: Spread, weeks: list[str]) -> None:
    size = len(weeks)
    correlation = spread.correlation.to_numpy(dtype=float)
    axes.set_xlim(-0.5, size - 0.5)
    axes.set_ylim(size - 0.5, -0.5)
    axes.set_aspect("equal")
    for lower, left in zip(*np.tril_indices(size, k=-1), strict=True):
        strength = correlation[lower, left]
        if not is_missing(strength):
            # One colour, more or less of it: it then suits a light ground and a dark one.
            place = (float(left) - 0.5, float(lower) - 0.5)
            shade = {"facecolor": SHADE, "linewidth": 0, "alpha": min(max(strength, 0.0), 1.0)}
            axes.add_patch(Rectangle(place, 1, 1, **shade))
    axes.set_xticks(range(size), weeks)
    axes.set_yticks(range(size), weeks)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if size > _MOST:
        return
    for row in range(size):
        for column in range(row):
            text = _correlation(correlation[row, column])
            axes.text(column, row, text, ha="center", va="center_baseline")
        sd = spread.sd.iloc[row]
        decimals = 1 if is_missing(sd) or sd < 100 else 0
        axes.text(
            row,
            row,
            "" if is_missing(sd) else number(sd, decimals=decimals),
            ha="center",
            va="center_baseline",
            fontweight="bold",
        )


def _correlation(value: float) -> str:
    """Print a correlation without its leading zero: it cannot exceed one."""
    if is_missing(value):
        return ""
    text = number(value)
    return shown(text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text)
