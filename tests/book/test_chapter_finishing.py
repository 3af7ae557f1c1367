from __future__ import annotations

from pathlib import Path

import pytest

from helpers.book.chapter_finishing import Finished, finish_chapters
from helpers.book.chapters import Chapter, read_chapters

SVG = '<svg width="9"><path style="fill: #1f2328"/></svg>'
RESULTS = {"a.sentence": {"value": "x", "text": "word " * 300, "chapter": "01_alpha"}}


def executed(title: str, *prose: str) -> dict:
    told = {"name": "fig-a", "caption": "C.", "alt": "A.", "numbers": "tab-a"}
    outputs = [
        {"data": {"image/svg+xml": SVG}, "metadata": {"trialbook": {"figure": told}}},
        {"data": {"text/html": "<b>"}, "metadata": {"trialbook": {"table": {"name": "tab-a"}}}},
    ]
    drawn = {
        "cell_type": "code",
        "source": "draw()",
        "outputs": outputs,
        "metadata": {"tags": ["opening"], "mystnb": {"figure": {"caption": "C."}}},
    }
    text = [{"cell_type": "markdown", "metadata": {}, "source": each} for each in (title, *prose)]
    return {"cells": [*text, drawn]}


@pytest.fixture
def chapters(book) -> tuple[Chapter, ...]:
    book.chapter("models")
    return read_chapters(book.project)


@pytest.fixture
def finished(chapters: tuple[Chapter, ...]) -> Finished:
    # A chapter that took longer to run comes later.
    return finish_chapters(
        {
            "models": executed("# Models\n\nSee [Figure](01_alpha.ipynb#fig-a)."),
            "01_alpha": executed("# Alpha\n\n{glue:text}`a.sentence`", "([Table](#tab-a))"),
        },
        chapters=chapters,
        results=RESULTS,
        label="Synthetic cohort (TINY)",
    )


def prose(finished: Finished, name: str) -> list[str]:
    cells = finished.notebooks[name]["cells"]
    return [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]


def test_chapters_are_finished_in_reading_order(finished: Finished) -> None:
    assert list(finished.notebooks) == ["01_alpha", "models"]
    title, opening, text = finished.notebooks["01_alpha"]["cells"]
    assert opening["source"] == "draw()"
    # The title, 300 words of the answer and "Table 1.1".
    assert "Chapter 1 · about 2 minutes to read" in title["source"]
    assert text["source"] == '(<a class="reference internal" href="#tab-a">Table 1.1</a>)'
    assert "Supplement A · about 1 minute to read" in prose(finished, "models")[0]
    assert "See [Figure 1.1](#fig-a)." in prose(finished, "models")[0]


def test_every_drawing_has_colours_for_the_dark(finished: Finished) -> None:
    for notebook in finished.notebooks.values():
        for cell in notebook["cells"]:
            for output in cell.get("outputs", []):
                if "image/svg+xml" in output["data"]:
                    assert "prefers-color-scheme:dark" in output["data"]["image/svg+xml"]
    assert "prefers-color-scheme:dark" in finished.figures["fig-a"].svg


def page(finished: Finished, text: str, tmp_path: Path, name: str = "about", **more: bool) -> str:
    return finished.page(text, folder=tmp_path, name=name, first=more.get("first", False))


def test_a_page_says_how_long_it_takes_unless_it_is_short_or_looked_up(
    finished: Finished, tmp_path: Path
) -> None:
    long = "# Page\n\n" + "word " * 201
    assert "About 2 minutes to read" in page(finished, long, tmp_path)
    assert "to read" not in page(finished, "# Page\n\nShort.", tmp_path)
    assert "to read" not in page(finished, long, tmp_path, name="glossary")
    # The first page says how long the chapters take.
    assert "to read" not in page(finished, long, tmp_path, first=True)
    assert finished.time == "2 minutes"


def test_a_page_enters_its_terms_into_the_index(finished: Finished, tmp_path: Path) -> None:
    text = "# Page\n\nA {term}`seed`."
    assert "single: seed; Page" in page(finished, text, tmp_path)
    # Which the glossary itself does by its entries.
    assert "single" not in page(finished, text, tmp_path, name="glossary")


def test_a_page_refers_to_figures_of_chapters(finished: Finished, tmp_path: Path) -> None:
    text = "# Page\n\n[Figure](models.ipynb#fig-a) ([Figure](models.ipynb#fig-b))."
    assert page(finished, text, tmp_path) == "# Page\n\n[Figure A.1](#fig-a)."
