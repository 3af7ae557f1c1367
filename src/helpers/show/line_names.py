"""The names of lines, written where the lines end: nothing has to be looked up in a legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from helpers.show.figures import ArmStyle, spread_labels
from helpers.show.text_fit import LINE, wrap

ROOM = 1.25
"""Inches at the right of the axes for the names."""
_LEAST = 0.14  # of the axis, between two names


def names_height(labels: Sequence[str]) -> float:
    """Return the inches that names need to stand one below the other, however long they are."""
    return len(labels) * _tallest(labels)


def name_lines(
    axes: Axes,
    ends: Mapping[str, float],
    *,
    labels: Mapping[str, str],
    styles: Mapping[str, ArmStyle],
    height: float,
) -> None:
    """Write each name at the end of its line, once the axes have their limits.

    Parameters
    ----------
    axes
        Where the lines are drawn.
    ends
        Last value of each line.
    labels, styles
        Name and style of each line.
    height
        Inches of the axes; at least :func:`names_height`, or names touch.
    """
    low, high = axes.get_ylim()
    gap = max(_LEAST, _tallest([labels[key] for key in ends]) / height) * (high - low)
    heights = spread_labels(list(ends.values()), gap=gap, low=low, high=high)
    for key, place in zip(ends, heights, strict=True):
        axes.annotate(
            "\n".join(_lines(labels[key])),
            xy=(1.0, place),
            xycoords=axes.get_yaxis_transform(),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            color=styles[key].colour,
            fontweight="bold",
            annotation_clip=False,
        )


def _tallest(labels: Sequence[str]) -> float:
    return max(len(_lines(label)) for label in labels) * LINE + 0.06


def _lines(label: str) -> list[str]:
    return wrap(label, ROOM, bold=True)
