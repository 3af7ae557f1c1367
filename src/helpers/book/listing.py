"""What there is to build and to run: editions, chapters and their parameters, as a table."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from helpers.book.chapters import Chapter, read_chapters
from helpers.book.editions import edition_names, read_edition
from helpers.book.parameters import Parameter
from helpers.book.project import Project

_INDENT = "    "


def listing(project: Project, *, width: int) -> str:
    """Return the table of editions, chapters and parameters.

    Parameters
    ----------
    project
        The book.
    width
        Columns of the terminal.
    """
    chapters = read_chapters(project)
    editions = [read_edition(project, name, chapters) for name in edition_names(project)]
    rows = [
        (
            edition.name,
            str(edition.trial.value),
            "by itself" if edition.published else "when named",
            f"{edition.title} (for {edition.audience})",
        )
        for edition in editions
    ]
    parts = [
        "Editions",
        _table(("edition", "trial", "built", "title"), rows, width=width, indent="  "),
        "\nChapters and their parameters",
        *(_chapter(chapter, width) for chapter in chapters),
    ]
    return "\n".join(parts)


def _chapter(chapter: Chapter, width: int) -> str:
    heading = f"  {chapter.name}  {chapter.title}".rstrip()
    rows = [_row(parameter) for parameter in chapter.parameters]
    if not rows:
        return heading
    header = ("parameter", "type", "default", "meaning and allowed values")
    return f"{heading}\n{_table(header, rows, width=width, indent=_INDENT)}\n"


def _row(parameter: Parameter) -> tuple[str, str, str, str]:
    default = repr(parameter.default) if parameter.type == "str" else str(parameter.default)
    return (
        parameter.name,
        parameter.type,
        default,
        f"{parameter.meaning} [{parameter.domain}]",
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], *, width: int, indent: str) -> str:
    """Lay out rows in columns; the last column is wrapped to the width of the terminal."""
    everything = [header, *rows]
    widths = [max(len(row[column]) for row in everything) for column in range(len(header) - 1)]
    before = sum(widths) + 2 * len(widths)
    room = max(width - len(indent) - before, 24)
    lines: list[str] = []
    for row in everything:
        start = "  ".join(cell.ljust(space) for cell, space in zip(row[:-1], widths, strict=True))
        first, *more = textwrap.wrap(row[-1], room) or [""]
        lines.append(f"{indent}{start}  {first}".rstrip())
        lines += [f"{indent}{' ' * before}{text}" for text in more]
    return "\n".join(lines)
