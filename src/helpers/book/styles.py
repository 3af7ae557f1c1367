"""One small style sheet for all pages, in place of ten large ones."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from helpers.book.purging import Element, trimmed
from helpers.book.site_pages import Page, Pages, Site

BUNDLE = "_static/site.{digest}.css"
"""Name of the style sheet; the digest changes with its content, so that browsers may keep it."""

# What is larger is a library that draws by itself; its words would keep half of every style.
_LARGEST_SCRIPT = 100_000
_WORD = re.compile(r"[A-Za-z_-][\w-]*")
_URL = re.compile(r"""url\(\s*(["']?)([^)"']+)\1\s*\)""")
_IMPORT = re.compile(r"""@import\s+(?:url\()?["']([^"']+)["']\)?\s*;""")
_FONT = re.compile(r"@font-face\s*\{[^}]*\}")
_REMARK = re.compile(r"^[ \t]*//[^\n]*$|/\*.*?\*/", re.MULTILINE | re.DOTALL)
_VARIABLE = re.compile(r"--[\w-]+")


def bundle_styles(site: Site, pages: Pages) -> None:
    """Put the style sheets that most pages share into one, trimmed to what the pages need.

    Only pages with the book's own frame are counted and changed; the theme's own frame needs
    styles for what its scripts make.
    """
    framed = {page: soup for page, soup in pages.items() if soup.select_one("header.book-header")}
    linked = {page: _sheets(soup, page) for page, soup in framed.items()}
    counted = Counter(name for names in linked.values() for name in names)
    shared = [name for name, times in counted.items() if 2 * times >= len(framed)]
    if not shared:
        return
    alone = [name for name in counted if name not in shared]
    text = "\n".join(_rebased(site, name) for name in shared)
    small = trimmed(
        text,
        elements=elements(framed),
        words=script_words(site, framed) | _variables(site, framed, alone),
    )
    name = BUNDLE.format(digest=sha256(small.encode()).hexdigest()[:8])
    (site.html / name).write_text(small, encoding="utf-8")
    for page, soup in framed.items():
        _link_bundle(soup, page, shared, name)


def elements(pages: Pages) -> frozenset[Element]:
    """Return what selectors can ask of the elements of all pages."""
    return frozenset(
        Element(tag.name, frozenset(tag.get_attribute_list("class")), str(tag.get("id") or ""))
        for soup in pages.values()
        for tag in soup.find_all(True)
    )


def script_words(site: Site, pages: Pages) -> frozenset[str]:
    """Return every word of the scripts that belong to the pages, written in them or linked."""
    texts: set[str] = set()
    for page, soup in pages.items():
        for script in soup.find_all("script"):
            texts.add(script.get_text())
            path = local_file(page, str(script.get("src") or ""))
            if path and path.is_file() and path.stat().st_size <= _LARGEST_SCRIPT:
                texts.add(path.read_text(encoding="utf-8", errors="replace"))
    own = (site.html / "_static" / name for name in site.own_files if name.endswith(".js"))
    texts |= {path.read_text(encoding="utf-8") for path in own if _is_small(path)}
    return frozenset(word for text in texts for word in _WORD.findall(_REMARK.sub("", text)))


def local_file(page: Page, address: str) -> Path | None:
    """Return the file of the site that a page means by an address; None for any other."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path:
        return None
    place = posixpath.normpath(posixpath.join(posixpath.dirname(page.name), parts.path))
    return None if place.startswith("..") else page.site.html / place


def _is_small(path: Path) -> bool:
    return path.is_file() and path.stat().st_size <= _LARGEST_SCRIPT


def _links(soup: BeautifulSoup) -> list[Tag]:
    return [
        link for link in soup.find_all("link") if "stylesheet" in link.get_attribute_list("rel")
    ]


def _sheets(soup: BeautifulSoup, page: Page) -> list[str]:
    """Return the style sheets of the site that a page links, in order."""
    found = (local_file(page, str(link.get("href") or "")) for link in _links(soup))
    there = (path for path in found if path and path.is_file())
    return list(dict.fromkeys(path.relative_to(page.site.html).as_posix() for path in there))


def _rebased(site: Site, name: str) -> str:
    """Return a style sheet with what it imports, its addresses relative to ``_static``.

    The fonts of other packages are left out: they hold the signs of thousands of icons, and pages
    are set in the fonts of the reader's own system.
    """
    folder = posixpath.dirname(name)
    text = (site.html / name).read_text(encoding="utf-8")
    if name.removeprefix("_static/") not in site.own_files:
        text = _FONT.sub("", text)

    def moved(found: re.Match[str]) -> str:
        address = found[2]
        if urlsplit(address).scheme or address.startswith(("/", "#")):
            return found[0]
        place = posixpath.normpath(posixpath.join(folder, address))
        return f'url("{posixpath.relpath(place, "_static")}")'

    def imported(found: re.Match[str]) -> str:
        place = posixpath.normpath(posixpath.join(folder, found[1]))
        return _rebased(site, place) if (site.html / place).is_file() else found[0]

    return _IMPORT.sub(imported, _URL.sub(moved, text))


def _variables(site: Site, pages: Pages, sheets: list[str]) -> frozenset[str]:
    """Return the variables that something outside of the shared style sheets mentions."""
    texts = [(site.html / name).read_text(encoding="utf-8") for name in sheets]
    for soup in pages.values():
        texts += [style.get_text() for style in soup.find_all("style")]
        texts += [str(tag["style"]) for tag in soup.find_all(style=True)]
    return frozenset(name for text in texts for name in _VARIABLE.findall(text))


def _link_bundle(soup: BeautifulSoup, page: Page, shared: list[str], name: str) -> None:
    """Replace the first of the shared style sheets of a page by the bundle; drop the others."""
    bundle = soup.new_tag("link", rel="stylesheet", href=f"{page.to_root}{name}")
    placed = False
    for link in _links(soup):
        path = local_file(page, str(link.get("href") or ""))
        if path and path.relative_to(page.site.html).as_posix() in shared:
            if not placed:
                link.insert_before(bundle)
                placed = True
            link.decompose()
