"""Make the PDF of an edition whose book is finished, unless it is there already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from helpers.book.builds import stored_fingerprint
from helpers.book.content_date import ContentDate, content_date
from helpers.book.finishing import read_page
from helpers.book.mathjax import MATHJAX_PATH
from helpers.book.planning import PlannedEdition, specification
from helpers.book.print_document import FONTS, Cover, printed_document
from helpers.book.print_pages import PrintedPage, printed_pages
from helpers.book.project import Project, read_settings
from helpers.book.reading_order import Part, parts_of
from helpers.book.replacing import write_file
from helpers.book.staging import NOTICES, without_chapters
from helpers.errors import BuildError

STYLE = "print.css"
_OF_THE_SITE = ("pygments.css", "sphinx-design.min.css")


@dataclass(frozen=True)
class Printed:
    """A PDF that is in place, and whether this run made it."""

    edition: str
    path: Path
    new: bool


def pdf_path(project: Project, name: str) -> Path:
    """Return where the PDF of an edition lies."""
    return project.build / name / f"{name}.pdf"


def print_edition(
    project: Project, planned: PlannedEdition, *, report: Callable[[str], None]
) -> Printed:
    """Print the finished book of an edition as a PDF.

    Parameters
    ----------
    project
        The book.
    planned
        An edition whose book is up to date.
    report
        Called with a line for the reader whenever there is something to tell.

    Raises
    ------
    BuildError
        When it cannot be printed; a PDF that is there stays.
    """
    path = pdf_path(project, planned.name)
    dated = content_date(project)
    fingerprint = _fingerprint(project, planned, dated)
    from helpers.book.pdf_files import finished, fingerprint_of, number_of_pages

    if fingerprint_of(path) == fingerprint:
        return Printed(planned.name, path, new=False)
    report(f"Printing {planned.name}")
    html = project.build / planned.name / "html"
    cover = cover_of(project, planned, dated)
    parts, pages = pages_of_book(project, planned)
    from helpers.book.chromium import ROOT
    from helpers.book.printing import print_document

    printed = print_document(
        printed_document(
            cover,
            parts,
            pages,
            styles=[f"_static/{name}" for name in _styles(project, html)],
            scripts=[f"_static/{MATHJAX_PATH}"] if _needs_mathjax(pages) else [],
            own_style=_own_style(project),
        ),
        {ROOT: html, FONTS: fonts()},
        report=report,
    )
    whole = finished(
        printed,
        title=cover.title,
        author=cover.author,
        subject=cover.notice,
        language=cover.language,
        day=dated.day,
        fingerprint=fingerprint,
    )
    write_file(path, whole)
    report(f"  {number_of_pages(whole)} pages, {len(whole) / 1e6:.1f} MB")
    return Printed(planned.name, path, new=True)


def cover_of(project: Project, planned: PlannedEdition, dated: ContentDate) -> Cover:
    """Return what the cover of an edition says."""
    trial = specification(planned.trial)
    settings = read_settings(project.root / "_config.yml")
    config = (settings.get("sphinx") or {}).get("config") or {}
    return Cover(
        title=planned.edition.title,
        trial=trial.title,
        edition=planned.name,
        author=str(settings.get("author") or ""),
        synthetic=trial.is_synthetic,
        label=f"{trial.data_label} ({trial.short_title})",
        notice=NOTICES[trial.is_synthetic],
        version=own_version(),
        dated=str(dated),
        language=str(config.get("language") or "en"),
    )


def pages_of_book(
    project: Project, planned: PlannedEdition
) -> tuple[tuple[Part, ...], dict[str, PrintedPage]]:
    """Return the parts of an edition's finished book, and its pages by name."""
    toc = without_chapters(
        read_settings(project.root / "_toc.yml"), planned.edition.leave_out
    )
    parts = parts_of(toc)
    names = [name for part in parts for name in part.pages]
    html = project.build / planned.name / "html"
    return parts, {page.name: page for page in printed_pages(html, names)}


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


def own_version() -> str:
    """Return the version of this package."""
    try:
        return version("trialbook")
    except PackageNotFoundError:
        return "unknown"


def _fingerprint(project: Project, planned: PlannedEdition, dated: ContentDate) -> str:
    """Return a fingerprint of a finished book, which covers code and style sheets, and its date."""
    parts = [stored_fingerprint(project, planned.name), str(dated), own_version()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _styles(project: Project, html: Path) -> list[str]:
    """Return the style sheets of the site that paper follows too: the book's own, not the theme's.

    Their order is that of the pages.
    """
    own = {path.name for path in (project.chapters / "_static").glob("*.css")} - {STYLE}
    linked = read_page(html / "genindex.html").select("link[rel=stylesheet][href]")
    names = [Path(str(link["href"]).partition("?")[0]).name for link in linked]
    return [name for name in names if name in own or name in _OF_THE_SITE]


def _own_style(project: Project) -> str:
    path = project.chapters / "_static" / STYLE
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BuildError(f"{project.shown(path)} is missing: the PDF needs it.") from None


def _needs_mathjax(pages: dict[str, PrintedPage]) -> bool:
    """Say whether there are equations that no build has set yet."""
    return any(
        math.find("math") is None for page in pages.values() for math in page.article.select(".math")
    )
