"""What an edition changes, said on its first page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpers.book.added_lines import below_heading
from helpers.book.editions import SHARED, Edition, Given
from helpers.book.results import escaped


def with_edition_box(page: str, edition: Edition, *, titles: Mapping[str, str]) -> str:
    """Return the first page with a box after its heading that says what the edition changes.

    Parameters
    ----------
    page
        Markdown of the page.
    edition
        The edition; a page of one that changes nothing stays as it is.
    titles
        Name of each chapter that is left out, to its title.
    """
    lines = [escaped(edition.about)] if edition.about else []
    given = [*_lines(edition.shared, SHARED)]
    for chapter, values in edition.by_chapter.items():
        given += _lines(values, chapter)
    if given:
        lines.append("Its chapters run with other values than their defaults:")
        lines.append("\n".join(given))
    if titles and lines:
        lines.append(f"It leaves out: {escaped('; '.join(titles.values()))}.")
    if not lines:
        return page
    box = "\n\n".join(lines)
    body = f"```{{admonition}} {escaped(edition.title)}\n:class: edition-changes\n\n{box}\n```"
    return below_heading(page, body)


def _lines(values: Mapping[str, Given], part: str) -> Sequence[str]:
    where = "every chapter that has it" if part == SHARED else f"the chapter {part}"
    return [f"- `{name}` is `{each.value}` in {escaped(where)}" for name, each in values.items()]
