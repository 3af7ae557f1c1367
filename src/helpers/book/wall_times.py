"""How long the chapters of a book took, added to its provenance where the site is put together.

Two runs of the same chapter never take the same time. The book itself, which is the same byte for
byte whenever it is made from the same things, therefore does not say it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bs4 import BeautifulSoup

from helpers.book.finishing import Page
from helpers.book.kept import kept_about
from helpers.book.provenance_part import TABLE, row

PAGE = "chapters/provenance.html"


def wall_times(build: Path, edition: str, chapters: Iterable[str]) -> dict[str, float]:
    """Return the seconds that each chapter took when it last ran, where that is known."""
    found = {}
    for chapter in chapters:
        seconds = kept_about(build, edition, chapter).get("seconds")
        if isinstance(seconds, int | float):
            found[chapter] = float(seconds)
    return found


def with_wall_times(soup: BeautifulSoup, page: Page, *, seconds: dict[str, float]) -> None:
    """Say on the page about provenance how long each chapter took."""
    if page.name != PAGE:
        return
    for chapter, took in seconds.items():
        body = soup.select_one(f"table[id='{TABLE.format(chapter=chapter)}'] tbody")
        if body is not None:
            said = row("Wall time of the run", f"{took:.1f} seconds, on the machine that built it")
            body.append(BeautifulSoup(said, "html.parser"))
