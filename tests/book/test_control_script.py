"""Pages load the script of the controls where there is one, once, and else not."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from helpers.book.control_script import with_control_script

STATIC = Path(__file__).parents[2] / "chapters" / "_static"
SCRIPT = '<script defer src="../_static/controls.js"></script>'
CONTROL = {"trialbook": {"control": {"name": "control-x", "caption": "C."}}}


def output(text, metadata):
    return {
        "output_type": "display_data",
        "data": {"text/html": text, "text/plain": "as text"},
        "metadata": metadata,
    }


@pytest.fixture
def notebook():
    plain = {"cell_type": "code", "outputs": [output("<p>figure</p>", {})], "metadata": {}}
    stream = {"output_type": "stream", "text": "said"}
    control = {
        "cell_type": "code",
        "outputs": [stream, output(["<section>", "</section>"], CONTROL)],
        "metadata": {},
    }
    return {"cells": [{"cell_type": "markdown"}, plain, control, control], "nbformat": 4}


def test_the_first_control_asks_for_the_script(notebook):
    before = copy.deepcopy(notebook)
    served = with_control_script(notebook)
    assert notebook == before
    assert str(served).count(SCRIPT) == 1
    html = served["cells"][2]["outputs"][1]["data"]["text/html"]
    assert html == f"<section></section>\n{SCRIPT}"
    assert served["cells"][2]["outputs"][0] == before["cells"][2]["outputs"][0]
    served["cells"][2] = before["cells"][2]
    assert served == before


def test_a_page_without_a_control_stays_as_it_is(notebook):
    notebook["cells"] = notebook["cells"][:2]
    assert with_control_script(notebook) is notebook


def test_the_script_and_its_styles_are_there_and_ask_nothing_of_a_network():
    for name in ("controls.js", "controls.css"):
        text = (STATIC / name).read_text(encoding="utf-8")
        assert "trial-control" in text
        asked = ("://", "fetch(", "import", "url(", "XMLHttpRequest")
        assert not [word for word in asked if word in text]
