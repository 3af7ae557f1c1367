"""What stands at the end of a page: what it offers to download, the version and the licence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from bs4 import BeautifulSoup, Tag

from helpers.book.book_facts import BookFacts
from helpers.book.finishing import Page
from helpers.book.offered_files import Offered

DOWNLOADS_ID = "downloads"
LINKS_CLASS = "chapter-links"

_CHAPTERS = "chapters"
_CITE = "chapters/cite.html"
_CHANGES = "chapters/changelog.html"


def with_downloads(
    soup: BeautifulSoup, page: Page, *, offered: Mapping[str, tuple[Offered, ...]]
) -> None:
    """List at the end of a chapter the files that it offers."""
    files = offered.get(chapter_of(page), ())
    article = soup.find("article")
    if not files or not isinstance(article, Tag):
        return
    whole = article.find("section", recursive=False) or article
    if not isinstance(whole, Tag):
        return
    part = soup.new_tag("section", attrs={"id": DOWNLOADS_ID, "class": "chapter-downloads"})
    heading = soup.new_tag("h2")
    heading.string = "Downloads"
    listed = soup.new_tag("ul", attrs={"class": LINKS_CLASS})
    part.extend([heading, listed])
    for each in files:
        name = PurePosixPath(each.place).name
        add_link(soup, listed, each.words, page.to_root + each.place, download=name)
    whole.append(part)


def with_version(soup: BeautifulSoup, page: Page, *, facts: BookFacts) -> None:
    """Say at the foot of a page which version of the book it is, how to cite it and its licence."""
    footers = soup.find_all("footer")
    if not footers or facts.citation is None:
        return
    line = soup.new_tag("p", attrs={"class": "book-version"})
    line.append(f"Version {facts.version}.")
    there = {place for place in (_CITE, _CHANGES) if (page.site.html / place).is_file()}
    for place, words in ((_CITE, "How to cite"), (_CHANGES, "What has changed")):
        if place in there:
            line.append(" ")
            link = soup.new_tag("a", href=page.to_root + place)
            link.string = words
            line.extend([link, "."])
    line.append(" Text: CC BY 4.0. Code: MIT.")
    # A theme may have others, which are empty.
    whole = next((each for each in footers if each.get_text(strip=True)), footers[-1])
    whole.append(line)


def add_link(
    soup: BeautifulSoup, listed: Tag, words: str, href: str, *, download: str = ""
) -> None:
    """Add an entry with a link to a list."""
    link = soup.new_tag("a", attrs={"href": href} | ({"download": download} if download else {}))
    link.string = words
    entry = soup.new_tag("li")
    entry.append(link)
    listed.append(entry)


def chapter_of(page: Page) -> str:
    """Return the name of the chapter that a page is made from; empty for pages at the top."""
    place = PurePosixPath(page.name)
    return place.stem if place.parent.as_posix() == _CHAPTERS else ""
