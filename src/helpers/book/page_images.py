"""Images that leave room for themselves, and are fetched when a reader comes near them."""

from __future__ import annotations

import re
from pathlib import Path

from bs4 import BeautifulSoup

from helpers.book.site_pages import Page
from helpers.book.styles import local_file

_ROOT = re.compile(r"<svg\b[^>]*>", re.DOTALL)
_LENGTH = re.compile(r"^\s*([\d.]+)\s*(px|pt|pc|in|cm|mm|)\s*$")
_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 9.6 / 2.54,
}
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


def svg_size(text: str) -> tuple[float, float] | None:
    """Return the width and the height of an SVG in pixels, from its lengths or from its box."""
    root = _ROOT.search(text)
    if root is None:
        return None
    attributes = dict(re.findall(r"""\s([\w-]+)\s*=\s*["']([^"']*)["']""", root[0]))
    lengths = [_LENGTH.match(attributes.get(name, "")) for name in ("width", "height")]
    if all(lengths):
        width, height = (float(each[1]) * _PIXELS[each[2]] for each in lengths if each)
        return width, height
    box = re.split(r"[\s,]+", attributes.get("viewBox", "").strip())
    return (float(box[2]), float(box[3])) if len(box) == 4 else None
