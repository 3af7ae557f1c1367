"""What the book on paper says of tables that are too long for it: once, where several follow."""

from __future__ import annotations

from bs4 import BeautifulSoup, NavigableString, Tag

LEFT_OUT = "left-out"
"""Class of a fold whose table was left out; its title stays."""
TITLE = "fold-title"

_SHOWN = ("img", "svg", "math", "table", "canvas", "hr")


def left_out_note(titles: int) -> str:
    """Return the sentence that stands below the titles of so many tables."""
    if titles == 1:
        return "A long table, left out here; it is on this book's page for the screen."
    return f"{titles} long tables, left out here; they are on this book's page for the screen."


def merge_left_out(article: Tag) -> None:
    """Put the titles of tables that were left out one after the other above one note, in place."""
    run: list[Tag] = []
    for fold in article.select(f".{LEFT_OUT}"):
        if run and not _neighbours(run[-1], fold):
            _finish(run)
            run = []
        run.append(fold)
    _finish(run)


def _neighbours(one: Tag, other: Tag) -> bool:
    """Say whether nothing that a reader sees stands between two parts of a page."""
    inside = set(map(id, one.descendants))
    for each in one.next_elements:
        if each is other:
            return True
        if id(each) in inside:
            continue
        # A remark is a kind of this too, and nobody sees it.
        if type(each) is NavigableString and each.strip():
            return False
        if isinstance(each, Tag) and each.name in _SHOWN:
            return False
    return False


def _finish(run: list[Tag]) -> None:
    """Gather the titles of neighbours in the first of them, with one note below."""
    if not run:
        return
    first, *others = run
    for fold in others:
        for title in fold.select(f".{TITLE}"):
            first.append(title.extract())
        fold.decompose()
    note = BeautifulSoup("", "html.parser").new_tag("p")
    note.string = left_out_note(len(run))
    first.append(note)
