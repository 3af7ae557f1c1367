from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path

import pytest

from helpers.book.locking import only_build
from helpers.errors import BuildError


def test_a_second_build_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with only_build(tmp_path / "_build"):
        with (
            pytest.raises(BuildError, match=r"Another trialbook \(process \d+\) is at work"),
            only_build(tmp_path / "_build"),
        ):
            pass
        with only_build(tmp_path / "another"):
            pass
    with only_build(tmp_path / "_build"):
        pass


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), only_build(tmp_path):
        raise ZeroDivisionError
    with only_build(tmp_path):
        pass


def test_a_lock_whose_holder_was_killed_does_not_matter(tmp_path: Path) -> None:
    holder = (
        "import os, signal, sys; from pathlib import Path\n"
        "from helpers.book.locking import only_build\n"
        "with only_build(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", holder, str(tmp_path)], check=False)
    assert killed.returncode == -9
    assert (tmp_path / ".lock").is_file()
    with only_build(tmp_path):
        pass


def test_locks_without_fcntl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows there is no fcntl: the module then takes msvcrt."""
    import importlib.util

    held: set[str] = set()

    def locking(number: int, mode: int, size: int) -> None:
        if str(tmp_path) in held:
            raise PermissionError
        held.add(str(tmp_path))

    windows = types.SimpleNamespace(LK_NBLCK=2, locking=locking)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    from helpers.book import locking as usual

    spec = importlib.util.spec_from_file_location("locking_elsewhere", usual.__file__)
    assert spec is not None
    assert spec.loader is not None
    elsewhere = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(elsewhere)
    with (
        elsewhere.only_build(tmp_path),
        pytest.raises(BuildError, match="Another trialbook"),
        elsewhere.only_build(tmp_path),
    ):
        pass
