from __future__ import annotations

import csv
import errno
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from helpers.book import execution, fingerprints, sweeps
from helpers.book.commands import main
from helpers.book.execution import Executed
from helpers.book.kept import KEPT
from helpers.book.tidying import notebook_text

COMMON = 'trial: str = "tiny"  # trial [trial]\nedition: str = "none"  # edition [text]\n'
LEVEL = "level: float = 0.95  # confidence level [0.5 to 0.999]\n"
DRAWS = "draws: int = 10  # draws [integer 1 to 1000]\n"
RESULTS = 'results: str = ""  # results of the others [results file]\n'
RECORD = "application/vnd.trialbook.record+json"


class Cells:
    """Stand-in papermill: it records a difference made from the values, and can be stopped."""

    def __init__(self) -> None:
        self.ran: list[dict] = []
        self.failing: set[float] = set()
        self.stop_after: int | None = None
        self.full_after: int | None = None

    def __call__(self, tasks, *, jobs, timeout, finished, scheduler=None):
        done = []
        for at, task in enumerate(tasks):
            if self.stop_after is not None and at == self.stop_after:
                raise KeyboardInterrupt
            values = dict(task.planned.values)
            self.ran.append({**values, "others": task.results})
            level = values["level"]
            if level in self.failing:
                failure = f"Level {level} is not to be had. Its notebook is kept in {task.failed}."
                executed = Executed(task, 0.1, failure=failure)
            else:
                executed = Executed(task, 0.1, notebook=_notebook(level))
            finished(executed)
            done.append(executed)
        return done


def _notebook(level: float) -> str:
    values = {"estimate": -level, "lower": -level - 1, "upper": 1 - level}
    outputs = [
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {
                RECORD: {"name": f"primary.difference.{part}", "value": x, "text": f"{x:.2f}"}
            },
        }
        for part, x in values.items()
    ]
    cell = {"cell_type": "code", "metadata": {}, "source": "", "outputs": outputs}
    return notebook_text({"cells": [cell], "metadata": {}})


@pytest.fixture
def cells(book, monkeypatch: pytest.MonkeyPatch) -> Cells:
    book.chapter("01_alpha", parameters=COMMON + LEVEL + DRAWS)
    monkeypatch.chdir(book.root)
    found = Cells()
    monkeypatch.setattr(execution, "run_chapters", found)
    return found


def sweep(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["sweep", "1", *arguments])


GRID = ("--grid", "level=0.8,0.9", "--grid", "draws=1,2")


def folder(book, name: str = "01_alpha-draws-level") -> Path:
    return book.root / "_build" / "sweeps" / name


