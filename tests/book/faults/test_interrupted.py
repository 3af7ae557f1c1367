"""Ctrl-C, a request to end, a lost terminal and a killed process, in the middle of a cell."""

from __future__ import annotations

import os
import signal

import pytest

pytestmark = pytest.mark.slow


def until_the_cell_runs(bench, arguments, command):
    """Start a command and return it, and the kernel that is in the middle of a cell."""
    if command == "build of a trial":
        arguments = (*arguments, "-p", "level=0.9")
    process = bench.start(*arguments, closed=True)
    return process, bench.gate.pid("level-0.9"), arguments


# What had finished when the cell that was interrupted was running.
KEPT = {
    "build": {"first/02_beta"},
    "build of a trial": {"tiny/02_beta"},
    "sweep": {"Cell 1 of 2 (level=0.8)"},
    "compare": {"first/02_beta", "second/01_alpha", "second/02_beta"},
    "run": set(),
}


@pytest.mark.parametrize("command", KEPT)
def test_ctrl_c_loses_nothing_and_is_told_in_a_sentence(
    bench, commands, command, alive, eventually
) -> None:
    bench.leave_last(command)
    process, kernel, arguments = until_the_cell_runs(bench, commands[command], command)
    finished = bench.build / "sweeps/01_alpha-level" if command == "sweep" else bench.build
    eventually(lambda: len(list(finished.glob(".executed/*/*.json"))) == len(KEPT[command]))
    os.killpg(process.pid, signal.SIGINT)
    ended = bench.end(process, 30)
    assert ended.code == 130
    assert ended.sentence() == (
        "Interrupted: nothing was replaced, and no chapter is still running. The same command goes "
        "on with what has finished."
    )
    assert not alive(kernel)
    assert set(ended.ran()) <= KEPT[command]
    assert bench.last_is_whole(command)
    assert bench.left_half_done() == []
    # The interrupted chapter did not fail: there is nothing to read about it.
    assert not list(bench.build.rglob(".failed/*/*.ipynb"))
    assert not list(bench.build.rglob("*.failed.ipynb"))

    again = bench.run(*arguments)
    assert again.code == 0, again.err
    assert set(again.ran()).isdisjoint(KEPT[command])
    assert not bench.last_is_whole(command)


@pytest.mark.parametrize(
    ("command", "sent"),
    [
        # That builds and sweeps survive the others is tested elsewhere.
        ("build", signal.SIGHUP),
        ("build of a trial", signal.SIGKILL),
        ("sweep", signal.SIGHUP),
        ("compare", signal.SIGTERM),
        ("compare", signal.SIGKILL),
        ("run", signal.SIGTERM),
        ("run", signal.SIGKILL),
    ],
)
def test_so_do_other_ends(bench, commands, command, alive, eventually, sent) -> None:
    bench.leave_last(command)
    process, kernel, arguments = until_the_cell_runs(bench, commands[command], command)
    os.killpg(process.pid, sent)
    ended = bench.end(process, 30)
    assert ended.code == (-9 if sent == signal.SIGKILL else 128 + sent)
    assert ended.err == ""
    eventually(lambda: not alive(kernel))
    assert bench.last_is_whole(command)
    # What a killed run has left is swept when the next one starts.
    assert bool(bench.left_half_done()) == (sent == signal.SIGKILL)
    assert bench.run(*arguments).code == 0
    assert bench.left_half_done() == []


def test_nohup_outlives_its_terminal(bench, commands) -> None:
    bench.prefix = ("nohup",)
    process, _, _ = until_the_cell_runs(bench, commands["run"], "run")
    os.killpg(process.pid, signal.SIGHUP)
    bench.gate.open("level-0.9")
    assert bench.end(process).code == 0


def test_pressing_ctrl_c_again_and_again_changes_nothing(bench, commands, alive) -> None:
    bench.leave_last("build")
    process, kernel, arguments = until_the_cell_runs(bench, commands["build"], "build")
    for _ in range(3):
        os.killpg(process.pid, signal.SIGINT)
    ended = bench.end(process, 30)
    # Python itself ends by the signal when it comes after the command's last word.
    assert ended.code in (130, -signal.SIGINT)
    assert ended.sentence().startswith("Interrupted: nothing was replaced")
    assert not alive(kernel)
    assert bench.last_is_whole("build")
    assert bench.run(*arguments).code == 0


def test_ctrl_c_while_the_book_is_compiled_keeps_the_chapters(bench, commands, eventually) -> None:
    bench.compiles = True
    bench.leave_last("build")
    process = bench.start(*commands["build"])
    compiled = bench.build / ".staging" / "books" / "first" / "compiled"
    eventually((compiled / "work").is_dir)
    os.killpg(process.pid, signal.SIGINT)
    ended = bench.end(process, 30)
    assert ended.code == 130
    assert ended.sentence().startswith("Interrupted: nothing was replaced")
    assert bench.last_is_whole("build")
    assert bench.left_half_done() == []
    again = bench.run(*commands["build"])
    assert (again.code, again.ran()) == (0, [])


@pytest.mark.parametrize(
    ("arguments", "function"),
    [
        (("check", "tiny"), "helpers.trial.checking:check_trial"),
        # The new trial is on the disk, in a hidden folder, while it is being checked.
        (("new", "mine", "--from", "t.csv"), "helpers.trial.checking:check_trial"),
        (("status",), "helpers.book.freshness:edition_state"),
        (("list",), "helpers.book.listing:listing"),
        (("synthesise", "tiny"), "helpers.book.cohorts:make_cohort"),
    ],
    ids=lambda each: each[0] if isinstance(each, tuple) else "",
)
def test_ctrl_c_in_a_command_that_runs_no_chapter(bench, arguments, function) -> None:
    rows = ["id,arm,pain_0,pain_6w"]
    rows += [f"P{at},{('new', 'placebo')[at % 2]},{at % 11},{at % 7}" for at in range(20)]
    (bench.root / "t.csv").write_text("\n".join(rows))
    before = sorted(bench.root.rglob("*"))
    process = bench.start(*arguments, closed=True, WAIT_IN=function)
    bench.gate.pid("function")
    os.killpg(process.pid, signal.SIGINT)
    ended = bench.end(process, 30)
    assert ended.code == 130
    assert ended.sentence() == "Interrupted: nothing half-written is left."
    assert sorted(bench.root.rglob("*")) == before
