"""The CONSORT 2025 flow diagram for any number of arms: laid out in inches, then drawn.

Text is measured with the font that draws it and wrapped to its box, so that no words run into
each other, in whatever language the labels are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.show.figures import FAINT, INK, PAPER, POINTS, WIDTH, arm_styles, new_figure, theme
from helpers.show.flow_text import BoxText, FlowText
from helpers.show.records import INDENT
from helpers.show.text_fit import LINE, text_width, wrap

PAD = 0.09
GAP = 0.26
COLUMN_GAP = 0.14
LEAST_COLUMN = 1.9
TRUNK_ARROW = 0.5
SIDE_LEFT = 0.95
HANG = 0.12
MARGIN = 0.03
STAGE_ROOM = 1.15
"""Arrows keep this far from the left edge of the first column, where the stages are named."""


@dataclass(frozen=True)
class Line:
    """One printed line of a box; x and y in inches, y downward, at the text's baseline."""

    text: str
    x: float
    y: float
    bold: bool


@dataclass(frozen=True)
class Box:
    """A box in inches from the upper left corner of the diagram."""

    left: float
    top: float
    width: float
    height: float
    lines: tuple[Line, ...]
    arm: str | None = None

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.top + self.height

    @property
    def right(self) -> float:
        """Right edge."""
        return self.left + self.width

    @property
    def entry(self) -> float:
        """Where arrows reach the box, from the left."""
        return self.left + max(self.width / 2, STAGE_ROOM)


@dataclass(frozen=True)
class Arrow:
    """An arrow from its tail to its head, in inches."""

    x_from: float
    y_from: float
    x_to: float
    y_to: float


@dataclass(frozen=True)
class Layout:
    """Everything that the diagram shows and where."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    stages: tuple[Line, ...]


def lay_out(text: FlowText) -> Layout:
    """Place every box so that none overlaps another and every word lies within its box.

    Parameters
    ----------
    text
        What the boxes say.

    Returns
    -------
    Layout
        Boxes from top to bottom, arms side by side, arrows and the names of the stages.
    """
    columns = len(text.arms)
    width = max(WIDTH, columns * LEAST_COLUMN + (columns - 1) * COLUMN_GAP)
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    stages: list[Line] = []

    def stage(name: str, top: float) -> float:
        stages.append(Line(name, 0.0, top + LINE * 0.8, bold=True))
        return top + LINE * 1.2

    top = stage("Enrolment", 0.02)
    bottom = top
    for place, (main, side) in enumerate(text.trunk):
        box = _place(main, left=0.0, top=top, width=width, centred=True)
        if place:
            arrows.append(Arrow(TRUNK_ARROW, bottom, TRUNK_ARROW, box.top))
        boxes.append(box)
        bottom = box.bottom
        top = bottom + GAP
        if side is not None:
            left_out = _place(side, left=SIDE_LEFT, top=top - GAP / 2, width=width - SIDE_LEFT)
            boxes.append(left_out)
            height = left_out.top + min(left_out.height / 2, PAD + LINE / 2)
            arrows.append(Arrow(TRUNK_ARROW, height, left_out.left, height))
            top = left_out.bottom + GAP / 2
    column = (width - (columns - 1) * COLUMN_GAP) / columns
    lefts = [place * (column + COLUMN_GAP) for place in range(columns)]
    bottoms = [bottom] * columns
    for name, part in (
        ("Allocation", "allocation"),
        ("Follow-up", "follow_up"),
        ("Analysis", "analysis"),
    ):
        top = stage(name, max(bottoms) + GAP * 0.4)
        row = [
            _place(getattr(arm, part), left=left, top=top, width=column, arm=arm.arm)
            for arm, left in zip(text.arms, lefts, strict=True)
        ]
        # Boxes of one row are equally tall: eyes compare arms along a line.
        tallest = max(box.height for box in row)
        row = [Box(box.left, box.top, box.width, tallest, box.lines, box.arm) for box in row]
        arrows += [
            Arrow(box.entry, above, box.entry, box.top)
            for box, above in zip(row, bottoms, strict=True)
        ]
        boxes += row
        bottoms = [box.bottom for box in row]
    return Layout(width, max(bottoms) + 0.02, tuple(boxes), tuple(arrows), tuple(stages))


def draw_flow(text: FlowText, *, arms: Sequence[str]) -> Figure:
    """Draw the diagram.

    Parameters
    ----------
    text
        What the boxes say.
    arms
        Ids of all arms, the reference arm first: they decide the colours of the boxes' edges.
    """
    layout = lay_out(text)
    styles = arm_styles(arms)
    with theme():
        figure, axes = new_figure(
            height=layout.height, width=layout.width + 2 * MARGIN, layout="none"
        )
        axes.set_position((0, 0, 1, 1))
        axes.set_xlim(-MARGIN, layout.width + MARGIN)
        axes.set_ylim(layout.height, 0)
        axes.axis("off")
        for arrow in layout.arrows:
            axes.annotate(
                "",
                xy=(arrow.x_to, arrow.y_to),
                xytext=(arrow.x_from, arrow.y_from),
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": FAINT,
                    "linewidth": 1.2,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
            )
        for box in layout.boxes:
            edge = styles[box.arm].colour if box.arm else FAINT
            axes.add_patch(
                Rectangle(
                    (box.left, box.top),
                    box.width,
                    box.height,
                    facecolor=PAPER,
                    edgecolor=edge,
                    linewidth=1.8 if box.arm else 1.0,
                    clip_on=False,
                )
            )
        for line in (*layout.stages, *(line for box in layout.boxes for line in box.lines)):
            axes.text(
                line.x,
                line.y,
                line.text,
                fontsize=POINTS,
                fontweight="bold" if line.bold else "normal",
                color=FAINT if line in layout.stages else INK,
                parse_math=False,
            )
    return figure


def _place(
    text: BoxText,
    *,
    left: float,
    top: float,
    width: float,
    centred: bool = False,
    arm: str | None = None,
) -> Box:
    room = width - 2 * PAD
    lines: list[Line] = []

    def add(words: str, x: float, *, bold: bool) -> None:
        lines.append(Line(words, x, top + PAD + LINE * (len(lines) + 0.76), bold=bold))

    for words in wrap(text.heading, room, bold=True):
        shift = (room - text_width(words, bold=True)) / 2 if centred else 0.0
        add(words, left + PAD + shift, bold=True)
    for detail in text.details:
        inset = HANG if detail.startswith(INDENT) else 0.0
        for place, words in enumerate(wrap(detail.strip(), room - inset - HANG, bold=False)):
            add(words, left + PAD + inset + (HANG if place else 0.0), bold=False)
    return Box(left, top, width, 2 * PAD + LINE * len(lines), tuple(lines), arm)
