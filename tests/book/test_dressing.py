from __future__ import annotations

import json

import pytest

from helpers.book.dressing import dressed
from helpers.errors import BuildError

FIGURE = {
    "name": "fig-flow",
    "caption": 'Said "so": *p* < .05',
    "alt": 'A "flow"\nof <b>',
    "numbers": "tab-flow",
}
TABLE = {
    "output_type": "display_data",
    "data": {"text/html": "<table></table>"},
    "metadata": {"trialbook": {"table": {"name": "tab-flow", "caption": "Flow."}}},
}


def image(figure: dict | None, mime: str = "image/svg+xml") -> dict:
    metadata = {} if figure is None else {"trialbook": {"figure": figure}}
    return {"output_type": "display_data", "data": {mime: "<svg/>"}, "metadata": metadata}


def notebook(*outputs: dict, **metadata: object) -> dict:
    return {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": "# Title"},
            {
                "cell_type": "code",
                "metadata": {"tags": ["injected-parameters"]},
                "outputs": [],
                "source": "",
            },
            {"cell_type": "code", "metadata": metadata, "outputs": list(outputs), "source": ""},
        ]
    }


def test_moves_the_texts_of_a_figure_to_its_cell() -> None:
    book = dressed(notebook(image(FIGURE), TABLE, mystnb={"code_prompt_show": "x"}), chapter="02")
    assert book["cells"][2]["metadata"]["mystnb"] == {
        "code_prompt_show": "x",
        "figure": {"name": "fig-flow", "caption": 'Said \\"so\\"\\: \\*p\\* \\< \\.05'},
        "image": {"alt": 'A "flow" of <b>'},
    }


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (None, "without a name"),
        ({**FIGURE, "caption": " "}, "without a caption"),
        ({**FIGURE, "alt": None}, "without an alternative text"),
        ({"name": "a", "caption": "b"}, "without an alternative text"),
    ],
)
@pytest.mark.parametrize("mime", ["image/svg+xml", "image/png", "image/jpeg"])
def test_no_figure_without_caption_and_alternative_text(figure, words, mime) -> None:
    with pytest.raises(BuildError, match=f"Chapter 02_eligibility, cell 2 shows .* {words}"):
        dressed(notebook(image(figure, mime)), chapter="02_eligibility")


def test_no_figure_whose_numbers_can_be_read_nowhere() -> None:
    with pytest.raises(BuildError, match=r"cell 2 shows the figure 'fig-flow', whose numbers"):
        dressed(notebook(image(FIGURE)), chapter="02")
    with pytest.raises(BuildError, match="stand in no table"):
        dressed(notebook(image({**FIGURE, "numbers": None}), TABLE), chapter="02")


def test_a_table_below_a_figure_has_a_cell_of_its_own() -> None:
    source = notebook(image(FIGURE), TABLE, tags=["hide-input", "opening"])
    source["cells"][2]["id"] = "draw"
    figure, table = dressed(source, chapter="02")["cells"][2:]
    assert [figure["outputs"], table["outputs"]] == [[image(FIGURE)], [TABLE]]
    # It stays with its figure, and its code is not shown.
    assert table["metadata"]["tags"] == ["opening", "remove-input"]
    assert table["id"] == "draw-numbers"
    # myst-nb leaves out a cell without a source.
    assert table["source"]


def test_notes_where_every_cell_stood() -> None:
    cells = dressed(notebook(TABLE), chapter="02")["cells"]
    assert [cell["metadata"].get("trialbook") for cell in cells] == [
        {"place": 1},
        None,
        {"place": 2},
    ]


def test_says_what_is_folded() -> None:
    source = notebook()
    source["cells"][2]["metadata"]["tags"] = ["parameters"]
    prompts = [
        cell["metadata"].get("mystnb", {}).get("code_prompt_show", "")
        for cell in dressed(source, chapter="02")["cells"]
    ]
    assert prompts == ["", "Show the values that this run was given", "Show the parameters as code"]


def test_no_two_figures_in_one_cell() -> None:
    with pytest.raises(BuildError, match="cell 2 shows 2 images"):
        dressed(notebook(image(FIGURE), image(FIGURE)), chapter="02")


def test_hides_the_injected_parameters() -> None:
    source = notebook({"output_type": "stream", "name": "stdout", "text": "a"})
    before = json.dumps(source)
    book = dressed(source, chapter="02")
    assert book["cells"][1]["metadata"]["tags"] == ["injected-parameters", "hide-input"]
    assert json.dumps(source) == before


def test_keeps_what_libraries_say_off_the_page() -> None:
    warning = {"output_type": "stream", "name": "stderr", "text": "/home/me/x.py:1: UserWarning"}
    said = {"output_type": "stream", "name": "stdout", "text": "a"}
    assert dressed(notebook(warning, said), chapter="02")["cells"][2]["outputs"] == [said]
