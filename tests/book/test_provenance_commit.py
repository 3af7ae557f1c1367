from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from helpers.book.chapter_links import Source
from helpers.book.finishing import Page, Site
from helpers.book.provenance_commit import with_commit
from helpers.book.published_source import PublishedSource

COMMIT = "a" * 40
HUB = "https://github.com/owner/name"


def after(source: Source, name: str = "chapters/provenance.html") -> BeautifulSoup:
    soup = BeautifulSoup("<table id='made'><tbody></tbody></table>", "html.parser")
    with_commit(soup, Page(Site(Path("html"), "first"), name), source=source)
    return soup


def test_names_the_commit_with_a_link_where_its_page_is_known() -> None:
    soup = after(Source(HUB, published=PublishedSource(HUB, COMMIT)))
    assert soup.th.text == "Commit of the source"
    assert soup.td.text == COMMIT
    assert soup.a["href"] == f"{HUB}/tree/{COMMIT}"
    other = after(Source("file:///x", published=PublishedSource("file:///x", COMMIT)))
    assert other.td.text == COMMIT
    assert other.a is None


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (Source(HUB), "chapters/provenance.html"),
        (Source(HUB, published=PublishedSource(HUB, COMMIT)), "chapters/cite.html"),
    ],
)
def test_is_silent_elsewhere_and_where_no_commit_is_known(source: Source, name: str) -> None:
    assert after(source, name).tr is None
