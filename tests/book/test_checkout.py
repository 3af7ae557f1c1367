"""What git says, and that asking changes nothing."""

from __future__ import annotations

import subprocess

import pytest

from helpers.book.checkout import ask_git


def test_git_answers_and_writes_nothing(book) -> None:
    subprocess.run(["git", "init", "-q", str(book.root)], check=True)
    before = sorted((book.root / ".git").rglob("*"))
    done = ask_git(book.project, "status", "--porcelain")
    assert done is not None
    assert done.returncode == 0
    assert "_toc.yml" in done.stdout
    assert sorted((book.root / ".git").rglob("*")) == before
    failed = ask_git(book.project, "log", "-1")
    assert failed is not None
    assert failed.returncode != 0


def test_without_git_there_is_no_answer(book, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ask_git(book.project, "status") is None
