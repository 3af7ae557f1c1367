"""The last hand on chapters and pages: openings, numbers, references, index, reading time."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.book.added_lines import below_heading
from helpers.book.chapters import Chapter, source
from helpers.book.cross_references import with_references
from helpers.book.front_figures import ShownFigure, figures_of, with_figures
from helpers.book.index_entries import index_block, terms_used, with_index_entries
from helpers.book.lessons import with_lessons
from helpers.book.numbering import Labels, chapter_marks, labels_of, with_labels
from helpers.book.openings import (
    chapter_line,
    data_label,
    page_line,
    with_line_below_title,
    with_opening_figure,
)
from helpers.book.reading_time import in_words, minutes, words_of, words_of_chapter
from helpers.book.results import Results
from helpers.show.dark_figures import following_the_page
from helpers.show.records import shown

TIME = "reading_time"
"""The substitution by which a page cites how long the chapters of the edition take to read."""

# Pages that are looked things up in, not read.
_LOOKED_UP = ("glossary", "references", "genindex")
_LEAST_WORDS = 150  # a page of fewer is read before its reading time is


@dataclass(frozen=True)
class Finished:
    """Chapters as they are compiled, and what pages need to know of them."""

    notebooks: dict[str, dict[str, Any]]
    labels: dict[str, Labels]
    figures: dict[str, ShownFigure]
    glued: dict[str, str]
    words: int

    @property
    def time(self) -> str:
        """How long all chapters take to read."""
        return in_words(minutes(self.words))

    def page(self, text: str, *, folder: Path, name: str, first: bool) -> str:
        """Return a page that is no chapter, with its references, figures and reading time.

        Parameters
        ----------
        text
            Its Markdown.
        folder
            Where it will stand, for the drawings that it shows.
        name
            Its file's name without the ending.
        first
            Whether it is the first page of the book, which says how long the chapters take.
        """
        page = with_references(text, page="", labels=self.labels)
        page = with_lessons(with_figures(page, self.figures, folder=folder), self.notebooks)
        if name in _LOOKED_UP:
            return page
        words = words_of(text, glued=self.glued)
        lines = []
        if not first and words >= _LEAST_WORDS:
            lines.append(page_line(time=in_words(minutes(words))))
        terms = terms_used(text)
        if terms:
            lines.append(index_block(terms, title=_title(text)))
        return below_heading(page, "\n\n".join(lines)) if lines else page


def finish_chapters(
    notebooks: Mapping[str, dict[str, Any]],
    *,
    chapters: Sequence[Chapter],
    results: Results,
    label: str,
) -> Finished:
    """Return the chapters of an edition as they are compiled.

    Parameters
    ----------
    notebooks
        Dressed notebooks by chapter.
    chapters
        All chapters of the book in reading order, also those that the edition leaves out.
    results
        What prose cites.
    label
        Whose data the chapters show.
    """
    marks = chapter_marks([chapter.name for chapter in chapters])
    titles = {chapter.name: chapter.title for chapter in chapters}
    glued = {name: shown(entry["text"]) for name, entry in results.items()}
    opened = {
        chapter.name: with_opening_figure(_themed(notebooks[chapter.name]))
        for chapter in chapters
        if chapter.name in notebooks
    }
    labels = {name: labels_of(each, mark=marks[name]) for name, each in opened.items()}
    finished, words = {}, 0
    for name, notebook in opened.items():
        own = words_of_chapter(notebook, glued=glued)
        words += own
        book = with_labels(notebook, labels[name])
        for cell in book["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = with_references(source(cell), page=name, labels=labels)
        book = with_index_entries(book, title=titles[name])
        whose = data_label(notebook, trial=label)
        line = chapter_line(marks[name], time=in_words(minutes(own)), label=whose)
        finished[name] = with_line_below_title(book, line)
    return Finished(finished, labels, figures_of(opened, labels), glued, words)


def _themed(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook whose drawings have colours for the dark."""
    book = copy.deepcopy(notebook)
    for cell in book["cells"]:
        for output in cell.get("outputs", []):
            svg = output.get("data", {}).get("image/svg+xml")
            if svg is not None:
                whole = svg if isinstance(svg, str) else "".join(svg)
                output["data"]["image/svg+xml"] = following_the_page(whole)
    return book


def _title(page: str) -> str:
    return page.partition("\n")[0].lstrip("# ").strip()
