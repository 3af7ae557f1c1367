from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from helpers.book.purging import Element
from helpers.book.site_pages import Page, Pages, Site, read_page
from helpers.book.styles import bundle_styles, elements, local_file, script_words

HEAD = (
    '<link rel="stylesheet" href="../_static/styles/theme.css?v=1">'
    '<link rel="stylesheet" href="../_static/book.css">'
)
FILES = {
    "_static/styles/theme.css": '@import "../basic.css"; .never { top: 0 } :root { --unused: 1px; '
    "--shared: 2px; --inline: 3px } @font-face { font-family: Icons; src: url(icons.woff2) } "
    ".icon { font-family: Icons; background: url('../pictures/a.svg') }",
    "_static/basic.css": "body { top: 0 }",
    "_static/book.css": ".made-by-script { margin: var(--shared) } .only-here { top: 1px }"
    '@font-face { font-family: Own; src: url("own.woff") } p { font-family: Own }',
    "_static/alone.css": "p { color: red }",
    "_static/book.js": "// .remark\nmade.className = 'made-by-script';",
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    html = tmp_path / "html"
    for name, text in FILES.items():
        path = html / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    own = tmp_path / "source" / "chapters" / "_static"
    own.mkdir(parents=True)
    for name in ("book.css", "book.js"):
        (own / name).write_text("", encoding="utf-8")
    return Site(html, "tiny", tmp_path / "source")


def page(site: Site, name: str, head: str = HEAD, *, frame: bool = True) -> Page:
    path = site.html / name
    path.parent.mkdir(exist_ok=True)
    header = '<header class="book-header"></header>' if frame else ""
    path.write_text(
        f"<html><head>{head}</head><body>{header}<p class='icon' style='top: var(--inline)'>x</p>"
        "<script src='../_static/book.js'></script></body></html>",
        encoding="utf-8",
    )
    return Page(site, name)


def read(*pages: Page) -> Pages:
    return {each: read_page(each.path) for each in pages}


def bundle(site: Site) -> str:
    [path] = (site.html / "_static").glob("site.*.css")
    return path.read_text(encoding="utf-8")


def links(soup: BeautifulSoup) -> list[str]:
    return [re.sub("[0-9a-f]{8}", "X", str(link["href"])) for link in soup.find_all("link")]


def test_pages_share_one_style_sheet(site: Site) -> None:
    a, b = page(site, "chapters/a.html"), page(site, "chapters/b.html")
    pages = read(a, b)
    bundle_styles(site, pages)
    assert [links(soup) for soup in pages.values()] == [["../_static/site.X.css"]] * 2
    text = bundle(site)
    assert text.startswith("body{top:0}")
    assert 'url("pictures/a.svg")' in text
    for gone in ("never", "unused", "only-here", "@import"):
        assert gone not in text
    assert ":root{--shared:2px;--inline:3px}" in text
    assert ".made-by-script{" in text


def test_fonts_of_icons_go_and_the_book_s_own_stay(site: Site) -> None:
    bundle_styles(site, read(page(site, "chapters/a.html")))
    assert "icons.woff2" not in bundle(site)
    assert 'url("own.woff")' in bundle(site)


def test_a_style_sheet_of_few_pages_stays_theirs(site: Site) -> None:
    alone = HEAD + '<link rel="stylesheet" href="../_static/alone.css">'
    pages = read(
        page(site, "chapters/a.html", alone),
        *(page(site, f"chapters/{name}.html") for name in "bcd"),
    )
    bundle_styles(site, pages)
    first, second, *_ = (links(soup) for soup in pages.values())
    assert first == ["../_static/site.X.css", "../_static/alone.css"]
    assert second == ["../_static/site.X.css"]
    assert "color:red" not in bundle(site)


def test_pages_without_the_own_frame_keep_their_styles(site: Site) -> None:
    pages = read(page(site, "chapters/a.html", frame=False))
    bundle_styles(site, pages)
    assert len(links(*pages.values())) == 2
    assert not list((site.html / "_static").glob("site.*.css"))


def test_the_name_changes_with_the_content(site: Site) -> None:
    bundle_styles(site, read(page(site, "chapters/a.html")))
    [before] = (site.html / "_static").glob("site.*.css")
    before.unlink()
    bundle_styles(site, read(page(site, "chapters/a.html")))
    assert before.is_file()
    (site.html / "_static" / "basic.css").write_text("body { top: 9px }", encoding="utf-8")
    bundle_styles(site, read(page(site, "chapters/a.html")))
    assert len(list((site.html / "_static").glob("site.*.css"))) == 2


def test_elements_and_words_of_the_pages(site: Site) -> None:
    pages = read(page(site, "chapters/a.html"))
    assert Element("p", frozenset({"icon"})) in elements(pages)
    words = script_words(site, pages)
    assert "made-by-script" in words
    assert "remark" not in words


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("../_static/a.css?v=1", "_static/a.css"),
        ("b.html#x", "chapters/b.html"),
        ("https://example.org/a.css", None),
        ("//example.org/a.css", None),
        ("data:image/png;base64,x", None),
        ("#x", None),
        ("../../a.css", None),
    ],
)
def test_files_that_a_page_means(address: str, place: str | None) -> None:
    site = Site(Path("html"), "tiny")
    found = local_file(Page(site, "chapters/a.html"), address)
    assert found == (Path("html") / place if place else None)
