from __future__ import annotations

from pathlib import Path

import pytest

from helpers.book.validation_inputs import BENCHMARK, REFERENCES, find_references, read_benchmark
from helpers.errors import BuildError


@pytest.fixture
def inside(book, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder below the mini book, as a kernel does."""
    work = book.root / "_build" / ".staging" / "work"
    work.mkdir(parents=True)
    monkeypatch.chdir(work)
    return book.root


def test_finds_the_references_of_the_book_around_it(inside) -> None:
    (inside / REFERENCES).mkdir(parents=True)
    assert find_references() == inside.resolve() / REFERENCES


def test_says_what_a_book_without_references_lacks(inside) -> None:
    with pytest.raises(BuildError, match=r"tests/references is missing in .* restore it"):
        find_references()


def test_reads_the_record_of_the_benchmark(inside) -> None:
    assert read_benchmark() is None
    path = inside / BENCHMARK
    path.parent.mkdir()
    path.write_text('{"format": 1, "sizes": []}', encoding="utf-8")
    assert read_benchmark() == {"format": 1, "sizes": []}


@pytest.mark.parametrize("content", ["", "[]", '{"format": 2}', "{"])
def test_refuses_a_file_that_is_no_record(inside, content) -> None:
    (inside / BENCHMARK).parent.mkdir()
    (inside / BENCHMARK).write_text(content, encoding="utf-8")
    with pytest.raises(BuildError, match="run 'make bench' again"):
        read_benchmark()
