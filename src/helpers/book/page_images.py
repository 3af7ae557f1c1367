"""Images that leave room for themselves, and are fetched when a reader comes near them."""

from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup

from helpers.book.site_pages import Page
from helpers.book.styles import local_file
from helpers.show.drawing_size import svg_size

_HEAD = 4_000


def with_sized_images(soup: BeautifulSoup, page: Page) -> None:
    """Give every image its size, and let all but the first wait until they are near the screen.

    The first may be what a reader sees first, and must not wait.
    """
    for at, image in enumerate(soup.select("main img, body > img")):
        image["decoding"] = "async"
        image["loading"] = "lazy" if at else "eager"
        if not at:
            image["fetchpriority"] = "high"
        path = local_file(page, str(image.get("src") or ""))
        size = image_size(path) if path and path.is_file() else None
        if size:
            image["width"], image["height"] = (str(max(round(each), 1)) for each in size)


def image_size(path: Path) -> tuple[float, float] | None:
    """Return the width and the height of an image in pixels of a page; None when it has none."""
    if path.suffix.lower() == ".svg":
        return svg_size(path.read_text(encoding="utf-8", errors="replace")[:_HEAD])
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            return float(image.width), float(image.height)
    except (OSError, UnidentifiedImageError):
        return None
