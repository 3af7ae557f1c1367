from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from helpers.book.content_date import ContentDate, content_date
from helpers.book.project import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "index.md").write_text("# Title\n", encoding="utf-8")
    return Project.at(tmp_path)


def commit(project: Project, day: str) -> None:
    settings = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Change"]):
        subprocess.run(
            ["git", "-C", str(project.root), *settings, *words],
            check=True,
            env={"GIT_COMMITTER_DATE": f"{day}T12:00:00Z", "PATH": "/usr/bin:/bin"},
        )


def test_it_is_the_day_of_the_last_commit_that_changed_the_content(project: Project) -> None:
    commit(project, "2026-03-04")
    (project.root / "README.md").write_text("No page says this.\n", encoding="utf-8")
    commit(project, "2026-05-06")
    found = content_date(project)
    assert found == ContentDate(date(2026, 3, 4))
    assert str(found) == "4 March 2026"


def test_it_says_when_the_content_has_changed_since(project: Project) -> None:
    commit(project, "2026-03-04")
    (project.chapters / "index.md").write_text("# Another title\n", encoding="utf-8")
    assert str(content_date(project)) == "4 March 2026, with changes that are not committed"


def test_a_trial_that_git_ignores_is_a_change(project: Project) -> None:
    (project.root / ".gitignore").write_text("data/*\n", encoding="utf-8")
    (project.root / "data" / "my_trial").mkdir(parents=True)
    commit(project, "2026-03-04")
    assert content_date(project) == ContentDate(date(2026, 3, 4))
    (project.root / "data" / "my_trial" / "trial.yml").write_text("id: my_trial\n")
    assert content_date(project).changed_since


def test_the_date_of_a_reproducible_build_comes_first(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert content_date(project) == ContentDate(date(2023, 11, 14))


def test_without_a_repository_a_book_has_no_date(project: Project) -> None:
    found = content_date(project)
    assert found.day is None
    assert str(found) == "undated"
