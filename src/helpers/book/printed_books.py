"""Make the PDF of an edition whose book is finished, unless it is there already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.book.finishing import read_page
from helpers.book.print_document import FONTS, listed_sections, printed_document
from helpers.book.print_pages import PrintedPage
from helpers.book.print_sources import Made, PrintSource
from helpers.book.reading_order import Part
from helpers.book.replacing import write_file
from helpers.errors import BuildError

if TYPE_CHECKING:
    from helpers.book.pdf_files import Bookmark

STYLE = "print.css"
_OF_THE_SITE = ("pygments.css", "sphinx-design.min.css")


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
            styles=[f"_static/{name}" for name in site_styles(source)],
            own_style=source.own_style(STYLE),
        ),
        {ROOT: source.html, FONTS: fonts()},
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


def site_styles(source: PrintSource) -> list[str]:
    """Return the style sheets of the site that paper follows too: the book's own, not the theme's.

    Their order is that of the pages.
    """
    own = {path.name for path in (source.project.chapters / "_static").glob("*.css")} - {STYLE}
    linked = read_page(source.html / "genindex.html").select("link[rel=stylesheet][href]")
    names = [Path(str(link["href"]).partition("?")[0]).name for link in linked]
    return [name for name in names if name in own or name in _OF_THE_SITE]
