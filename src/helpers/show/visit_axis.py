"""The axis along which visits lie, in weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes

NEAREST = 0.085
"""Least part of the axis between two visits at which their week numbers do not touch."""


@dataclass(frozen=True)
class VisitAxis:
    """Where the visits stand, by visit id."""

    positions: dict[str, float]
    weeks: dict[str, float]
    to_scale: bool

    @property
    def span(self) -> float:
        """Length of the axis in its own units."""
        places = list(self.positions.values())
        return max(places) - min(places) or 1.0

    def label(self, axes: Axes) -> None:
        """Write the weeks on the axis and say what they are."""
        ids = list(self.positions)
        axes.set_xticks([self.positions[i] for i in ids], [f"{self.weeks[i]:g}" for i in ids])
        scale = "" if self.to_scale else " (not to scale)"
        axes.set_xlabel(f"Weeks since randomisation{scale}")


def visit_axis(visits: Sequence[str], weeks: Sequence[float]) -> VisitAxis:
    """Place visits at their weeks, or evenly where their numbers would touch.

    Parameters
    ----------
    visits
        Visit ids in order.
    weeks
        Weeks since randomisation, one for each visit.
    """
    places = [float(week) for week in weeks]
    span = (max(places) - min(places)) or 1.0
    gaps = [later - earlier for earlier, later in pairwise(places)]
    to_scale = all(gap >= NEAREST * span for gap in gaps)
    positions = places if to_scale else [float(rank) for rank in range(len(places))]
    return VisitAxis(
        dict(zip(visits, positions, strict=True)), dict(zip(visits, places, strict=True)), to_scale
    )
