"""Executed notebooks kept from one build to the next, one for each chapter of each edition."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from helpers.book.replacing import write_file

KEPT = ".executed"


def keep_notebook(
    build: Path, edition: str, chapter: str, *, fingerprint: str, notebook: str
) -> None:
    """Keep an executed notebook, with the fingerprint of everything that it was made from."""
    folder = build / KEPT / edition
    about = {"fingerprint": fingerprint, "notebook": _sha256(notebook)}
    write_file(folder / f"{chapter}.ipynb", notebook)
    write_file(folder / f"{chapter}.json", json.dumps(about) + "\n")


def kept_notebook(build: Path, edition: str, chapter: str, *, fingerprint: str) -> str | None:
    """Return the kept notebook made from the same things; None when there is none, or not whole."""
    folder = build / KEPT / edition
    try:
        about = json.loads((folder / f"{chapter}.json").read_text(encoding="utf-8"))
        notebook = (folder / f"{chapter}.ipynb").read_bytes().decode()
    except (OSError, ValueError):
        return None
    same = about == {"fingerprint": fingerprint, "notebook": _sha256(notebook)}
    return notebook if same else None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
