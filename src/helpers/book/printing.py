"""Print a document: fit what is too wide, number the contents, and print until the numbers hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.book.chromium import opened_document
from helpers.book.pdf_files import pages_of_anchors
from helpers.book.print_figures import fit_figures
from helpers.errors import BuildError

if TYPE_CHECKING:
    from playwright.sync_api import Page

# The width of the text on an upright and on a lying page, in CSS pixels: 168 and 255 mm.
_TEXT_WIDTH = 634
_TEXT_WIDTH_SIDEWAYS = 963
# The height of the text on an upright page: 251 mm.
_TEXT_HEIGHT = 948
# Less of a table than this, 26 mm, does not stand alone at the foot or at the head of a page.
_FEW_ROWS = 100
_PASSES = 4

# A table that is too wide is set smaller, as long as its words stay whole and can be read; else its
# words may break; else it lies on its side. Short tables do not break at all, and longer ones not
# near an end.
_FIT = """
([width, sideways, few]) => {
  const points = 0.75;
  const fits = (table, room) => table.getBoundingClientRect().width <= room + 0.5
      && table.scrollWidth <= room + 1;
  const shrink = (table, room, smallest) => {
    table.style.removeProperty("font-size");
    let size = parseFloat(getComputedStyle(table).fontSize) * points;
    while (!fits(table, room) && size > smallest) {
      size -= 0.5;
      table.style.setProperty("font-size", size + "pt", "important");
    }
    return fits(table, room);
  };
  const tooWide = [];
  for (const table of document.querySelectorAll("main table")) {
    if (table.closest("table table")) continue;
    const block = table.closest(".trial-table-block") || table;
    const room = Math.min(width, block.parentElement.clientWidth || width);
    table.classList.add("unbroken");
    let fitting = shrink(table, room, 7);
    if (!fitting) {
      table.classList.remove("unbroken");
      fitting = shrink(table, room, 7);
    }
    if (!fitting) {
      block.classList.add("sideways");
      block.style.width = sideways + "px";
      if (!shrink(table, sideways, 6)) tooWide.push(table.caption?.innerText || "a table");
    }
    if (block.getBoundingClientRect().height < 400) block.classList.add("keep-together");
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
    const top = rows[0]?.getBoundingClientRect().top;
    const bottom = rows.at(-1)?.getBoundingClientRect().bottom;
    for (const row of rows.slice(0, -1)) {
      const place = row.getBoundingClientRect();
      if (place.bottom - top < few || bottom - place.bottom < few)
        row.classList.add("keep-with-next");
    }
  }
  return tooWide;
}
"""
# The figure with which a chapter opens stands on its first page, if it need not lose a third of its
# size for that: what would follow it otherwise leaves the rest of the page blank.
_FIT_OPENINGS = """
(height) => {
  for (const chapter of document.querySelectorAll("section.chapter")) {
    const figure = chapter.querySelector("figure");
    const image = figure?.querySelector("img");
    if (!image) continue;
    const end = figure.getBoundingClientRect().bottom - chapter.getBoundingClientRect().top;
    const high = image.getBoundingClientRect().height;
    const over = end - height;
    if (over <= 0 || over > high / 3) continue;
    const zoom = parseFloat(getComputedStyle(image).zoom) || 1;
    image.style.setProperty("max-height", (high - over - 8) / zoom + "px", "important");
  }
}
"""
_OVERFLOWING = """
(width) => [...document.querySelectorAll("main *")].filter((each) =>
    !each.closest(".sideways") && !each.closest("svg, math")
    && each.getBoundingClientRect().right > width + 1)
  .map((each) => each.tagName.toLowerCase() + "." + each.className)
"""
_NUMBER = """
(pages) => {
  for (const place of document.querySelectorAll("[data-anchor]"))
    place.textContent = pages[place.dataset.anchor] ?? "";
}
"""


def print_document(
    text: str, folders: Mapping[str, Path], *, report: Callable[[str], None]
) -> bytes:
    """Return a document as a PDF whose contents name the right pages.

    Parameters
    ----------
    text
        The document, see :mod:`helpers.book.print_document`.
    folders
        See :func:`helpers.book.chromium.opened_document`.
    report
        Called with a line for the reader after each pass.

    Raises
    ------
    BuildError
        When it cannot be printed, or something is wider than a page.
    """
    with opened_document(text, folders) as page:
        page.set_viewport_size({"width": _TEXT_WIDTH, "height": 930})
        too_wide = page.evaluate(_FIT, [_TEXT_WIDTH, _TEXT_WIDTH_SIDEWAYS, _FEW_ROWS])
        if too_wide:
            raise BuildError(
                f"A table is wider than a page, even on its side: {too_wide[0]!r}; give it fewer "
                "columns, or shorter words in its first row."
            )
        page.evaluate(_FIT_OPENINGS, _TEXT_HEIGHT)
        _refuse_overflow(page)
        fit_figures(page, lambda: _printed(page))
        return _numbered(page, report)


def _printed(page: Page) -> bytes:
    return page.pdf(prefer_css_page_size=True, print_background=True, tagged=True)


def _refuse_overflow(page: Page) -> None:
    found = page.evaluate(_OVERFLOWING, _TEXT_WIDTH)
    if found:
        raise BuildError(
            f"Something is wider than a page of the printed book: {found[0]} (and "
            f"{len(found) - 1} more); narrow it in chapters/_static/print.css."
        )


def _numbered(page: Page, report: Callable[[str], None]) -> bytes:
    """Print, read which page each heading is on, write that into the contents, print again."""
    known: dict[str, int] = {}
    for count in range(1, _PASSES + 1):
        printed = _printed(page)
        found = pages_of_anchors(printed)
        report(f"  pass {count}: {max(found.values(), default=0)} pages or more")
        if found == known:
            return printed
        known = found
        page.evaluate(_NUMBER, known)
    raise BuildError("The page numbers of the contents do not settle; shorten its longest titles.")
