"""What pages that stand by themselves share with the book: its style and its notices."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from helpers.book.project import Project
from helpers.show.provenance import code_sha256

_STYLE = "_static/book.css"
_NOTICES = {
    True: "SYNTHETIC COHORT: every patient here was made by a computer; none is a real person.",
    False: "REAL PATIENTS: these data come from people who took part in the trial.",
}
_BOTH = (
    "REAL PATIENTS AND A SYNTHETIC COHORT: some of these numbers come from people who took part in "
    "a trial, others from patients made by a computer; each is labelled."
)


def book_style(project: Project) -> str:
    """Return the book's own style sheet; empty when it has none."""
    path = project.chapters / _STYLE
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def notice(synthetic: Iterable[bool]) -> str:
    """Return the words above a page that shows these kinds of data."""
    kinds = set(synthetic)
    return _BOTH if len(kinds) > 1 else _NOTICES[kinds.pop()]


def made_by() -> str:
    """Say which code made a page; no time and no path, so that equal pages have equal bytes."""
    try:
        own = f"trialbook {version('trialbook')}"
    except PackageNotFoundError:
        own = "trialbook"
    code = code_sha256()[:12]
    return f"Made by {own} (helpers {code}) with Python {platform.python_version()}."
