"""What git says about the checkout that the book lies in."""

from __future__ import annotations

import os
import subprocess

from helpers.book.project import Project

# Asks for the files that git does not know, those that it ignores among them.
OWN_FILES = ("ls-files", "--others", "--directory", "--no-empty-directory", "--")


def ask_git(project: Project, *words: str) -> subprocess.CompletedProcess[str] | None:
    """Ask git about a checkout and change nothing in it; None when git is not installed.

    Parameters
    ----------
    project
        The book.
    words
        The command, for example ``"log", "-1"``.
    """
    try:
        return subprocess.run(
            ["git", "-C", str(project.root), *words],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            # Looking must not write: another git may be at work in the same checkout.
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except OSError:
        return None
