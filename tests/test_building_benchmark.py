"""The benchmark of building: the arithmetic of its tables, its goals, and what it changes."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
TIMES = {
    "plain": [9.0, 10.0, 30.0],
    "trialbook": [16.0, 14.0, 15.0],
    "papermill": [54.0, 54.0, 54.0],
    "jupyter-book": [25.0, 24.0, 26.0],
}


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import one of the benchmark's modules by its name."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module


def rebuilds(module: Any, *, unchanged: list[float], changed: tuple[str, ...]) -> Any:
    made = module("rebuilding")
    chapters = ("01_question", "02_eligibility", "05_primary", "data")
    return made.Rebuilds(
        whole=made.Build(40.0, chapters),
        unchanged=tuple(made.Build(seconds, ()) for seconds in unchanged),
        changed=made.Build(12.0, changed),
    )


def test_times_are_medians_beside_the_plain_process(module: Any) -> None:
    lines = module("building_table").times_text(TIMES).splitlines()
    assert [line.split() for line in lines] == [
        ["way", "seconds", "x", "plain"],
        ["plain", "10.0", "1.00"],
        ["trialbook", "15.0", "1.50"],
        ["papermill", "54.0", "5.40"],
        ["jupyter-book", "25.0", "2.50"],
    ]
    alone = module("building_table").times_text({"trialbook": [15.0]})
    assert alone.splitlines()[1].split() == ["trialbook", "15.0", "-"]


def test_every_build_is_told_with_its_chapters_and_its_share(module: Any) -> None:
    measured = rebuilds(module, unchanged=[0.5, 0.7, 9.0], changed=("05_primary",))
    rows = module("building_table").rebuilds_text(measured).splitlines()
    assert [row.split("  ")[0] for row in rows[1:]] == [
        "whole book, executed and compiled",
        "nothing changed",
        "level of 05_primary changed",
    ]
    assert [row[36:].split() for row in rows] == [
        ["seconds", "%", "whole", "chapters", "run"],
        ["40.00", "100.0", "4"],
        ["0.70", "1.8", "none"],
        ["12.00", "30.0", "05_primary"],
    ]


def test_goals_that_are_met_and_missed_are_told(module: Any) -> None:
    table, text = module("building_table"), module("goals").goals_text
    met = rebuilds(module, unchanged=[0.5, 0.7, 9.0], changed=("05_primary",))
    assert text(table.building_goals(TIMES, met)).splitlines() == [
        "executing the edition: times one plain Python process: 1.5 (goal at most 2, met)",
        "executing the edition: times jupyter-book, which executes and compiles it: 0.6 "
        "(goal at most 0.5, NOT MET)",
        "building again with nothing changed: seconds: 0.7 (goal at most 1, met)",
        "building again with nothing changed: chapters that run: 0 (goal at most 0, met)",
        "one chapter's parameter changed: others that run without reading its results: 0 "
        "(goal at most 0, met)",
    ]
    missed = rebuilds(module, unchanged=[1.2], changed=("05_primary", "data"))
    slow = {**TIMES, "trialbook": [20.5], "jupyter-book": [41.0]}
    assert [goal["met"] for goal in table.building_goals(slow, missed)] == [
        *(False, True),  # a limit that is reached is kept
        *(False, True, False),
    ]
    [*_, last] = table.building_goals(slow, missed, readers={"data"})
    assert last["met"]  # what reads the results must follow them


def test_what_was_not_measured_has_no_goal(module: Any) -> None:
    goals = module("building_table").building_goals
    assert goals({"trialbook": [15.0]}, None) == []
    assert [goal["limit"] for goal in goals({"plain": [1.0], "trialbook": [2.0]}, None)] == [2]
    assert len(goals({}, rebuilds(module, unchanged=[0.5], changed=("05_primary",)))) == 3


def test_the_chapters_that_ran_are_read_from_what_the_build_says(module: Any) -> None:
    said = (
        "Commit first: other/words took 3.0 s\n"
        "measured/data took 1.0 s\nmeasured/05_primary took 3.2 s\nother/06_secondary took 1 s\n"
        "Edition measured is built: measured/html/index.html\n"
    )
    assert module("rebuilding").chapters_run(said) == ("05_primary", "data")


@pytest.mark.parametrize("edition", ["impact", "headache", "tiny"])
def test_an_edition_is_measured_without_its_comparison_and_with_one_change(
    module: Any, edition: str
) -> None:
    import yaml

    rebuilding = module("rebuilding")
    place = FOLDER.parent / "chapters" / "editions" / f"{edition}.yml"
    content = yaml.safe_load(place.read_text(encoding="utf-8"))
    plain = rebuilding.without_comparison(content)
    assert "compare" not in plain
    assert ("compare" in plain.get("leave_out", ())) == ("chapters" not in content)
    changed = rebuilding.with_change(plain)
    own = {**changed["parameters"].pop("05_primary")}
    assert own.pop("level") == 0.9
    before = {**plain.get("parameters", {})}
    assert own == before.pop("05_primary", {})
    assert changed["parameters"] == before
    assert {**changed, "parameters": 0} == {**plain, "parameters": 0}