def rows(book, name: str = "01_alpha-draws-level") -> list[dict[str, str]]:
    with (folder(book, name) / "results.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def kept(book) -> int:
    return len(list((folder(book) / KEPT / "cells").glob("*.ipynb")))


def test_writes_a_row_for_each_result_of_each_cell(book, cells) -> None:
    result = sweep(*GRID)
    assert result.exit_code == 0, result.output
    found = rows(book)
    assert list(found[0]) == ["data", "cell", "level", "draws", "name", "value", "text"]
    assert len(found) == 4 * 3
    assert found[0] == {
        "data": "synthetic",
        "cell": "1",
        "level": "0.8",
        "draws": "1",
        "name": "primary.difference.estimate",
        "value": "-0.8",
        "text": "-0.80",
    }
    notebooks = sorted(path.name for path in (folder(book) / "notebooks").iterdir())
    assert notebooks == [f"cell-00{at}.ipynb" for at in (1, 2, 3, 4)]
    page = (folder(book) / "index.html").read_text(encoding="utf-8")
    assert 'href="results.csv"' in page
    assert "4 of 4 cells of the grid ran to their end." in page
    assert page.count("<img") == 2
    assert "SYNTHETIC COHORT" in page
    assert "Cell 4 of 4 (level=0.9, draws=2) took 0.1 s" in result.output


def test_never_runs_a_finished_cell_again(book, cells) -> None:
    sweep(*GRID)
    page = (folder(book) / "index.html").read_bytes()
    cells.ran.clear()
    result = sweep(*GRID)
    assert cells.ran == []
    assert "4 of 4 cells have run before" in result.output
    assert (folder(book) / "index.html").read_bytes() == page
    # A wider grid runs what is new, a narrower one nothing.
    sweep("--grid", "level=0.8,0.9,0.95", "--grid", "draws=1,2")
    assert [each["level"] for each in cells.ran] == [0.95, 0.95]
    cells.ran.clear()
    sweep("--grid", "level=0.9", "--grid", "draws=2")
    sweep("--grid", "level=0.8,0.9,0.95", "--grid", "draws=1,2")
    assert cells.ran == []


def test_goes_on_where_it_was_stopped(book, cells) -> None:
    cells.stop_after = 2
    result = sweep(*GRID)
    assert result.exit_code == 130
    assert "Stopped with 2 of 4 cells still to run" in result.output
    assert "Interrupted" in result.output
    assert not (folder(book) / "results.csv").exists()
    assert not (folder(book) / ".staging").exists()
    assert kept(book) == 2
    cells.stop_after = None
    cells.ran.clear()
    assert sweep(*GRID).exit_code == 0
    assert [(each["level"], each["draws"]) for each in cells.ran] == [(0.9, 1), (0.9, 2)]
    assert len(rows(book)) == 12


def test_a_dry_run_says_which_cells_are_finished(book, cells) -> None:
    cells.failing = {0.9}
    sweep("--grid", "level=0.8,0.9")
    before = tree(folder(book, "01_alpha-level"))
    cells.ran.clear()
    planned = sweep("--grid", "level=0.95,0.8,0.9", "--dry-run").output.splitlines()
    assert planned[:3] == [
        "Cell 1: level=0.95",
        "Cell 2: level=0.8 (finished)",
        "Cell 3: level=0.9",
    ]
    assert planned[3].startswith("3 cells: 1 finished, 2 to run; ")
    assert cells.ran == []
    assert tree(folder(book, "01_alpha-level")) == before
    # What a finished cell was made from is no longer there.
    book.chapter("01_alpha", parameters=COMMON + LEVEL + DRAWS, prose="Changed.")
    again = sweep("--grid", "level=0.8", "--dry-run").output
    assert "1 cell: 0 finished, 1 to run" in again


def tree(place: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(place)): path.read_bytes()
        for path in sorted(place.rglob("*"))
        if path.is_file()
    }


def test_a_failed_cell_stops_no_other_and_is_reported(book, cells) -> None:
    cells.failing = {0.8}
    result = sweep(*GRID)
    assert result.exit_code == 1
    assert "2 of 4 cells failed (1, 2)" in result.stderr
    assert "Cell 1 of 4 (level=0.8, draws=1) failed: Level 0.8 is not to be had." in result.output
    assert {row["level"] for row in rows(book)} == {"0.9"}
    page = (folder(book) / "index.html").read_text(encoding="utf-8")
    assert "2 of 4 cells of the grid ran to their end, 2 failed." in page
    # The page may be sent to somebody: it names no place of this machine.
    assert "Level 0.8 is not to be had. Its notebook is kept in failed/cell-001.ipynb." in page
    assert str(book.root) not in page
    notebooks = sorted(path.name for path in (folder(book) / "notebooks").iterdir())
    assert notebooks == ["cell-003.ipynb", "cell-004.ipynb"]
    cells.failing.clear()
    cells.ran.clear()
    assert sweep(*GRID).exit_code == 0
    assert [each["level"] for each in cells.ran] == [0.8, 0.8]


def test_still_writes_its_page_when_every_cell_failed(book, cells) -> None:
    cells.failing = {0.8, 0.9}
    assert sweep(*GRID).exit_code == 1
    assert rows(book) == []
    page = (folder(book) / "index.html").read_text(encoding="utf-8")
    assert "0 of 4 cells of the grid ran to their end, 4 failed." in page
    assert "<img" not in page


