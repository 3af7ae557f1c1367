"""Make the PDF of an edition whose book is finished, unless it is there already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.book.print_document import FONTS, STYLES, listed_sections, printed_document
from helpers.book.print_pages import PrintedPage
from helpers.book.print_sources import Made, PrintSource
from helpers.book.project import Project, read_settings
from helpers.book.reading_order import Part
from helpers.book.replacing import write_file
from helpers.errors import BuildError

if TYPE_CHECKING:
    from helpers.book.pdf_files import Bookmark

STYLE = "print.css"
FRAME_STYLE = "frame.css"


def print_edition(source: PrintSource, *, report: Callable[[str], None]) -> Made:
    """Print the finished book of an edition as a PDF.

    Parameters
    ----------
    source
        The book.
    report
        Called with a line for the reader whenever there is something to tell.

    Raises
    ------
    BuildError
        When it cannot be printed; a PDF that is there stays.
    """
    from helpers.book.pdf_files import Bookmark, fingerprint_of, finished, number_of_pages

    path, fingerprint = source.target("pdf"), source.fingerprint
    if fingerprint_of(path) == fingerprint:
        return Made(source.planned.name, path, new=False)
    from helpers.book.chromium import ROOT
    from helpers.book.printing import print_document

    report(f"Printing {source.planned.name} ...")
    cover = source.cover()
    parts, pages = source.pages()
    printed = print_document(
        printed_document(
            cover,
            parts,
            pages,
            styles=[f"{STYLES}/{name}" for name in content_styles(source.project)],
            own_style=source.own_style(STYLE),
        ),
        {ROOT: source.html, FONTS: fonts(), STYLES: source.project.chapters / "_static"},
        report=report,
    )
    whole = finished(
        printed,
        title=cover.title,
        author=cover.author,
        subject=cover.notice,
        language=cover.language,
        day=source.dated.day,
        fingerprint=fingerprint,
        bookmarks=[Bookmark(0, "Contents", ""), *bookmarks(parts, pages)],
    )
    write_file(path, whole)
    report(f"  {number_of_pages(whole)} pages, {len(whole) / 1e6:.1f} MB")
    return Made(source.planned.name, path, new=True)


def bookmarks(parts: Sequence[Part], pages: Mapping[str, PrintedPage]) -> list[Bookmark]:
    """Return the outline of a book: its parts, their chapters, and the sections listed of them."""
    from helpers.book.pdf_files import Bookmark

    found: list[Bookmark] = []
    for part in parts:
        level = 0
        if part.caption:
            found.append(Bookmark(0, part.caption, pages[part.pages[0]].anchor))
            level = 1
        for page in (pages[name] for name in part.pages):
            found.append(Bookmark(level, page.title, page.anchor))
            found += [
                Bookmark(level + 1, section.text, section.anchor)
                for section in listed_sections(page, pages)
            ]
    return found


def fonts() -> Path:
    """Return the folder of the fonts, which come with matplotlib; it is not loaded for that.

    Raises
    ------
    BuildError
        When matplotlib is not installed.
    """
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise BuildError("The package matplotlib is not installed: install requirements.lock.")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"


def content_styles(project: Project) -> list[str]:
    """Return the book's style sheets for what stands in a page, in the order of the pages.

    What is around a page on a screen is not there on paper, and has a style sheet of its own.
    """
    config = (read_settings(project.root / "_config.yml").get("sphinx") or {}).get("config") or {}
    return [name for name in config.get("html_css_files") or [] if name != FRAME_STYLE]
