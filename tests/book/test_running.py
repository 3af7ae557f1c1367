"""One chapter run by the real papermill."""

from __future__ import annotations

import json
from pathlib import Path

import papermill
import pytest
from click.testing import CliRunner

from helpers.book.commands import main

COMMON = 'trial: str = "tiny"  # trial [trial]\nedition: str = "none"  # edition [text]\n'
LEVEL = "level: float = 0.95  # confidence level [0.5 to 0.999]\n"
RESULTS = 'results: str = ""  # results of the others [results file]\n'
PUBLISH = "from helpers.show.records import Record, publish\n"


@pytest.fixture
def inside(make_book, monkeypatch: pytest.MonkeyPatch):
    book = make_book()
    book.chapter(
        "01_alpha", PUBLISH + "publish([Record('a.level', level, 'x')])", parameters=COMMON + LEVEL
    )
    book.edition("first", "parameters:\n  shared: {level: 0.9}\n")
    monkeypatch.chdir(book.root)
    return book


def run(*arguments: str):
    return CliRunner().invoke(main, ["run", *arguments])


def level(notebook: Path) -> float:
    text = notebook.read_text(encoding="utf-8")
    assert "papermill" not in json.loads(text)["metadata"]
    [output] = [output for cell in json.loads(text)["cells"] for output in cell.get("outputs", [])]
    return output["data"]["application/vnd.trialbook.record+json"]["value"]


def test_puts_the_notebook_in_its_place(inside, tmp_path: Path) -> None:
    result = run("1", "--edition", "first")
    assert result.exit_code == 0, result.output
    place = inside.root / "_build" / "runs" / "01_alpha.ipynb"
    assert result.output == f"01_alpha recorded 1 results; its notebook is {place}\n"
    assert level(place) == 0.9
    mine = tmp_path / "deep" / "mine.ipynb"
    assert run("alpha", "-p", "level=0.8", "--output", str(mine)).exit_code == 0
    assert (level(mine), level(place)) == (0.8, 0.9)
    assert sorted(path.name for path in place.parent.iterdir()) == [".lock", "01_alpha.ipynb"]


def test_a_failure_leaves_the_last_notebook(inside) -> None:
    place = inside.root / "_build" / "runs" / "01_alpha.ipynb"
    place.parent.mkdir(parents=True)
    place.write_text("the last good one")
    inside.chapter("01_alpha", "1 / 0", parameters=COMMON)
    inside.edition("first")
    result = run("1")
    assert result.exit_code == 1
    assert "Chapter 01_alpha stopped at cell 3, `1 / 0`: ZeroDivisionError" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert place.read_text() == "the last good one"
    assert place.with_name("01_alpha.failed.ipynb").is_file()


def test_compares_with_the_results_of_the_edition_s_book(inside) -> None:
    inside.chapter(
        "07_gamma",
        "from helpers.book.results import read_results\n"
        + PUBLISH
        + "publish([Record('a.n', len(read_results(results)), 'x')])",
        parameters=COMMON + RESULTS,
    )
    place = inside.root / "_build" / "runs" / "07_gamma.ipynb"
    assert run("7", "--edition", "first").exit_code == 0
    assert level(place) == 0
    book = inside.root / "_build" / "first"
    book.mkdir()
    (book / "results.json").write_text('{"one": {}}')
    assert run("7", "--edition", "first").exit_code == 0
    assert level(place) == 1


def test_plain_papermill_runs_a_chapter_too(inside, tmp_path: Path) -> None:
    output = tmp_path / "out.ipynb"
    papermill.execute_notebook(
        str(inside.root / "chapters" / "01_alpha.ipynb"),
        str(output),
        parameters={"level": 0.7},
        progress_bar=False,
    )
    [cell] = [cell for cell in json.loads(output.read_text())["cells"] if cell.get("outputs")]
    record = cell["outputs"][0]["data"]["application/vnd.trialbook.record+json"]
    assert record["value"] == 0.7


def test_a_chapter_is_not_overwritten_by_its_own_notebook(inside) -> None:
    place = inside.root / "chapters" / "01_alpha.ipynb"
    before = place.read_bytes()
    result = run("1", "--output", str(place))
    assert result.exit_code == 1
    assert "this lies among the chapters" in result.stderr
    assert place.read_bytes() == before
    assert not (inside.root / "_build").exists()
