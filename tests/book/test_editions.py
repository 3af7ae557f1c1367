from __future__ import annotations

from pathlib import Path

import pytest

from helpers.book.chapters import read_chapters
from helpers.book.editions import (
    Edition,
    edition_names,
    edition_path,
    published_names,
    read_edition,
)
from helpers.errors import EditionError


def read(book, name: str = "first") -> Edition:
    return read_edition(book.project, name, read_chapters(book.project))


def test_reads_an_edition(book) -> None:
    book.edition(
        "full",
        "parameters:\n  shared: {level: 0.9}\n  01_alpha:\n    level: 0.8\nleave_out: [02_beta]\n",
    )
    edition = read(book, "full")
    assert (edition.title, edition.audience) == ("The edition full", "testers")
    assert edition.trial.value == "tiny"
    assert edition.shared["level"].value == 0.9
    assert edition.by_chapter["01_alpha"]["level"].value == 0.8
    assert edition.by_chapter["01_alpha"]["level"].where.endswith("full.yml, line 7")
    assert edition.leave_out == ("02_beta",)
    left = [chapter.name for chapter in edition.chapters(read_chapters(book.project))]
    assert left == ["01_alpha", "07_gamma"]


def test_lists_editions_by_name(book) -> None:
    assert edition_names(book.project) == ("first", "second")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("colour: red\n", "line 4: There is no key named 'colour'"),
        ("leaveout: []\n", "Did you mean 'leave_out'"),
        ("title: Again\n", "line 4: The key 'title' stands twice"),
        ("parameters: [level]\n", "line 4: 'parameters' must hold names with values"),
        ("parameters:\n  shared: 3\n", "line 5: 'parameters.shared' must hold names"),
        ("parameters:\n  01_alfa: {}\n", "line 5: .*no chapter named '01_alfa'.*'01_alpha'"),
        ("parameters:\n  shared:\n    levle: 1\n", "line 6: .*parameter named 'levle'.*'level'"),
        ("parameters:\n  02_beta: {level: 1}\n", "line 5: .*parameter of the chapter 02_beta"),
        ("parameters:\n  shared: {trial: tiny}\n", "from the edition itself; remove it"),
        ("parameters:\n  01_alpha: {edition: x}\n", "from the edition itself; remove it"),
        ("leave_out: 02_beta\n", "line 4: 'leave_out' must be a list"),
        ("leave_out:\n- 01_alpha\n- 03_beta\n", "line 6: .*named '03_beta'.*'02_beta'"),
        ("parameters: {shared: {level: 0.9}\n", "not valid YAML"),
        ("about: []\n", "line 4: the key 'about' must hold a text"),
        ("published: no\n", "line 4: 'published' is true or false"),
        ("chapters: 01_alpha\n", "line 4: 'chapters' must be a list of chapters"),
        ("chapters: []\n", "line 4: 'chapters' is empty"),
        ("leave_out: [01_alpha, 02_beta, 07_gamma]\n", "line 4: no chapter is left"),
        ("chapters: [01_alfa]\n", "line 4: .*no chapter named '01_alfa'.*'01_alpha'"),
        ("chapters: [01_alpha]\nleave_out: [02_beta]\n", "line 4: .*keep one of the two"),
        ("compare: second\n", "line 4: 'compare' must be a list of editions"),
        ("compare: [secund]\n", "line 4: .*no edition named 'secund'.*'second'"),
        ("compare: [first]\n", "line 4: an edition cannot be compared with itself"),
        ("compare: [second, second]\n", "line 4: the edition 'second' is listed twice"),
    ],
)
def test_refuses_what_is_wrong_with_its_line(book, more, words) -> None:
    book.edition("first", more)
    with pytest.raises(EditionError, match=words) as raised:
        read(book)
    assert "first.yml, line" in str(raised.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("trial: tiny\naudience: all\n", "the key 'title' must hold a text"),
        ("title: ''\ntrial: tiny\naudience: all\n", "the key 'title' must hold a text"),
        ("title: T\ntrial: 3\naudience: all\n", "the key 'trial' must hold a text"),
        ("title: T\ntrial: tiny\naudience: [a]\n", "the key 'audience' must hold a text"),
        ("- title\n", "must hold keys with values"),
        ("", "must hold keys with values"),
    ],
)
def test_needs_its_common_keys(book, content, words) -> None:
    book.edition("first").write_text(content)
    with pytest.raises(EditionError, match=words):
        read(book)


