"""The figure of a control: drawn here for one setting, and moved by the page's script for others.

Everything that moves says so in its ``data-set``: which attribute takes which column's value. The
script therefore draws nothing, and the figure without it is the same figure. Places are percent of
the width, so that letters keep their size on a telephone. Without any style sheet, in a notebook,
the figure is still whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from matplotlib.ticker import MaxNLocator

from helpers.show.control_data import Carried
from helpers.show.control_parts import Axis, Bar, Behind, Dots, Line, Point
from helpers.show.records import MINUS, shown

DOT = 3
STEP = 7
_ROW = 24
_BAR = 14
_HIDDEN = ' data-none=""'


def figure_html(
    lines: Sequence[Line], *, axis: Axis, behind: Sequence[Behind], carried: Carried, alt: str
) -> str:
    """Return the figure as HTML.

    Parameters
    ----------
    lines
        From top to bottom.
    axis, behind
        What they share.
    carried
        The numbers, to which the lines add theirs.
    alt
        What is seen.
    """
    ground = "".join(_ground(each, axis) for each in behind)
    if axis.zero:
        zero = axis.at(0.0)
        ground += (
            f'<line class="trial-zero" x1="{zero}%" x2="{zero}%" y1="0" y2="100%" '
            'stroke="currentColor"/>'
        )
    rows = [
        *(_still_row(each, axis) for each in behind),
        *(_row(line, axis, carried) for line in lines),
    ]
    return (
        f'<div class="trial-control-figure" role="img" aria-label="{escape(shown(alt))}">\n'
        '<div class="trial-control-plot" style="position: relative">\n'
        '<svg class="trial-control-ground" aria-hidden="true" '
        f'style="position: absolute; inset: 0; width: 100%; height: 100%">{ground}</svg>\n'
        f"{''.join(rows)}</div>\n{_axis(axis)}</div>\n"
    )


def _interval_of(behind: Behind, axis: Axis) -> str:
    """Return where the interval of what stands still lies; empty when it has none."""
    if behind.lower is None or behind.upper is None:
        return ""
    low, high = axis.at(behind.lower), axis.at(behind.upper)
    return f'x="{low}%" width="{round(high - low, 1)}%"'


def _ground(behind: Behind, axis: Axis) -> str:
    at = axis.at(behind.value)
    band = ""
    if place := _interval_of(behind, axis):
        band = (
            f'<rect class="trial-behind" {place} y="0" '
            'height="100%" fill="currentColor" fill-opacity="0.1"/>'
        )
    return (
        f'{band}<line class="trial-behind-line" x1="{at}%" x2="{at}%" y1="0" y2="100%" '
        'stroke="currentColor" stroke-dasharray="4 3" stroke-opacity="0.6"/>'
    )


def _still_row(behind: Behind, axis: Axis) -> str:
    at = axis.at(behind.value)
    interval = ""
    if place := _interval_of(behind, axis):
        interval = f'<rect {place} y="{_ROW // 2 - 1}" height="2" fill="currentColor"/>'
    return (
        f'<div class="trial-control-line trial-control-still-line">'
        f'<div class="trial-control-words"><span>{escape(shown(behind.label))}</span> '
        f"<span>{escape(shown(behind.text))}</span></div>"
        f'<svg aria-hidden="true" width="100%" height="{_ROW}" style="overflow: visible">{interval}'
        f'<svg x="{at}%" y="{_ROW // 2}" overflow="visible"><path d="M0-6 6 0 0 6-6 0z" '
        'class="trial-diamond" fill="none" stroke="currentColor" stroke-width="2"/></svg>'
        "</svg></div>\n"
    )


def _row(line: Line, axis: Axis, carried: Carried) -> str:
    if line.mark is None:
        words = _following(line.label, carried)
        return (
            '<div class="trial-control-words trial-control-heading"><strong>'
            f"{words}</strong></div>\n"
        )
    words = "".join(_following(text, carried) for text in (line.label, line.text))
    if isinstance(line.mark, Dots):
        height, drawn = _dots(line.mark, axis, carried)
    elif isinstance(line.mark, Point):
        height, drawn = _ROW, _point(line.mark, axis, carried)
    else:
        height, drawn = _ROW, _bar(line.mark, axis, carried)
    return (
        f'<div class="trial-control-line"><div class="trial-control-words">{words}</div>'
        f'<svg aria-hidden="true" width="100%" height="{height}" style="overflow: visible">'
        f"{drawn}</svg></div>\n"
    )


def _following(text: str, carried: Carried) -> str:
    template = carried.template(text)
    follows = f' data-text="{escape(template)}"' if template != shown(text) else ""
    return f"<span{follows}>{escape(carried.filled(template))}</span> "


def _point(mark: Point, axis: Axis, carried: Carried) -> str:
    low, left = carried.place(mark.lower, axis)
    wide, width = carried.width(mark.lower, mark.upper, axis)
    middle, at = carried.place(mark.value, axis)
    none = _HIDDEN if None in (left, width, at) else ""
    return (
        f'<rect class="trial-mark" data-set="x%={low} width%={wide}"{none} x="{left or 0}%" '
        f'width="{width or 0}%" y="{_ROW // 2 - 2}" height="4" fill="currentColor"/>'
        f'<circle class="trial-mark" data-set="cx%={middle}"{none} cx="{at or 0}%" '
        f'cy="{_ROW // 2}" r="6.5" fill="currentColor"/>'
    )


def _bar(mark: Bar, axis: Axis, carried: Carried) -> str:
    number, width = carried.place(mark.value, axis)
    kind, opacity = ("trial-mark", 1) if mark.strong else ("trial-mark-quiet", 0.65)
    return (
        f'<rect class="trial-track" x="0" width="100%" y="{_ROW // 2}" height="1" '
        'fill="currentColor" fill-opacity="0.2"/>'
        f'<rect class="{kind}" data-set="width%={number}" x="0" width="{width or 0}%" '
        f'y="{(_ROW - _BAR) // 2}" height="{_BAR}" fill="currentColor" fill-opacity="{opacity}"/>'
    )


def _dots(mark: Dots, axis: Axis, carried: Carried) -> tuple[int, str]:
    """Return the height that the dots need under any setting, and the dots."""
    number, places = carried.place(mark.values, axis)
    every = carried.columns[f"{mark.values} @"]
    most = max(max(stacked(each)) for each in every) + 1
    base = STEP * most - DOT
    circles = "".join(
        f'<circle class="trial-mark" cx="{place}%" cy="{base - STEP * level}" r="{DOT}" '
        'fill="currentColor"/>'
        for place, level in zip(places, stacked(places), strict=True)
    )
    group = f'<g data-dots="{number}" data-base="{base}" data-step="{STEP}">{circles}</g>'
    return STEP * most + 2, group


def stacked(places: Sequence[float]) -> list[int]:
    """Return on which level each of rising values stands: equal ones stand on each other."""
    levels: list[int] = []
    for rank, place in enumerate(places):
        levels.append(levels[-1] + 1 if rank and place == places[rank - 1] else 0)
    return levels


def _axis(axis: Axis) -> str:
    ticks = MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10], integer=axis.whole).tick_values(
        axis.low, axis.high
    )
    margin = 1e-9 * (axis.high - axis.low)
    inside = [float(tick) for tick in ticks if axis.low - margin <= tick <= axis.high + margin]
    marks = "".join(
        f'<line x1="{axis.at(tick)}%" x2="{axis.at(tick)}%" y1="0" y2="5" stroke="currentColor"/>'
        f'<text x="{axis.at(tick)}%" y="19" text-anchor="middle" font-size="13" '
        f'fill="currentColor">{_tick(tick)}</text>'
        for tick in inside
    )
    sides = ""
    if axis.sides:
        left, right = (escape(shown(side)) for side in axis.sides)
        sides = (
            '<div class="trial-control-sides" style="display: flex; '
            f'justify-content: space-between; gap: 1rem"><span>{left}</span>'
            f"<span>{right}</span></div>"
        )
    return (
        '<svg class="trial-control-axis" aria-hidden="true" width="100%" height="24" '
        'style="overflow: visible"><line x1="0" x2="100%" y1="0.5" y2="0.5" '
        f'stroke="currentColor"/>{marks}</svg>'
        f'{sides}<div class="trial-control-axis-label" style="text-align: center">'
        f"{escape(shown(axis.label))}</div>\n"
    )


def _tick(value: float) -> str:
    return f"{value:g}".replace("-", MINUS) if value else "0"
