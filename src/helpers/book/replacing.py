"""Put a finished folder or file in its place in one step, and tidy up after a crash.

A folder cannot be replaced in one step everywhere, so the old one is moved aside, the new one is
moved in and the old one deleted. Whatever happens in between, either the old or the new folder is
found again by :func:`recover`.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from helpers.errors import ParameterError

STAGING = ".staging"
ASIDE = ".replaced"
PARTIAL = ".{name}.partial"
"""What a file is called while it is written."""


def replace_folder(new: Path, place: Path) -> None:
    """Move the folder ``new`` to ``place``, where another may lie that is then deleted.

    Both must be on the same file system. When the second move fails, the old folder is put back. A
    file that has the folder's name is somebody's own, and is left where it is.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = place.parent / ASIDE / place.name
    shutil.rmtree(aside, ignore_errors=True)
    aside.parent.mkdir(exist_ok=True)
    had_old = place.exists()
    if had_old and not place.is_dir():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(place))
    if had_old:
        place.rename(aside)
    try:
        new.rename(place)
    except BaseException:
        if had_old and not place.exists():
            aside.rename(place)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def recover(build: Path) -> None:
    """Put back what a killed build moved aside, and delete what it left half done."""
    aside = build / ASIDE
    if aside.is_dir():
        for folder in aside.iterdir():
            if not (build / folder.name).exists():
                folder.rename(build / folder.name)
        shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(build / STAGING, ignore_errors=True)


def refuse_place_among_data(place: Path, trial: Path, *, build: Path) -> None:
    """Refuse to write into the folder of a trial, where every file counts as its data.

    Parameters
    ----------
    place
        Where the user wants something written.
    trial
        The folder of the trial.
    build
        The build folder, in which anything may be written even if the trial's folder holds it.

    Raises
    ------
    ParameterError
        When it lies there.
    """
    whole = place.resolve()
    if whole.is_relative_to(trial) and not whole.is_relative_to(build):
        raise ParameterError(
            f"--output {place}: this lies in the folder of the trial, {trial}, whose files are its "
            "data; choose a place elsewhere."
        )


def refuse_place_among_chapters(place: Path, chapters: Path) -> None:
    """Refuse to write among the chapters, where a notebook would take the place of its source.

    Raises
    ------
    ParameterError
        When it lies there.
    """
    if place.resolve().is_relative_to(chapters.resolve()):
        raise ParameterError(
            f"--output {place}: this lies among the chapters, {chapters}, which hold sources only; "
            "choose a place elsewhere."
        )


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file so that it is never seen half written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(PARTIAL.format(name=path.name))
    try:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
