from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from helpers.book import start

ROOT = Path(__file__).parents[2]

# The entry point, which is sent Ctrl-C at the moment in which it imports a module.
PROGRAM = """import os, signal, sys
if "IGNORED" in os.environ:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["AT"]:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupts())
from helpers.book.start import main
main()
"""


def run(at: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=ROOT,
        env={**os.environ, "AT": at, **more},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("at", ["helpers.book.commands", "click", "helpers.book.command_sweep"])
def test_ctrl_c_while_the_commands_load_is_one_sentence(at: str) -> None:
    ended = run(at, "--version")
    assert (ended.returncode, ended.stdout) == (130, "")
    assert ended.stderr.encode() == start.BEFORE


def test_ctrl_c_in_a_command_is_told_by_the_command() -> None:
    ended = run("helpers.book.listing", "list")
    assert ended.returncode == 130
    assert ended.stderr == "Interrupted: nothing half-written is left.\n"


def test_where_ctrl_c_is_ignored_it_stays_so() -> None:
    ended = run("click", "--version", IGNORED="1")
    assert ended.returncode == 0
    assert ended.stdout.startswith("trialbook")


def test_the_installed_command_begins_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"trialbook": "helpers.book.start:main"}
    assert callable(start.main)
