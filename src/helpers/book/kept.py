"""Executed notebooks kept from one build to the next, one for each chapter of each edition.

Beside each stands what it was made from, so that what has changed since can be told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helpers.book.replacing import write_file

KEPT = ".executed"


def keep_notebook(
    build: Path,
    edition: str,
    chapter: str,
    *,
    fingerprint: str,
    notebook: str,
    made_from: Mapping[str, Any] | None = None,
    seconds: float | None = None,
) -> None:
    """Keep an executed notebook.

    Parameters
    ----------
    build
        The build folder.
    edition, chapter
        Whose notebook it is.
    fingerprint
        Of everything that it was made from.
    notebook
        Its text.
    made_from
        The same things one by one (see :func:`helpers.book.fingerprints.Fingerprints.ingredients`).
    seconds
        How long the chapter took.
    """
    about = {
        "fingerprint": fingerprint,
        "notebook": _sha256(notebook),
        "made_from": dict(made_from or {}),
        "seconds": None if seconds is None else round(seconds, 1),
    }
    write_file(build / KEPT / edition / f"{chapter}.ipynb", notebook)
    _write_about(build, edition, chapter, about)


def note_what_it_is_made_from(
    build: Path, edition: str, chapter: str, made_from: Mapping[str, Any]
) -> None:
    """Bring up to date what a kept notebook was made from.

    A chapter that runs after others is not run again when they give the same results from other
    things.
    """
    about = kept_about(build, edition, chapter)
    if about and about.get("made_from") != made_from:
        _write_about(build, edition, chapter, {**about, "made_from": dict(made_from)})


def kept_notebook(build: Path, edition: str, chapter: str, *, fingerprint: str) -> str | None:
    """Return the kept notebook made from the same things; None when there is none, or not whole."""
    about = kept_about(build, edition, chapter)
    try:
        path = build / KEPT / edition / f"{chapter}.ipynb"
        notebook = path.read_bytes().decode()
    except (OSError, ValueError):
        return None
    whole = about.get("notebook") == _sha256(notebook)
    return notebook if whole and about.get("fingerprint") == fingerprint else None


def kept_about(build: Path, edition: str, chapter: str) -> dict[str, Any]:
    """Return what is known of a kept notebook; empty when there is none."""
    try:
        about = json.loads((build / KEPT / edition / f"{chapter}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return about if isinstance(about, dict) else {}


def _write_about(build: Path, edition: str, chapter: str, about: Mapping[str, Any]) -> None:
    text = json.dumps(about, sort_keys=True) + "\n"
    write_file(build / KEPT / edition / f"{chapter}.json", text)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
