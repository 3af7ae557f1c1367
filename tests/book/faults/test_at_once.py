"""Two commands at once in one project."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("command", "second"),
    [
        ("build", "build"),
        ("build", "build of a trial"),
        ("build", "compare"),
        ("compare", "build"),
        ("compare", "compare"),
        ("sweep", "sweep"),
        ("run", "run"),
    ],
)
def test_the_second_waits_for_nobody_and_disturbs_nothing(bench, commands, command, second) -> None:
    first = bench.start(*commands[command], closed=True)
    bench.gate.pid("level-0.9")
    refused = bench.run(*commands[second], closed=True)
    assert refused.code == 1
    assert f"Another trialbook (process {first.pid}) is at work in " in refused.sentence()
    assert refused.err.endswith("wait until it has finished.\n")
    # Whoever only looks is not refused.
    for looking in (("status",), ("list",), ("check", "tiny")):
        assert bench.run(*looking).code == 0
    bench.gate.open("level-0.9")
    assert bench.end(first).code == 0
    assert bench.left_half_done() == []
    assert bench.run(*commands[second]).code == 0


def test_a_sweep_and_a_build_and_another_sweep_go_together(bench, commands) -> None:
    together = [
        bench.start(*commands["build"]),
        bench.start(*commands["sweep"]),
        bench.start("sweep", "1", "--grid", "level=0.8,0.85", "-p", "trial=tiny_real"),
    ]
    for process in together:
        ended = bench.end(process)
        assert ended.code == 0, ended.err
        assert ended.err == ""


def test_one_of_two_new_trials_of_one_name_is_made(bench) -> None:
    rows = ["id,arm,pain_0,pain_6w"]
    rows += [f"P{at},{('new', 'placebo')[at % 2]},{at % 11},{at % 7}" for at in range(20)]
    (bench.root / "t.csv").write_text("\n".join(rows))
    both = [bench.start("new", "mine", "--from", "t.csv") for _ in range(2)]
    made, refused = sorted((bench.end(each) for each in both), key=lambda ended: ended.code)
    assert made.code == 0
    assert refused.code == 1
    assert "mine exists already and was not touched" in refused.sentence()
    assert bench.run("check", "mine").code == 0
    names = {path.name for path in (bench.root / "data").iterdir()}
    assert names == {"mine", "tiny", "tiny_real"}
