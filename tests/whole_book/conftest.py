"""The finished books of this project, built once if they are not up to date."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EDITIONS = ("impact", "headache")


@pytest.fixture(scope="session")
def books() -> Path:
    """Return the folder of the finished books."""
    # Workers of one test run wait for each other: a build that is running refuses a second one.
    import fcntl

    build = ROOT / "_build"
    build.mkdir(exist_ok=True)
    with (build / ".tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = [sys.executable, "-m", "helpers.book.commands", "build"]
        for edition in EDITIONS:
            command += ["--edition", edition]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ)
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return build


@pytest.fixture(scope="session")
def results(books: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the results of every edition."""
    return {
        edition: json.loads((books / edition / "results.json").read_text(encoding="utf-8"))
        for edition in EDITIONS
    }
