"""Numbers of figures and tables: "Figure 5.1" is the first figure of chapter 5.

A number follows from the chapter, not from what else an edition shows, so that "Table 5.2" is the
same table in every edition of the book. Chapters without a number of their own have a letter.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from string import ascii_uppercase
from typing import Any

FIGURE, TABLE = "figure", "table"
WORDS = {FIGURE: "Figure", TABLE: "Table"}

# The table of what made a chapter stands under a heading of its own and is never referred to.
_UNNUMBERED = "tab-provenance"
_CAPTION = re.compile(r"(<caption><span>)")
_REGION = re.compile(r'(aria-label="Table)(: )')
_SUMMARY = re.compile(r"(<summary>)")

Labels = dict[str, str]
"""Name of a figure or table of one chapter, to its label: ``{"fig-means": "Figure 5.1"}``."""


def chapter_marks(names: Sequence[str]) -> dict[str, str]:
    """Return the number of each chapter, or the letter of one that has no number.

    Parameters
    ----------
    names
        All chapters of the book in reading order, also those that an edition leaves out.
    """
    plain = [name for name in names if _number(name) is None]
    letters = dict(zip(plain, _letters(), strict=False))
    return {name: _number(name) or letters[name] for name in names}


def _number(name: str) -> str | None:
    first = name.partition("_")[0]
    return str(int(first)) if first.isdecimal() else None


def _letters() -> Iterator[str]:
    yield from ascii_uppercase
    for first in _letters():
        yield from (first + second for second in ascii_uppercase)


def labels_of(notebook: Mapping[str, Any], *, mark: str) -> Labels:
    """Return the labels of a chapter's figures and tables, counted in the order of the page.

    Parameters
    ----------
    notebook
        As it will be shown: what a page moves up is counted where it then stands.
    mark
        Number or letter of the chapter.
    """
    labels: Labels = {}
    counted = {FIGURE: 0, TABLE: 0}
    for kind, name, _ in _shown(notebook):
        counted[kind] += 1
        labels[name] = f"{WORDS[kind]} {mark}.{counted[kind]}"
    return labels


def with_labels(notebook: Mapping[str, Any], labels: Labels) -> dict[str, Any]:
    """Return a notebook whose figures and tables carry their labels.

    The caption of a figure ends with the table that holds its numbers.
    """
    shown = copy.deepcopy(dict(notebook))
    for kind, name, (cell, output) in _shown(shown):
        label = labels[name]
        if kind == TABLE:
            html = output["data"]["text/html"]
            whole = html if isinstance(html, str) else "".join(html)
            output["data"]["text/html"] = _labelled(whole, label)
            continue
        figure = cell["metadata"].get("mystnb", {}).get("figure")
        if figure is None:
            continue
        numbers = output["metadata"]["trialbook"]["figure"].get("numbers", "")
        ending = f" Its numbers: {link_to(numbers, labels[numbers])}." if numbers in labels else ""
        figure["caption"] = f"**{label}.** {figure['caption']}{ending}"
    return shown


def link_to(name: str, label: str) -> str:
    """Return a link to a table or figure of the same page, as HTML.

    Markdown cannot point at what an output holds.
    """
    return f'<a class="reference internal" href="#{escape(name)}">{escape(label)}</a>'


def _labelled(html: str, label: str) -> str:
    number = f'<span class="trial-number">{label}.</span> '
    text = _CAPTION.sub(lambda found: found[1] + number, html, count=1)
    text = _REGION.sub(lambda found: f'aria-label="{label}{found[2]}', text, count=1)
    # What is folded away has to be found by its number as well.
    return _SUMMARY.sub(lambda found: found[1] + number, text, count=1)


def _shown(
    notebook: Mapping[str, Any],
) -> Iterator[tuple[str, str, tuple[dict[str, Any], dict[str, Any]]]]:
    """Yield kind and name of everything that is numbered, with its cell and its output."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            told = output.get("metadata", {}).get("trialbook", {})
            for kind in (FIGURE, TABLE):
                name = str(told.get(kind, {}).get("name", ""))
                if name and not name.startswith(_UNNUMBERED):
                    yield kind, name, (cell, output)
