"""Make an executed notebook depend on nothing but its source, its parameters and its outputs."""

from __future__ import annotations

import copy
import json
from typing import Any

from helpers.book.chapter_source import drop_traces
from helpers.book.chapters import INJECTED_TAG, tags


def tidied(notebook: dict[str, Any], original: dict[str, Any]) -> dict[str, Any]:
    """Return an executed notebook without times, paths and random identifiers.

    Parameters
    ----------
    notebook
        As papermill left it.
    original
        The chapter's source, whose cell identifiers are kept.
    """
    tidy = copy.deepcopy(notebook)
    tidy["metadata"].pop("papermill", None)
    known = {cell["id"] for cell in original["cells"] if "id" in cell}
    for at, cell in enumerate(tidy["cells"]):
        drop_traces(cell)
        if INJECTED_TAG in tags(cell):
            cell["id"] = INJECTED_TAG
        elif cell.get("id") not in known:
            cell["id"] = f"cell-{at}"
    return tidy


def notebook_text(notebook: dict[str, Any]) -> str:
    """Return a notebook as the text of its file."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
