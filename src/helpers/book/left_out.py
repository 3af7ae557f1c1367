"""Pages of an edition that leaves chapters out: no link and no number may point at what is gone."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any

NOT_HERE = "(not in this edition)"

_LINK = re.compile(
    r"(?<!!)\[(?P<words>[^\]\n]*)\]\((?:\./)?(?P<page>[\w-]+)\.(?:ipynb|md)(?:#[^)\s]*)?\)"
)
_CITED = re.compile(r"\{\{\s*(?P<name>\w+)\s*\}\}")


def without_links(text: str, titles: Mapping[str, str]) -> str:
    """Return Markdown whose links to left-out chapters are plain words.

    Parameters
    ----------
    text
        The Markdown.
    titles
        Name of each chapter that is left out, to its title.
    """

    def plain(link: re.Match[str]) -> str:
        if link["page"] not in titles:
            return link[0]
        return f"{link['words'] or titles[link['page']]} {NOT_HERE}"

    return _LINK.sub(plain, text)


def notebook_without_links(notebook: dict[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    """Return a notebook whose prose, also that which a trial adds, has no link to what is gone."""
    if not titles:
        return notebook
    found = copy.deepcopy(notebook)
    for cell in found["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = without_links(_whole(cell["source"]), titles)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/markdown" in data:
                data["text/markdown"] = without_links(_whole(data["text/markdown"]), titles)
    return found


def uncited(pages: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Return substitutions for what pages cite and an edition without some chapters has not.

    Parameters
    ----------
    pages
        Markdown of the pages.
    known
        Names that can be cited.
    """
    cited = {match["name"] for text in pages for match in _CITED.finditer(text)}
    return dict.fromkeys(sorted(cited - set(known)), NOT_HERE)


def _whole(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
