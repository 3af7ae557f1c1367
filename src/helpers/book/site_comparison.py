"""The page that compares the editions of a site: its way back, and ways to the books' own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bs4 import BeautifulSoup, Tag

from helpers.book.planning import PlannedEdition
from helpers.book.root_pages import with_root_metadata
from helpers.book.site_editions import SiteEdition


def comparisons_within(
    planned: Sequence[PlannedEdition], editions: Sequence[SiteEdition]
) -> dict[str, str]:
    """Return the pages on which books compare editions of their own trial: words, and place."""
    by_name = {each.name: each for each in planned}
    return {
        f"{chapter.chapter.title}: {each.title}": f"../{each.name}/{page}"
        for each in editions
        for chapter in by_name[each.name].chapters
        if chapter.chapter.compares
        and by_name[each.name].compared
        and (page := f"chapters/{chapter.name}.html") in each.pages
    }


def as_root_page(
    soup: BeautifulSoup, *, editions: Sequence[SiteEdition], within: Mapping[str, str]
) -> None:
    """Give the page that compares the editions its place in the site."""
    heading = soup.find("h1")
    if heading is None:
        return
    heading.insert_before(_linked(soup, {"All editions": "../index.html"}))
    if within:
        words = "What changes when one trial is analysed with other choices: "
        heading.insert_after(_linked(soup, within, before=words))
    described = "; ".join(each.title for each in editions)
    title = heading.get_text()
    with_root_metadata(soup, title=title, described=f"{title}. Editions: {described}.")


def _linked(soup: BeautifulSoup, links: Mapping[str, str], *, before: str = "") -> Tag:
    """Return a paragraph of links."""
    line = soup.new_tag("p")
    line.append(before)
    for at, (words, place) in enumerate(links.items()):
        line.append("; " if at else "")
        link = soup.new_tag("a", href=place)
        link.string = words
        line.append(link)
    return line
