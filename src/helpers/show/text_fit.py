"""How wide a text is in the figures' font, and where to break it."""

from __future__ import annotations

from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from helpers.show.figures import POINTS
from helpers.show.lettering import boxes_without_warning, font_families

LINE = 0.205
"""Inches from one line of text to the next."""


def wrap(text: str, room: float, *, bold: bool) -> list[str]:
    """Break a text into lines no wider than ``room`` inches; a longer word is broken too."""
    lines: list[str] = []
    current = ""
    for word in (part for part in text.split(" ") if part):
        candidate = f"{current} {word}" if current else word
        if text_width(candidate, bold=bold) <= room:
            current = candidate
            continue
        if current:
            lines.append(current)
        current = word
        while text_width(current, bold=bold) > room and len(current) > 1:
            cut = len(current) - 1
            while cut > 1 and text_width(current[:cut], bold=bold) > room:
                cut -= 1
            lines.append(current[:cut])
            current = current[cut:]
    return [*lines, current] if current else lines


def text_width(text: str, *, bold: bool) -> float:
    """Return the width of a text in inches, as the diagram's font sets it."""
    return _points_wide(text, bold) / 72


@lru_cache(maxsize=4096)
def _points_wide(text: str, bold: bool) -> float:
    weight = "bold" if bold else "normal"
    font = FontProperties(family=list(font_families()), size=POINTS, weight=weight)
    with boxes_without_warning():
        width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width)
