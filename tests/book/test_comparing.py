from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner, Result

from helpers.book import execution, making, stages
from helpers.book.chapters import find_chapter, read_chapters
from helpers.book.commands import main
from helpers.book.editions import read_edition
from helpers.book.execution import Executed
from helpers.book.results_given import results_given
from helpers.book.tidying import notebook_text
from helpers.errors import BuildError

COMMON = 'trial: str = "tiny"  # trial [trial]\nedition: str = "none"  # edition [text]\n'
LEVEL = "level: float = 0.95  # confidence level [0.5 to 0.999]\n"
RECORD = "application/vnd.trialbook.record+json"


@pytest.fixture
def inside(book, ran, monkeypatch: pytest.MonkeyPatch):
    """A book whose only chapter records a primary difference that depends on the level."""

    def run_chapters(tasks, *, jobs, timeout, finished, scheduler=None):
        done = []
        for task in tasks:
            ran.chapters.append(f"{task.edition}/{task.planned.name}")
            executed = Executed(task, 0.1, notebook=_notebook(dict(task.planned.values)))
            finished(executed)
            done.append(executed)
        return done

    for module in (stages, execution):
        monkeypatch.setattr(module, "run_chapters", run_chapters)
    for name in ("02_beta", "07_gamma"):
        book.listed.remove(name)
    book._write_contents()
    book.chapter("01_alpha", parameters=COMMON + LEVEL)
    monkeypatch.chdir(book.root)
    return book


def _notebook(values: dict) -> str:
    level = values.get("level")
    if level is None:
        return notebook_text({"cells": [], "metadata": {}})
    found = {
        "primary.difference.estimate": (-level, f"{-level:.1f}"),
        "primary.difference.lower": (-level - 1, f"{-level - 1:.1f}"),
        "primary.difference.upper": (1 - level, f"{1 - level:.1f}"),
        "primary.close": (1 + level / 1000, "1.0"),
        "primary.same": (7, "7"),
    }
    outputs = [
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {RECORD: {"name": name, "value": value, "text": text}},
        }
        for name, (value, text) in found.items()
    ]
    cell = {"cell_type": "code", "metadata": {}, "source": "", "outputs": outputs}
    return notebook_text({"cells": [cell], "metadata": {}})


def compare(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["compare", *arguments])


def rows(page: Path) -> list[dict[str, str]]:
    with (page / "comparison.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_builds_what_is_stale_and_writes_the_page_and_the_table(inside, ran) -> None:
    inside.edition("third", "parameters:\n  shared: {level: 0.8}\npublished: false\n")
    result = compare("first", "third")
    assert result.exit_code == 0, result.output
    assert ran.chapters == ["first/01_alpha", "third/01_alpha"]
    folder = inside.root / "_build" / "compare" / "first-third"
    assert f"The page is {folder / 'index.html'}" in result.output
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert 'href="comparison.csv"' in page
    assert "3 numbers are printed differently, 1 differs only in digits" in page
    assert "SYNTHETIC COHORT" in page
    assert "different trials" not in page
    found = {(row["name"], row["edition"]): row for row in rows(folder)}
    assert found["primary.difference.estimate", "third"] == {
        "data": "synthetic",
        "edition": "third",
        "trial": "tiny",
        "chapter": "01_alpha",
        "name": "primary.difference.estimate",
        "value": "-0.8",
        "text": "-0.8",
        "minus_first": "0.1",
        "differs": "printed",
    }
    assert found["primary.close", "third"]["differs"] == "beyond print"
    assert ("primary.same", "first") not in found
    ran.chapters.clear()
    assert compare("first", "third").exit_code == 0
    assert ran.chapters == []


def test_says_that_different_trials_cannot_be_compared(inside) -> None:
    result = compare("first", "second")
    assert result.exit_code == 0, result.output
    assert "These editions are of different trials" in result.output
    page = inside.root / "_build" / "compare" / "first-second" / "index.html"
    text = page.read_text(encoding="utf-8")
    assert text.count("<img") == 2
    headings = [each.text for each in BeautifulSoup(text, "html.parser").select("h2")]
    assert headings[:2] == ["The trials", "The primary result"]
    assert "are of different trials" in text
    assert "printed differently" in text
    assert "REAL PATIENTS AND A SYNTHETIC COHORT" in text


def test_takes_the_book_of_a_trial_as_it_stands(inside, tiny_trial: Path) -> None:
    built = CliRunner().invoke(main, ["build", "--trial", str(tiny_trial)])
    assert built.exit_code == 0, built.output
    result = compare("first", "tiny")
    assert result.exit_code == 0, result.output
    assert "tiny is no edition's file" in result.output


def test_a_failed_build_leaves_no_comparison(inside, monkeypatch) -> None:
    def refuse(source: Path, *, scratch: Path, name: str, page_steps=()) -> Path:
        raise BuildError("it does not compile")

    monkeypatch.setattr(making, "compile_book", refuse)
    result = compare("first", "second")
    assert result.exit_code == 1
    assert "it does not compile" in result.stderr
    assert not (inside.root / "_build" / "compare").exists()


def test_gives_a_chapter_run_by_itself_the_finished_books(inside, monkeypatch) -> None:
    inside.chapter(
        "compare", parameters=COMMON + 'results: str = ""  # r [results file]\n', after="editions"
    )
    inside.edition("first", "compare: [second]\n")
    chapters = read_chapters(inside.project)
    chapter = find_chapter("compare", chapters)
    edition = read_edition(inside.project, "first", chapters)
    assert results_given(inside.project, chapter, None) is None
    assert results_given(inside.project, chapter, edition) is None
    assert compare("first", "second").exit_code == 0
    given = json.loads(results_given(inside.project, chapter, edition) or "")
    assert [each["name"] for each in given] == ["first", "second"]
