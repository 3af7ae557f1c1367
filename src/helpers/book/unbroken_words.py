"""What belongs together stays on one line: a P value is not parted from its sign."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, NavigableString, Tag

from helpers.book.site_pages import Page

ONE_LINE = "one-line"

_P_VALUE = re.compile(r"(\bP [=<>] \.?\d(?:[\d.]*\d)?)")
_AS_WRITTEN = ("code", "pre", "script", "style", "svg", "math", "textarea", "template")


def with_unbroken_p_values(soup: BeautifulSoup, page: Page) -> None:
    """Keep every P value of a page's text on one line: ``P < .001``."""
    article = soup.select_one("article")
    for text in article.find_all(string=_P_VALUE) if article is not None else ():
        if type(text) is not NavigableString or text.find_parent(_AS_WRITTEN) is not None:
            continue
        # Every second part is a P value.
        for place, part in enumerate(_P_VALUE.split(text)):
            piece: NavigableString | Tag = NavigableString(part)
            if place % 2:
                piece = soup.new_tag("span", attrs={"class": ONE_LINE})
                piece.string = part
            text.insert_before(piece)
        text.extract()
