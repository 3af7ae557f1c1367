"""What a control is made of: settings, the lines of its figure, and the axis that they share.

A column is a column of the control's grid, which has one row for every combination of settings.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any


def literal(text: str) -> str:
    """Return a text of which nothing is taken for a column: a trial's own words may have braces."""
    return text.replace("{", "{\N{WORD JOINER}")


@dataclass(frozen=True)
class Setting:
    """Something that the reader can set.

    Parameters
    ----------
    column
        Its column.
    label
        What it is called, with its unit if it has one.
    options
        Values of the column, in order, and the words for each.
    slider
        For values that have an order; else there is a list to choose from, or a few buttons.
    only_with
        Another setting's column and the values of it under which this one plays a part; it plays
        a part always when this is empty.
    """

    column: str
    label: str
    options: Mapping[Any, str]
    slider: bool = False
    only_with: Mapping[str, Collection[Hashable]] = field(default_factory=dict)


@dataclass(frozen=True)
class Point:
    """A point with an interval; columns of numbers."""

    value: str
    lower: str
    upper: str


@dataclass(frozen=True)
class Bar:
    """A bar from the lower end of the axis; a column of numbers."""

    value: str
    strong: bool = True


@dataclass(frozen=True)
class Dots:
    """Equally likely values, stacked where they are equal; a column of tuples, rising.

    ``number`` is how many values each tuple has.
    """

    values: str
    number: int


@dataclass(frozen=True)
class Line:
    """One line of the figure: a label and a text, both with columns in braces, and a mark.

    A line without a mark heads those below it.
    """

    label: str
    text: str = ""
    mark: Point | Bar | Dots | None = None


@dataclass(frozen=True)
class Behind:
    """Something that stands still behind the lines, such as a published result.

    ``lower`` and ``upper`` are None when it has no interval.
    """

    label: str
    text: str
    value: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class Axis:
    """The axis of all lines.

    Parameters
    ----------
    label
        What is measured, with its unit.
    low, high
        Its ends.
    zero
        Whether to draw the line of no difference.
    sides
        What lies to the left and to the right of zero.
    whole
        Whether it counts.
    """

    label: str
    low: float
    high: float
    zero: bool = False
    sides: tuple[str, str] | None = None
    whole: bool = False

    def at(self, value: float) -> float:
        """Return where a value lies, in percent of the width."""
        return round(100 * (value - self.low) / (self.high - self.low), 1) + 0.0
