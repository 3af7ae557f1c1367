from __future__ import annotations

from pathlib import Path

from helpers.book.added_lines import line_in_source
from helpers.book.front_figures import figures_of, with_figures

PAGE = "# The book\n\n% figure: fig-means\n\nMore.\n"


def notebook(*, mime: str = "image/svg+xml") -> dict:
    told = {"name": "fig-means", "caption": "Means *of* all.", "alt": 'A "line"\nfalls.'}
    output = {"data": {mime: ["<svg>", "</svg>"]}, "metadata": {"trialbook": {"figure": told}}}
    return {"cells": [{"cell_type": "code", "outputs": [output]}]}


def figures(**options: str) -> dict:
    labels = {"05_primary": {"fig-means": "Figure 5.1"}}
    return figures_of({"05_primary": notebook(**options)}, labels)


def test_a_page_shows_the_figure_that_it_asks_for(tmp_path: Path) -> None:
    page = with_figures(PAGE, figures(), folder=tmp_path)
    assert (tmp_path / "_figures" / "fig-means.svg").read_text() == "<svg></svg>"
    assert "```{figure} _figures/fig-means.svg\n:name: front-fig-means\n" in page
    assert ':alt: "A \\"line\\" falls."' in page
    assert "Means \\*of\\* all\\. Figure 5.1 in [](./05_primary.ipynb)." in page


def test_lines_below_it_are_counted_as_in_the_source(tmp_path: Path) -> None:
    page = with_figures(PAGE, figures(), folder=tmp_path)
    assert line_in_source(page, page.splitlines().index("More.") + 1) == 5


def test_nothing_is_shown_of_what_the_edition_does_not_have(tmp_path: Path) -> None:
    assert with_figures(PAGE, {}, folder=tmp_path) == PAGE
    assert with_figures(PAGE, figures(mime="image/png"), folder=tmp_path) == PAGE
    assert list(tmp_path.iterdir()) == []
