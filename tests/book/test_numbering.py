from __future__ import annotations

import pytest

from helpers.book.numbering import chapter_marks, labels_of, link_to, with_labels

HTML = (
    '<details class="trial-fold"><summary>Fold</summary>\n<div id="tab-a">\n'
    '<div aria-label="Table: Scores.">\n<table>\n<caption><span>Scores.</span></caption>'
)


def figure(name: str, numbers: str = "tab-a") -> dict:
    told = {"figure": {"name": name, "caption": "C", "alt": "A", "numbers": numbers}}
    return {"data": {"image/svg+xml": "<svg/>"}, "metadata": {"trialbook": told}}


def table(name: str, html: str | list[str] = HTML) -> dict:
    told = {"table": {"name": name, "caption": "Scores."}}
    return {"data": {"text/html": html}, "metadata": {"trialbook": told}}


def notebook(*outputs: dict) -> dict:
    cells = [
        {
            "cell_type": "code",
            "outputs": [output],
            "metadata": {"mystnb": {"figure": {"name": "x", "caption": "Caption."}}},
        }
        for output in outputs
    ]
    return {"cells": [{"cell_type": "markdown", "metadata": {}, "source": "# T"}, *cells]}


def test_chapters_have_their_own_number_or_a_letter() -> None:
    names = ["data", "01_question", "05_primary", "models", "12_more"]
    assert chapter_marks(names) == {
        "data": "A",
        "01_question": "1",
        "05_primary": "5",
        "models": "B",
        "12_more": "12",
    }


def test_letters_do_not_end() -> None:
    marks = chapter_marks([f"page{'x' * at}" for at in range(60)])
    assert len(set(marks.values())) == 60


def test_figures_and_tables_are_counted_apart_in_the_order_of_the_page() -> None:
    shown = notebook(
        figure("fig-b"),
        table("tab-a"),
        table("tab-provenance-05"),
        figure("fig-a"),
        table("tab-c"),
    )
    assert labels_of(shown, mark="5") == {
        "fig-b": "Figure 5.1",
        "tab-a": "Table 5.1",
        "fig-a": "Figure 5.2",
        "tab-c": "Table 5.2",
    }


@pytest.mark.parametrize("html", [HTML, HTML.splitlines(keepends=True)])
def test_a_table_says_its_number_in_caption_region_and_fold(html) -> None:
    source = notebook(table("tab-a", html))
    shown = with_labels(source, {"tab-a": "Table 5.1"})
    text = shown["cells"][1]["outputs"][0]["data"]["text/html"]
    number = '<span class="trial-number">Table 5.1.</span> '
    assert f"<caption><span>{number}Scores." in text
    assert f"<summary>{number}Fold" in text
    assert 'aria-label="Table 5.1: Scores."' in text
    assert source["cells"][1]["outputs"][0]["data"]["text/html"] == html


def test_a_figure_says_its_number_and_where_its_numbers_are() -> None:
    labels = {"fig-a": "Figure 5.1", "tab-a": "Table 5.1"}
    shown = with_labels(notebook(figure("fig-a")), labels)
    caption = shown["cells"][1]["metadata"]["mystnb"]["figure"]["caption"]
    assert caption == (f"**Figure 5.1.** Caption. Its numbers: {link_to('tab-a', 'Table 5.1')}.")


def test_the_table_of_what_made_a_chapter_stays_as_it_is() -> None:
    source = notebook(table("tab-provenance-05-primary"))
    assert with_labels(source, labels_of(source, mark="5")) == source
