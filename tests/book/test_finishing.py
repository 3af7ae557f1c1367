from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from helpers.book.finishing import Page, Site, finish_site, page_text, pages_of, read_page


@pytest.fixture
def html(tmp_path: Path) -> Path:
    for name in ("index.html", "chapters/a.html", "_static/template.html"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"<!DOCTYPE html>\n<title>{name}</title><p>x</p>", encoding="utf-8")
    return tmp_path


def test_every_page_goes_through_every_step_in_order(html: Path) -> None:
    seen: list[tuple[str, str]] = []

    def first(soup: BeautifulSoup, page: Page) -> None:
        seen.append((page.name, soup.title.text))
        soup.p.string = "changed"

    def second(soup: BeautifulSoup, page: Page) -> None:
        soup.p.string += f" again from {page.to_root}"

    def last(site: Site) -> None:
        assert site.edition == "tiny"
        seen.append(("site", (site.html / "index.html").read_text(encoding="utf-8")))

    finish_site(html, edition="tiny", page_steps=(first, second), site_steps=(last,))
    pages = [("chapters/a.html", "chapters/a.html"), ("index.html", "index.html")]
    assert seen[:2] == pages
    assert seen[2][1].endswith("<title>index.html</title><p>changed again from </p>")
    assert (html / "chapters" / "a.html").read_text().endswith("<p>changed again from ../</p>")
    assert "changed" not in (html / "_static" / "template.html").read_text()


def test_names_of_pages(html: Path) -> None:
    assert [page.name for page in pages_of(Site(html, "x"))] == ["chapters/a.html", "index.html"]


@pytest.mark.parametrize(
    "text",
    [
        "<p>a &lt; b &amp; c — “d”</p>",
        '<script>if (1 < 2 && "</p>") {}</script>',
        '<img alt="" src="a.svg"><br><input disabled="">',
        "<pre>  two\n   lines </pre>",
        '<math display="block"><mi>β</mi><mo>&lt;</mo></math>',
    ],
)
def test_a_page_that_no_step_changes_keeps_its_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.html"
    path.write_text(text, encoding="utf-8")
    assert page_text(read_page(path)) == text
