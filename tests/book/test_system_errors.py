from __future__ import annotations

import errno
import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from helpers.book import system_errors
from helpers.book.replacing import PARTIAL
from helpers.book.system_errors import (
    disk_is_full,
    no_space_left,
    system_sentence,
    tells_of_a_full_disk,
)

FULL = OSError(errno.ENOSPC, "No space left on device")


def test_finds_a_full_disk_at_the_bottom() -> None:
    error = RuntimeError("could not save")
    error.__context__ = RuntimeError("could not write")
    error.__context__.__cause__ = FULL
    assert disk_is_full(error)
    assert disk_is_full(OSError(errno.EDQUOT, "Disk quota exceeded"))
    assert not disk_is_full(OSError(errno.EACCES, "no"))


def test_a_copy_of_a_folder_that_found_the_disk_full_says_so() -> None:
    # shutil collects the errors of all files as texts, without their numbers.
    collected = shutil.Error([("a", "b", str(FULL)), ("c", "d", str(FULL))])
    assert disk_is_full(collected)
    assert system_sentence(collected).startswith("The disk is full")
    assert not disk_is_full(shutil.Error([("a", "b", "[Errno 13] Permission denied")]))


@pytest.mark.parametrize(
    ("said", "full"),
    [
        (str(FULL), True),
        (repr(FULL), True),
        (os.strerror(errno.ENOSPC), True),
        ("sqlite3.OperationalError: database or disk is full", True),
        ("Errno 2: No such file", False),
    ],
)
def test_hears_a_program_speak_of_a_full_disk(said: str, full: bool) -> None:
    assert tells_of_a_full_disk(f"Something failed:\n{said}\nbecause.") is full


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "The disk is full: free some space and run the same command again; nothing"),
        (errno.EACCES, "/x: Permission denied. Give yourself the right"),
        (errno.EROFS, "/x: Read-only file system. Give yourself the right"),
        (errno.EIO, "/x: Input/output error."),
    ],
)
def test_names_the_place_and_the_remedy(number: int, words: str) -> None:
    assert system_sentence(OSError(number, os.strerror(number), "/x")).startswith(words)


def test_tells_whether_there_is_any_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not no_space_left(tmp_path)
    assert not no_space_left(tmp_path / "not there")
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(system_errors.shutil, "disk_usage", lambda folder: usage(4096))
    assert no_space_left(tmp_path)


def test_says_what_stands_where_a_folder_is_needed(tmp_path: Path) -> None:
    (tmp_path / "_build").touch()
    for refused in (tmp_path / "_build", tmp_path / "_build" / "runs" / "a"):
        with pytest.raises((FileExistsError, NotADirectoryError)) as caught:
            refused.mkdir()
        said = system_sentence(caught.value)
        assert said.startswith(f"{tmp_path / '_build'} is a file, and a folder is needed there")
    with pytest.raises(IsADirectoryError) as folder:
        tmp_path.read_text()
    assert system_sentence(folder.value).startswith(f"{tmp_path} is a folder, and a file is needed")


def test_names_the_file_that_was_wanted_not_the_one_it_is_written_to() -> None:
    error = OSError(errno.ENOENT, "No such file", str(Path("/x") / PARTIAL.format(name="a.html")))
    said = "/x/a.html: No such file. It cannot be written there; choose another folder."
    assert system_sentence(error) == said
