"""A way back from pages that the compiler makes without a place in the order, as the index."""

from __future__ import annotations

import posixpath

from bs4 import BeautifulSoup, Tag

from helpers.book.page_frame import heading_text
from helpers.book.site_pages import Page, Pages, Site


def add_turns_back(site: Site, pages: Pages) -> None:
    """Lead back to the page before from every page that knows of none, but that one goes on to."""
    named = {page.name: (page, soup) for page, soup in pages.items()}
    for before, soup in pages.items():
        onward = soup.select_one("nav.book-turn a.book-next[href]")
        if onward is None:
            continue
        folder = posixpath.dirname(before.name)
        after = named.get(posixpath.normpath(posixpath.join(folder, str(onward["href"]))))
        if after is None:
            continue
        page, behind = after
        if behind.select_one("nav.book-turn") is None:
            _add_turn(behind, page.to_root + before.name, _title(soup, before))


def _title(soup: BeautifulSoup, page: Page) -> str:
    heading = soup.select_one("article h1")
    return heading_text(heading) if heading is not None else page.name


def _add_turn(soup: BeautifulSoup, href: str, title: str) -> None:
    article = soup.find("article")
    if not isinstance(article, Tag):
        return
    turn = soup.new_tag("nav", attrs={"class": "book-turn", "aria-label": "Previous and next page"})
    link = soup.new_tag("a", attrs={"class": "book-prev", "href": href, "rel": "prev"})
    word = soup.new_tag("span")
    word.string = "Previous"
    link.extend([word, f" {title}"])
    turn.append(link)
    article.insert_after(turn)
    if soup.head is not None:
        soup.head.append(soup.new_tag("link", attrs={"rel": "prev", "href": href}))
