"""Make a synthetic cohort again, or prove that the committed one is what the code makes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from helpers.analysis.calibration_target import list_maker, primary_estimates
from helpers.book.project import Project, trial_folder
from helpers.errors import DataError
from helpers.trial.synthesis.storing import read_calibration, read_settings
from helpers.trial.synthesis.writing import cohort_files, recalibrate, write_cohort


def make_cohort(project: Project, name: str, *, output: Path | None) -> list[Path]:
    """Write the tables of a trial's synthetic cohort and return the files written.

    Parameters
    ----------
    project
        The book.
    name
        The trial: a name in the data folder, or the path of a folder.
    output
        Where to write; the trial's folder when None.
    """
    return write_cohort(trial_folder(project, name), output=output)


def recalibrate_cohort(
    project: Project, name: str, *, output: Path | None, report: Callable[[str], None]
) -> list[Path]:
    """Search the constants of a cohort again, write it and return the files written.

    Parameters
    ----------
    project, name, output
        As in :func:`make_cohort`.
    report
        Called with a line after each step of the search.
    """
    return recalibrate(
        trial_folder(project, name),
        analyse=primary_estimates,
        list_maker=list_maker,
        output=output,
        progress=report,
    )


def compare_cohort(project: Project, name: str) -> int:
    """Make a cohort in memory, compare it with the files on disk and return their number.

    Raises
    ------
    DataError
        When a file is missing or differs in a single byte.
    """
    folder = trial_folder(project, name)
    made = cohort_files(read_settings(folder), read_calibration(folder))
    differing = [
        file
        for file, content in made.items()
        if not (folder / file).is_file() or (folder / file).read_bytes() != content
    ]
    if differing:
        raise DataError(
            f"{', '.join(differing)} in {project.shown(folder)} is not what the code makes: run "
            f"'trialbook synthesise {name}', or put the files back."
        )
    return len(made)
