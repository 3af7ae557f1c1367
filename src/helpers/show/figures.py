"""How every figure of the book looks, and how it reaches the page.

A figure is drawn 4.9 inches wide with letters of 12 points: on a telephone (390 pixels) they are
still 9 points high. Colours are darkened Okabe-Ito, at least 4.5:1 on white; every arm has a
marker and a line style as well, so that no reading depends on colour.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from helpers.show.lettering import BOXES, boxes_without_warning, font_families, missing_in
from helpers.show.outputs import GLUE_PREFIX, emit, glued
from helpers.show.page_label import labelled, page_label
from helpers.show.records import shown
from helpers.show.tables import display_table

WIDTH = 4.9
"""Inches; the widest that keeps 12 points readable on a telephone."""
POINTS = 12.0
INK = "#1f2328"
FAINT = "#6e7781"
GRID = "#d8dee4"
PAPER = "#ffffff"
SHADE = "#56A5D6"
"""Of the cells of a map; light enough at its full strength for letters in ink: 6:1."""

_SALT = "trialbook"
_MARK_POINTS = 8.5
_MARK_LINE = 0.15  # inches
_MARK_LETTERS = 12  # to an inch, the widest ones


@dataclass(frozen=True)
class ArmStyle:
    """How one arm is drawn, in every figure."""

    colour: str
    marker: str
    line: Any


ARM_STYLES = (
    ArmStyle("#0072B2", "o", "-"),
    ArmStyle("#B34A00", "s", (0, (5, 1.6))),
    ArmStyle("#00755A", "^", (0, (1.4, 1.2))),
    ArmStyle("#9B4A7C", "D", (0, (5, 1.4, 1.2, 1.4))),
    ArmStyle("#7A5C00", "v", (0, (8, 2))),
    ArmStyle("#4D4D4D", "P", (0, (3, 1, 1, 1, 1, 1))),
    ArmStyle("#A0006D", "X", (0, (1, 1))),
    ArmStyle("#3F51B5", "<", (0, (6, 2, 1, 2))),
)

_THEME: Any = {
    "figure.facecolor": PAPER,
    "figure.constrained_layout.use": True,
    "savefig.facecolor": PAPER,
    "font.size": POINTS,
    "axes.titlesize": POINTS,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.labelsize": POINTS,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.labelsize": POINTS,
    "ytick.labelsize": POINTS,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "lines.linewidth": 2.0,
    "lines.markersize": 6.5,
    "legend.frameon": False,
    "svg.fonttype": "path",  # letters as outlines: no page can swap the font and make text overlap
    "svg.hashsalt": _SALT,
}


def arm_styles(arms: Sequence[str]) -> dict[str, ArmStyle]:
    """Return the style of each arm; the reference arm comes first and is always the blue circle."""
    return {arm: ARM_STYLES[place % len(ARM_STYLES)] for place, arm in enumerate(arms)}


@contextmanager
def theme() -> Iterator[None]:
    """Draw in the book's style within the block, and leave the reader's settings as they were."""
    fonts: Any = {"font.family": list(font_families())}
    with sns.axes_style("ticks"), mpl.rc_context(_THEME | fonts), boxes_without_warning():
        yield


def new_figure(*, height: float, width: float = WIDTH, **options: Any) -> tuple[Figure, Any]:
    """Return a figure and its axes in the book's style (call it within :func:`theme`).

    Parameters
    ----------
    height, width
        Inches.
    options
        Passed to ``matplotlib.pyplot.subplots``.
    """
    return plt.subplots(figsize=(width, height), **options)


def whole_numbers(axes: Axes, *, which: str = "y") -> None:
    """Let an axis that counts show whole numbers only."""
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_locator(MaxNLocator(nbins=5, integer=True))


def spread_labels(
    positions: Sequence[float], *, gap: float, low: float, high: float
) -> list[float]:
    """Move label positions apart until none is nearer than ``gap``, keeping their order.

    Parameters
    ----------
    positions
        Where the labels would stand, in data units.
    gap
        Least distance between two labels.
    low, high
        Ends of the space for them.
    """
    order = sorted(range(len(positions)), key=lambda place: (positions[place], place))
    placed: list[float] = []
    for place in order:
        wanted = max(positions[place], low)
        placed.append(max(wanted, placed[-1] + gap) if placed else wanted)
    # Push back down from the upper end, then the labels lie within the space if they fit at all.
    ceiling = high
    for rank in reversed(range(len(placed))):
        placed[rank] = min(placed[rank], ceiling)
        ceiling = placed[rank] - gap
    result = [0.0] * len(positions)
    for rank, place in enumerate(order):
        result[place] = placed[rank]
    return result


def svg_of(figure: Figure, *, mark: str = "") -> str:
    """Return the figure as SVG that is the same, byte for byte, whenever it is drawn.

    Parameters
    ----------
    figure
        The figure.
    mark
        Written below it, in room that is added for it: a figure that is saved or copied from its
        page still says whose data it shows.
    """
    width, height = figure.get_size_inches()
    lines = textwrap.wrap(mark, int(width * _MARK_LETTERS))
    for place, line in enumerate(lines):
        y = -_MARK_LINE * (place + 0.85)
        figure.text(
            *(0.0, y / height, line),
            fontsize=_MARK_POINTS,
            color=FAINT,
            parse_math=False,
            in_layout=False,
        )
    bottom = -_MARK_LINE * (len(lines) + 0.15) if lines else 0.0
    buffer = io.StringIO()
    outlines: Any = {"svg.hashsalt": _SALT, "svg.fonttype": "path"}
    with mpl.rc_context(outlines), boxes_without_warning():
        figure.savefig(
            buffer,
            format="svg",
            bbox_inches=Bbox([[0, bottom], [width, height]]) if lines else None,
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    return buffer.getvalue()


@dataclass(frozen=True)
class Numbers:
    """The numbers that a figure draws, for a table that is folded away below it.

    Parameters
    ----------
    frame
        Texts, ready to print; the first column names the rows.
    of
        What they are, as it stands after "Numbers of the figure:".
    group, text_columns, notes
        As :func:`helpers.show.tables.display_table` takes them.
    """

    frame: pd.DataFrame
    of: str
    group: str | None = None
    text_columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def display_figure(
    figure: Figure, *, name: str, caption: str, alt: str, numbers: Numbers | str
) -> None:
    """Show a figure with its caption and its text for those who cannot see it, then close it.

    The build turns the output's metadata into the figure's caption, number and alternative text.
    In a notebook that was not built the caption stands below the figure; it is sent as a glue
    record, which myst-nb takes off the page.

    Parameters
    ----------
    figure
        A matplotlib figure.
    name
        Target of cross-references, for example ``"fig-means"``.
    caption
        Plain text (the build escapes Markdown); the page's data label is put before it.
    alt
        What is seen, with the key numbers, in plain text.
    numbers
        The numbers that are drawn, or the name of the table of the same page that has them: what
        is drawn can also be read.

    Raises
    ------
    TrialBookError
        When the page has not been labelled.
    """
    whole = shown(labelled(f"{caption} {BOXES}" if missing_in(figure) else caption))
    described = shown(labelled(alt))
    table = numbers if isinstance(numbers, str) else f"tab-{name.removeprefix('fig-')}-numbers"
    told = {"name": name, "caption": whole, "alt": described, "numbers": table}
    emit(
        {"image/svg+xml": svg_of(figure, mark=shown(page_label().text)), "text/plain": described},
        metadata={"trialbook": {"figure": told}},
    )
    plt.close(figure)
    record = f"figure.{name}.caption"
    emit(
        {GLUE_PREFIX + "text/plain": repr(whole), "text/markdown": f"*{_markdown_escaped(whole)}*"},
        metadata=glued(record),
    )
    if isinstance(numbers, Numbers):
        columns = [column for column in numbers.frame.columns if column != numbers.group]
        display_table(
            numbers.frame,
            name=table,
            caption=f"Numbers of the figure: {numbers.of}.",
            row_header=str(columns[0]),
            group=numbers.group,
            text_columns=numbers.text_columns,
            notes=numbers.notes,
            fold="The numbers of this figure",
        )


def _markdown_escaped(text: str) -> str:
    """Return plain text as Markdown that shows the same characters."""
    return re.sub(r"([\\`*_{}\[\]<>$#|~])", r"\\\1", text)
