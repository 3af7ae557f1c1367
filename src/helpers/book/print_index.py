"""The index on paper: behind every entry the page on which it is found."""

from __future__ import annotations

import copy

from bs4 import BeautifulSoup, Tag

INDEX = ".genindextable"


def numbered_index(article: Tag) -> Tag:
    """Return an article whose entries of the index have a place for the number of their page.

    The printer fills it as it fills those of the contents. A page without an index stays as it is.
    """
    if article.select_one(INDEX) is None:
        return article
    numbered = copy.copy(article)
    maker = BeautifulSoup("", "html.parser")
    for link in numbered.select(f"{INDEX} a[href^='#']"):
        anchor = str(link["href"]).removeprefix("#")
        place = maker.new_tag("span", attrs={"class": "index-page", "data-anchor": anchor})
        link.extend(["\u2002", place])
    return numbered
