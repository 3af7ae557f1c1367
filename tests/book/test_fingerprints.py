from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers.book import fingerprints
from helpers.book.content_files import page_files
from helpers.book.fingerprints import Fingerprints
from helpers.book.planning import plan_editions


def prints(book) -> dict[str, str]:
    """Fingerprints of the chapters of the first edition, and of its book."""
    [planned] = plan_editions(book.project, ["first"], {})
    found = Fingerprints(book.project)
    own = {each.name: found.chapter(each, planned.trial) for each in planned.chapters}
    return {**own, "book": found.edition(planned)}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


ALL = {"01_alpha", "02_beta", "07_gamma", "book"}


def test_depend_on_content_and_not_on_times_or_places(book, make_book) -> None:
    before = prints(book)
    for path in book.root.rglob("*"):
        os.utime(path, (0, 0))
    assert prints(book) == before
    moved = book.root.rename(book.root.with_name("elsewhere"))
    book.root = moved
    assert prints(book) == before


def test_a_chapter_changes_with_its_source(book) -> None:
    before = prints(book)
    book.chapter("01_alpha", "1 + 1")
    assert changed(before, prints(book)) == {"01_alpha", "book"}


def test_running_a_chapter_in_jupyterlab_is_no_change(book) -> None:
    before = prints(book)
    path = book.root / "chapters" / "01_alpha.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["metadata"]["kernelspec"] = {"name": "other", "display_name": "Other"}
    for number, cell in enumerate(notebook["cells"]):
        cell["source"] = cell["source"].splitlines(keepends=True)
        if cell["cell_type"] == "code":
            cell["execution_count"] = number
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "printed"}]
    path.write_text(json.dumps(notebook, indent=4), encoding="utf-8")
    assert prints(book) == before


def test_a_chapter_changes_with_its_parameters(book) -> None:
    before = prints(book)
    book.edition("first", "parameters:\n  shared: {level: 0.8}\n")
    assert changed(before, prints(book)) == {"01_alpha", "book"}


def test_a_chapter_changes_with_what_it_says_that_it_reads(book) -> None:
    path = book.root / "chapters" / "02_beta.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["metadata"]["trialbook"] = {"reads": ["numbers", "one.json"]}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    seen = [prints(book)]
    for name in ("one.json", "numbers/a.csv", "numbers/b.csv"):
        (book.root / name).parent.mkdir(exist_ok=True)
        (book.root / name).write_text("1", encoding="utf-8")
        seen.append(prints(book))
        assert changed(seen[-2], seen[-1]) == {"02_beta", "book"}
    (book.root / "numbers" / "b.csv").unlink()
    assert prints(book) == seen[-2]


@pytest.mark.parametrize("name", ["trial.yml", "participants_synthetic.csv", "notes/new.txt"])
def test_every_chapter_changes_with_the_trial(book, name) -> None:
    before = prints(book)
    path = book.root / "data" / "tiny" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + "# changed\n")
    assert changed(before, prints(book)) == ALL


def test_every_chapter_changes_with_the_lock(book) -> None:
    before = prints(book)
    (book.root / "requirements.lock").write_text("click==8.1\n")
    assert changed(before, prints(book)) == ALL


