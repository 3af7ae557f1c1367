"""An index of the book's sections that a page can search by itself, also from a folder.

Sphinx' own search fetches every page that it has found to show where the words stand, which a
browser refuses for pages opened from a folder. Here the text of the sections is in the index, a
script that is loaded when somebody searches.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, NavigableString, Tag

from helpers.book.page_frame import heading_text
from helpers.book.site_pages import Page, Pages, Site

INDEX = "_static/search-index.js"
"""Name of the index."""

# Pages without content of their own.
_LEFT_OUT = frozenset({"search.html", "genindex.html", "404.html"})
_SILENT = frozenset({"script", "style", "template", "noscript", "button", "nav"})

# Elements that may stand within a word; any other ends it.
_WITHIN_WORDS = frozenset({"a", "b", "i", "em", "strong", "span", "code", "sub", "sup", "math"})


@dataclass(frozen=True)
class Section:
    """A part of a page between two headings."""

    address: str
    page: str
    heading: str
    text: str


def write_search_index(site: Site, pages: Pages) -> None:
    """Write the index of all pages."""
    sections = [
        section
        for page, soup in pages.items()
        if page.name not in _LEFT_OUT
        for section in page_sections(soup, page)
    ]
    rows = [[each.address, each.page, each.heading, each.text] for each in sections]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    # A script, not JSON: pages in a folder may load scripts, but not fetch.
    target = site.html / INDEX
    target.parent.mkdir(exist_ok=True)
    target.write_text(f"window.bookSections={text};\n", encoding="utf-8")


def page_sections(soup: BeautifulSoup, page: Page) -> Iterator[Section]:
    """Return the sections of a page in their order, each with its text without code."""
    article = soup.find("article")
    title = article.find("h1") if isinstance(article, Tag) else None
    if not isinstance(article, Tag) or not isinstance(title, Tag):
        return
    name = heading_text(title)
    for section in article.select("section[id]"):
        heading = section.find(["h1", "h2", "h3", "h4", "h5", "h6"], recursive=False)
        if isinstance(heading, Tag):
            first = heading is title
            yield Section(
                address=page.name if first else f"{page.name}#{section['id']}",
                page=name,
                heading="" if first else heading_text(heading),
                text=" ".join("".join(_texts(section, skip=heading)).split()),
            )
    # A term that is asked for is found before the pages that only use it.
    for term in article.select("dl.glossary dt[id]"):
        meaning = term.find_next_sibling("dd")
        if isinstance(meaning, Tag):
            yield Section(
                address=f"{page.name}#{term['id']}",
                page=name,
                heading=heading_text(term),
                text=" ".join("".join(_texts(meaning)).split()),
            )


def _texts(part: Tag, *, skip: Tag | None = None) -> Iterator[str]:
    """Return the texts of an element, without sections within it and without code cells."""
    for child in part.children:
        if isinstance(child, NavigableString):
            if type(child) is NavigableString:
                yield str(child)
        elif isinstance(child, Tag) and child is not skip and not _is_silent(child):
            inner = "".join(_texts(child))
            yield inner if child.name in _WITHIN_WORDS else f" {inner} "


def _is_silent(tag: Tag) -> bool:
    classes = tag.get_attribute_list("class")
    return (
        tag.name in _SILENT
        or "headerlink" in classes
        or "code-fold" in classes
        or "glossary" in classes  # each of its terms is found by itself
        or (tag.name == "td" and "gt_right" in classes)  # numbers, which nobody searches for
        or (tag.name == "section" and tag.has_attr("id"))
    )
