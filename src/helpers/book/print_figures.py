"""Figures on paper: one that just misses a page is set a little smaller, and the page is full."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pypdf import PageObject, PdfReader

if TYPE_CHECKING:
    from playwright.sync_api import Page

# In points, as print.css has them: the height of a page, and its margins above and below.
_PAGE, _ABOVE, _BELOW = 842, 68, 62
_PIXELS = 96 / 72
# A heading may stand above a figure that begins a page; more than that, and it does not begin it.
_HEADING = 90
# A page that is this full, in pixels that are left, is left as it is.
_BLANK = 190
# The letters of a figure are of 12 points before it is made smaller: these are left of 6.5.
_LEAST_SCALE = 0.54
# The margins between a figure and what is above it, and what a line is lower than its letters.
_CLEARANCE = 50
_ROUNDS = 4

_FIGURES = """
() => [...document.querySelectorAll("section.chapter figure[id]")].flatMap((figure) => {
  const image = figure.querySelector("img");
  if (!image?.naturalWidth) return [];
  const shown = image.getBoundingClientRect();
  return [{
    anchor: figure.id,
    chapter: figure.closest("section.chapter").id,
    height: figure.getBoundingClientRect().height,
    image: shown.height,
    scale: Math.min(shown.width / image.naturalWidth, shown.height / image.naturalHeight),
  }];
})
"""
_SHRINK = """
(heights) => {
  for (const [anchor, height] of Object.entries(heights)) {
    const image = document.getElementById(anchor).querySelector("img");
    const zoom = parseFloat(getComputedStyle(image).zoom) || 1;
    image.style.setProperty("max-height", height / zoom + "px", "important");
  }
}
"""


@dataclass(frozen=True)
class PrintedFigure:
    """A figure of a chapter as it is set now; lengths in pixels of CSS."""

    anchor: str
    chapter: str
    height: float
    """With its caption."""
    image: float
    """Height of the picture alone."""
    scale: float
    """Size of the picture beside the one in which it was drawn."""


def fit_figures(page: Page, print_page: Callable[[], bytes]) -> None:
    """Make figures smaller that would then stand on the page before, most of which is blank.

    In each chapter the first such figure comes first: it moves all that follows.

    Parameters
    ----------
    page
        The document.
    print_page
        Returns it as a PDF.
    """
    for _ in range(_ROUNDS):
        figures = [PrintedFigure(**each) for each in page.evaluate(_FIGURES)]
        heights = heights_that_fit(print_page(), figures)
        if not heights:
            return
        page.evaluate(_SHRINK, heights)


def heights_that_fit(pdf: bytes, figures: Iterable[PrintedFigure]) -> dict[str, float]:
    """Return new heights of the pictures of some figures, at most one of each chapter.

    Parameters
    ----------
    pdf
        The document as it is printed now.
    figures
        Its figures, in the order of the document.
    """
    reader = PdfReader(io.BytesIO(pdf))
    places = {name.lstrip("/"): place for name, place in reader.named_destinations.items()}
    found: dict[str, float] = {}
    changed: set[str] = set()
    for figure in figures:
        if figure.chapter in changed or not {figure.anchor, figure.chapter} <= set(places):
            continue
        number = _page_of(reader, places[figure.anchor])
        # What begins a page is said to be at its edge, above the margin.
        above = max(0.0, _PAGE - _ABOVE - float(places[figure.anchor].top or 0)) * _PIXELS
        if number <= _page_of(reader, places[figure.chapter]) or above > _HEADING:
            continue
        room = blank_of(reader.pages[number - 1])
        height = figure.image - (above + figure.height - room) - _CLEARANCE
        least = figure.image * _LEAST_SCALE / figure.scale
        if room >= _BLANK and least <= height < figure.image:
            found[figure.anchor] = height
            changed.add(figure.chapter)
    return found


def blank_of(page: PageObject) -> float:
    """Return how much of an upright page is blank below its last line, in pixels."""
    lines: list[float] = []

    def note(text: str, whole: Any, matrix: Any, *_: Any) -> None:
        height = matrix[4] * whole[1] + matrix[5] * whole[3] + whole[5]
        if text.strip() and height > _BELOW:
            lines.append(height)

    if float(page.mediabox.width) > float(page.mediabox.height):
        return 0.0
    page.extract_text(visitor_text=note)
    return (min(lines, default=_BELOW) - _BELOW) * _PIXELS


def _page_of(reader: PdfReader, place: Any) -> int:
    return reader.get_destination_page_number(place) or 0
