"""Paragraphs on a picture: a text broken into lines that a figure has room for."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure


def lines_within(
    figure: Figure, text: str, *, width: float, most: int, look: dict[str, Any]
) -> list[str]:
    """Return the lines of a text; one that has too many ends with an ellipsis.

    Parameters
    ----------
    figure
        The picture.
    text
        Words, set apart by blanks.
    width
        Of the lines, as a share of the picture's.
    most
        How many lines there may be.
    look
        How the text is written, as ``Figure.text`` takes it.
    """
    measured = figure.text(0, 0, "", **look)
    room = width * figure.bbox.width
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        measured.set_text(longer)
        if lines and measured.get_window_extent().width <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    measured.remove()
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], lines[most - 1].rpartition(" ")[0] + " …"]
