"""A disk that is full: a real small one where it can be mounted, and an injected error anywhere."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from helpers.book import comparing, execution, making, running, stages, sweep_files
from helpers.book.commands import main
from helpers.book.tasks import Executed
from helpers.book.tidying import notebook_text

TOLD = "The disk is full: free some space and run the same command again"
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
RECORD = "application/vnd.trialbook.record+json"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def full(*arguments: Any, **options: Any) -> None:
    raise FULL


@pytest.fixture
def quick(bench, monkeypatch: pytest.MonkeyPatch):
    """The bench with stand-ins for papermill and Jupyter Book, and commands in this process."""

    def run_chapters(tasks, *, jobs, timeout, finished, scheduler=None):
        done = []
        for task in tasks:
            values = {"name": f"a.{task.planned.name}", "value": 1, "text": "1"}
            shown = {"output_type": "display_data", "metadata": {}, "data": {RECORD: values}}
            cell = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [shown]}
            text = notebook_text({"cells": [cell], "metadata": {}})
            executed = Executed(task, 0.1, notebook=text)
            finished(executed)
            done.append(executed)
        return done

    def compile_book(source: Path, *, scratch: Path, name: str, page_steps=()) -> Path:
        (scratch / "html").mkdir(parents=True)
        (scratch / "html" / "index.html").write_text(name)
        return scratch / "html"

    for module in (stages, execution, running):
        monkeypatch.setattr(module, "run_chapters", run_chapters)
    monkeypatch.setattr(making, "compile_book", compile_book)
    monkeypatch.chdir(bench.root)
    return bench


@pytest.mark.parametrize(
    ("command", "module", "function"),
    [
        ("build", making, "stage_source"),
        ("build", making, "results_text"),
        ("build", making, "replace_folder"),
        ("build of a trial", making, "stage_source"),
        ("build", stages, "keep_notebook"),
        ("sweep", sweep_files, "_table"),
        ("sweep", sweep_files, "_page"),
        ("sweep", sweep_files, "replace_folder"),
        ("compare", comparing, "_page"),
        ("compare", comparing, "replace_folder"),
        ("run", running, "write_file"),
    ],
)
def test_wherever_the_disk_is_full_the_last_output_stays(
    quick, commands, monkeypatch: pytest.MonkeyPatch, command: str, module: Any, function: str
) -> None:
    quick.leave_last(command)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(module, function, full)
        result = run(*commands[command])
    assert result.exit_code == 1
    assert result.stderr == f"{TOLD}; nothing was replaced.\n"
    assert quick.last_is_whole(command)
    assert quick.left_half_done() == []
    result = run(*commands[command])
    assert result.exit_code == 0, result.output
    assert not quick.last_is_whole(command)


def test_a_new_trial_is_made_whole_or_not_at_all(quick, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = ["id,arm,pain_0,pain_6w"]
    rows += [f"P{at},{('new', 'placebo')[at % 2]},{at % 11},{at % 7}" for at in range(20)]
    Path("t.csv").write_text("\n".join(rows))
    before = content(quick.root)
    write = Path.write_text

    def half(self: Path, text: str, **options: Any) -> int:
        write(self, text[:10], **options)
        raise FULL

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Path, "write_text", half)
        result = run("new", "mine", "--from", "t.csv")
    assert (result.exit_code, result.stderr) == (1, f"{TOLD}; nothing was replaced.\n")
    assert content(quick.root) == before
    assert run("new", "mine", "--from", "t.csv").exit_code == 0


def test_a_trial_made_by_somebody_else_meanwhile_is_not_touched(
    quick, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = ["id,arm,pain_0,pain_6w"]
    rows += [f"P{at},{('new', 'placebo')[at % 2]},{at % 11},{at % 7}" for at in range(20)]
    Path("t.csv").write_text("\n".join(rows))
    rename = Path.rename

    def late(self: Path, target: Path) -> Path:
        target.mkdir()
        (target / "trial.yml").write_text("theirs")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", late)
    result = run("new", "mine", "--from", "t.csv")
    assert result.exit_code == 1
    assert "exists already and was not touched" in result.stderr
    assert content(quick.root / "data" / "mine") == {"trial.yml": b"theirs"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Mount a disk of so many kilobytes, or give a mounted one another size."""
    place = tmp_path / "small disk"
    place.mkdir()
    mount = shutil.which("mount") or "mount"
    mounted = False

    def of_size(kilobytes: int) -> Path:
        nonlocal mounted
        options = f"size={kilobytes}k" + (",remount" if mounted else "")
        command = [mount, "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode != 0:
            pytest.skip(
                "a small disk cannot be mounted here: run this test as root, in a container with "
                "--cap-add SYS_ADMIN"
            )
        mounted = True
        return place

    yield of_size
    if mounted:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def on_small_disk(bench, small_disk) -> Any:
    """The bench, whose book lies on a disk of three megabytes."""
    place = small_disk(3000)
    shutil.copytree(bench.root, place / "book")
    bench.book.root = place / "book"
    return bench


def fill_up(folder: Path) -> Path:
    """Take all space that is left, and return the file that has taken it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * size)
    return filler


@pytest.mark.rights
@pytest.mark.slow
@pytest.mark.parametrize("command", ["build", "build of a trial", "compare"])
def test_a_book_that_does_not_fit_is_told_in_one_sentence(
    on_small_disk, small_disk, commands, command: str
) -> None:
    on_small_disk.compiles = True
    on_small_disk.leave_last(command)
    ended = on_small_disk.run(*commands[command])
    assert ended.code == 1
    assert ended.sentence() == f"{TOLD}; nothing was replaced."
    assert len(ended.ran()) == (4 if command == "compare" else 2)
    assert on_small_disk.last_is_whole(command)
    assert on_small_disk.left_half_done() == []
    small_disk(60_000)
    again = on_small_disk.run(*commands[command])
    assert again.code == 0, again.err
    # The chapters had run.
    assert [name for name in again.ran() if "compare" not in name] == []


@pytest.mark.rights
@pytest.mark.slow
@pytest.mark.parametrize("command", ["build", "sweep", "compare", "run"])
def test_a_disk_that_fills_up_while_a_cell_runs(on_small_disk, commands, command: str) -> None:
    bench = on_small_disk
    bench.leave_last(command)
    process = bench.start(*commands[command], closed=True)
    bench.gate.pid("level-0.9")
    filler = fill_up(bench.root)
    bench.gate.open("level-0.9")
    ended = bench.end(process)
    assert ended.code == 1
    assert TOLD in ended.sentence()
    assert bench.last_is_whole(command)
    assert bench.left_half_done() == []
    filler.unlink()
    if command in ("sweep", "run"):
        again = bench.run(*commands[command])
        assert again.code == 0, again.err
        if command == "sweep":
            assert again.ran() == ["Cell 2 of 2 (level=0.9)"]


@pytest.mark.rights
@pytest.mark.slow
@pytest.mark.parametrize("command", ["build", "sweep", "run", "new"])
def test_a_disk_that_is_full_before_anything_begins(on_small_disk, commands, command: str) -> None:
    bench = on_small_disk
    rows = ["id,arm,pain_0,pain_6w"]
    rows += [f"P{at},{('new', 'placebo')[at % 2]},{at % 11},{at % 7}" for at in range(20)]
    (bench.root / "t.csv").write_text("\n".join(rows))
    if command != "new":
        bench.leave_last(command)
    fill_up(bench.root)
    ended = bench.run(*({**commands, "new": ("new", "mine", "--from", "t.csv")}[command]))
    assert ended.code == 1
    assert TOLD in ended.err
    assert "Traceback" not in ended.out + ended.err
    assert {TOLD in line for line in ended.err.splitlines()} == {True}
    assert command == "new" or bench.last_is_whole(command)
    assert bench.left_half_done() == []
    for looking in (("status",), ("check", "tiny"), ("list",)):
        assert bench.run(*looking).code == 0
