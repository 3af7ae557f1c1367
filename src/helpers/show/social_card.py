"""The picture that stands for a book wherever a link to it is shared."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.show.figure_text import lines_within
from helpers.show.figures import ARM_STYLES, FAINT, GRID, INK, theme

_DOTS = 100
_WIDTH, _HEIGHT = 12.0, 6.3
_LEFT, _RIGHT = 0.055, 0.945
_PAPER = {True: "#FFF6E5", False: "#EAF4FB"}
_MARK = {True: "#8A4B00", False: "#0A4F80"}


def social_card(
    *,
    title: str,
    finding: str,
    label: str,
    synthetic: bool,
    interval: tuple[float, float, float] | None,
) -> bytes:
    """Draw the card of a book, 1200 by 630 pixels, as PNG.

    Parameters
    ----------
    title
        Of the book.
    finding
        Its primary result in one sentence; may be empty.
    label
        Whose data it shows.
    synthetic
        Whether they are synthetic.
    interval
        The estimate, and the lower and upper end of its interval, drawn beside a line at zero.
    """
    with theme():
        figure = Figure(figsize=(_WIDTH, _HEIGHT), facecolor="white")
        figure.set_layout_engine("none")
        canvas = FigureCanvasAgg(figure)
        _band(figure, label, synthetic)
        below = _paragraph(figure, title, top=0.79, points=34, lines=3, weight="bold")
        _paragraph(figure, finding, top=below - 0.05, points=22, lines=3)
        if interval is not None and all(map(math.isfinite, interval)):
            _forest(figure, interval, synthetic=synthetic)
        drawn = io.BytesIO()
        canvas.figure.savefig(
            drawn, format="png", dpi=_DOTS, bbox_inches=None, metadata={"Software": None}
        )
    return drawn.getvalue()


def card_text(*, title: str, finding: str, label: str) -> str:
    """Return what the card shows, for those who do not see it."""
    return " ".join(filter(None, (f"{label}.", f"{title}.", finding)))


def interval_of(
    results: Mapping[str, Mapping[str, Any]],
) -> tuple[float, float, float] | None:
    """Return the primary estimate and its interval; None when the book has no single one."""
    ends = [results.get(f"primary.difference.{end}") for end in ("estimate", "lower", "upper")]
    values = [each["value"] for each in ends if each is not None]
    if len(values) != len(ends) or not all(isinstance(each, int | float) for each in values):
        return None
    return float(values[0]), float(values[1]), float(values[2])


def _band(figure: Figure, label: str, synthetic: bool) -> None:
    axes = figure.add_axes((0, 0.87, 1, 0.13))
    axes.set_axis_off()
    axes.add_patch(Rectangle((0, 0), 1, 1, facecolor=_PAPER[synthetic], transform=axes.transAxes))
    figure.text(
        _LEFT,
        0.935,
        label,
        fontsize=22,
        weight="bold",
        color=_MARK[synthetic],
        va="center",
        parse_math=False,
    )


def _paragraph(
    figure: Figure, text: str, *, top: float, points: float, lines: int, weight: str = "normal"
) -> float:
    """Write a paragraph below a height; return the height at which it ends."""
    height = points * 1.28 / 72 / _HEIGHT
    look: dict[str, Any] = {"fontsize": points, "weight": weight, "parse_math": False}
    wrapped = lines_within(figure, text, width=_RIGHT - _LEFT, most=lines, look=look)
    for at, line in enumerate(wrapped):
        figure.text(_LEFT, top - at * height, line, color=INK, va="top", **look)
    return top - len(wrapped) * height


def _forest(figure: Figure, interval: tuple[float, float, float], *, synthetic: bool) -> None:
    estimate, lower, upper = interval
    axes = figure.add_axes((_LEFT, 0.09, _RIGHT - _LEFT, 0.17))
    reach = max(abs(lower), abs(upper), abs(estimate)) * 1.25 or 1.0
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-1, 1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    axes.tick_params(axis="x", labelsize=16, colors=INK)
    axes.locator_params(axis="x", nbins=7)
    axes.axvline(0, color=FAINT, linewidth=2)
    colour = ARM_STYLES[1 if synthetic else 0].colour
    axes.plot([lower, upper], [0, 0], color=colour, linewidth=5, solid_capstyle="butt")
    axes.plot([estimate], [0], marker="o", markersize=18, color=colour)
