"""Which files of a folder are its content, and not the trace of a program that looked at it."""

from __future__ import annotations

import os
from itertools import chain
from pathlib import Path

from helpers.book.project import Project

_TRACES = {"__pycache__", "Thumbs.db", "desktop.ini"}


def files_below(folder: Path, *, leave_out: Path | None = None) -> tuple[Path, ...]:
    """Return the files of a folder and of those below it, sorted.

    Other programs may be at work there: a folder that is gone when it is looked into is empty.

    Parameters
    ----------
    folder
        The folder.
    leave_out
        A folder below it that does not belong to its content.
    """
    found = []
    for place, folders, files in os.walk(folder):
        here = Path(place)
        folders[:] = [name for name in folders if not is_trace(name) and here / name != leave_out]
        found += [here / name for name in files if not is_trace(name)]
    return tuple(sorted(path for path in found if path.is_file()))


def page_files(project: Project) -> tuple[Path, ...]:
    """Return the files that are compiled as they are: pages, settings, styles, bibliography."""
    chapters = (
        path
        for path in files_below(project.chapters, leave_out=project.editions)
        if path.suffix not in {".ipynb", ".yml"}
    )
    names = ("_config.yml", "_toc.yml", "genindex.md", "CITATION.cff", "CHANGELOG.md")
    top = (project.root / name for name in names)
    folders = (files_below(project.root / name) for name in ("_static", "_templates"))
    found = [*chapters, *(path for path in top if path.is_file()), *chain.from_iterable(folders)]
    return tuple(sorted(found))


def is_trace(name: str) -> bool:
    """Say whether a file or a folder is only a trace of an editor, of Python or of the system."""
    return (
        name.startswith((".", "~$"))
        or name.endswith("~")
        or (name.startswith("#") and name.endswith("#"))
        or name in _TRACES
    )
