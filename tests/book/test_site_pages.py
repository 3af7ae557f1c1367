from __future__ import annotations

from pathlib import Path

import pytest

from helpers.book.site_pages import Page, Site, page_text, pages_of, read_page


def test_pages_in_the_order_of_their_names_without_templates(tmp_path: Path) -> None:
    for name in ("index.html", "chapters/b.html", "chapters/a.html", "_static/template.html"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("", encoding="utf-8")
    pages = list(pages_of(Site(tmp_path, "tiny")))
    assert [page.name for page in pages] == ["chapters/a.html", "chapters/b.html", "index.html"]
    assert [page.to_root for page in pages] == ["../", "../", ""]
    assert all(page.path.is_file() for page in pages)


def test_own_files_are_those_of_the_book_s_source(tmp_path: Path) -> None:
    font = tmp_path / "chapters" / "_static" / "fonts" / "a.woff"
    font.parent.mkdir(parents=True)
    font.write_text("", encoding="utf-8")
    assert Site(tmp_path / "html", "tiny", tmp_path).own_files == {"fonts/a.woff"}
    assert Site(tmp_path / "html", "tiny").own_files == frozenset()


def test_name_leads_to_the_root() -> None:
    assert Page(Site(Path("x"), "tiny"), "a/b/c.html").to_root == "../../"


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
