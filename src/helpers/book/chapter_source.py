"""What of a chapter's file is its source, and what only the trace of an editor that ran it.

JupyterLab saves by itself. Whoever runs a chapter there finds outputs, counts and the name of a
kernel in its file, none of which says anything about what the chapter will find.
"""

from __future__ import annotations

import json
from typing import Any

from helpers.book.chapters import source

# What editors keep for themselves in the metadata of a cell; tags and what Jupyter Book reads stay.
_OF_EDITORS = frozenset(
    [
        *("ExecuteTime", "collapsed", "colab", "deletable", "editable", "execution"),
        *("heading_collapsed", "hidden", "id", "jp-MarkdownHeadingCollapsed", "jupyter"),
        *("outputId", "papermill", "scrolled", "trusted", "vscode"),
    ]
)
_OF_KERNELS = frozenset(
    ["colab", "kernelspec", "language_info", "papermill", "signature", "vscode", "widgets"]
)


def source_of_chapter(content: bytes) -> bytes:
    """Return what counts of a notebook's file: the same for the same source.

    Parameters
    ----------
    content
        The file. One that is no notebook, because somebody is writing it, counts as it is.

    Returns
    -------
    bytes
        The kinds of its cells, their sources, attachments and metadata, and the notebook's own
        metadata, without outputs, counts, identifiers, kernels and what editors keep for
        themselves.
    """
    try:
        notebook = json.loads(content)
        counted = {
            "cells": [_cell(cell) for cell in notebook["cells"]],
            "metadata": _without(notebook.get("metadata", {}), _OF_KERNELS),
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return content
    return json.dumps(counted, sort_keys=True).encode()


def drop_traces(cell: dict[str, Any]) -> None:
    """Take out of a cell what an editor keeps there for itself."""
    for name in _OF_EDITORS.intersection(cell["metadata"]):
        del cell["metadata"][name]


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    return {
        "cell_type": cell.get("cell_type"),
        "source": source(cell),
        "metadata": _without(cell.get("metadata", {}), _OF_EDITORS),
        "attachments": cell.get("attachments") or {},
    }


def _without(metadata: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in metadata.items() if name not in names}
