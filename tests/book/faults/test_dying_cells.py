"""A kernel that is killed, one that takes itself down, and a cell that never ends."""

from __future__ import annotations

import contextlib
import csv
import os
import signal
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

COMMON = 'trial: str = "tiny"  # trial [trial]\nedition: str = "none"  # edition [text]\n'


def cells_of(table) -> set[str]:
    with table.open(encoding="utf-8", newline="") as file:
        return {row["cell"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("command", ["build", "compare", "run"])
def test_a_killed_kernel_is_told_and_the_last_output_stays(bench, commands, command) -> None:
    bench.leave_last(command)
    process = bench.start(*commands[command], closed=True)
    os.kill(bench.gate.pid("level-0.9"), signal.SIGKILL)
    ended = bench.end(process)
    assert ended.code == 1
    assert "The Python process that ran the chapter died" in ended.sentence()
    assert "stopped at cell 3, `if level == 0.9:`" in ended.err
    assert bench.last_is_whole(command)
    assert bench.left_half_done() == []
    again = bench.run(*commands[command])
    assert again.code == 0, again.err
    assert "first/02_beta" not in again.ran()


def test_a_killed_cell_of_a_sweep_stops_no_other(bench, commands) -> None:
    sweep = ("sweep", "1", "--grid", "level=0.8,0.9,0.95", "--jobs", "1")
    process = bench.start(*sweep, closed=True)
    os.kill(bench.gate.pid("level-0.9"), signal.SIGKILL)
    ended = bench.end(process)
    assert ended.code == 1
    assert ended.sentence().startswith("1 of 3 cells failed (2): the page says why")
    place = bench.build / "sweeps" / "01_alpha-level"
    assert cells_of(place / "results.csv") == {"1", "3"}
    assert "The Python process that ran the chapter died" in (place / "index.html").read_text()
    again = bench.run(*sweep)
    assert (again.code, again.ran()) == (0, ["Cell 2 of 3 (level=0.9)"])
    assert cells_of(place / "results.csv") == {"1", "2", "3"}
    assert not (place / "failed").exists()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_kernel_that_takes_itself_down_is_told_without_its_last_words(bench, jobs) -> None:
    # Python writes where it was when it aborts, which would be a traceback in the terminal.
    bench.book.chapter("01_alpha", "import os; os.abort()")
    bench.book.edition("second", "parameters:\n  shared: {level: 0.8}\n")
    ended = bench.run("build", "--edition", "first", "--jobs", jobs)
    assert ended.code == 1
    assert "The Python process that ran the chapter died" in ended.sentence()
    assert "Fatal Python error" not in ended.out + ended.err


@pytest.mark.parametrize("command", ["build", "compare", "run", "sweep"])
def test_a_cell_that_never_ends_is_stopped(bench, commands, command, eventually, alive) -> None:
    bench.book.chapter("01_alpha", "while level == 0.9:\n    pass")
    bench.leave_last(command)
    ended = bench.run(*commands[command], "--timeout", "4")
    assert ended.code == 1
    told = "1 of 2 cells failed (2)" if command == "sweep" else "took longer than 4 seconds; allow"
    assert told in ended.sentence()
    if command == "sweep":
        assert "took longer than 4 seconds; allow more with --timeout" in ended.out
        assert cells_of(bench.build / "sweeps" / "01_alpha-level" / "results.csv") == set()
    else:
        assert bench.last_is_whole(command)
    assert bench.left_half_done() == []
    # The loop does not go on where nobody sees it.
    eventually(lambda: not [pid for pid in kernels_below(bench.root) if alive(pid)])


def kernels_below(folder: Path) -> list[int]:
    """Return the processes that work in the build folder of a book."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(folder / "_build"):
                found.append(int(process.name))
    return found
