from __future__ import annotations

from pathlib import Path

import pytest

from helpers.book.project import (
    Project,
    chapter_files,
    contents,
    find_project,
    read_settings,
    trial_folder,
)
from helpers.errors import BuildError, ParameterError


def test_finds_the_book_from_any_folder_within(book) -> None:
    assert find_project(book.root / "chapters" / "editions") == book.project
    assert find_project(book.root) == book.project


def test_finds_the_package_s_own_book_from_elsewhere(tmp_path: Path) -> None:
    assert find_project(tmp_path).root == Path(__file__).resolve().parents[2]


def test_shows_paths_relative_to_the_root(book, tmp_path: Path) -> None:
    assert book.project.shown(book.root / "data" / "tiny") == str(Path("data/tiny"))
    assert book.project.shown(Path("/elsewhere")) == str(Path("/elsewhere"))


def test_reads_parts_chapters_and_sections(book) -> None:
    (book.root / "_toc.yml").write_text(
        "format: jb-book\nroot: chapters/index\nparts:\n- chapters:\n"
        "  - file: chapters/02_beta\n    sections:\n    - file: chapters/01_alpha\n"
        "- chapters:\n  - url: https://example.org\n"
    )
    assert contents(book.project) == ("chapters/index", "chapters/02_beta", "chapters/01_alpha")
    assert [path.stem for path in chapter_files(book.project)] == ["02_beta", "01_alpha"]


def test_refuses_an_entry_without_a_file(book) -> None:
    book.listed.append("01_alfa")
    book._write_contents()
    with pytest.raises(BuildError, match=r"_toc.yml: .*'chapters/01_alfa'.*'chapters/01_alpha'"):
        chapter_files(book.project)


def test_refuses_two_chapters_of_one_name(book) -> None:
    (book.root / "chapters" / "more").mkdir()
    (book.root / "chapters" / "more" / "01_alpha.ipynb").write_text("{}")
    book.listed.append("more/01_alpha")
    book._write_contents()
    with pytest.raises(BuildError, match="two chapters '01_alpha'"):
        chapter_files(book.project)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a: [1\n", r"_config.yml, line \d: this is not valid YAML"),
        (b"- a\n", "must hold keys with values"),
        (b"", "must hold keys with values"),
        (b"title: \xff\n", "save it as UTF-8"),
    ],
)
def test_refuses_settings_that_it_cannot_read(book, content, words) -> None:
    path = book.root / "_config.yml"
    path.write_bytes(content)
    with pytest.raises(BuildError, match=words):
        read_settings(path)
    path.unlink()
    with pytest.raises(BuildError, match=r"_config.yml is missing"):
        read_settings(path)


def test_finds_trials_by_name_and_by_path(book, tiny_trial: Path) -> None:
    assert trial_folder(book.project, "tiny") == book.root / "data" / "tiny"
    assert trial_folder(book.project, str(tiny_trial)) == tiny_trial
    assert trial_folder(book.project, str(tiny_trial / "trial.yml")) == tiny_trial
    assert trial_folder(book.project, tiny_trial.name, base=tiny_trial.parent).name == "tiny"
    assert trial_folder(book.project, f"./{tiny_trial.name}", base=tiny_trial.parent) == tiny_trial
    with pytest.raises(ParameterError, match="Did you mean 'tiny'"):
        trial_folder(book.project, "tinny")
    with pytest.raises(ParameterError, match="There is no trial named ''"):
        trial_folder(book.project, "")


def test_is_told_where_everything_is(tmp_path: Path) -> None:
    project = Project.at(tmp_path)
    assert project.build == tmp_path / "_build"
    assert project.editions == tmp_path / "chapters" / "editions"
