"""Editions: a trial and a set of parameters for a named audience, one YAML file each."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.book.chapters import Chapter
from helpers.book.project import Project
from helpers.errors import EditionError, unknown_name
from helpers.trial.positions import read_document

SHARED = "shared"
BUILD_FILLS = ("trial", "edition")
"""Parameters that every chapter gets from its edition."""

TAKEN = ("compare", "runs", "site", "sweeps")
"""Folders of the build folder that are not editions."""

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_ENDINGS = {".yml", ".yaml"}


@dataclass(frozen=True)
class Given:
    """A value given to a parameter, and where it was written."""

    value: Any
    where: str


@dataclass(frozen=True)
class Edition:
    """One edition of the book.

    Parameters
    ----------
    name
        File name without its ending.
    title, audience
        Shown to readers.
    trial
        Name of the trial, or the path of its folder.
    shared
        Values for every chapter that declares the parameter.
    by_chapter
        Values for one chapter, by its name.
    leave_out
        Chapters that this edition does not have.
    about
        What the edition is for, shown on its first page; may be empty.
    compare
        Names of the editions with which the book of this one compares itself.
    published
        Whether a build that names no edition makes it.
    first_page
        Page of the chapters' folder that takes the place of the book's first page; empty for none.
    of_trial
        Whether it is the book of a trial that was asked for without an edition's file.
    base
        Folder in which a relative path of the trial begins; None for the working directory.
    """

    name: str
    title: str
    trial: Given
    audience: str
    shared: Mapping[str, Given]
    by_chapter: Mapping[str, Mapping[str, Given]]
    leave_out: tuple[str, ...]
    about: str = ""
    compare: tuple[Given, ...] = ()
    published: bool = True
    first_page: str = ""
    of_trial: bool = False
    base: Path | None = None

    def chapters(self, chapters: Sequence[Chapter]) -> tuple[Chapter, ...]:
        """Return the chapters that this edition has."""
        return tuple(chapter for chapter in chapters if chapter.name not in self.leave_out)


def edition_names(project: Project) -> tuple[str, ...]:
    """Return the names of all editions of the book, sorted."""
    found = (path for path in project.editions.glob("*.yml") if path.is_file())
    return tuple(sorted(path.stem for path in found))


def published_names(project: Project) -> tuple[str, ...]:
    """Return the names of the editions that a build makes when it is not told which.

    Raises
    ------
    EditionError
        When there is none.
    """
    found = tuple(name for name in edition_names(project) if _published(project, name))
    if not found:
        raise EditionError(
            f"There is no published edition in {project.editions}: write one, or name the one to "
            "build with --edition."
        )
    return found


def _published(project: Project, name: str) -> bool:
    """Say whether an edition is published; one whose file cannot be read counts, to be told of."""
    try:
        text = (project.editions / f"{name}.yml").read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return True
    content = read_document(text, file=name).content
    return not isinstance(content, dict) or content.get("published") is not False


def read_edition(project: Project, name: str, chapters: Sequence[Chapter]) -> Edition:
    """Read one edition and check every name in it.

    Parameters
    ----------
    project
        The book.
    name
        An edition of the book, or the path of an edition's file.
    chapters
        The chapters of the book.

    Raises
    ------
    EditionError
        When there is no such edition or its file is not valid; the message names the line.
    """
    # What reads the file makes editions, and so builds on this module.
    from helpers.book.edition_file import read_edition_file

    path = edition_path(project, name)
    shown = project.shown(path)
    if not valid_name(path.stem):
        raise EditionError(
            f"{shown}: an edition's file name is a small letter followed by small letters, "
            f"digits, - or _, and not {' or '.join(TAKEN)}; rename the file."
        )
    return read_edition_file(path, shown=shown, chapters=chapters, editions=edition_names(project))


def edition_path(project: Project, name: str) -> Path:
    """Return the file of an edition.

    Raises
    ------
    EditionError
        When there is no such edition or file, or a file elsewhere has an edition's name.
    """
    names = edition_names(project)
    given = Path(name)
    if name in names:
        return project.editions / f"{name}.yml"
    if given.suffix not in _ENDINGS:
        known = unknown_name("edition", name, names)
        raise EditionError(f"{known} The path of an edition's file (.yml) is accepted too.")
    if not given.is_file():
        raise EditionError(f"There is no file {name}: give the path of an edition's file.")
    path = given.resolve()
    own = project.editions / f"{path.stem}.yml"
    if path != own.resolve() and is_book_of_a_trial(project, path.stem):
        raise EditionError(
            f"{name}: {project.shown(project.build / path.stem)} holds the book of a trial, made "
            "by --trial, which this edition's would replace; rename the file."
        )
    if path.stem in names and path != own.resolve():
        raise EditionError(
            f"{name}: the book has an edition named {path.stem!r}, whose book this one would "
            "replace; rename the file."
        )
    return path


def is_book_of_a_trial(project: Project, name: str) -> bool:
    """Say whether the finished book of this name was asked for by its trial."""
    try:
        about = json.loads((project.build / name / "build.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(about, dict) and bool(about.get("of_trial"))


def valid_name(name: str) -> bool:
    """Say whether an edition may have this name, which is also that of a folder."""
    return bool(_NAME.fullmatch(name)) and name not in TAKEN