@pytest.mark.parametrize("change", ["source", "data", "lock", "helpers"])
def test_runs_again_what_was_made_from_other_things(
    book, cells, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: str
) -> None:
    package = tmp_path / "helpers"
    (package / "book").mkdir(parents=True)
    (package / "show.py").write_text("a = 1")
    monkeypatch.setattr(fingerprints, "__file__", str(package / "book" / "fingerprints.py"))
    sweep(*GRID)
    cells.ran.clear()
    for path in book.root.rglob("*"):
        if path.is_file():
            path.touch()
    sweep(*GRID)
    assert cells.ran == []
    if change == "source":
        book.chapter("01_alpha", "1 + 1", parameters=COMMON + LEVEL + DRAWS)
    elif change == "data":
        (book.root / "data" / "tiny" / "README.md").write_text("More is known now.")
    elif change == "lock":
        (book.root / "requirements.lock").write_text("click==8.1\n")
    else:
        (package / "show.py").write_text("a = 2")
    sweep(*GRID)
    assert len(cells.ran) == 4
    # What cannot be used again is not kept.
    assert kept(book) == 4


def test_does_not_keep_what_changed_while_it_ran(book, cells, monkeypatch) -> None:
    def edit_meanwhile(tasks, **options):
        book.chapter("01_alpha", "2 + 2", parameters=COMMON + LEVEL + DRAWS)
        return cells(tasks, **options)

    monkeypatch.setattr(execution, "run_chapters", edit_meanwhile)
    result = sweep("--grid", "level=0.8")
    assert result.exit_code == 1
    assert "changed while it ran (source): run the sweep again" in result.output
    assert not list((folder(book, "01_alpha-level") / KEPT).rglob("*.ipynb"))


def test_a_full_disk_loses_no_finished_cell(book, cells, monkeypatch) -> None:
    keep = sweeps.keep_notebook
    count = 0

    def full(*arguments, **options):
        nonlocal count
        count += 1
        if count > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        keep(*arguments, **options)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(sweeps, "keep_notebook", full)
        result = sweep(*GRID)
    assert result.exit_code == 1
    assert "The disk is full" in result.stderr
    cells.ran.clear()
    assert sweep(*GRID).exit_code == 0
    assert len(cells.ran) == 2


def test_two_sweeps_at_once_are_refused(book, cells) -> None:
    with sweeps.only_build(folder(book)):
        result = sweep(*GRID)
    assert result.exit_code == 1
    assert "Another trialbook" in result.stderr
    assert cells.ran == []


def test_takes_the_other_values_from_an_edition_or_the_command_line(book, cells) -> None:
    book.edition("third", "parameters:\n  shared: {level: 0.7}\n", trial="tiny_real")
    assert sweep("--grid", "draws=1,2", "--edition", "third").exit_code == 0
    assert {(each["level"], each["edition"]) for each in cells.ran} == {(0.7, "third")}
    found = rows(book, "01_alpha-third-draws")
    assert {row["data"] for row in found} == {"real"}
    cells.ran.clear()
    assert sweep("--grid", "draws=1", "-p", "level=0.6").exit_code == 0
    assert cells.ran[0]["level"] == 0.6
    [own] = [path for path in folder(book).parent.iterdir() if path.name.startswith("01_alpha-d")]
    assert own.name != "01_alpha-draws"


def test_runs_for_another_trial_and_for_several(book, cells, tiny_trial: Path) -> None:
    assert sweep("--grid", "draws=1", "--trial", str(tiny_trial)).exit_code == 0
    assert cells.ran[0]["trial"] == "tiny"
    assert sweep("--grid", "trial=tiny,tiny_real").exit_code == 0
    found = rows(book, "01_alpha-trial")
    assert {(row["trial"], row["data"]) for row in found} == {
        ("tiny", "synthetic"),
        ("tiny_real", "real"),
    }
    page = (folder(book, "01_alpha-trial") / "index.html").read_text(encoding="utf-8")
    assert "REAL PATIENTS AND A SYNTHETIC COHORT" in page


