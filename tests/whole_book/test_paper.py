"""Pages of the site as a browser prints them: sheets that a reader would not wonder at."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

pytestmark = [pytest.mark.slow, pytest.mark.browser]

CHAPTERS = sorted(path.stem for path in (Path(__file__).parents[2] / "chapters").glob("0*.ipynb"))


@pytest.fixture(params=("impact", "headache"))
def sheets(
    request: pytest.FixtureRequest, books: Path, opened: tuple[Any, list[str]]
) -> Callable[[str], list[str]]:
    """Return what prints a page of a book and returns the words of its sheets."""

    def printed(name: str) -> list[str]:
        page, _ = opened
        page.goto((books / request.param / "html" / "chapters" / f"{name}.html").as_uri())
        read = PdfReader(BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
        return [unicodedata.normalize("NFKC", each.extract_text()) for each in read.pages]

    return printed


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_opens_with_its_figure_and_ends_with_more_than_a_line(
    sheets: Callable[[str], list[str]], name: str
) -> None:
    texts = sheets(name)
    assert f"Figure {int(name[:2])}.1." in texts[0]
    assert "What made this chapter" in " ".join(texts[-2:])
    assert len(texts[-1]) > 300


def test_a_long_table_that_is_folded_is_left_out_and_told(
    sheets: Callable[[str], list[str]],
) -> None:
    texts = sheets("compare")
    assert len(texts) < 14
    assert "left out here; it is on the page for the screen" in " ".join(" ".join(texts).split())
