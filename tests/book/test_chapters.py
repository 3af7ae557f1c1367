from __future__ import annotations

import json

import pytest

from helpers.book.chapters import find_chapter, read_chapter, read_chapters
from helpers.errors import BuildError, ParameterError


def test_reads_chapters_in_the_order_of_the_contents(book) -> None:
    chapters = read_chapters(book.project)
    assert [chapter.name for chapter in chapters] == ["01_alpha", "02_beta", "07_gamma"]
    first, _, last = chapters
    assert first.title == "Title of 01_alpha"
    assert [each.name for each in first.parameters] == ["trial", "edition", "level"]
    assert (first.after_all, last.after_all) == (False, True)
    assert first.parameter("level").default == 0.95
    assert first.parameter("lever") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("02_beta", "02_beta"),
        ("02_beta.ipynb", "02_beta"),
        ("chapters/02_beta.ipynb", "02_beta"),
        ("2", "02_beta"),
        ("02", "02_beta"),
        ("02_b", "02_beta"),
        ("beta", "02_beta"),
        ("7", "07_gamma"),
    ],
)
def test_finds_a_chapter_by_name_number_or_beginning(book, text, name) -> None:
    assert find_chapter(text, read_chapters(book.project)).name == name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("02_betta", "Did you mean '02_beta'?"),
        ("3", "There is no chapter named '3'"),
        ("", "There is no chapter"),
    ],
)
def test_refuses_a_chapter_that_is_not_there(book, text, words) -> None:
    with pytest.raises(ParameterError, match=words):
        find_chapter(text, read_chapters(book.project))


def test_refuses_a_beginning_that_fits_two(book) -> None:
    book.chapter("04_between")
    with pytest.raises(ParameterError, match="fits 'be': 02_beta, 04_between"):
        find_chapter("be", read_chapters(book.project))


def declare(path, **values) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["metadata"]["trialbook"] = values
    path.write_text(json.dumps(notebook), encoding="utf-8")


def test_reads_what_a_chapter_says_that_it_reads(book) -> None:
    path = book.chapter("01_alpha")
    assert read_chapter(path).reads == ()
    declare(path, reads=["tests/references", "benchmarks/a.json"])
    assert read_chapter(path).reads == ("tests/references", "benchmarks/a.json")


@pytest.mark.parametrize("reads", ["tests", [""], [1], ["/etc"], ["tests/../../other"], {}])
def test_refuses_to_read_outside_the_book(book, reads) -> None:
    path = book.chapter("01_alpha")
    declare(path, reads=reads)
    with pytest.raises(BuildError, match="relative to the book's folder and below it"):
        read_chapter(path)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"cells": [1]}', '{"cells": {}}'])
def test_refuses_a_file_that_is_not_a_notebook(book, content) -> None:
    path = book.chapter("01_alpha")
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BuildError, match=r"chapters.01_alpha.ipynb is not a notebook"):
        read_chapters(book.project)


def test_refuses_two_parameters_cells(book) -> None:
    path = book.chapter("01_alpha")
    notebook = json.loads(path.read_text())
    notebook["cells"].append(notebook["cells"][1])
    path.write_text(json.dumps(notebook))
    with pytest.raises(ParameterError, match="2 cells have the tag 'parameters'"):
        read_chapter(path)


def test_says_in_which_round_a_chapter_runs(book) -> None:
    rounds = [
        read_chapter(book.chapter(name, after=after)).stage
        for name, after in (("01_alpha", None), ("07_gamma", "all"), ("compare", "editions"))
    ]
    assert rounds == [0, 1, 2]


def test_refuses_an_order_that_it_does_not_know(book) -> None:
    path = book.chapter("01_alpha")
    notebook = json.loads(path.read_text())
    notebook["metadata"]["trialbook"] = {"after": "02_beta"}
    path.write_text(json.dumps(notebook))
    with pytest.raises(BuildError, match="only 'all' and 'editions' are known"):
        read_chapter(path)


def test_reads_sources_kept_as_lists_of_lines(book) -> None:
    path = book.chapter("01_alpha")
    expected = read_chapter(path)
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    path.write_text(json.dumps(notebook))
    assert read_chapter(path) == expected
