"""The lessons of the book: the question, the objectives and the exercises of every chapter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from helpers.book.added_lines import added
from helpers.book.chapters import source

_PLACE = re.compile(r"^% lessons$", re.MULTILINE)
_OBJECTIVES = re.compile(r"^:class: objectives\n(?P<list>.*?)^```", re.MULTILINE | re.DOTALL)


def with_lessons(page: str, notebooks: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a page with the lessons of an edition where a comment asks for them.

    Parameters
    ----------
    page
        Markdown; ``% lessons`` on a line of its own is the place.
    notebooks
        The chapters of the edition, in reading order.
    """
    listed = "\n\n".join(_lesson(name, notebook) for name, notebook in notebooks.items())
    shown = f"\n{added(listed)}".rstrip("\n") if listed else ""
    return _PLACE.sub(lambda place: f"{place[0]}{shown}", page)


def _lesson(name: str, notebook: Mapping[str, Any]) -> str:
    """Return a chapter as a lesson: link, number of exercises, objectives."""
    prose = "\n\n".join(source(c) for c in notebook["cells"] if c["cell_type"] == "markdown")
    objectives = _OBJECTIVES.search(prose)
    exercises = len(re.findall(r"^\d+\. ", prose.partition("## Exercises\n")[2], re.MULTILINE))
    counted = {0: "", 1: " (1 exercise)"}.get(exercises, f" ({exercises} exercises)")
    points = objectives["list"].strip() if objectives else ""
    return f"**[](./{name}.ipynb)**{counted}\n\n{points}".strip()
