from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from helpers.book.finishing import finish_site
from helpers.book.site_pages import Page, Pages, Site


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

    def together(site: Site, pages: Pages) -> None:
        for page, soup in pages.items():
            seen.append((page.name, soup.p.text))
            soup.p.string += ", and once more"

    def last(site: Site) -> None:
        assert site.edition == "tiny"
        seen.append(("site", (site.html / "index.html").read_text(encoding="utf-8")))

    finish_site(
        html,
        edition="tiny",
        page_steps=(first, second),
        pages_steps=(together,),
        site_steps=(last,),
    )
    assert seen[:4] == [
        ("chapters/a.html", "chapters/a.html"),
        ("index.html", "index.html"),
        ("chapters/a.html", "changed again from ../"),
        ("index.html", "changed again from "),
    ]
    assert seen[4][1].endswith("<p>changed again from , and once more</p>")
    page = (html / "chapters" / "a.html").read_text(encoding="utf-8")
    assert page.endswith("<p>changed again from ../, and once more</p>")
    assert "changed" not in (html / "_static" / "template.html").read_text(encoding="utf-8")


def test_a_page_with_the_frame_of_the_theme_keeps_its_scripts_and_its_styles(html: Path) -> None:
    text = '<link href="_static/theme.css" rel="stylesheet"><script src="_static/doctools.js">'
    (html / "index.html").write_text(text, encoding="utf-8")
    (html / "_static" / "theme.css").write_text("a { color: red }", encoding="utf-8")
    (html / "_static" / "doctools.js").write_text("", encoding="utf-8")
    finish_site(html, edition="tiny")
    assert "doctools.js" in (html / "index.html").read_text(encoding="utf-8")
    assert "theme.css" in (html / "index.html").read_text(encoding="utf-8")
    assert (html / "_static" / "theme.css").is_file()
