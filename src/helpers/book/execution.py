"""Run chapters with papermill: on copies, in parallel, each in a kernel of its own.

Chapters run in threads of this process, because each already has a process of its own, its kernel.
Measured for eight small chapters on two cores: one after the other 37 s, two worker processes
24 s, two threads 19 s, two threads that kill each kernel instead of asking it to leave 14 s.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import papermill
from joblib import Parallel, delayed

from helpers.book import children
from helpers.book.chapters import read_notebook
from helpers.book.failures import reason, stopped_at, unfinished
from helpers.book.kernels import KERNEL, kernel_class, kernel_environment
from helpers.book.planning import PlannedChapter, results_parameter
from helpers.book.replacing import write_file
from helpers.book.tidying import notebook_text, tidied

OTHER_RESULTS = "results_of_other_chapters.json"


@dataclass(frozen=True, eq=False)
class Task:
    """One chapter to run.

    Parameters
    ----------
    edition
        Name of its edition, for messages; empty for a chapter that is run by itself.
    planned
        The chapter and its values.
    scratch
        An empty folder of its own; the kernel works in it.
    failed
        Where the notebook is kept when the chapter fails.
    results
        Content of the file with the other chapters' results, for a chapter that asks for it.
    """

    edition: str
    planned: PlannedChapter
    scratch: Path
    failed: Path
    results: str | None = None

    @property
    def label(self) -> str:
        """The chapter and its edition, for messages."""
        name = self.planned.name
        return f"{name} of the edition {self.edition}" if self.edition else name


@dataclass(frozen=True)
class Executed:
    """What became of a chapter: the text of its notebook, or the sentence that says why not."""

    task: Task
    seconds: float
    notebook: str | None = None
    failure: str | None = None


def run_chapters(
    tasks: Sequence[Task], *, jobs: int, timeout: float, finished: Callable[[Executed], None]
) -> list[Executed]:
    """Run chapters in parallel; a failure of one does not stop the others.

    Parameters
    ----------
    tasks
        The chapters, in the order in which they should start.
    jobs
        How many run at the same time.
    timeout
        Seconds that one cell may take.
    finished
        Called with each chapter as it ends.

    Returns
    -------
    list of Executed
        In the order of the tasks.
    """
    logging.getLogger("papermill").setLevel(logging.CRITICAL + 1)
    results: dict[int, Executed] = {}
    parallel = Parallel(n_jobs=jobs, prefer="threads", return_as="generator_unordered")
    with children.none_left(), warnings.catch_warnings():
        # joblib warns when it is broken off, which is then what the user wanted.
        warnings.filterwarnings("ignore", message=".*have been cancelled", category=UserWarning)
        running = parallel(
            delayed(_numbered)(at, task, timeout, jobs > 1) for at, task in enumerate(tasks)
        )
        with contextlib.closing(running):
            for at, executed in running:
                results[at] = executed
                finished(executed)
    return [results[at] for at in sorted(results)]


def run_chapter(task: Task, *, timeout: float, single_threaded: bool) -> Executed:
    """Run one chapter on a copy of its notebook."""
    start = time.monotonic()
    staged, output = task.scratch / "source.ipynb", task.scratch / "executed.ipynb"
    try:
        _execute(task, staged, output, timeout=timeout, single_threaded=single_threaded)
        shown = task.planned.name
        executed = read_notebook(output, shown=shown)
        problem = unfinished(executed)
        if problem is None:
            text = notebook_text(tidied(executed, read_notebook(staged, shown=shown)))
            return Executed(task, time.monotonic() - start, notebook=text)
    # Whatever a library raises here is about this chapter and must not stop the others.
    except Exception as error:
        place = stopped_at(output)
        why = reason(error, timeout=timeout)
        problem = f"{place}: {why}" if place else f"its start: {why}"
    kept = _keep(output, task.failed)
    failure = f"Chapter {task.label} stopped at {problem}{kept}"
    return Executed(task, time.monotonic() - start, failure=failure)


def _numbered(at: int, task: Task, timeout: float, single_threaded: bool) -> tuple[int, Executed]:
    return at, run_chapter(task, timeout=timeout, single_threaded=single_threaded)


def _execute(
    task: Task, staged: Path, output: Path, *, timeout: float, single_threaded: bool
) -> None:
    work, private = task.scratch / "work", task.scratch / "ipython"
    for folder in (work, private):
        folder.mkdir(parents=True)
    shutil.copyfile(task.planned.chapter.path, staged)
    values = dict(task.planned.values)
    wanted = results_parameter(task.planned.chapter)
    if wanted is not None and task.results is not None:
        (work / OTHER_RESULTS).write_text(task.results, encoding="utf-8")
        values[wanted.name] = OTHER_RESULTS
    papermill.execute_notebook(
        staged,
        output,
        parameters=values,
        kernel_name=KERNEL,
        language="python",
        progress_bar=False,
        execution_timeout=timeout,
        # papermill's own cwd option changes the directory of the whole process, threads included.
        resources={"metadata": {"path": str(work)}},
        kernel_manager_class=kernel_class(
            kernel_environment(private=private, single_threaded=single_threaded)
        ),
        shutdown_kernel="immediate",
        record_timing=False,
    )


def _keep(output: Path, place: Path) -> str:
    """Keep the notebook of a failed chapter and say where."""
    try:
        write_file(place, output.read_bytes())
    except OSError:
        return " (its notebook could not be kept.)"
    return f" Its notebook is kept in {place}."
