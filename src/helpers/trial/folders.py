"""Find the folder of a trial by its path or by its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from helpers.errors import SpecificationError, unknown_name
from helpers.trial.reading import SPECIFICATION_FILE


def find_trial(trial: str | Path) -> Path:
    """Return the folder of a trial.

    Parameters
    ----------
    trial
        A folder that holds ``trial.yml``, or a name: the folder ``data/<name>`` is then looked for
        upward from the working directory, and after that upward from this package.

    Raises
    ------
    SpecificationError
        When no such folder is found; the nearest name is offered.
    """
    given = Path(trial)
    if (given / SPECIFICATION_FILE).is_file():
        return given.resolve()
    if given.name == SPECIFICATION_FILE and given.is_file():
        return given.resolve().parent
    shelves = list(_data_folders())
    if len(given.parts) == 1:
        for shelf in shelves:
            if (shelf / given / SPECIFICATION_FILE).is_file():
                return shelf / given
        raise SpecificationError(
            unknown_name("trial", str(trial), trial_names())
            + " A path to a folder that holds trial.yml is accepted too."
        )
    if given.is_file():
        raise SpecificationError(
            f"{str(trial)!r} is a file: name the folder of a trial, which holds "
            f"{SPECIFICATION_FILE}. To make a trial of a CSV file, use 'trialbook new'."
        )
    if not given.is_dir():
        raise SpecificationError(
            f"There is no folder {str(trial)!r}: name the folder of a trial, or one of these "
            f"trials: {', '.join(trial_names()) or 'none'}."
        )
    misnamed = sorted(path.name for path in given.glob("trial.y*ml*"))
    if misnamed:
        raise SpecificationError(
            f"The folder {str(trial)!r} holds no {SPECIFICATION_FILE}, but {misnamed[0]!r}: rename "
            f"that to {SPECIFICATION_FILE}."
        )
    raise SpecificationError(
        f"The folder {str(trial)!r} holds no {SPECIFICATION_FILE}. "
        "Name the folder of a trial, or one of these trials: "
        f"{', '.join(trial_names()) or 'none'}."
    )


def trial_names() -> tuple[str, ...]:
    """Return the names of the trials that can be found from here, in alphabetical order."""
    found = {
        described.parent.name
        for shelf in _data_folders()
        for described in shelf.glob(f"*/{SPECIFICATION_FILE}")
    }
    return tuple(sorted(found))


def _data_folders() -> Iterator[Path]:
    """Yield every folder ``data`` above the working directory, then above this package."""
    for start in (Path.cwd(), Path(__file__).resolve().parent):
        for folder in (start, *start.parents):
            if (folder / "data").is_dir():
                yield folder / "data"
