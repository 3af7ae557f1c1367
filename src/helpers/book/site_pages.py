"""The pages of a compiled book: where they are, how they are read and written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    source: Path | None = None
    """The staged folder that it was compiled from; None where only the pages are there."""

    @property
    def own_files(self) -> frozenset[str]:
        """What the book itself put into ``_static``, as ``book.css`` or ``fonts/a.woff``."""
        if self.source is None:
            return frozenset()
        folder = self.source / "chapters" / "_static"
        return frozenset(
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
        )


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


Pages = Mapping[Page, BeautifulSoup]
"""All pages of a site, parsed."""

# Void elements as HTML has them; entities only where a character would be read as markup.
_WRITING = HTMLFormatter(
    entity_substitution=EntitySubstitution.substitute_xml,
    void_element_close_prefix="",
    empty_attributes_are_booleans=False,
)


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
