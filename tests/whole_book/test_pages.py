"""The finished pages, opened from disk in Chromium as a reader would, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ROOT = Path(__file__).parents[2]
EDITIONS = ("impact", "headache")
WIDTHS = (390, 1440)
LABEL = {"impact": "synthetic", "headache": "real patients"}
# Every chapter with an analysis shows a figure; these pages are prose and tables.
WITHOUT_FIGURE = {
    *("index", "data", "rerun", "references", "genindex", "search"),
    *("changelog", "cite", "glossary", "provenance", "teach"),
}


def pages_of(books: Path, edition: str) -> list[Path]:
    folder = books / edition / "html"
    pages = [path for path in folder.rglob("*.html") if "_static" not in path.parts]
    return sorted(path for path in pages if path != folder / "index.html")  # which only redirects


@pytest.fixture(params=EDITIONS)
def edition(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_chapter_of_the_contents_is_a_page(books: Path, edition: str) -> None:
    names = {path.stem for path in pages_of(books, edition)}
    # Only an edition that names others to compare itself with has the chapter that does so.
    alone = {"compare"} if edition == "headache" else set()
    assert {path.stem for path in (ROOT / "chapters").glob("*.ipynb")} - alone <= names


def test_pages_open_without_faults_and_without_a_network(
    opened: tuple[Any, list[str]], books: Path, edition: str
) -> None:
    page, faults = opened
    for path in pages_of(books, edition):
        page.goto(path.as_uri(), wait_until="load")
    assert faults == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways(
    opened: tuple[Any, list[str]], books: Path, edition: str, width: int
) -> None:
    page, _ = opened
    page.set_viewport_size({"width": width, "height": 900})
    wide = []
    for path in pages_of(books, edition):
        page.goto(path.as_uri(), wait_until="load")
        over = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if over > 1:
            wide.append((path.name, over))
    assert wide == []


def test_every_page_says_whose_data_it_shows(
    opened: tuple[Any, list[str]], books: Path, edition: str
) -> None:
    page, _ = opened
    other = LABEL["headache" if edition == "impact" else "impact"]
    for path in pages_of(books, edition):
        page.goto(path.as_uri(), wait_until="load")
        banner = page.locator(".bd-header-announcement").inner_text().lower()
        assert LABEL[edition] in banner, path.name
        assert other not in banner.replace("not real patients", ""), path.name
        labels = [text.lower() for text in page.locator(".trial-label").all_inner_texts()]
        assert all(LABEL[edition] in label for label in labels), path.name


def test_every_figure_and_table_says_whose_data_it_shows(
    opened: tuple[Any, list[str]], books: Path, edition: str
) -> None:
    page, _ = opened
    for path in pages_of(books, edition):
        page.goto(path.as_uri(), wait_until="load")
        # A caption within a closed fold has no inner text.
        captions = page.locator(
            "main figcaption, main table.trial-table caption"
        ).all_text_contents()
        whose = (LABEL[edition], "simulated, no patients")
        missing = [text for text in captions if not any(each in text.lower() for each in whose)]
        assert missing == [], path.name


def test_every_chapter_has_figures_with_alternative_texts(
    opened: tuple[Any, list[str]], books: Path, edition: str
) -> None:
    page, _ = opened
    for path in pages_of(books, edition):
        page.goto(path.as_uri(), wait_until="load")
        figures = page.locator("main figure img").all()
        if path.parent.name == "chapters" and path.stem not in WITHOUT_FIGURE:
            assert figures, path.name
        for figure in page.locator("main img").all():
            text = figure.get_attribute("alt") or ""
            assert len(text) > 40, (path.name, text)
            assert not text.endswith((".svg", ".png")), (path.name, text)
            figure.evaluate("image => { image.loading = 'eager'; return image.decode(); }")
            assert figure.evaluate("image => image.naturalWidth") > 0, path.name


def test_equations_are_set_without_a_network(
    opened: tuple[Any, list[str]], books: Path, edition: str
) -> None:
    page, _ = opened
    page.goto((books / edition / "html" / "chapters" / "05_primary.html").as_uri())
    assert page.locator("main math").count() > 5
    assert page.locator("main math[display=block] mtr").count() == 3


def test_reproduction_page_shows_its_matches(
    opened: tuple[Any, list[str]], books: Path, edition: str
) -> None:
    page, _ = opened
    page.goto((books / edition / "html" / "chapters" / "07_reproduction.html").as_uri())
    text = page.locator("main").inner_text().lower()
    assert "match" in text
    assert "mismatch" in text
