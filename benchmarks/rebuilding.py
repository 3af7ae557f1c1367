"""Time to build an edition again: with nothing changed, and with one chapter's parameter changed.

Everything happens in a temporary copy of the project, by the command ``trialbook build`` as it is
typed, so that the times hold the start of Python too. The edition of the copy does not compare
itself with others: their chapters would be no part of what is measured, and its page of comparison
shows the results of the changed chapter, so that it rightly runs again.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
CHAPTER, PARAMETER, VALUE = "05_primary", "level", 0.9
NAME = "measured"
COMPARING = "compare"

_FOLDERS = ("chapters", "data", "benchmarks", "tests/references")
_FILES = (
    *("_config.yml", "_toc.yml", "pyproject.toml", "requirements.lock"),
    *("CHANGELOG.md", "CITATION.cff", "genindex.md"),
)
_TOOK = re.compile(rf"^{NAME}/(\w+) took ", re.MULTILINE)
_PROGRAM = "from helpers.book.start import main; main()"


@dataclass(frozen=True)
class Build:
    """What one build took, in seconds, and the chapters that it ran."""

    seconds: float
    chapters: tuple[str, ...]


@dataclass(frozen=True)
class Rebuilds:
    """The first build of a book, the builds with nothing changed, and one after a change."""

    whole: Build
    unchanged: tuple[Build, ...]
    changed: Build


def measure_rebuilds(edition: str, repeats: int) -> Rebuilds:
    """Build a copy of an edition, build it again as it is, change a parameter, build once more."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "book"
        for name in _FOLDERS:
            shutil.copytree(ROOT / name, copy / name)
        for name in _FILES:
            shutil.copy(ROOT / name, copy / name)
        editions = copy / "chapters" / "editions"
        content = yaml.safe_load((editions / f"{edition}.yml").read_text(encoding="utf-8"))
        place = editions / f"{NAME}.yml"
        _write(place, without_comparison(content))
        whole = _build(copy)
        unchanged = tuple(_build(copy) for _ in range(repeats))
        _write(place, with_change(without_comparison(content)))
        changed = _build(copy)
    if CHAPTER not in changed.chapters:
        sys.exit(
            f"The change of {PARAMETER} to {VALUE} did not make {CHAPTER} run: measure an edition "
            "that has this chapter with another value."
        )
    return Rebuilds(whole, unchanged, changed)


def without_comparison(content: dict[str, Any]) -> dict[str, Any]:
    """Return what an edition's file says, but for its comparison with other editions."""
    kept = {key: value for key, value in content.items() if key != COMPARING}
    if "chapters" in kept:
        kept["chapters"] = [name for name in kept["chapters"] if name != COMPARING]
    else:
        kept["leave_out"] = sorted({*kept.get("leave_out", ()), COMPARING})
    return kept


def with_change(content: dict[str, Any]) -> dict[str, Any]:
    """Return what an edition's file says, with another value of one parameter of one chapter."""
    given = content.get("parameters", {})
    chapter = {**given.get(CHAPTER, {}), PARAMETER: VALUE}
    return {**content, "parameters": {**given, CHAPTER: chapter}}


def chapters_run(said: str) -> tuple[str, ...]:
    """Return the chapters that a build says it ran."""
    return tuple(sorted(_TOOK.findall(said)))


def _write(place: Path, content: dict[str, Any]) -> None:
    place.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def _build(copy: Path) -> Build:
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, "build", "--edition", NAME],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"trialbook build failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return Build(seconds, chapters_run(done.stdout))
