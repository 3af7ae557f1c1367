from __future__ import annotations

from pathlib import Path

import pytest

from helpers.book.front_parts import Door, FrontFigure, FrontParts, front_parts

FIRST = "chapters/index.html"
FIGURE = (
    '<figure><img alt="Two lines & more" src="../_images/fig%20a.svg" width="470" height="372">'
    '<figcaption><p><span class="caption-text">Synthetic\n cohort. Means.</span>'
    '<a class="headerlink">#</a></p></figcaption></figure>'
)
DOORS = (
    '<div class="doors"><div class="door"><p><strong><a href="01_question.html#top">Read</a>'
    "</strong></p><p>The chapters, from\nthe question. And more.</p></div>"
    '<div class="door"><p><a href="https://example.org/x">Away</a></p></div>'
    '<div class="door"><p><a href="teach.html">Teach</a></p></div></div>'
)


@pytest.fixture
def html(tmp_path: Path) -> Path:
    (tmp_path / "chapters").mkdir()
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images" / "fig a.svg").write_text("<svg></svg>", encoding="utf-8")
    return tmp_path


def parts(html: Path, body: str) -> FrontParts:
    (html / FIRST).write_text(f"<html><body><article>{body}</article></body></html>", "utf-8")
    return front_parts(html, FIRST)


def test_the_figure_with_its_texts_and_its_size(html: Path) -> None:
    assert parts(html, FIGURE).figure == FrontFigure(
        "_images/fig a.svg", "Two lines & more", "Synthetic cohort. Means.", "470", "372"
    )


def test_the_doors_with_one_line_each(html: Path) -> None:
    assert parts(html, DOORS).doors == (
        Door("Read", "chapters/01_question.html", "The chapters, from the question."),
        Door("Teach", "chapters/teach.html", ""),
    )


@pytest.mark.parametrize(
    "body", ["", "<figure><img alt='x' src='../_images/gone.svg'></figure>", "<img src='a.svg'>"]
)
def test_a_front_page_without_a_figure_of_its_own(html: Path, body: str) -> None:
    assert parts(html, body) == FrontParts()


def test_a_book_without_a_front_page(tmp_path: Path) -> None:
    assert front_parts(tmp_path, FIRST) == FrontParts()
