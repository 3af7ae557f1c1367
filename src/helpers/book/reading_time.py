"""How long a page takes to read: its prose only, figures and tables take what they take."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from helpers.book.chapters import source

WORDS_A_MINUTE = 200
"""Slower than a novel is read: 238 words a minute of non-fiction on average (Brysbaert 2019)."""

_FENCED_CODE = re.compile(r"^```(?!\{).*?^```$", re.MULTILINE | re.DOTALL)
_EXERCISES = re.compile(r"^## Exercises\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_GLUED = re.compile(r"\{glue:text\}`([^`]*)`")
_EQUATION = re.compile(r"\$\$.*?\$\$", re.DOTALL)
_MARKUP = re.compile(r"\{[\w:-]+\}`[^`]*`|<[^>]*>|^```.*$|^:\w+:.*$", re.MULTILINE)
_WORD = re.compile(r"\w[\w’'.,-]*")


def words_of(markdown: str, *, glued: Mapping[str, str]) -> int:
    """Count the words of Markdown that are read, exercises and listings left out.

    Parameters
    ----------
    markdown
        The text.
    glued
        What stands where prose cites a result, by the name of the result.
    """
    text = _EQUATION.sub("", _EXERCISES.sub("", _FENCED_CODE.sub("", markdown)))
    text = _GLUED.sub(lambda cited: glued.get(cited[1], ""), text)
    terms = re.sub(r"\{term\}`([^`<]*)[^`]*`", r"\1", text)
    return len(_WORD.findall(_MARKUP.sub(" ", terms)))


def words_of_chapter(notebook: Mapping[str, Any], *, glued: Mapping[str, str]) -> int:
    """Count the words of a chapter's prose, that which the trial adds included."""
    total = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            total += words_of(source(cell), glued=glued)
        for output in cell.get("outputs", []):
            if "scrapbook" not in output.get("metadata", {}):
                said = output.get("data", {}).get("text/markdown", "")
                whole = said if isinstance(said, str) else "".join(said)
                total += words_of(whole, glued=glued)
    return total


def minutes(words: int) -> int:
    """Return how many minutes so many words take, at least one."""
    return max(1, math.ceil(words / WORDS_A_MINUTE))


def in_words(count: int) -> str:
    """Print a number of minutes."""
    return "1 minute" if count == 1 else f"{count} minutes"
