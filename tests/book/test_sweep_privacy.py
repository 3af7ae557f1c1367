from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from helpers.book import execution
from helpers.book.commands import main
from helpers.book.execution import Executed
from helpers.book.kept import KEPT
from helpers.book.tidying import notebook_text

COMMON = 'trial: str = "tiny"  # trial [trial]\nedition: str = "none"  # edition [text]\n'
MORE = (
    "level: float = 0.95  # confidence level [0.5 to 0.999]\n"
    "small_cells: int = 5  # least count [integer 0 to 20]\n"
)
RECORD = "application/vnd.trialbook.record+json"
COUNTS = {0.8: 4711, 0.9: 4709, 0.6: 4600}
"""How many patients a cell counts, by its level."""


@pytest.fixture
def counting(book, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A book whose chapter counts patients; stand-in papermill runs it."""

    def run_chapters(tasks, *, jobs, timeout, finished, scheduler=None):
        done = []
        for task in tasks:
            executed = Executed(task, 0.1, notebook=_notebook(task.planned.values["level"]))
            finished(executed)
            done.append(executed)
        return done

    monkeypatch.setattr(execution, "run_chapters", run_chapters)
    book.chapter("01_alpha", parameters=COMMON + MORE)
    monkeypatch.chdir(book.root)
    return book.root / "_build" / "sweeps"


def _notebook(level: float) -> str:
    number = COUNTS[level]
    records = {
        "primary.n": (number, str(number)),
        "primary.difference.estimate": (-level, f"{-level:.2f}"),
        "primary.difference.lower": (-level - 1, f"{-level - 1:.2f}"),
        "primary.difference.upper": (1 - level, f"{1 - level:.2f}"),
    }
    outputs = [
        {"output_type": "display_data", "metadata": {}, "data": {RECORD: record}}
        for record in (
            {"name": name, "value": value, "text": text} for name, (value, text) in records.items()
        )
    ]
    code = {"cell_type": "code", "metadata": {}, "source": "a_source", "outputs": outputs}
    prose = {"cell_type": "markdown", "metadata": {}, "source": "a_text"}
    return notebook_text({"cells": [prose, code], "metadata": {}})


def sweep(levels: str, trial: str, *more: str) -> Result:
    return CliRunner().invoke(
        main, ["sweep", "1", "-g", f"level={levels}", "-p", f"trial={trial}", *more]
    )


def written(folder: Path) -> dict[str, str]:
    """Everything that is for sharing: all but the hidden folders."""
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and not path.relative_to(folder).parts[0].startswith(".")
    }


def test_counts_of_a_private_trial_that_lie_close_are_nowhere(counting: Path, tmp_path) -> None:
    out = tmp_path / "elsewhere"
    result = sweep("0.8,0.9", "tiny_real", "--output", str(out))
    assert result.exit_code == 0, result.output
    files = written(out)
    assert set(files) == {
        "index.html",
        "results.csv",
        "notebooks/cell-001.ipynb",
        "notebooks/cell-002.ipynb",
    }
    for name, text in {**files, "said": result.output}.items():
        assert "4711" not in text, name
        assert "4709" not in text, name
    rows = list(csv.DictReader(files["results.csv"].splitlines()))
    assert [(row["value"], row["text"]) for row in rows if row["name"] == "primary.n"] == [
        ("", "not shown")
    ] * 2
    assert "-0.80" in files["results.csv"]
    assert "1 result that differs is not shown" in files["index.html"]
    assert "the notebooks have no outputs" in files["index.html"]
    assert "Caution: the trial tiny_real is not public" in files["index.html"]
    assert "Caution: the trial tiny_real is not public" in result.output
    cells = json.loads(files["notebooks/cell-001.ipynb"])["cells"]
    assert [cell["source"] for cell in cells] == ["a_text", "a_source"]
    # A sweep goes on from cells that are whole.
    kept = "".join(path.read_text() for path in (out / KEPT / "cells").glob("*.ipynb"))
    assert "4711" in kept
    again = sweep("0.8,0.9", "tiny_real", "--output", str(out))
    assert "2 of 2 cells have run before" in again.output
    assert written(out) == files


def test_counts_far_apart_are_shown_and_the_caution_stays(counting: Path) -> None:
    result = sweep("0.8,0.6", "tiny_real")
    assert result.exit_code == 0, result.output
    [folder] = counting.iterdir()
    files = written(folder)
    assert "4711" in files["results.csv"]
    assert "4711" in files["notebooks/cell-001.ipynb"]
    assert "not shown" not in files["index.html"]
    assert "Caution: the trial tiny_real is not public" in files["index.html"]
    assert "Caution" in result.output


def test_without_small_cells_nothing_is_withheld(counting: Path) -> None:
    assert sweep("0.8,0.9", "tiny_real", "-p", "small_cells=0").exit_code == 0
    [folder] = counting.iterdir()
    assert "4711" in written(folder)["results.csv"]


def test_a_public_trial_shows_everything(counting: Path) -> None:
    result = sweep("0.8,0.9", "tiny")
    assert "Caution" not in result.output
    [folder] = counting.iterdir()
    files = written(folder)
    assert "4711" in files["results.csv"]
    assert "4711" in files["notebooks/cell-001.ipynb"]
    assert "Caution" not in files["index.html"]


def test_each_trial_of_a_grid_is_judged_by_itself(counting: Path) -> None:
    arguments = ["sweep", "1", "-g", "level=0.8,0.9", "-g", "trial=tiny,tiny_real"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    [folder] = counting.iterdir()
    rows = list(csv.DictReader(written(folder)["results.csv"].splitlines()))
    shown = {row["trial"]: row["text"] for row in rows if row["name"] == "primary.n"}
    assert shown == {"tiny": "4709", "tiny_real": "not shown"}
    assert "Caution: the trial tiny_real is not public" in result.output
