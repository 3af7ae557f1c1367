"""Dress executed notebooks for the book: captions, alternative texts, what stays off the page."""

from __future__ import annotations

import copy
from typing import Any

from helpers.book.chapters import INJECTED_TAG, tags
from helpers.book.results import escaped
from helpers.errors import BuildError

HIDE = "hide-input"


def dressed(notebook: dict[str, Any], *, chapter: str) -> dict[str, Any]:
    """Return a notebook with what myst-nb needs to show its figures to everybody.

    A figure travels as an output with the metadata ``trialbook: {figure: {name, caption, alt}}``;
    myst-nb wants them at the cell. Captions are plain text: no character has a meaning.

    Raises
    ------
    BuildError
        When an image has no caption or no alternative text, or a cell shows two figures.
    """
    book = copy.deepcopy(notebook)
    for number, cell in enumerate(_counted(book), start=1):
        figures = [output for output in cell.get("outputs", []) if _is_image(output)]
        if not figures:
            continue
        place = f"Chapter {chapter}, cell {number}"
        if len(figures) > 1:
            raise BuildError(
                f"{place} shows {len(figures)} images; show one figure in a cell, so that each has "
                "its own caption."
            )
        figure = figures[0].get("metadata", {}).get("trialbook", {}).get("figure", {})
        for part in ("name", "caption", "alt"):
            if not str(figure.get(part) or "").strip():
                raise BuildError(
                    f"{place} shows an image without {_PARTS[part]}; "
                    "display it with helpers.show.figures.display_figure."
                )
        cell["metadata"]["mystnb"] = {
            **cell["metadata"].get("mystnb", {}),
            "figure": {"name": figure["name"], "caption": escaped(figure["caption"])},
            "image": {"alt": " ".join(figure["alt"].split())},
        }
    for cell in book["cells"]:
        if INJECTED_TAG in tags(cell) and HIDE not in tags(cell):
            cell["metadata"]["tags"] = [*tags(cell), HIDE]
        if "outputs" in cell:
            # What a library says to its caller stays in the notebook as run: it is not the
            # reader's business, and it names paths of the machine.
            cell["outputs"] = [each for each in cell["outputs"] if each.get("name") != "stderr"]
    return book


_PARTS = {"name": "a name", "caption": "a caption", "alt": "an alternative text"}


def _counted(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the cells that the chapter's source has, so that they are counted as in the source."""
    return [cell for cell in notebook["cells"] if INJECTED_TAG not in tags(cell)]


def _is_image(output: dict[str, Any]) -> bool:
    return any(mime.startswith("image/") for mime in output.get("data", {}))
