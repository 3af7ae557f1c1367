"""Finish a compiled book: every page is read once, mended by small steps, and written back.

A step of a page is a function of the parsed page and of where it stands; a step of the site is a
function of the site, run when all pages are finished. A new one takes one line below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.dammit import EntitySubstitution
from bs4.formatter import HTMLFormatter


@dataclass(frozen=True)
class Site:
    """A compiled book."""

    html: Path
    """Its folder."""
    edition: str
    """Name of its edition."""


@dataclass(frozen=True)
class Page:
    """A page of a compiled book."""

    site: Site
    name: str
    """Its place below the folder of the site, as ``chapters/05_primary.html``."""

    @property
    def path(self) -> Path:
        """The file."""
        return self.site.html / self.name

    @property
    def to_root(self) -> str:
        """What leads from the page to the folder of the site: empty or ``../``, repeated."""
        return "../" * self.name.count("/")


PageStep = Callable[[BeautifulSoup, Page], None]
SiteStep = Callable[[Site], None]

PAGE_STEPS: tuple[PageStep, ...] = ()
"""Run on every page, in this order; each changes the parsed page in place."""

SITE_STEPS: tuple[SiteStep, ...] = ()
"""Run once, in this order, when every page is finished."""

# Void elements as HTML has them; entities only where a character would be read as markup.
_WRITING = HTMLFormatter(
    entity_substitution=EntitySubstitution.substitute_xml,
    void_element_close_prefix="",
    empty_attributes_are_booleans=False,
)


def finish_site(
    html: Path,
    *,
    edition: str,
    page_steps: tuple[PageStep, ...] | None = None,
    site_steps: tuple[SiteStep, ...] | None = None,
) -> None:
    """Finish a compiled book in place.

    Parameters
    ----------
    html
        Folder of the pages.
    edition
        Name of the edition.
    page_steps, site_steps
        What is done; by default everything that is registered here.
    """
    site = Site(html, edition)
    steps = PAGE_STEPS if page_steps is None else page_steps
    for page in pages_of(site) if steps else ():
        soup = read_page(page.path)
        for step in steps:
            step(soup, page)
        page.path.write_text(page_text(soup), encoding="utf-8")
    for finish in SITE_STEPS if site_steps is None else site_steps:
        finish(site)


def pages_of(site: Site) -> Iterator[Page]:
    """Return the pages of a site in the order of their names; templates in _static are none."""
    for path in sorted(site.html.rglob("*.html")):
        name = path.relative_to(site.html)
        if not name.parts[0].startswith("_"):
            yield Page(site, name.as_posix())


def read_page(path: Path) -> BeautifulSoup:
    """Parse a page."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def page_text(soup: BeautifulSoup) -> str:
    """Return a parsed page as the text of its file."""
    return soup.decode(formatter=_WRITING)
