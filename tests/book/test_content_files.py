from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path

from helpers.book.content_files import files_below


def test_lists_files_sorted_without_traces_links_to_nowhere_and_pipes(tmp_path: Path) -> None:
    for name in ("b.py", "a.csv", "deep/c.py", "deep/.hidden", "__pycache__/b.pyc", "away/d.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "nowhere").symlink_to(tmp_path / "not there")
    # Reading it would wait for ever.
    os.mkfifo(tmp_path / "pipe")
    found = files_below(tmp_path, leave_out=tmp_path / "away")
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        "a.csv",
        "b.py",
        "deep/c.py",
    ]


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert files_below(tmp_path / "not there") == ()


def test_folders_may_come_and_go_meanwhile(tmp_path: Path) -> None:
    """Python makes and others delete its folders of compiled files while a build looks."""
    packages = [tmp_path / f"package{number}" for number in range(40)]
    for package in packages:
        package.mkdir()
        (package / "a.py").write_text("x")
    stop = threading.Event()

    def come_and_go() -> None:
        while not stop.is_set():
            for package in packages:
                (package / "__pycache__").mkdir()
                (package / "compiled").mkdir()
            for package in packages:
                shutil.rmtree(package / "__pycache__")
                (package / "compiled").rmdir()

    other = threading.Thread(target=come_and_go)
    other.start()
    try:
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            assert len(files_below(tmp_path)) == len(packages)
    finally:
        stop.set()
        other.join()
