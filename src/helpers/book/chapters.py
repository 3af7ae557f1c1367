"""Chapters as they stand in their notebooks: title, parameters, what they read, when they run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from helpers.book.parameters import Parameter, read_parameters
from helpers.book.project import Project, chapter_files
from helpers.errors import BuildError, ParameterError, unknown_name

PARAMETERS_TAG = "parameters"
INJECTED_TAG = "injected-parameters"


@dataclass(frozen=True)
class Chapter:
    """One notebook of the book.

    Parameters
    ----------
    name
        File name without its ending, for example ``"05_primary"``.
    path
        Where the notebook is.
    title
        Its first heading.
    parameters
        What its parameters cell declares, in order.
    after_all
        Whether it runs after all the other chapters, with their results (notebook metadata
        ``trialbook: {after: all}``).
    compares
        Whether it runs after every other chapter of its edition and of the editions that this one
        is compared with, with the results of all of them (``trialbook: {after: editions}``).
    reads
        Files and folders of the book, relative to its root, that it reads beside its trial
        (notebook metadata ``trialbook: {reads: [...]}``): it runs again when they change.
    """

    name: str
    path: Path
    title: str
    parameters: tuple[Parameter, ...]
    after_all: bool
    reads: tuple[str, ...] = ()
    compares: bool = False

    @property
    def stage(self) -> int:
        """The round of a build in which it runs: 0, 1 (after all) or 2 (after all editions)."""
        return 2 if self.compares else int(self.after_all)

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter with this name, or None."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)


def read_chapters(project: Project) -> tuple[Chapter, ...]:
    """Read every chapter that the table of contents names, in reading order."""
    return tuple(read_chapter(path, shown=project.shown(path)) for path in chapter_files(project))


def read_chapter(path: Path, *, shown: str = "") -> Chapter:
    """Read one chapter without running it.

    Parameters
    ----------
    path
        The notebook.
    shown
        Its name in messages; the path by default.

    Raises
    ------
    BuildError
        When the file is not a notebook, or its metadata are not understood.
    ParameterError
        When its parameters cell is not of the right form.
    """
    shown = shown or str(path)
    notebook = read_notebook(path, shown=shown)
    cells = [cell for cell in notebook["cells"] if cell.get("cell_type") == "code"]
    tagged = [cell for cell in cells if PARAMETERS_TAG in tags(cell)]
    if len(tagged) > 1:
        raise ParameterError(
            f"{shown}: {len(tagged)} cells have the tag 'parameters'; declare all in one cell."
        )
    declared = read_parameters(source(tagged[0]), where=shown) if tagged else ()
    after = _after(notebook, shown)
    return Chapter(
        path.stem,
        path,
        _title(notebook),
        declared,
        after == "all",
        _reads(notebook, shown),
        compares=after == "editions",
    )


def read_notebook(path: Path, *, shown: str) -> dict[str, Any]:
    """Read a notebook file as plain dictionaries.

    Raises
    ------
    BuildError
        When the file is not a notebook of format 4.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise BuildError(
            f"{shown} is not a notebook: it is not valid JSON. Restore it from version control."
        ) from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise BuildError(f"{shown} is not a notebook of format 4: open and save it in JupyterLab.")
    return notebook


def find_chapter(text: str, chapters: Sequence[Chapter]) -> Chapter:
    """Find a chapter by its name, its number or the beginning of its name.

    Parameters
    ----------
    text
        For example ``"05_primary"``, ``"05_primary.ipynb"``, ``"5"`` or ``"05_p"``.

    Raises
    ------
    ParameterError
        When no chapter or more than one fits; the nearest name is given.
    """
    wanted = Path(text).name.removesuffix(".ipynb")
    by_name = {chapter.name: chapter for chapter in chapters}
    if wanted in by_name:
        return by_name[wanted]
    if wanted.isdecimal():
        fitting = [name for name in by_name if _number(name) == int(wanted)]
    else:
        fitting = [
            name
            for name in by_name
            if wanted and (name.startswith(wanted) or name.partition("_")[2].startswith(wanted))
        ]
    if len(fitting) > 1:
        raise ParameterError(f"More than one chapter fits {text!r}: {', '.join(fitting)}.")
    if not fitting:
        raise ParameterError(unknown_name("chapter", text, by_name))
    return by_name[fitting[0]]


def source(cell: dict[str, Any]) -> str:
    """Return the source of a cell as one text (files may keep it as a list of lines)."""
    written = cell.get("source", "")
    return written if isinstance(written, str) else "".join(written)


def tags(cell: dict[str, Any]) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.get("metadata", {}).get("tags", []))


def _number(name: str) -> int | None:
    first = name.partition("_")[0]
    return int(first) if first.isdecimal() else None


def _title(notebook: dict[str, Any]) -> str:
    lines = (
        line
        for cell in notebook["cells"]
        if cell.get("cell_type") == "markdown"
        for line in source(cell).splitlines()
    )
    return next((line.lstrip("#").strip() for line in lines if line.startswith("# ")), "")


def _after(notebook: dict[str, Any], shown: str) -> str | None:
    after = notebook.get("metadata", {}).get("trialbook", {}).get("after")
    if after not in (None, "all", "editions"):
        raise BuildError(
            f"{shown}: the notebook's metadata say that it runs after {after!r}; "
            "only 'all' and 'editions' are known."
        )
    return after


def _reads(notebook: dict[str, Any], shown: str) -> tuple[str, ...]:
    reads = notebook.get("metadata", {}).get("trialbook", {}).get("reads", [])
    if not isinstance(reads, list) or not all(_within(each) for each in reads):
        raise BuildError(
            f"{shown}: the notebook's metadata say that it reads {reads!r}; a list of files and "
            "folders is expected, each relative to the book's folder and below it."
        )
    return tuple(reads)


def _within(place: object) -> bool:
    if not isinstance(place, str) or not place:
        return False
    path = PurePosixPath(place)
    return not path.is_absolute() and ".." not in path.parts
