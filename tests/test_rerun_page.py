"""The page "Your own trial": its commands are run, and print what the page says they print."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.book.command_new import check, new

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "chapters" / "rerun.md"
COMMANDS = {"new": new, "check": check}


def run(line: str) -> str:
    """Run a command as the page writes it and return what it prints."""
    _, name, *arguments = shlex.split(line)
    result = CliRunner().invoke(COMMANDS[name], arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), line
    return result.output.rstrip("\n")


def test_the_commands_print_what_the_page_says(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rerun_blocks: list[tuple[str, str]],
    edit: Callable[[Path, str], None],
) -> None:
    shutil.copytree(ROOT / "data" / "headache" / "source", tmp_path / "data/headache/source")
    monkeypatch.chdir(tmp_path)
    printed, compared = "", 0
    for kind, content in rerun_blocks:
        if kind == "diff":
            edit(tmp_path / "data/my_trial/trial.yml", content)
            continue
        first, _, rest = content.partition("\n")
        if not first.startswith("$ "):
            # The output of the command before stands in a block of its own.
            assert content.rstrip("\n") == printed
            compared += 1
            continue
        line = first.removeprefix("$ ")
        if shlex.split(line)[1] not in COMMANDS:
            continue
        printed = run(line)
        if rest:
            assert rest.rstrip("\n") == printed
            compared += 1
    assert compared == 4


def test_every_command_of_the_page_exists() -> None:
    from helpers.book.commands import main

    known = {*main.commands, *COMMANDS}
    for line in re.findall(r"^\$ trialbook (\w+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE):
        assert line in known


def test_the_cells_of_its_sweeps_are_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    from helpers.book.commands import main

    monkeypatch.chdir(ROOT)
    lines = re.findall(r"^\$ trialbook (sweep .*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert lines
    for line in lines:
        result = CliRunner().invoke(main, [*shlex.split(line), "--dry-run"])
        assert result.exit_code == 0, result.output
        assert "Cell 3: seed=3\n3 cells: " in result.output


def test_every_command_that_it_gives_a_scheduler_takes_one() -> None:
    from helpers.book.commands import main

    found = re.findall(
        r"^\$ trialbook (\w+) .*--scheduler", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(found) == {"build", "sweep"}
    for name in (*found, "compare"):
        assert "--scheduler" in {
            opt for each in main.get_command(None, name).params for opt in each.opts
        }
