"""The axis along which visits lie, in weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes

from helpers.show.text_fit import text_width

NEAREST = 0.085
"""Least part of the axis between two visits at which their week numbers do not touch."""
ROOM = 3.0
"""Inches that the axis of a whole figure has between its first and its last visit."""
BETWEEN = 0.04
"""Inches between two numbers on the axis."""


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

    def label(self, axes: Axes, *, room: float = ROOM) -> None:
        """Write the weeks on the axis and say what they are.

        Parameters
        ----------
        axes
            Where to write.
        room
            Length of the axis in inches; of numbers that would touch, only one is written, and
            the first and the last always are.
        """
        ids = list(self.positions)
        kept = self.apart(room)
        names = [f"{self.weeks[i]:g}" if i in kept else "" for i in ids]
        axes.set_xticks([self.positions[i] for i in ids], names)
        scale = "" if self.to_scale else " (not to scale)"
        axes.set_xlabel(f"Weeks since randomisation{scale}")

    def apart(self, room: float = ROOM, *, width: float = 0.0) -> set[str]:
        """Return the visits whose numbers, each at least ``width`` wide, can stand side by side."""
        scale = room / self.span
        wide = {i: text_width(f"{week:g}", bold=False) for i, week in self.weeks.items()}
        half = {i: max(inches, width) / 2 for i, inches in wide.items()}
        ids = list(self.positions)
        kept = [ids[0]]
        for visit in ids[1:]:
            if self._fit(kept[-1], visit, half, scale):
                kept.append(visit)
            elif visit == ids[-1]:
                while len(kept) > 1 and not self._fit(kept[-1], visit, half, scale):
                    kept.pop()
                kept.append(visit)
        return set(kept)

    def _fit(self, one: str, other: str, half: dict[str, float], scale: float) -> bool:
        gap = (self.positions[other] - self.positions[one]) * scale
        return gap >= half[one] + half[other] + BETWEEN


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
