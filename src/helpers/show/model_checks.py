"""How well the primary model fits: residuals, and the spread that it implies."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from helpers.analysis.primary import PrimaryResult
from helpers.show.figures import FAINT, INK, arm_styles, display_figure, new_figure, theme
from helpers.show.frame_rows import rows_of
from helpers.show.records import count, number
from helpers.show.sentences import mid_sentence
from helpers.show.tables import display_table
from helpers.show.visit_axis import visit_axis

MOST_GROUPS = 20


def spread_by_visit(result: PrimaryResult) -> pd.DataFrame:
    """Arrange, by visit, the SD of the scores around the model's means and the SD it implies.

    Returns
    -------
    pandas.DataFrame
        ``visit, label, week, n, observed, implied``, visits in order.
    """
    residuals = result.fit.residuals
    covariance = result.fit.covariance
    assert isinstance(covariance, pd.DataFrame)  # the arms share it
    implied = dict(
        zip(covariance.index, np.sqrt(np.diag(covariance.to_numpy(dtype=float))), strict=True)
    )
    rows = []
    for visit, week in result.visit_weeks.items():
        own = residuals.loc[residuals["visit"] == visit, "residual"]
        if own.empty:
            continue
        rows.append(
            {
                "visit": visit,
                "label": result.visit_labels[visit],
                "week": week,
                "n": len(own),
                "observed": own.std(ddof=1),
                "implied": implied[visit],
            }
        )
    return pd.DataFrame(rows)


def spread_table(result: PrimaryResult) -> None:
    """Show the spread of the scores at every visit, observed and as the model implies it."""
    spread = spread_by_visit(result)
    decimals = result.decimals
    rows = [
        {
            "Visit": row.label,
            "Scores": count(result.n_by_visit[row.visit]),
            "SD observed": number(row.observed, decimals=decimals),
            "SD implied": number(row.implied, decimals=decimals),
            "Ratio": number(row.implied / row.observed, decimals=2) if row.observed > 0 else "",
        }
        for row in rows_of(spread)
    ]
    display_table(
        pd.DataFrame(rows),
        name="tab-spread",
        caption=f"{result.outcome_label}: spread around the model's means, visit by visit.",
        row_header="Visit",
        notes=["Ratio: SD implied by the model divided by the SD observed; 1 is agreement."],
    )


def checks_figure(result: PrimaryResult) -> None:
    """Show residuals against the normal, residuals against fitted values, and the spread."""
    spread = spread_by_visit(result)
    said = "; ".join(
        f"{mid_sentence(row.label)} {number(row.observed)} observed, {number(row.implied)} implied"
        for row in rows_of(spread)
    )
    scaled, _ = scaled_residuals(result)
    least = result.least_in_figure
    if least:
        what = (
            f"the data are not public, so that each point is the mean of neighbouring residuals of "
            f"at least {least} participants, and bars are their standard deviations"
        )
        reach = ""
    else:
        what = ""
        reach = (
            f"Residuals run from {number(scaled.min(), decimals=1)} to "
            f"{number(scaled.max(), decimals=1)} standard deviations. "
        )
    display_figure(
        draw_checks(result),
        name="fig-checks",
        caption=(
            "Does the model fit? Above, residuals against the quantiles of a normal "
            "distribution; in the middle, residuals against fitted values; below, the standard "
            "deviation around the means at each visit, observed (points) and implied by the "
            f"model (line){'; ' + what if what else ''}."
        ),
        alt=(f"Three panels. {reach}Standard deviations at each visit: {said}."),
        numbers="tab-spread",
    )


def scaled_residuals(result: PrimaryResult) -> tuple[pd.Series, pd.Series]:
    """Return residuals in standard deviations and the fitted values that they belong to.

    With random effects, conditional residuals and the participants' own fitted values. With a
    covariance of the visits, the scaled residuals: each is what a score adds to the participant's
    earlier ones, divided by its SD, so that they are uncorrelated and have the variance 1.
    """
    frame = result.fit.residuals
    if frame["conditional_residual"].isna().all():
        return frame["scaled_residual"], frame["fitted"]
    components = result.fit.variance_components.set_index("component")["value"]
    scale = float(np.sqrt(components["residual"]))
    scaled = frame["conditional_residual"]
    return scaled, frame["observed"] - scaled * scale


def grouped(
    across: np.ndarray, up: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Average neighbours along the first axis, so that no point is a value of one patient.

    Parameters
    ----------
    across, up
        Coordinates of the points.
    size
        The least number of points in a group.

    Returns
    -------
    tuple of numpy.ndarray
        Means of both coordinates, and the standard deviation of the second, group by group. At
        least one group: all points together, when there are fewer than ``size``.
    """
    order = np.argsort(across, kind="stable")
    parts = np.array_split(order, max(1, min(MOST_GROUPS, len(order) // size)))
    return (
        np.array([across[part].mean() for part in parts]),
        np.array([up[part].mean() for part in parts]),
        np.array([up[part].std(ddof=1) if len(part) > 1 else 0.0 for part in parts]),
    )


def draw_checks(result: PrimaryResult) -> Figure:
    """Draw the three panels below each other, as wide as a telephone allows."""
    scaled, fitted = scaled_residuals(result)
    spread = spread_by_visit(result)
    axis = visit_axis(list(spread["visit"]), list(spread["week"]))
    colour = arm_styles(["all"])["all"].colour
    ordered = np.sort(scaled.to_numpy(dtype=float))
    normal = NormalDist()
    expected = np.array(
        [normal.inv_cdf((place + 0.5) / len(ordered)) for place in range(len(ordered))]
    )
    across, up, spreads = fitted.to_numpy(dtype=float), scaled.to_numpy(dtype=float), None
    if result.least_in_figure:
        # One participant may have a score in a group for every visit.
        size = result.least_in_figure * len(spread)
        expected, ordered, _ = grouped(expected, ordered, size)
        across, up, spreads = grouped(across, up, size)
    with theme():
        figure, (first, second, third) = new_figure(height=8.8, nrows=3)
        reach = max(3.0, float(np.abs(ordered).max()) * 1.05)
        first.plot([-reach, reach], [-reach, reach], color=FAINT, linewidth=1)
        first.plot(expected, ordered, "o", color=colour, markersize=3, alpha=0.5)
        first.set_xlim(*(1.06 * end for end in _ends(expected)))
        first.set_ylim(-reach, reach)
        first.set_xlabel("Quantile of the normal distribution")
        first.set_ylabel("Residual (SD)")
        second.axhline(0, color=FAINT, linewidth=1)
        if spreads is None:
            second.plot(across, up, "o", color=colour, markersize=3, alpha=0.35)
        else:
            second.errorbar(across, up, yerr=spreads, fmt="o", color=colour)
        second.set_xlabel(f"Fitted value ({result.unit})")
        second.set_ylabel("Residual (SD)")
        places = [axis.positions[visit] for visit in spread["visit"]]
        third.plot(places, spread["implied"], color=INK, linestyle=(0, (5, 2)))
        third.plot(places, spread["observed"], "o", color=colour, markersize=8)
        third.set_ylim(0, float(spread[["observed", "implied"]].to_numpy().max()) * 1.2)
        third.set_ylabel(f"SD ({result.unit})")
        last = spread.iloc[-1]
        higher = "observed" if last["observed"] >= last["implied"] else "implied"
        for name, ink in (("observed", colour), ("implied", INK)):
            third.annotate(
                name,
                xy=(places[-1], last[name]),
                xytext=(0, 9 if name == higher else -20),
                textcoords="offset points",
                ha="right",
                va="bottom" if name == higher else "top",
                color=ink,
                fontweight="bold",
            )
        axis.label(third)
    return figure


def _ends(expected: np.ndarray) -> tuple[float, float]:
    """Return how far the normal quantiles reach; at least one deviation, for a single point."""
    return min(float(expected[0]), -1.0), max(float(expected[-1]), 1.0)
