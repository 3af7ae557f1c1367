from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.analysis.comparison import EditionResults
from helpers.book.builds import build_editions
from helpers.book.compared import compared_text, read_compared, results_of_book
from helpers.errors import BuildError


def edition(name: str) -> EditionResults:
    return EditionResults(
        name=name,
        title="Title é",
        trial="tiny",
        label="Synthetic cohort (TINY)",
        synthetic=True,
        public=True,
        parameters={"01_alpha": {"level": 0.9}},
        results={"a.b": {"value": 1, "text": "1", "chapter": "01_alpha"}},
    )


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "editions.json"
    path.write_text(compared_text([edition("a"), edition("b")]), encoding="utf-8")
    assert read_compared(path) == (edition("a"), edition("b"))
    assert read_compared("") == ()


@pytest.mark.parametrize("content", ["{", "[{}]", '[{"name": "a"}]', "3"])
def test_refuses_what_does_not_hold_editions(tmp_path: Path, content: str) -> None:
    path = tmp_path / "editions.json"
    path.write_text(content)
    with pytest.raises(BuildError, match="does not hold editions"):
        read_compared(path)
    with pytest.raises(BuildError, match="There is no file of editions"):
        read_compared(tmp_path / "nothing.json")


def test_reads_a_finished_book(book, ran) -> None:
    with pytest.raises(BuildError, match="no finished book of the edition 'first'"):
        results_of_book(book.project, "first")
    build_editions(
        book.project, ["first"], overrides={}, jobs=1, timeout=60, report=lambda line: None
    )
    found = results_of_book(book.project, "first")
    assert (found.name, found.title, found.trial) == ("first", "The edition first", "tiny")
    assert found.synthetic
    assert found.public
    assert found.parameters["01_alpha"]["level"] == 0.9
    results = json.loads((book.root / "_build" / "first" / "results.json").read_text())
    assert found.results == results
    (book.root / "_build" / "first" / "build.json").write_text("{}")
    with pytest.raises(BuildError, match="is not whole"):
        results_of_book(book.project, "first")
