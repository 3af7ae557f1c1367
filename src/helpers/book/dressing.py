"""Dress executed notebooks for the book: captions, alternative texts, what stays off the page."""

from __future__ import annotations

import copy
from typing import Any

from helpers.book.chapters import INJECTED_TAG, PARAMETERS_TAG, tags
from helpers.book.places import note_place
from helpers.book.results import escaped
from helpers.errors import BuildError

HIDE = "hide-input"


def dressed(notebook: dict[str, Any], *, chapter: str) -> dict[str, Any]:
    """Return a notebook with what myst-nb needs to show its figures to everybody.

    A figure travels as an output with the metadata ``trialbook: {figure: {name, caption, alt,
    numbers}}``; myst-nb wants the texts at the cell. Captions are plain text: no character has a
    meaning. The numbers are the name of the table of the chapter that holds what is drawn.

    Raises
    ------
    BuildError
        When an image has no caption, no alternative text or no numbers, or a cell shows two.
    """
    book = copy.deepcopy(notebook)
    tables = _tables(book)
    for number, cell in enumerate(_counted(book), start=1):
        note_place(cell, number)
        figures = [output for output in cell.get("outputs", []) if _is_image(output)]
        if not figures:
            continue
        place = f"Chapter {chapter}, cell {number}"
        if len(figures) > 1:
            raise BuildError(
                f"{place} shows {len(figures)} images; show one figure in a cell, so that each has "
                "its own caption."
            )
        figure = _told(figures[0]).get("figure", {})
        for part in ("name", "caption", "alt"):
            if not str(figure.get(part) or "").strip():
                raise BuildError(
                    f"{place} shows an image without {_PARTS[part]}; "
                    "display it with helpers.show.figures.display_figure."
                )
        if figure.get("numbers") not in tables:
            raise BuildError(
                f"{place} shows the figure {figure['name']!r}, whose numbers stand in no table of "
                "the chapter; give them to display_figure, or the name of a table that has them."
            )
        cell["metadata"]["mystnb"] = {
            **cell["metadata"].get("mystnb", {}),
            "figure": {"name": figure["name"], "caption": escaped(figure["caption"])},
            "image": {"alt": " ".join(figure["alt"].split())},
        }
    for cell in book["cells"]:
        if INJECTED_TAG in tags(cell) and HIDE not in tags(cell):
            cell["metadata"]["tags"] = [*tags(cell), HIDE]
        for tag, prompt in _PROMPTS.items():
            if tag in tags(cell):
                prompts = {"code_prompt_show": prompt}
                cell["metadata"]["mystnb"] = {**prompts, **cell["metadata"].get("mystnb", {})}
        if "outputs" in cell:
            # What a library says to its caller stays in the notebook as run: it is not the
            # reader's business, and it names paths of the machine.
            cell["outputs"] = [each for each in cell["outputs"] if each.get("name") != "stderr"]
    book["cells"] = [part for cell in book["cells"] for part in _parted(cell)]
    return book


_PROMPTS = {
    PARAMETERS_TAG: "Show the parameters as code",
    INJECTED_TAG: "Show the values that this run was given",
}
_PARTS = {"name": "a name", "caption": "a caption", "alt": "an alternative text"}


def _counted(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the cells that the chapter's source has, so that they are counted as in the source."""
    return [cell for cell in notebook["cells"] if INJECTED_TAG not in tags(cell)]


def _parted(cell: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a cell, and one of its own for the tables that stand below its figure.

    myst-nb would frame everything that a cell shows as its figure.
    """
    outputs = cell.get("outputs", [])
    tables = [each for each in outputs if "table" in _told(each)]
    if not tables or not any(_is_image(each) for each in outputs):
        return [cell]
    below = {
        **{"cell_type": "code", "execution_count": None, "source": "# The numbers of the figure"},
        "metadata": {"tags": [*(tag for tag in tags(cell) if tag != HIDE), "remove-input"]},
        "outputs": tables,
    }
    if "id" in cell:
        below["id"] = f"{cell['id']}-numbers"
    return [{**cell, "outputs": [each for each in outputs if each not in tables]}, below]


def _tables(notebook: dict[str, Any]) -> set[str]:
    """Return the names of the tables that a notebook shows."""
    return {
        str(_told(output)["table"]["name"])
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if "table" in _told(output)
    }


def _told(output: dict[str, Any]) -> dict[str, Any]:
    """Return what an output says of itself."""
    told: dict[str, Any] = output.get("metadata", {}).get("trialbook", {})
    return told


def _is_image(output: dict[str, Any]) -> bool:
    return any(mime.startswith("image/") for mime in output.get("data", {}))