def test_every_chapter_changes_with_what_is_installed(
    book, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    (site / "click-8.0.dist-info").mkdir(parents=True)
    monkeypatch.setattr(fingerprints.sysconfig, "get_paths", lambda: {"purelib": str(site)})
    before = prints(book)
    (site / "unrelated-1.0.dist-info").mkdir()
    assert prints(book) == before
    (site / "click-8.0.dist-info").rename(site / "click-8.1.dist-info")
    assert changed(before, prints(book)) == ALL


def test_every_chapter_changes_with_python(book, monkeypatch: pytest.MonkeyPatch) -> None:
    before = prints(book)
    monkeypatch.setattr(fingerprints.platform, "python_version", lambda: "3.99.0")
    assert changed(before, prints(book)) == ALL


def test_every_chapter_changes_with_the_helpers(
    book, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "helpers"
    (package / "book").mkdir(parents=True)
    (package / "show.py").write_text("a = 1")
    monkeypatch.setattr(fingerprints, "__file__", str(package / "book" / "fingerprints.py"))
    before = prints(book)
    (package / "show.pyc").write_text("compiled")
    assert prints(book) == before
    (package / "show.py").write_text("a = 2")
    assert changed(before, prints(book)) == ALL


@pytest.mark.parametrize(
    "change",
    [
        lambda book: book.page("index", "# Another"),
        lambda book: book.page("extra", "# Extra"),
        lambda book: (book.root / "chapters" / "references.bib").write_text("@misc{a}"),
        lambda book: (book.root / "_config.yml").write_text("title: another"),
        lambda book: book.chapter("02_beta").rename(book.root / "unlisted"),
    ],
)
def test_only_the_book_changes_with_its_pages(book, change) -> None:
    before = prints(book)
    change(book)
    if (book.root / "unlisted").exists():
        (book.root / "unlisted").rename(book.root / "chapters" / "02_beta.ipynb")
        assert "book" in changed(before, prints(book))
    else:
        assert changed(before, prints(book)) == {"book"}


def test_only_the_book_changes_with_its_style_and_title(book) -> None:
    before = prints(book)
    (book.root / "_static").mkdir()
    (book.root / "_static" / "own.css").write_text("body {}")
    styled = prints(book)
    assert changed(before, styled) == {"book"}
    book.edition("first", "parameters:\n  shared: {level: 0.9}\n").write_text(
        (book.root / "chapters/editions/first.yml").read_text().replace("testers", "readers")
    )
    assert changed(styled, prints(book)) == {"book"}


def test_another_edition_or_a_stray_file_changes_nothing(book) -> None:
    before = prints(book)
    book.edition("third")
    (book.root / "chapters" / ".ipynb_checkpoints").mkdir()
    (book.root / "chapters" / ".ipynb_checkpoints" / "a.md").write_text("a")
    (book.root / "chapters" / ".DS_Store").write_text("a")
    assert prints(book) == before


def test_knows_what_is_compiled(book) -> None:
    names = {path.relative_to(book.root).as_posix() for path in page_files(book.project)}
    assert names == {"_config.yml", "_toc.yml", "chapters/index.md"}
    for name in ("CITATION.cff", "CHANGELOG.md", "README.md"):
        (book.root / name).write_text("x")
    more = {path.relative_to(book.root).as_posix() for path in page_files(book.project)}
    assert more - names == {"CITATION.cff", "CHANGELOG.md"}


@pytest.fixture
def watched(book):
    """A chapter, and a look at whether what it is made from has changed since this moment."""
    [planned] = plan_editions(book.project, ["first"], {})
    found = Fingerprints(book.project)
    [chapter] = [each for each in planned.chapters if each.name == "01_alpha"]
    found.chapter(chapter, planned.trial)
    return SimpleNamespace(book=book, changes=lambda: found.changes(chapter, planned.trial))


def test_says_what_changed_after_the_first_look(watched) -> None:
    assert watched.changes() == ()
    (watched.book.root / "data" / "tiny" / "trial.yml").write_text("other")
    (watched.book.root / "data" / "tiny" / "more.csv").write_text("other")
    assert watched.changes() == ("data files more.csv, trial.yml",)
    (watched.book.root / "chapters" / "01_alpha.ipynb").unlink()
    assert watched.changes() == ("source",)


@pytest.mark.parametrize("file", ["data/tiny/trial.yml", "chapters/01_alpha.ipynb"])
@pytest.mark.parametrize("writing", ["empty", "away"])
def test_a_file_that_is_just_being_written_again_has_not_changed(
    watched, monkeypatch: pytest.MonkeyPatch, file: str, writing: str
) -> None:
    path = watched.book.root / file
    content = path.read_bytes()
    looked = []

    def end_writing(seconds: float) -> None:
        looked.append(seconds)
        path.write_bytes(content)

    monkeypatch.setattr(fingerprints.time, "sleep", end_writing)
    if writing == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
    assert watched.changes() == ()
    assert len(looked) == 1


def test_traces_of_other_programs_are_no_change(watched) -> None:
    trial = watched.book.root / "data" / "tiny"
    for name in ("trial.yml~", "~$participants.xlsx", "#trial.yml#", ".trial.yml.swp", "Thumbs.db"):
        (trial / name).write_text("a trace")
    for name in ("__pycache__", ".ipynb_checkpoints"):
        (trial / name).mkdir()
        (trial / name / "a").write_text("a trace")
    assert watched.changes() == ()


def test_a_trial_whose_folder_holds_the_book_does_not_change_by_building(make_book) -> None:
    book = make_book("trial/book")
    outside = book.root.parent
    shutil.copytree(book.root / "data" / "tiny", outside, dirs_exist_ok=True)
    before = Fingerprints(book.project).folder(outside)
    (book.root / "_build" / "first").mkdir(parents=True)
    (book.root / "_build" / "first" / "results.json").write_text("{}")
    assert Fingerprints(book.project).folder(outside) == before
    (outside / "notes.txt").write_text("new")
    assert Fingerprints(book.project).folder(outside) != before
