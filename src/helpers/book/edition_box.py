"""What an edition changes, said on its first page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpers.book.editions import SHARED, Edition, Given
from helpers.book.results import escaped

# Comments of MyST, by which lines of the page as it is compiled are counted as in its source.
_BEGIN = "% begin: added by the build"
_END = "% end: added by the build"


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
    added = f"\n{_BEGIN}\n\n{body}\n\n{_END}\n"
    heading, found, rest = page.partition("\n")
    return f"{heading}{found}{added}{rest}" if heading.startswith("# ") else f"{added}{page}"


def line_in_source(page: str, line: int) -> int:
    """Return the line of a page's source that stands at a line of the page as it is compiled."""
    lines = page.splitlines()
    if _BEGIN not in lines or _END not in lines:
        return line
    # The blank line before the box was added too.
    begin, end = lines.index(_BEGIN), lines.index(_END) + 1
    return line - (end - begin + 1) if line > end else min(line, max(begin - 1, 1))


def _lines(values: Mapping[str, Given], part: str) -> Sequence[str]:
    where = "every chapter that has it" if part == SHARED else f"the chapter {part}"
    return [f"- `{name}` is `{each.value}` in {escaped(where)}" for name, each in values.items()]
