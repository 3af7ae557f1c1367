"""Figures of the chapters on pages that are not chapters, where a comment asks for them.

``% figure: fig-means`` in a page's Markdown is the place; nothing stands there when the edition
does not show that figure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.book.added_lines import added
from helpers.book.numbering import Labels
from helpers.book.results import escaped

FOLDER = "_figures"

_PLACE = re.compile(r"^% figure: (?P<name>[\w-]+)$", re.MULTILINE)


@dataclass(frozen=True)
class ShownFigure:
    """A figure of a chapter, with its texts."""

    chapter: str
    label: str
    caption: str
    alt: str
    svg: str


def figures_of(
    notebooks: Mapping[str, Mapping[str, Any]], labels: Mapping[str, Labels]
) -> dict[str, ShownFigure]:
    """Return the figures of an edition that are drawings, by their names.

    Parameters
    ----------
    notebooks
        As they are shown, by chapter.
    labels
        Of their figures.
    """
    found = {}
    for chapter, notebook in notebooks.items():
        for cell in notebook["cells"]:
            for output in cell.get("outputs", []):
                figure = output.get("metadata", {}).get("trialbook", {}).get("figure")
                svg = output.get("data", {}).get("image/svg+xml")
                if figure and svg:
                    found[figure["name"]] = ShownFigure(
                        chapter,
                        labels[chapter][figure["name"]],
                        figure["caption"],
                        " ".join(figure["alt"].split()),
                        svg if isinstance(svg, str) else "".join(svg),
                    )
    return found


def with_figures(page: str, figures: Mapping[str, ShownFigure], *, folder: Path) -> str:
    """Return a page with the figures that it asks for, whose drawings are written beside it.

    Parameters
    ----------
    page
        Markdown.
    figures
        Those of the edition.
    folder
        Where the page will stand.
    """

    def shown(place: re.Match[str]) -> str:
        figure = figures.get(place["name"])
        if figure is None:
            return place[0]
        (folder / FOLDER).mkdir(exist_ok=True)
        (folder / FOLDER / f"{place['name']}.svg").write_text(figure.svg, encoding="utf-8")
        alt = figure.alt.replace("\\", "\\\\").replace('"', '\\"')
        directive = (
            f"```{{figure}} {FOLDER}/{place['name']}.svg\n"
            f':name: front-{place["name"]}\n:alt: "{alt}"\n\n'
            f"{escaped(figure.caption)} {figure.label} in [](./{figure.chapter}.ipynb).\n```"
        )
        return f"{place[0]}\n{added(directive)}".rstrip("\n")

    return _PLACE.sub(shown, page)
