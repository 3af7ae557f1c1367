"""Of which day the content of a book is: of its last change, and never of the day it was built."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime

from helpers.book.checkout import OWN_FILES, ask_git
from helpers.book.project import Project

# What a book is made from; a change beside these changes no page.
_CONTENT = ("_config.yml", "_toc.yml", "chapters", "data", "src", "requirements.lock")
_EPOCH = "SOURCE_DATE_EPOCH"


@dataclass(frozen=True)
class ContentDate:
    """The day of a book's last recorded change."""

    day: date | None
    """None when nothing tells it."""
    changed_since: bool = False
    """Whether the book holds changes that are not committed."""

    def __str__(self) -> str:
        if self.day is None:
            return "undated"
        said = f"{self.day.day} {self.day:%B %Y}"
        return f"{said}, with changes that are not committed" if self.changed_since else said


def content_date(project: Project) -> ContentDate:
    """Return the day of a book's content.

    It is that of ``SOURCE_DATE_EPOCH`` where that is set, as for all reproducible builds, and else
    that of the last commit that changed what a book is made from.
    """
    epoch = os.environ.get(_EPOCH, "")
    if epoch.isdigit():
        return ContentDate(datetime.fromtimestamp(int(epoch), UTC).date())
    there = [place for place in _CONTENT if (project.root / place).exists()]
    said = _git(project, "log", "-1", "--format=%cd", "--date=format:%Y-%m-%d", "--", *there)
    if not said:
        return ContentDate(None)
    changed = _git(project, "status", "--porcelain", "--untracked-files=all", "--", *there)
    # Git ignores trials of the reader's own, and so would that status.
    own = "data" in there and _git(project, *OWN_FILES, "data")
    return ContentDate(date.fromisoformat(said), bool(changed or own))


def _git(project: Project, *words: str) -> str:
    """Return what git says about the checkout; empty when it says nothing."""
    done = ask_git(project, *words)
    return done.stdout.strip() if done is not None and done.returncode == 0 else ""
