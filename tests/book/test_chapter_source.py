from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from helpers.book.chapter_source import drop_traces, source_of_chapter

NOTEBOOK: dict[str, Any] = {
    "cells": [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Title\ntext"},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {"tags": ["parameters"]},
            "source": "level = 0.9\nother = 1",
            "outputs": [],
            "execution_count": None,
        },
    ],
    "metadata": {"kernelspec": {"name": "python3"}, "trialbook": {"after": "all"}},
    "nbformat": 4,
    "nbformat_minor": 4,
}


def after(change: Callable[[dict[str, Any]], Any], **how: Any) -> bytes:
    notebook = copy.deepcopy(NOTEBOOK)
    change(notebook)
    return source_of_chapter(json.dumps(notebook, **how).encode())


SAME = after(lambda notebook: None)

TRACES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "outputs": lambda n: n["cells"][1].update(outputs=[{"output_type": "stream"}]),
    "counts": lambda n: n["cells"][1].update(execution_count=7),
    "identifiers": lambda n: n["cells"][1].update(id="another"),
    "no identifiers": lambda n: n["cells"][0].pop("id"),
    "kernel": lambda n: n["metadata"].update(kernelspec={"name": "other"}),
    "language": lambda n: n["metadata"].update(language_info={"version": "3.13"}),
    "format": lambda n: n.update(nbformat_minor=5),
    "times": lambda n: n["cells"][1]["metadata"].update(execution={"iopub.status.busy": "now"}),
    "folded": lambda n: n["cells"][1]["metadata"].update(
        collapsed=True, scrolled=False, jupyter={"outputs_hidden": True}
    ),
    "folded heading": lambda n: n["cells"][0]["metadata"].update(
        {"jp-MarkdownHeadingCollapsed": True}
    ),
    "lines": lambda n: n["cells"][1].update(source=["level = 0.9\n", "other = 1"]),
    "attachments, none": lambda n: n["cells"][0].update(attachments={}),
}

CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "source": lambda n: n["cells"][1].update(source="level = 0.8\nother = 1"),
    "prose": lambda n: n["cells"][0].update(source="# Title\nother text"),
    "kind": lambda n: n["cells"][0].update(cell_type="raw"),
    "tags": lambda n: n["cells"][1]["metadata"].update(tags=["parameters", "hide-input"]),
    "no tags": lambda n: n["cells"][1]["metadata"].clear(),
    "what the compiler reads": lambda n: n["cells"][1]["metadata"].update(mystnb={"figure": {}}),
    "attachments": lambda n: n["cells"][0].update(attachments={"a.png": {"image/png": "x"}}),
    "order": lambda n: n["cells"].reverse(),
    "a cell more": lambda n: n["cells"].append(n["cells"][0]),
    "when it runs": lambda n: n["metadata"].update(trialbook={"after": "editions"}),
}


@pytest.mark.parametrize("name", TRACES)
def test_the_trace_of_an_editor_does_not_count(name: str) -> None:
    assert after(TRACES[name]) == SAME


@pytest.mark.parametrize("name", CHANGES)
def test_the_source_counts(name: str) -> None:
    assert after(CHANGES[name]) != SAME


def test_the_layout_of_the_file_does_not_count() -> None:
    assert after(lambda notebook: None, indent=1, sort_keys=True, ensure_ascii=False) == SAME


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"cells": [1]}', b"\xff"])
def test_what_is_no_notebook_counts_as_it_is(content: bytes) -> None:
    assert source_of_chapter(content) == content


def test_takes_traces_out_of_a_cell() -> None:
    cell = {"metadata": {"tags": ["a"], "collapsed": True, "execution": {}, "mystnb": {}}}
    drop_traces(cell)
    assert cell["metadata"] == {"tags": ["a"], "mystnb": {}}
