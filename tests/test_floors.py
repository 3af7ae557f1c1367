"""Imports run down the floors, and importing a floor loads nothing above it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_imports_run_downward_only() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports; exit(lint_imports())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def loaded_by(statement: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}; import sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("floor", ["trial", "methods", "analysis", "show", "book"])
def test_importing_a_floor_loads_nothing_more(floor: str) -> None:
    loaded = loaded_by(f"import helpers.{floor}")
    others = {name for name in loaded if name.startswith("helpers.")} - {f"helpers.{floor}"}
    assert others == set()
    assert not {"pandas", "numpy"} & loaded


def test_reading_a_description_needs_no_scientific_stack() -> None:
    assert not {"pandas", "numpy", "pandera"} & loaded_by("import helpers.trial.reading")
