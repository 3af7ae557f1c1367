"""The picture of a book on an electronic shelf: its title, and whose data it shows."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from helpers.book.print_document import Cover, running_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COVER_IMAGE = "images/cover.png"

_WIDTH, _HEIGHT, _DOTS = 8.0, 12.0, 150
_LEFT, _RIGHT = 0.08, 0.92
_BAND = 0.15
_INK, _PAPER = "#111111", "#FFFFFF"
# As on the cover of the printed book.
_BAND_COLOUR = {True: "#8A4600", False: "#1F5A7A"}


def cover_image(cover: Cover) -> bytes:
    """Draw the cover of a book as PNG, 1200 by 1800 pixels; it is the same on every machine.

    Parameters
    ----------
    cover
        What it says.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    with matplotlib.rc_context(matplotlib.rcParamsDefault):
        figure = Figure(figsize=(_WIDTH, _HEIGHT), facecolor=_PAPER)
        figure.set_layout_engine("none")
        canvas = FigureCanvasAgg(figure)
        figure.add_artist(
            Rectangle(
                (0, 1 - _BAND),
                1,
                _BAND,
                facecolor=_BAND_COLOUR[cover.synthetic],
                transform=figure.transFigure,
            )
        )
        # A shelf shows it as large as a stamp: the words that must be read are the largest.
        _write(figure, running_label(cover), 1 - 0.03, 34, 2, _PAPER, "bold")
        below = _write(figure, cover.title, 0.80, 40, 8, _INK, "bold")
        _write(figure, cover.trial, below - 0.03, 23, 6, _INK, "normal")
        _write(figure, cover.author, 0.09, 18, 1, _INK, "normal")
        drawn = io.BytesIO()
        canvas.figure.savefig(
            drawn, format="png", dpi=_DOTS, bbox_inches=None, metadata={"Software": None}
        )
    return drawn.getvalue()


def _write(
    figure: Figure, text: str, top: float, points: float, lines: int, colour: str, weight: str
) -> float:
    """Write a paragraph below a height; return the height at which it ends."""
    look: dict[str, Any] = {"fontsize": points, "weight": weight, "parse_math": False}
    from helpers.show.figure_text import lines_within

    wrapped = lines_within(figure, text, width=_RIGHT - _LEFT, most=lines, look=look)
    height = points * 1.25 / 72 / _HEIGHT
    for at, line in enumerate(wrapped):
        figure.text(_LEFT, top - at * height, line, color=colour, va="top", **look)
    return top - len(wrapped) * height
