"""Write the folder of a new trial, whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from helpers.errors import DataError, SpecificationError


def write_scaffold(files: Mapping[str, str], folder: Path) -> None:
    """Write a new trial's folder, whole or not at all, and never over anything that exists.

    Parameters
    ----------
    files
        Text by file name.
    folder
        The folder to make; it may be there as long as it is empty.

    Raises
    ------
    SpecificationError
        When there is anything in its place.
    DataError
        When the files would not pass the check, which a sane CSV file cannot cause.
    """
    refuse_existing(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _beside(folder) as kept:
        draft = Path(kept) / folder.name
        draft.mkdir()
        for name, text in files.items():
            (draft / name).write_text(text, encoding="utf-8", newline="\n")
        _check(draft)
        refuse_existing(folder)
        try:
            draft.rename(folder)
        except OSError:
            # Somebody else has made it since the line above.
            refuse_existing(folder)
            raise


def refuse_existing(folder: Path) -> None:
    """Raise SpecificationError when a trial's folder is already there; an empty one is welcome."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise SpecificationError(
            f"{folder} exists already and was not touched: choose another name, or delete it first."
        )


def _beside(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """Return a hidden folder on the same file system, which is gone after its block."""
    try:
        return tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent)
    except OSError as error:
        # Nobody knows the hidden folder's name.
        error.filename = str(folder.parent)
        raise


def _check(draft: Path) -> None:
    # pandera takes most of a second to load: only the writing needs it.
    from helpers.trial.checking import check_trial

    report = check_trial(draft)
    if not report.valid:
        raise DataError(
            f"Nothing was written, because the trial made of this file would not be valid: "
            f"{report.problems[0]}"
        )
