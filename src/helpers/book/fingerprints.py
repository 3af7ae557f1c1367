"""Fingerprints that tell, by content alone, whether a chapter or a book is still up to date."""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
import re
import sysconfig
import time
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from helpers.book.changes import what_changed
from helpers.book.chapter_source import source_of_chapter
from helpers.book.content_files import files_below, page_files
from helpers.book.planning import PlannedChapter, PlannedEdition
from helpers.book.project import Project

LOOKS = 3
"""How often a change is looked at before it is believed."""
PAUSE = 0.2
"""Seconds between two looks."""


class Fingerprints:
    """Fingerprints of the chapters and books of one project at one moment.

    A chapter's fingerprint covers everything that its numbers depend on: its source (without what
    an editor leaves in the file; see :mod:`helpers.book.chapter_source`), its parameters, the code
    of the helpers, the trial's folder, whatever else it says that it reads, the locked packages
    and Python.
    Each folder is listed and each file is read once, so that all fingerprints speak of the same
    moment.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._contents: dict[Path, str] = {}
        self._sources: dict[Path, str] = {}
        self._listed: dict[Path, tuple[Path, ...]] = {}

    @cached_property
    def helpers(self) -> dict[str, str]:
        """Fingerprint of each file of the helpers' source."""
        package = Path(__file__).resolve().parents[1]
        return self._one_by_one(package, self._files(package, suffix=".py"))

    @cached_property
    def code(self) -> str:
        """Fingerprint of the helpers' source."""
        return _digest(self.helpers)

    @cached_property
    def environment(self) -> str:
        """Fingerprint of the lock, of the installed versions of what it locks, and of Python."""
        return _digest(list(self.environment_parts.values()))

    @cached_property
    def environment_parts(self) -> dict[str, Any]:
        """Return what the environment consists of, one by one."""
        lock = self._project.root / "requirements.lock"
        locked = lock.read_bytes() if lock.is_file() else b""
        names = {_plain(name) for name in re.findall(rb"^([A-Za-z0-9][\w.-]*)==", locked, re.M)}
        installed = sorted(
            path.stem
            for path in Path(sysconfig.get_paths()["purelib"]).glob("*.dist-info")
            if _plain(path.stem.partition("-")[0].encode()) in names
        )
        return {
            "Python": platform.python_version(),
            "installed packages": _digest(installed),
            "requirements.lock": _sha256(locked),
        }

    def folder(self, folder: Path) -> str:
        """Return the fingerprint of a folder's content."""
        return self._together(folder, self._files(folder))

    def ingredients(self, planned: PlannedChapter, trial: Path) -> dict[str, Any]:
        """Return everything that a chapter's fingerprint covers, one by one.

        Returns
        -------
        dict
            ``source``, ``parameters`` (name to value), ``helpers``, ``data`` and ``reads`` (file to
            the hash of its content) and ``environment`` (part to version or hash).
        """
        return {
            "source": self._source(planned.chapter.path),
            "parameters": dict(planned.values),
            "helpers": self.helpers,
            "data": self._one_by_one(trial, self._files(trial)),
            "reads": {
                place: self._read(self._project.root / place) for place in planned.chapter.reads
            },
            "environment": self.environment_parts,
        }

    def chapter(self, planned: PlannedChapter, trial: Path) -> str:
        """Return the fingerprint of a chapter with its values and its trial's folder."""
        return _digest(self.ingredients(planned, trial))

    def others(self, planned: PlannedChapter, edition: PlannedEdition) -> dict[str, str]:
        """Return the fingerprints of the chapters whose results a chapter is given.

        Empty for a chapter that runs with the first; see
        :attr:`helpers.book.chapters.Chapter.stage`.
        """
        stage = planned.chapter.stage
        found = {
            each.name: self.chapter(each, each.trial)
            for each in edition.chapters
            if each.chapter.stage < stage
        }
        if planned.chapter.compares:
            found |= {
                f"{other.name}/{each.name}": self.chapter(each, each.trial)
                for other in edition.compared
                for each in other.chapters
            }
            titles = [(each.name, each.edition.title) for each in (edition, *edition.compared)]
            found |= {f"{name}/title": title for name, title in titles}
        return found

    def changes(self, planned: PlannedChapter, trial: Path) -> tuple[str, ...]:
        """Say what a chapter depends on has changed since the first look; empty when nothing has.

        A program that writes a file leaves it empty, or away, for a moment, even when it writes
        what was there before. So only what is still different after a while has changed.
        """
        first = self.ingredients(planned, trial)
        found: tuple[str, ...] = ()
        for look in range(LOOKS):
            if look:
                time.sleep(PAUSE)
            try:
                now = Fingerprints(self._project).ingredients(planned, trial)
            except OSError:
                found = ("source",)
                continue
            found = tuple(what_changed(first, now))
            if not found:
                break
        return found

    def edition(self, planned: PlannedEdition) -> str:
        """Return the fingerprint of a whole book: its chapters, its pages and its settings.

        A chapter that runs after the others needs no fingerprint of their results here, because
        those follow from the fingerprints of the others, and so it is with the results of editions
        that the book is compared with.
        """
        edition = planned.edition
        return _digest(
            [
                [self.chapter(each, planned.trial) for each in planned.chapters],
                [edition.name, edition.title, edition.audience, edition.about, edition.first_page],
                list(edition.leave_out),
                [
                    [
                        [other.name, other.edition.title],
                        [self.chapter(each, other.trial) for each in other.chapters],
                    ]
                    for other in planned.compared
                ],
                self._together(self._project.root, page_files(self._project)),
            ]
        )

    def _read(self, place: Path) -> str | None:
        """Return the fingerprint of a file or a folder; None when there is none."""
        if place.is_dir():
            return self.folder(place)
        return self._content(place) if place.is_file() else None

    def _files(self, folder: Path, *, suffix: str = "") -> tuple[Path, ...]:
        """Return the content of a folder, but for what the build itself writes.

        A trial's folder may hold the whole book.
        """
        if folder not in self._listed:
            self._listed[folder] = files_below(folder, leave_out=self._project.build)
        return tuple(path for path in self._listed[folder] if path.name.endswith(suffix))

    def _source(self, path: Path) -> str:
        """Return the fingerprint of a chapter's file, whatever an editor has left in it."""
        if path not in self._sources:
            self._sources[path] = _sha256(source_of_chapter(path.read_bytes()))
        return self._sources[path]

    def _content(self, path: Path) -> str:
        if path not in self._contents:
            self._contents[path] = _sha256(path.read_bytes())
        return self._contents[path]

    def _together(self, root: Path, files: Iterable[Path]) -> str:
        """Return one fingerprint of the names and contents of files below a folder."""
        return _digest(self._one_by_one(root, files))

    def _one_by_one(self, root: Path, files: Iterable[Path]) -> dict[str, str]:
        """Return the fingerprint of each file below a folder, by its name there."""
        found = {}
        for path in files:
            # A file may go between the listing and the reading.
            with contextlib.suppress(FileNotFoundError):
                found[path.relative_to(root).as_posix()] = self._content(path)
        return found


def combined(parts: Mapping[str, str]) -> str:
    """Return one fingerprint of several named ones."""
    return _digest(sorted(parts.items()))


def _plain(name: bytes) -> bytes:
    """Return a package's name in the one spelling in which names can be compared."""
    return re.sub(rb"[-_.]+", b"-", name).lower()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest(parts: Any) -> str:
    return _sha256(json.dumps(parts, sort_keys=True, ensure_ascii=True).encode())
