"""Figures made of rows: a label on its own line, its marks below it, printed numbers beside them.

A label above its marks, in place of beside them, leaves the width of a telephone to the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.show.figures import (
    FAINT,
    GRID,
    INK,
    PAPER,
    POINTS,
    WIDTH,
    new_figure,
    theme,
    whole_numbers,
)
from helpers.show.records import is_missing, shown
from helpers.show.text_fit import LINE, text_width, wrap

EDGE = 0.2
AXIS_ROOM = 0.62
ROW_GAP = 0.14


@dataclass(frozen=True)
class Mark:
    """One thing drawn in a row: a point with an optional interval, or a bar from zero.

    Parameters
    ----------
    value
        Where the point stands or the bar ends; nothing is drawn when it is missing.
    lower, upper
        Ends of the interval, if any.
    colour, marker
        Of the point.
    filled
        False leaves the point (or bar) open.
    bar
        Draw a bar from zero in place of a point.
    line
        Which line of the row the mark stands on, from 0.
    """

    value: float
    lower: float | None = None
    upper: float | None = None
    colour: str = INK
    marker: str = "o"
    filled: bool = True
    bar: bool = False
    line: int = 0


@dataclass(frozen=True)
class Row:
    """One row: its label, a remark at the right end of the label's line, marks and numbers."""

    label: str
    marks: tuple[Mark, ...]
    numbers: tuple[str, ...] = ()
    remark: str = ""
    bold: bool = False


def row_figure(
    rows: Sequence[Row],
    *,
    x_label: str,
    x_limits: tuple[float, float],
    lines: int = 1,
    zero: float | None = None,
    guides: Sequence[float] = (),
    sides: tuple[str, str] | None = None,
    ticks: Sequence[float] | None = None,
    tick_labels: Sequence[str] | None = None,
    tracks: bool = False,
    counts: bool = False,
) -> Figure:
    """Draw rows below each other on one common axis.

    Parameters
    ----------
    rows
        From top to bottom.
    x_label, x_limits
        Axis label with its unit, and the range shown.
    lines
        Lines of marks (and of numbers) in each row.
    zero
        Where to draw the line of no difference, if anywhere.
    guides
        Where to draw dashed lines.
    sides
        What lies to the left and to the right of zero, written below the axis.
    ticks, tick_labels
        Where the axis is labelled, and how; chosen by matplotlib when not given.
    tracks
        Draw a thin line along each row.
    counts
        The axis counts: label whole numbers only.
    """
    number_width = max(
        (text_width(shown(text), bold=False) for row in rows for text in row.numbers), default=0.0
    )
    number_room = number_width + 0.15 if number_width else 0.0
    plot_width = WIDTH - 2 * EDGE - number_room
    labels = [_label_lines(row) for row in rows]
    tops: list[float] = []
    y = 0.06
    for label in labels:
        tops.append(y)
        y += (len(label) + lines) * LINE + ROW_GAP
    # Two long names would meet in the middle: the second then ends below the numbers, and where
    # that is not enough it has a line of its own.
    wide_sides = text_width("   ".join(sides), bold=False) if sides else 0.0
    met = wide_sides > WIDTH - 2 * EDGE
    side_room = LINE * (1 + met) if sides else 0.0
    axis_lines = wrap(x_label, WIDTH - 2 * EDGE, bold=False)
    below = AXIS_ROOM + side_room + LINE * (len(axis_lines) - 1)
    height = y + below
    with theme():
        figure, axes = new_figure(height=height, layout="none")
        axes.set_position((EDGE / WIDTH, below / height, plot_width / WIDTH, y / height))
        axes.set_xlim(*x_limits)
        axes.set_ylim(y, 0)
        for name in ("left", "top", "right"):
            axes.spines[name].set_visible(False)
        axes.set_yticks([])
        if ticks is not None:
            axes.set_xticks(list(ticks), list(tick_labels) if tick_labels is not None else None)
        elif counts:
            whole_numbers(axes, which="x")
        else:
            axes.locator_params(axis="x", nbins=5)
        wide = text_width(x_label, bold=False) > plot_width
        axes.set_xlabel("\n".join(axis_lines), loc="left" if wide else "center")
        axes.xaxis.set_label_coords(
            0.0 if wide else 0.5, -(0.3 + side_room) / y, transform=axes.transAxes
        )
        # Upright lines are drawn where marks are and never through words; the last reach the axis.
        ends = [*(top - ROW_GAP / 2 for top in tops[1:]), y]
        lanes = [top + len(label) * LINE for label, top in zip(labels, tops, strict=True)]
        for guide in guides:
            axes.vlines([guide] * len(rows), lanes, ends, color=FAINT, lw=0.9, ls=(0, (2, 1.5)))
        if zero is not None:
            axes.vlines([zero] * len(rows), lanes, ends, color=INK, lw=0.9, zorder=1)
        for row, label, top in zip(rows, labels, tops, strict=True):
            _draw_row(axes, row, label, top, plot_width=plot_width, tracks=tracks)
        if sides:
            across = axes.get_yaxis_transform()
            first = y + 0.4
            axes.text(0.0, first, sides[0], transform=across, ha="left", va="center")
            second = first + LINE * met
            end = 1.0 if met or wide_sides <= plot_width else (WIDTH - 2 * EDGE) / plot_width
            axes.text(end, second, sides[1], transform=across, ha="right", va="center")
    return figure


def _label_lines(row: Row) -> list[str]:
    room = WIDTH - 2 * EDGE
    if row.remark:
        room -= text_width(row.remark, bold=False) + 0.15
    return wrap(shown(row.label), room, bold=row.bold)


def _draw_row(
    axes: Axes, row: Row, label: Sequence[str], top: float, *, plot_width: float, tracks: bool
) -> None:
    across = axes.get_yaxis_transform()
    right = (WIDTH - 2 * EDGE) / plot_width
    for place, words in enumerate(label):
        axes.text(
            0.0,
            top + LINE * (place + 0.78),
            words,
            transform=across,
            fontsize=POINTS,
            fontweight="bold" if row.bold else "normal",
            parse_math=False,
        )
    if row.remark:
        axes.text(
            right,
            top + LINE * 0.78,
            row.remark,
            transform=across,
            ha="right",
        )
    first = top + LINE * (len(label) + 0.5) + 0.03
    if tracks:
        axes.plot([0, 1], [first, first], color=GRID, linewidth=1, transform=across, zorder=0.5)
    for place, text in enumerate(row.numbers):
        axes.text(
            right,
            first + LINE * place,
            shown(text),
            transform=across,
            ha="right",
            va="center_baseline",
            parse_math=False,
        )
    for mark in row.marks:
        _draw_mark(axes, mark, first + LINE * mark.line)


def _draw_mark(axes: Axes, mark: Mark, y: float) -> None:
    if is_missing(mark.value):
        return
    face = mark.colour if mark.filled else PAPER
    if mark.bar:
        axes.barh(
            y,
            mark.value,
            height=LINE * (0.72 if mark.filled else 0.9),
            facecolor=face if mark.filled else "none",
            edgecolor=mark.colour,
            linewidth=1.0,
            zorder=2.2 if mark.filled else 2.4,
        )
        return
    if mark.lower is not None and mark.upper is not None:
        axes.plot([mark.lower, mark.upper], [y, y], color=mark.colour, linewidth=2, zorder=2)
    axes.plot(
        mark.value,
        y,
        marker=mark.marker,
        markersize=8,
        color=mark.colour,
        markerfacecolor=face,
        markeredgecolor=mark.colour,
        markeredgewidth=1.5,
        linestyle="none",
        zorder=2.5,
        clip_on=False,
    )
