"""Spaces, letters of many scripts, and signs that mean something to the tools."""

from __future__ import annotations

import pytest

NAME = "Prüfung äß 痛み {level} 100% #1 'x' & co"


@pytest.fixture
def bench(bench):
    """The bench, whose book lies in a folder with a difficult name."""
    bench.book.root = bench.book.root.rename(bench.book.root.with_name(NAME))
    bench.compiles = True
    return bench


@pytest.mark.slow
def test_a_chapter_runs_whatever_the_folder_s_name(bench, commands) -> None:
    # The output cannot show every letter of the name, as on many a Windows machine.
    ended = bench.run(*commands["run"], PYTHONIOENCODING="cp1252")
    assert (ended.code, ended.err) == (0, "")
    assert "01_alpha recorded 3 results" in ended.out
    assert r"\u75db" in ended.out


@pytest.mark.slow
def test_every_command_works_whatever_the_folder_s_name(bench, commands) -> None:
    rows = ["id,arm,pain_0,pain_6w"]
    rows += [f"P{at},{('new', 'placebo')[at % 2]},{at % 11},{at % 7}" for at in range(20)]
    (bench.root / "t é.csv").write_text("\n".join(rows))
    assert bench.run("new", "mine", "--from", "t é.csv", "--output", "größer/痛み").code == 0
    assert bench.run("check", "größer/痛み").code == 0
    for arguments in (*commands.values(), ("build", "--trial", "größer/痛み")):
        ended = bench.run(*arguments)
        assert (ended.code, ended.err) == (0, ""), arguments
    said = bench.run("status", "--trial", "größer/痛み").out
    assert said.startswith("mine: book up to date; 2 of 2 chapters up to date")
    assert bench.run("sweep", "1", "--grid", "level=0.8", "-o", "größer/sweep").code == 0
    assert bench.left_half_done() == []