def test_refuses_a_file_that_is_not_utf8(book) -> None:
    book.edition("first").write_bytes(b"title: \xff\n")
    with pytest.raises(EditionError, match="UTF-8"):
        read(book)


def test_offers_the_nearest_edition(book) -> None:
    with pytest.raises(EditionError, match="Did you mean 'second'"):
        read(book, "secund")


@pytest.mark.parametrize("name", ["runs", "sweeps", "compare", "Élan", "1st", "a b"])
def test_refuses_a_name_that_cannot_be_a_folder_of_its_own(book, name) -> None:
    book.edition(name)
    with pytest.raises(EditionError, match="rename the file"):
        read(book, name)


def test_keeps_only_the_chapters_that_it_lists(book) -> None:
    book.edition("first", "chapters: [02_beta, 07_gamma]\n")
    assert read(book).leave_out == ("01_alpha",)


def test_has_a_chapter_that_compares_only_with_something_to_compare(book) -> None:
    book.chapter("compare", after="editions")
    book.edition("first")
    assert read(book).leave_out == ("compare",)
    book.edition("first", "compare: [second]\nabout: Why it is here.\n")
    edition = read(book)
    assert edition.leave_out == ()
    assert [each.value for each in edition.compare] == ["second"]
    assert edition.about == "Why it is here."


def test_tells_the_published_editions_from_the_others(book) -> None:
    book.edition("third", "published: false\n")
    book.edition("fourth", "published: true\n")
    book.edition("broken").write_bytes(b"title: \xff\n")
    assert published_names(book.project) == ("broken", "first", "fourth", "second")
    for path in book.project.editions.iterdir():
        path.unlink()
    book.edition("third", "published: false\n")
    with pytest.raises(EditionError, match="no published edition"):
        published_names(book.project)


def test_reads_a_file_anywhere(book, tmp_path: Path) -> None:
    path = tmp_path / "on my desk" / "mine.yml"
    path.parent.mkdir()
    path.write_text("title: Mine\ntrial: ../trials/own\naudience: me\n")
    edition = read(book, str(path))
    assert (edition.name, edition.title, edition.base) == ("mine", "Mine", path.parent)
    own = book.project.editions / "first.yml"
    assert read(book, str(own)) == read(book, "first")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere/mine.yml", "There is no file nowhere/mine.yml"),
        ("{folder}/first.yml", "the book has an edition named 'first'"),
        ("{folder}/First.yml", "rename the file"),
    ],
)
def test_refuses_a_file_that_cannot_be_an_edition(book, tmp_path: Path, name, words) -> None:
    for each in ("first", "First"):
        (tmp_path / f"{each}.yml").write_text("title: T\ntrial: tiny\naudience: all\n")
    with pytest.raises(EditionError, match=words):
        read(book, name.format(folder=tmp_path))


def test_the_book_of_a_trial_is_not_replaced_by_an_edition_of_its_name(
    book, tmp_path: Path
) -> None:
    path = tmp_path / "pain_trial.yml"
    path.write_text("x", encoding="utf-8")
    about = book.project.build / "pain_trial" / "build.json"
    about.parent.mkdir(parents=True)
    about.write_text('{"of_trial": false}', encoding="utf-8")
    assert edition_path(book.project, str(path)) == path
    about.write_text('{"of_trial": true}', encoding="utf-8")
    with pytest.raises(EditionError, match="holds the book of a trial, made by --trial"):
        edition_path(book.project, str(path))
