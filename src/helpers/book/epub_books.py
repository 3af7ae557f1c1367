"""Make the EPUB of an edition whose book is finished, unless it is there already."""

from __future__ import annotations

import re
from collections.abc import Iterable

from helpers.book.epub_cover import COVER_IMAGE, cover_image
from helpers.book.epub_files import CONTENTS, COVER, epub_bytes, fingerprint_in
from helpers.book.epub_pages import (
    STYLE,
    anchors,
    contents_xhtml,
    cover_xhtml,
    file_of,
    image_file,
    page_xhtml,
)
from helpers.book.math_font import FONT
from helpers.book.print_pages import PrintedPage
from helpers.book.print_sources import Made, PrintSource
from helpers.book.replacing import write_file
from helpers.errors import BuildError

_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*>\s*")
_PATH_OF_A_BLANK = re.compile(rb"<path(?=\s)(?![^>]*\sd=)")
_STYLE_SHEET = "epub.css"
_FONT = "book-math.woff"
_FONT_FACE = f"""
@font-face {{
  font-family: "Book Math";
  src: url("{_FONT}") format("woff");
}}

math {{
  font-family: "Book Math", math;
}}
"""


def make_epub(source: PrintSource) -> Made:
    """Make the EPUB of a finished book.

    Raises
    ------
    BuildError
        When a page shows an image that is missing; an EPUB that is there stays.
    """
    path, fingerprint = source.target("epub"), source.fingerprint
    if path.is_file() and fingerprint_in(path.read_bytes()) == fingerprint:
        return Made(source.planned.name, path, new=False)
    cover = source.cover()
    parts, pages = source.pages()
    files = anchors(list(pages.values()))
    font = _equations(source)
    texts = {
        COVER: cover_xhtml(cover),
        CONTENTS: contents_xhtml(cover, parts, pages),
        STYLE: source.own_style(_STYLE_SHEET) + (_FONT_FACE if font else ""),
        **{file_of(page): page_xhtml(page, cover, files) for page in pages.values()},
    }
    content = epub_bytes(
        cover,
        {name: text.encode() for name, text in texts.items()}
        | font
        | {COVER_IMAGE: cover_image(cover)}
        | _images(source, pages.values()),
        [COVER, CONTENTS, *(file_of(page) for page in pages.values())],
        day=source.dated.day,
        fingerprint=fingerprint,
    )
    write_file(path, content)
    return Made(source.planned.name, path, new=True)


def _equations(source: PrintSource) -> dict[str, bytes]:
    """Return the font of the equations; a book without them has none."""
    path = source.html / FONT
    return {_FONT: path.read_bytes()} if path.is_file() else {}


def _images(source: PrintSource, pages: Iterable[PrintedPage]) -> dict[str, bytes]:
    shown = {str(image["src"]) for page in pages for image in page.article.select("img[src]")}
    return {image_file(each): _image(source, each) for each in sorted(shown)}


def plain_drawing(svg: bytes) -> bytes:
    """Return a drawing of matplotlib's as an EPUB may hold it.

    It refers to no definition that lies elsewhere, and every path says where it goes: a blank, too,
    which goes nowhere.
    """
    return _PATH_OF_A_BLANK.sub(rb'<path d=""', _DOCTYPE.sub(b"", svg))


def _image(source: PrintSource, name: str) -> bytes:
    try:
        content = (source.html / name).read_bytes()
        return plain_drawing(content) if name.endswith(".svg") else content
    except FileNotFoundError:
        raise BuildError(
            f"The image {name} of edition {source.planned.name} is missing: build the book again "
            "(trialbook build)."
        ) from None
