"""Entries of the index: every chapter in which a term of the glossary is used."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any

from helpers.book.added_lines import below_heading
from helpers.book.chapters import source

_TERM = re.compile(r"\{term\}`(?:[^`<]*<)?([^`<>]+)>?`")


def terms_used(text: str) -> tuple[str, ...]:
    """Return the glossary's terms to which Markdown links, each once, in order."""
    return tuple(dict.fromkeys(found.strip() for found in _TERM.findall(text)))


def with_index_entries(notebook: dict[str, Any], *, title: str) -> dict[str, Any]:
    """Return a notebook that enters its terms into the index, at the first cell with each.

    Parameters
    ----------
    notebook
        The chapter.
    title
        Its title, under which the index lists it.
    """
    shown = copy.deepcopy(notebook)
    entered: set[str] = set()
    for cell in shown["cells"]:
        if cell["cell_type"] == "markdown":
            new = [term for term in terms_used(source(cell)) if term not in entered]
            entered.update(new)
            if new:
                cell["source"] = below_heading(source(cell), index_block(new, title=title))
    return shown


def index_block(terms: Sequence[str], *, title: str) -> str:
    """Return the directives that enter terms into the index, below each the title of the page."""
    subtitle = title.replace(";", ",")
    return "\n\n".join(f"```{{index}} single: {term}; {subtitle}\n```" for term in terms)
