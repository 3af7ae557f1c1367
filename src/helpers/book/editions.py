"""Editions: a trial and a set of parameters for a named audience, one YAML file each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.book.chapters import Chapter
from helpers.book.project import Project
from helpers.errors import EditionError, unknown_name
from helpers.trial.positions import Document, read_document

SHARED = "shared"
BUILD_FILLS = ("trial", "edition")
"""Parameters that every chapter gets from its edition."""

_KEYS = ("title", "trial", "audience", "parameters", "leave_out")
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
# Folders of the build folder that are not editions.
_TAKEN = ("runs",)


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
        Name of the trial.
    shared
        Values for every chapter that declares the parameter.
    by_chapter
        Values for one chapter, by its name.
    leave_out
        Chapters that this edition does not have.
    """

    name: str
    title: str
    trial: Given
    audience: str
    shared: Mapping[str, Given]
    by_chapter: Mapping[str, Mapping[str, Given]]
    leave_out: tuple[str, ...]

    def chapters(self, chapters: Sequence[Chapter]) -> tuple[Chapter, ...]:
        """Return the chapters that this edition has."""
        return tuple(chapter for chapter in chapters if chapter.name not in self.leave_out)


def edition_names(project: Project) -> tuple[str, ...]:
    """Return the names of all editions, sorted."""
    return tuple(sorted(path.stem for path in project.editions.glob("*.yml")))


def read_edition(project: Project, name: str, chapters: Sequence[Chapter]) -> Edition:
    """Read one edition and check every name in it.

    Raises
    ------
    EditionError
        When there is no such edition or its file is not valid; the message names the line.
    """
    names = edition_names(project)
    if name not in names:
        raise EditionError(unknown_name("edition", name, names))
    path = project.editions / f"{name}.yml"
    shown = project.shown(path)
    if not _NAME.fullmatch(name) or name in _TAKEN:
        raise EditionError(
            f"{shown}: an edition's file name is a small letter followed by small letters, "
            f"digits, - or _, and not {' or '.join(_TAKEN)}; rename the file."
        )
    document = _read(path, shown)
    content = document.content
    for key in content:
        if key not in _KEYS:
            where = f"{shown}, line {document.line_of((key,))}"
            raise EditionError(unknown_name("key", key, _KEYS, where=where))
    return _Reader(document, shown, chapters).edition(name)


def _read(path: Path, shown: str) -> Document:
    try:
        document = read_document(path.read_text(encoding="utf-8"), file=shown)
    except UnicodeDecodeError:
        raise EditionError(f"{shown} is not UTF-8 text: save it as UTF-8.") from None
    if document.problems:
        raise EditionError("\n".join(str(problem) for problem in document.problems))
    if not isinstance(document.content, dict):
        raise EditionError(f"{shown} must hold keys with values, as in 'title: ...'.")
    return document


class _Reader:
    """Reads the parts of one edition's file, with the line of each in its messages."""

    def __init__(self, document: Document, shown: str, chapters: Sequence[Chapter]) -> None:
        self.document = document
        self.shown = shown
        self.chapters = {chapter.name: chapter for chapter in chapters}

    def edition(self, name: str) -> Edition:
        leave_out = self._left_out()
        parameters = self._mapping(("parameters",))
        for chapter in parameters:
            if chapter != SHARED and chapter not in self.chapters:
                raise EditionError(
                    unknown_name(
                        "chapter",
                        chapter,
                        [SHARED, *self.chapters],
                        where=self._where(("parameters", chapter)),
                    )
                )
        return Edition(
            name=name,
            title=self._text("title"),
            trial=Given(self._text("trial"), self._where(("trial",))),
            audience=self._text("audience"),
            shared=self._given(SHARED) if SHARED in parameters else {},
            by_chapter={part: self._given(part) for part in parameters if part != SHARED},
            leave_out=leave_out,
        )

    def _where(self, path: tuple[str | int, ...]) -> str:
        return f"{self.shown}, line {self.document.line_of(path)}"

    def _text(self, key: str) -> str:
        value = self.document.content.get(key)
        if not isinstance(value, str) or not value.strip():
            raise EditionError(f"{self._where((key,))}: the key {key!r} must hold a text.")
        return value.strip()

    def _mapping(self, path: tuple[str, ...]) -> dict[str, Any]:
        value = self.document.content
        for key in path:
            value = value.get(key)
            if value is None:
                return {}
        if not isinstance(value, dict):
            raise EditionError(
                f"{self._where(path)}: {'.'.join(path)!r} must hold names with values, "
                "as in 'level: 0.95'."
            )
        return value

    def _given(self, part: str) -> dict[str, Given]:
        """Read the values for one chapter or for all, and check that they reach a chapter."""
        reached = list(self.chapters.values()) if part == SHARED else [self.chapters[part]]
        known = [*dict.fromkeys(each.name for chapter in reached for each in chapter.parameters)]
        given = {}
        for name, value in self._mapping(("parameters", part)).items():
            where = self._where(("parameters", part, name))
            if name in BUILD_FILLS:
                raise EditionError(
                    f"{where}: every chapter gets {name!r} from the edition itself; remove it here."
                )
            if name not in known:
                kind = "parameter" if part == SHARED else f"parameter of the chapter {part}"
                valid = [each for each in known if each not in BUILD_FILLS]
                raise EditionError(unknown_name(kind, name, valid, where=where))
            given[name] = Given(value, where)
        return given

    def _left_out(self) -> tuple[str, ...]:
        listed = self.document.content.get("leave_out") or []
        if not isinstance(listed, list):
            raise EditionError(
                f"{self._where(('leave_out',))}: 'leave_out' must be a list of chapters, "
                "as in [03_randomization]."
            )
        for at, name in enumerate(listed):
            if name not in self.chapters:
                where = self._where(("leave_out", at))
                raise EditionError(unknown_name("chapter", str(name), self.chapters, where=where))
        return tuple(listed)
