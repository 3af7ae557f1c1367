"""A chapter that travels to another machine, is run in the book there and comes back.

It travels as its source, its values and the hashes of everything that it is made from, and comes
back as a notebook, which is the same, byte for byte, as one that ran here. Where it arrives it
works as it would here, in the build folder of a book: the one in whose folder the worker was
started, or else the one around the helpers. It is run only when that book's helpers, trial, other
files and packages have the same hashes, because what it finds there is kept here under the
fingerprint of what lies here. No row of a trial travels: what must not be quoted of a private trial
is read where the chapter runs.
"""

from __future__ import annotations

import platform
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.book.changes import what_changed
from helpers.book.fingerprints import Fingerprints
from helpers.book.project import SPECIFICATION, Project, find_project
from helpers.errors import TrialBookError

if TYPE_CHECKING:
    from helpers.book.planning import PlannedChapter
    from helpers.book.tasks import Executed, Task

WORK = ".workers"
"""Folder in the build folder of a worker's book, in which its chapters work."""


@dataclass(frozen=True)
class Parcel:
    """A chapter as it travels.

    Parameters
    ----------
    task
        The chapter; its paths are those of the machine that sends it.
    source
        What its file holds.
    trial
        Where its trial lies, from the root of the book, or a whole path when it lies outside it.
    """

    task: Task
    source: bytes
    trial: str


@dataclass(frozen=True)
class Returned:
    """A chapter as it comes back; ``kept`` is the notebook of one that failed."""

    executed: Executed
    kept: bytes | None


def pack(task: Task) -> Parcel:
    """Make a chapter ready to travel."""
    planned = task.planned
    return Parcel(task, planned.chapter.path.read_bytes(), _place(planned))


def run_parcel(at: int, parcel: Parcel, timeout: float) -> tuple[int, Returned]:
    """Run a chapter where it has arrived, in a folder that is gone afterwards.

    Parameters
    ----------
    at
        Its number, which comes back with it.
    parcel
        The chapter.
    timeout
        Seconds that one cell may take.
    """
    try:
        project = find_project(Path.cwd())
        work = project.build / WORK
        work.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix="chapter-", dir=work, ignore_cleanup_errors=True
        ) as folder:
            return at, _run(parcel, project, Path(folder), timeout)
    except (OSError, TrialBookError) as error:
        return at, _refused(parcel.task, f"{_worker()} could not begin ({error})")


def unpack(returned: Returned, task: Task) -> tuple[Executed, bytes | None]:
    """Return what became of a task as if it had run here, and the notebook to keep of a failure."""
    executed = returned.executed
    failure = executed.failure
    if failure is not None:
        there = str(executed.task.failed)
        failure = failure.replace(there, str(task.failed))
    return replace(executed, task=task, failure=failure), returned.kept


def _place(planned: PlannedChapter) -> str:
    """Return where a trial lies, so that it is found in a book at another place."""
    root = find_project(planned.chapter.path.parent).root
    if not planned.elsewhere:
        # By its name, because the data folder itself may be a link.
        return f"data/{planned.trial.name}"
    if planned.trial.is_relative_to(root):
        return planned.trial.relative_to(root).as_posix()
    return str(planned.trial)


def _run(parcel: Parcel, project: Project, here: Path, timeout: float) -> Returned:
    from helpers.book.execution import run_chapter

    trial = (project.root / parcel.trial).resolve()
    if not (trial / SPECIFICATION).is_file():
        return _refused(parcel.task, f"{_worker()} has no trial in {project.root / parcel.trial}")
    planned = parcel.task.planned
    source = here / f"{planned.name}.ipynb"
    source.write_bytes(parcel.source)
    planned = replace(planned, chapter=replace(planned.chapter, path=source), trial=trial)
    task = replace(
        parcel.task, planned=planned, scratch=here / "scratch", failed=here / "failed.ipynb"
    )
    found = Fingerprints(project)
    others = tuple(what_changed(parcel.task.made_from, found.ingredients(planned, trial)))
    if others:
        return _refused(parcel.task, _differs(project, others))
    executed = run_chapter(task, timeout=timeout, single_threaded=True)
    if changed := found.changes(planned, trial):
        return _refused(parcel.task, _differs(project, changed))
    return Returned(executed, task.failed.read_bytes() if task.failed.is_file() else None)


def _differs(project: Project, others: tuple[str, ...]) -> str:
    return (
        f"something that it is made from is not the same for {_worker()} in {project.root} "
        f"({'; '.join(others)})"
    )


def _worker() -> str:
    return f"the Dask worker on {platform.node()}"


def _refused(task: Task, why: str) -> Returned:
    """Return a chapter that was not run, or whose numbers must not be used."""
    from helpers.book.tasks import Executed

    failure = (
        f"Chapter {task.label} has no result, because {why}: give every machine the same version "
        "of the book, the same data and the packages of requirements.lock, start the workers again "
        "in the book's folder, and repeat the command."
    )
    return Returned(Executed(task, 0.0, failure=failure), None)
