"""Find the folder of a trial by its path or by its name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
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
    raise SpecificationError(why_no_trial(str(trial), given, trial_names()))


def why_no_trial(asked: str, folder: Path, names: Collection[str]) -> str:
    """Say why what was asked for is no trial, and what would be.

    Parameters
    ----------
    asked
        A name or a path, as it was written.
    folder
        Where the trial would lie, were it a path.
    names
        The trials that can be named.
    """
    known = ", ".join(names) or "none"
    if asked and folder.is_file():
        return (
            f"{asked!r} is a file: name the folder of a trial, which holds {SPECIFICATION_FILE}. "
            "To make a trial of a CSV file, use 'trialbook new'."
        )
    if asked and folder.is_dir():
        if (folder / SPECIFICATION_FILE).is_dir():
            return (
                f"In the folder {asked!r}, {SPECIFICATION_FILE!r} is itself a folder, where the "
                "file that describes the trial is expected: rename or delete it."
            )
        misnamed = sorted(path.name for path in folder.glob("trial.y*ml*"))
        if misnamed:
            return (
                f"The folder {asked!r} holds no {SPECIFICATION_FILE}, but {misnamed[0]!r}: rename "
                f"that to {SPECIFICATION_FILE}."
            )
        return (
            f"The folder {asked!r} holds no {SPECIFICATION_FILE}. "
            f"Name the folder of a trial, or one of these trials: {known}."
        )
    if len(Path(asked).parts) <= 1:
        return (
            unknown_name("trial", asked, names)
            + f" A path to a folder that holds {SPECIFICATION_FILE} is accepted too."
        )
    return (
        f"There is no folder {asked!r}: name the folder of a trial, or one of these trials: "
        f"{known}."
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
