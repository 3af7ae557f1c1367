"""Sources that may be read and not written, and places where nothing may be written."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@pytest.fixture
def locked(bench, unprivileged) -> Iterator:
    """A book whose files may be read only; its build folder is there and may be written."""
    bench.prefix = unprivileged
    rows = ["id,arm,pain_0,pain_6w"]
    rows += [f"P{at},{('new', 'placebo')[at % 2]},{at % 11},{at % 7}" for at in range(20)]
    (bench.root / "t.csv").write_text("\n".join(rows))
    bench.build.mkdir()
    paths = [bench.root, *(path for path in bench.root.rglob("*") if path != bench.build)]
    for path in paths:
        path.chmod(path.stat().st_mode & ~WRITE)
    yield bench
    for path in (*paths, bench.build):
        path.chmod(path.stat().st_mode | stat.S_IWUSR)


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_sources_need_not_be_writable(locked, commands) -> None:
    locked.compiles = True
    before = content(locked.root)
    for command in ("build", "sweep", "compare", "run"):
        arguments = commands[command]
        ended = locked.run(*arguments)
        assert (ended.code, ended.err) == (0, ""), command
    for arguments in (("status",), ("list",), ("check", "tiny")):
        ended = locked.run(*arguments)
        assert (ended.code, ended.err) == (0, "")
    after = content(locked.root)
    assert {path: text for path, text in after.items() if locked.build not in path.parents} == (
        before
    )
    # What was built from files that may not be written may itself be replaced.
    page = locked.root / "chapters" / "index.md"
    page.chmod(stat.S_IRUSR | stat.S_IWUSR)
    page.write_text("# Another\n")
    page.chmod(stat.S_IRUSR)
    assert locked.run(*commands["build"]).code == 0
    assert locked.left_half_done() == []


def test_a_place_where_nothing_may_be_written_is_named_with_the_remedy(locked, commands) -> None:
    locked.build.chmod(stat.S_IRUSR | stat.S_IXUSR)
    for arguments in commands.values():
        ended = locked.run(*arguments)
        assert ended.code == 1
        told = ended.sentence()
        assert f"{locked.build}" in told
        assert told.endswith(
            "Permission denied. Give yourself the right to it, or work in a copy of the book of "
            "your own."
        )
    assert list(locked.build.iterdir()) == []
    ended = locked.run("new", "mine", "--from", "t.csv")
    assert ended.code == 1
    assert ended.sentence().startswith(f"{locked.root / 'data'}: Permission denied. Give yourself")


def test_a_trial_that_may_not_be_read_is_named_with_the_remedy(locked) -> None:
    table = locked.root / "data" / "tiny" / "outcomes_synthetic.csv"
    table.chmod(0)
    for arguments in (("check", "tiny"), ("build", "--edition", "first")):
        ended = locked.run(*arguments)
        assert ended.code == 1
        told = ended.sentence() if arguments[0] != "check" else ended.out + ended.err
        assert "outcomes_synthetic.csv" in told
        assert "ermission" in told
        assert "Traceback" not in ended.out + ended.err
