"""How a chapter opens: number, reading time, question, answer and one figure, then all the rest."""

from __future__ import annotations

import copy
from html import escape
from typing import Any

from helpers.book.added_lines import below_heading
from helpers.book.chapters import source, tags
from helpers.show.page_label import SOFTWARE_DATA

OPENING_TAG = "opening"


def with_opening_figure(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook whose opening figure stands below its question and answer.

    The cell that draws it is tagged ``opening`` and has to stand where it can run, after the
    parameters and the analysis. One that shows no figure in this run stays there.
    """
    opening = [cell for cell in notebook["cells"] if OPENING_TAG in tags(cell)]
    figures = (
        output
        for cell in opening
        for output in cell.get("outputs", [])
        if "figure" in output.get("metadata", {}).get("trialbook", {})
    )
    if next(figures, None) is None:
        return notebook
    title, *others = (cell for cell in notebook["cells"] if OPENING_TAG not in tags(cell))
    return {**notebook, "cells": [title, *opening, *others]}


def with_line_below_title(notebook: dict[str, Any], line: str) -> dict[str, Any]:
    """Return a notebook with a line of HTML below its title, if its first cell begins with one."""
    shown = copy.deepcopy(notebook)
    first = shown["cells"][0] if shown["cells"] else {"cell_type": "none"}
    if first["cell_type"] == "markdown" and source(first).startswith("# "):
        first["source"] = below_heading(source(first), line)
    return shown


def data_label(notebook: dict[str, Any], *, trial: str) -> str:
    """Return whose data a chapter shows: the trial's, or test data that no patient is behind."""
    banners = {
        output.get("metadata", {}).get("trialbook", {}).get("banner")
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
    }
    return SOFTWARE_DATA if "software" in banners else trial


def chapter_line(mark: str, *, time: str, label: str) -> str:
    """Return what stands below the title of a chapter: its place, and whose data it shows."""
    kind = "Chapter" if mark.isdecimal() else "Supplement"
    whose = f"<strong>{escape(label)}</strong>"
    return f'<p class="trial-meta trial-chapter">{whose} · {kind} {mark} · about {time} to read</p>'


def page_line(*, time: str) -> str:
    """Return what stands below the title of a page that is no chapter."""
    return f'<p class="trial-meta">About {time} to read</p>'
