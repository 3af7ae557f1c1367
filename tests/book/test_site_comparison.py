from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from bs4 import BeautifulSoup

from helpers.book.planning import PlannedEdition
from helpers.book.site_comparison import as_root_page, comparisons_within
from helpers.book.site_editions import SiteEdition


def site_edition(name: str, *pages: str) -> SiteEdition:
    return SiteEdition(
        name=name,
        trial=name,
        title=f"The book of {name}",
        about="",
        audience="",
        label=name,
        synthetic=False,
        finding="",
        first="chapters/index.html",
        pages=frozenset(pages),
    )


def planned(name: str, *, compared: bool) -> PlannedEdition:
    chapters = [
        SimpleNamespace(name="05_primary", chapter=SimpleNamespace(title="P", compares=False)),
        SimpleNamespace(name="compare", chapter=SimpleNamespace(title="Editions", compares=True)),
    ]
    found: Any = SimpleNamespace(
        name=name, chapters=chapters, compared=("other",) if compared else ()
    )
    return cast(PlannedEdition, found)


def test_finds_the_comparisons_within_books() -> None:
    found = comparisons_within(
        [planned("a", compared=True), planned("b", compared=False), planned("c", compared=True)],
        [
            site_edition("a", "chapters/compare.html"),
            site_edition("b", "chapters/compare.html"),
            site_edition("c"),
        ],
    )
    assert found == {"Editions: The book of a": "../a/chapters/compare.html"}


def test_the_page_leads_back_and_to_the_comparisons_within_books() -> None:
    soup = BeautifulSoup("<html><head></head><body><h1>Two</h1></body></html>", "html.parser")
    within = {"One": "../a/x.html", "Other": "../b/x.html"}
    as_root_page(soup, editions=[site_edition("a"), site_edition("b")], within=within)
    assert [link["href"] for link in soup.select("a")] == ["../index.html", *within.values()]
    described = soup.select_one('meta[name="description"]')
    assert described is not None
    assert described["content"] == "Two. Editions: The book of a; The book of b."
    alone = BeautifulSoup("<html><head></head><body><h1>Two</h1></body></html>", "html.parser")
    as_root_page(alone, editions=[site_edition("a")], within={})
    assert [link["href"] for link in alone.select("a")] == ["../index.html"]
