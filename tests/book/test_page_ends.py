from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from helpers.book.book_facts import BookFacts
from helpers.book.citation import Author, Citation
from helpers.book.finishing import Page, Site
from helpers.book.offered_files import Offered
from helpers.book.page_ends import chapter_of, with_downloads, with_version

CITED = Citation("A book", (Author("Us"),), "1.2.3", "2026-01-02")
FACTS = BookFacts("first", "A trial", "Real patients (TRIAL)", False, True, citation=CITED)
OFFERED = {"01_a": (Offered("Notebook to run", "_sources/chapters/01_a.ipynb"),)}


def page(name: str, html: Path = Path("html")) -> Page:
    return Page(Site(html, "first"), name)


def soup() -> BeautifulSoup:
    return BeautifulSoup(
        "<article><section><h1>T</h1><section><h2>Last</h2></section></section></article>"
        "<footer><p>By us</p></footer>",
        "html.parser",
    )


def test_a_chapter_ends_with_what_it_offers() -> None:
    found = soup()
    with_downloads(found, page("chapters/01_a.html"), offered=OFFERED)
    last = found.select("article > section > section")[-1]
    assert last["id"] == "downloads"
    assert last.h2.text == "Downloads"
    [link] = last.select("ul li a")
    assert link["href"] == "../_sources/chapters/01_a.ipynb"
    assert link["download"] == "01_a.ipynb"
    assert link.text == "Notebook to run"


@pytest.mark.parametrize("name", ["chapters/cite.html", "genindex.html", "01_a.html"])
def test_other_pages_offer_nothing(name: str) -> None:
    found = soup()
    with_downloads(found, page(name), offered=OFFERED)
    assert found.select_one("#downloads") is None


def test_every_page_ends_with_its_version_and_licence(tmp_path: Path) -> None:
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "cite.html").touch()
    found = soup()
    with_version(found, page("chapters/01_a.html", tmp_path), facts=FACTS)
    line = found.select_one("footer .book-version")
    assert line.text == "Version 1.2.3. How to cite. Text: CC BY 4.0. Code: MIT."
    assert [link["href"] for link in line.select("a")] == ["../chapters/cite.html"]


def test_a_book_without_a_version_says_none(tmp_path: Path) -> None:
    found = soup()
    unknown = BookFacts("first", "A trial", "Real patients (TRIAL)", False, True)
    with_version(found, page("chapters/01_a.html", tmp_path), facts=unknown)
    assert found.select_one(".book-version") is None


def test_chapter_of_a_page() -> None:
    names = ("chapters/05_primary.html", "search.html", "chapters/more/x.html")
    assert [chapter_of(page(name)) for name in names] == ["05_primary", "", ""]
