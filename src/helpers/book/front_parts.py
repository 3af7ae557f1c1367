"""What the front page of a finished book shows: its figure, and the doors into its pages."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from helpers.book.site_pages import read_page

_SENTENCE = re.compile(r"(.+?[.!?])(?:\s|$)", re.DOTALL)


@dataclass(frozen=True)
class FrontFigure:
    """The figure of a front page.

    Parameters
    ----------
    place
        Of the drawing, below the folder of the book.
    alt, caption
        Its texts; they say whose data it shows.
    width, height
        In pixels; empty where the page does not say.
    """

    place: str
    alt: str
    caption: str
    width: str = ""
    height: str = ""


@dataclass(frozen=True)
class Door:
    """A way into a book: its name, the page below the folder of the book, and what is there."""

    name: str
    place: str
    line: str


@dataclass(frozen=True)
class FrontParts:
    """What a front page shows; a book may have neither figure nor doors."""

    figure: FrontFigure | None = None
    doors: tuple[Door, ...] = ()


def front_parts(html: Path, first: str) -> FrontParts:
    """Read the front page of a book.

    Parameters
    ----------
    html
        Folder of the book's pages.
    first
        Its front page, below that folder.
    """
    path = html / first
    if not path.is_file():
        return FrontParts()
    soup = read_page(path)
    doors = (_door(each, first) for each in soup.select("article .doors > .door"))
    return FrontParts(_figure(soup, html, first), tuple(each for each in doors if each))


def _figure(soup: BeautifulSoup, html: Path, first: str) -> FrontFigure | None:
    image = soup.select_one("article figure img[src][alt]")
    place = "" if image is None else _below(str(image["src"]), first)
    if image is None or not place or not (html / place).is_file():
        return None
    caption = image.find_next("figcaption")
    text = caption.select_one(".caption-text") if isinstance(caption, Tag) else None
    return FrontFigure(
        place,
        str(image["alt"]),
        "" if text is None else " ".join(text.get_text().split()),
        str(image.get("width") or ""),
        str(image.get("height") or ""),
    )


def _door(door: Tag, first: str) -> Door | None:
    link = door.select_one("p a[href]")
    told = door.select("p")[1:2]
    place = "" if link is None else _below(str(link["href"]), first)
    if link is None or not place:
        return None
    words = " ".join(told[0].get_text().split()) if told else ""
    sentence = _SENTENCE.match(words)
    return Door(link.get_text(strip=True), place, sentence[1] if sentence else words)


def _below(address: str, page: str) -> str:
    """Return the place of what a page names, below the book; empty for what lies elsewhere."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path:
        return ""
    place = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
    return "" if place.startswith("..") else place