def test_writes_where_it_is_told(book, cells, tmp_path: Path) -> None:
    place = tmp_path / "My sweep é"
    result = sweep("--grid", "level=0.8", "--output", str(place))
    assert result.exit_code == 0
    assert {path.name for path in place.iterdir() if not path.name.startswith(".")} == {
        "index.html",
        "notebooks",
        "results.csv",
    }


def test_gives_results_to_a_chapter_that_compares_them(book, cells) -> None:
    book.chapter("01_alpha", parameters=COMMON + LEVEL + RESULTS)
    place = book.root / "_build" / "first"
    place.mkdir(parents=True)
    (place / "results.json").write_text('{"one": {}}')
    sweep("--grid", "level=0.8", "--edition", "first")
    assert cells.ran[0]["others"] == '{"one": {}}'
    (place / "results.json").write_text('{"two": {}}')
    sweep("--grid", "level=0.8", "--edition", "first")
    assert [each["others"] for each in cells.ran] == ['{"one": {}}', '{"two": {}}']


@pytest.mark.slow
def test_real_cells_of_a_trial_from_elsewhere(
    book, monkeypatch: pytest.MonkeyPatch, tiny_trial: Path
) -> None:
    book.chapter(
        "01_alpha",
        "from helpers.trial.loading import load_trial\n"
        "from helpers.show.records import Record, publish\n"
        "publish([Record('a.n', len(load_trial(trial).participants) / (level - 0.8), 'n')])",
        parameters=COMMON + LEVEL,
    )
    monkeypatch.chdir(book.root)
    trial = tiny_trial / "trial.yml"
    trial.write_text(trial.read_text().replace("id: tiny\n", "id: mine\n", 1))
    result = sweep("--grid", "level=0.8,0.9", "--trial", str(tiny_trial), "--jobs", "2")
    assert result.exit_code == 1, result.output
    assert "ZeroDivisionError" in result.output
    [place] = (book.root / "_build" / "sweeps").iterdir()
    with (place / "results.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["cell"], row["name"]) == ("2", "a.n")
    notebook = (place / "notebooks" / "cell-002.ipynb").read_text(encoding="utf-8")
    assert str(tiny_trial) not in notebook
    assert '"mine"' in json.dumps(json.loads(notebook)["cells"]).replace('\\"', '"')
    assert (place / "failed" / "cell-001.ipynb").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_sweep_loses_no_finished_cell(book, stop: signal.Signals) -> None:
    book.chapter(
        "01_alpha", "import time\ntime.sleep(2 * (level > 0.8))", parameters=COMMON + LEVEL
    )
    command = [sys.executable, "-c", "from helpers.book.commands import main; main()"]
    command += ["sweep", "1", "--grid", "level=0.8,0.9,0.95", "--jobs", "1"]
    options = {"cwd": book.root, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([*command], stderr=subprocess.DEVNULL, **options) as first:
        assert "Cell 1 of 3" in first.stdout.readline()
        first.send_signal(stop)
        told = first.stdout.read()
    assert first.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}.get(stop, -stop)
    assert stop == signal.SIGKILL or "Stopped with 2 of 3 cells still to run" in told
    place = folder(book, "01_alpha-level")
    assert not (place / "results.csv").exists()
    second = subprocess.run(command, check=False, stderr=subprocess.PIPE, **options)
    assert second.returncode == 0, second.stderr
    assert second.stdout.startswith("1 of 3 cells have run before")
    assert "Cell 1 of 3" not in second.stdout
    assert len(list((place / "notebooks").iterdir())) == 3


def test_a_sweep_is_not_kept_among_the_chapters(book, cells) -> None:
    result = sweep(*GRID, "--output", str(book.root / "chapters" / "swept"))
    assert result.exit_code == 1
    assert "this lies among the chapters" in result.stderr
    assert not (book.root / "chapters" / "swept").exists()
    assert cells.ran == []
