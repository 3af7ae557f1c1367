from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from helpers.book import published_source as module
from helpers.book.published_source import (
    NotPublished,
    PublishedSource,
    published_source,
    repository_address,
)
from helpers.errors import BuildError

ADDRESS = "https://example.org/owner/name"


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def name_repository(book, url: str = ADDRESS) -> None:
    with (book.root / "_config.yml").open("a", encoding="utf-8") as settings:
        settings.write(f'\nrepository:\n  url: "{url}"\n')


@pytest.fixture
def checkout(book, monkeypatch: pytest.MonkeyPatch):
    """A book under version control, whose helpers are taken to be its own."""
    monkeypatch.setattr(module, "__file__", str(book.root / "src" / "helpers" / "module.py"))
    name_repository(book)
    (book.root / ".gitignore").write_text("_build/\n")
    git(book.root, "init", "--quiet")
    git(book.root, "add", "--all")
    git(book.root, "commit", "--quiet", "--message", "The book")
    return book


def why_not(book, **options) -> str:
    found = published_source(book.project, **options)
    assert isinstance(found, NotPublished)
    return found.reason


def test_without_an_address_there_is_nothing_to_say(book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # git is not even asked
    assert published_source(book.project) == NotPublished("")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("git@example.org:owner/name.git", "write it as https://"),
        ("owner/name", "write it as https://"),
        ("https://example.org", "write it as https://"),
        ("https://owner:secret@example.org/owner/name", "every reader would see"),
    ],
)
def test_an_address_is_one_from_which_everybody_can_clone(book, url: str, words: str) -> None:
    name_repository(book, url)
    with pytest.raises(BuildError, match=words) as refused:
        published_source(book.project)
    assert "secret" not in str(refused.value)


def test_a_workflow_may_name_the_repository(book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALBOOK_REPOSITORY", "https://example.org/workflow/own")
    assert repository_address(book.project) == "https://example.org/workflow/own"
    name_repository(book)  # what the book's own settings say comes first
    assert repository_address(book.project) == ADDRESS


def test_the_commit_when_it_is_all_that_is_built(checkout) -> None:
    commit = git(checkout.root, "rev-parse", "HEAD")
    (checkout.root / "_build").mkdir()
    (checkout.root / "_build" / "made").write_text("by a build")
    (checkout.root / "thoughts.txt").write_text("no part of the book")
    assert published_source(checkout.project) == PublishedSource(ADDRESS, commit)
    assert len(commit) == 40


@pytest.mark.parametrize(
    "place", ["chapters/01_alpha.ipynb", "data/tiny/trial.yml", "_toc.yml", "src/helpers/new.py"]
)
def test_what_is_not_committed_cannot_be_fetched(checkout, place: str) -> None:
    path = checkout.root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write("\n")
    assert why_not(checkout) == f"not everything is committed ({place})"


def test_a_trial_that_git_ignores_cannot_be_fetched(checkout) -> None:
    (checkout.root / ".gitignore").write_text("_build/\ndata/*\n")
    git(checkout.root, "commit", "--quiet", "--all", "--message", "Trials stay here")
    (checkout.root / "data" / "my_trial").mkdir()
    (checkout.root / "data" / "my_trial" / "trial.yml").write_text("id: my_trial\n")
    assert why_not(checkout) == "not everything is committed (data/my_trial/)"


def test_what_chapters_read_counts_too(checkout) -> None:
    (checkout.root / "references").mkdir()
    (checkout.root / "references" / "a.csv").write_text("1")
    assert isinstance(published_source(checkout.project), PublishedSource)
    (checkout.root / "data" / "more.csv").write_text("1")
    told = why_not(checkout, reads=("references",))
    assert told == "not everything is committed (data/more.csv and 1 more)"


def test_a_book_without_version_control(book) -> None:
    name_repository(book)
    assert "not a git repository" in why_not(book)


def test_a_book_inside_another_repository(checkout) -> None:
    git(checkout.root.parent, "init", "--quiet")
    (checkout.root / ".git").rename(checkout.root / "no longer git")
    git(checkout.root.parent, "add", "--all")
    git(checkout.root.parent, "commit", "--quiet", "--message", "More than the book")
    assert "not the top of its git repository" in why_not(checkout)


def test_helpers_from_elsewhere_are_not_those_of_the_commit(
    checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    assert "the helpers that run are not those of this checkout" in why_not(checkout)


def test_without_git(checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert why_not(checkout) == "git is not installed"


def test_a_repository_without_a_commit(book) -> None:
    name_repository(book)
    git(book.root, "init", "--quiet")
    assert why_not(book).startswith("git says: ")
