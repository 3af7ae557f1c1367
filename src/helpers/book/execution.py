"""Run chapters with papermill: on copies, in parallel, each in a kernel of its own.

Chapters run in threads of this process, because each already has a process of its own, its kernel.
Several chapters have their kernels forked from one process that has loaded the libraries
(:mod:`helpers.book.fork_server`), where the system can; a single one begins from nothing, because
that process would load more than it needs.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import time
import warnings
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import papermill
from joblib import Parallel, delayed

from helpers.book import children, clusters
from helpers.book.chapters import read_notebook
from helpers.book.engine import ENGINE
from helpers.book.failures import OWN_ERRORS, reason, stopped_at, unfinished
from helpers.book.forked import Forks, can_fork
from helpers.book.kernels import (
    KERNEL,
    BookKernelManager,
    kernel_class,
    kernel_environment,
)
from helpers.book.planning import PlannedChapter, results_parameter
from helpers.book.replacing import write_file
from helpers.book.tidying import notebook_text, tidied
from helpers.book.trial_books import within_reach
from helpers.book.withholding import is_private, without_rows
from helpers.errors import BuildError

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
    tasks: Sequence[Task],
    *,
    jobs: int,
    timeout: float,
    finished: Callable[[Executed], None],
    scheduler: str | None = None,
) -> list[Executed]:
    """Run chapters in parallel; a failure of one does not stop the others.

    Parameters
    ----------
    tasks
        The chapters, in the order in which they should start.
    jobs
        How many run at the same time, on this machine.
    timeout
        Seconds that one cell may take.
    finished
        Called with each chapter as it ends.
    scheduler
        Address of a Dask scheduler whose workers run the chapters; None for this machine.

    Returns
    -------
    list of Executed
        In the order of the tasks.

    Raises
    ------
    ParameterError, ExecutionError
        When the cluster cannot be used, see :mod:`helpers.book.clusters`.
    """
    logging.getLogger("papermill").setLevel(logging.CRITICAL + 1)
    if not tasks:
        return []
    results: dict[int, Executed] = {}
    with contextlib.ExitStack() as stack:
        stack.enter_context(children.none_left())
        stack.enter_context(warnings.catch_warnings())
        # joblib warns when it is broken off, which is then what the user wanted.
        warnings.filterwarnings("ignore", message=".*have been cancelled", category=UserWarning)
        if scheduler is None:
            running = _here(tasks, jobs, timeout, stack)
        else:
            running = _on_cluster(tasks, scheduler, timeout, stack)
        for at, executed in stack.enter_context(contextlib.closing(running)):
            results[at] = executed
            finished(executed)
    return [results[at] for at in sorted(results)]


def _here(
    tasks: Sequence[Task], jobs: int, timeout: float, stack: contextlib.ExitStack
) -> Generator[tuple[int, Executed], None, None]:
    """Run chapters in threads of this process, each of which waits for a kernel."""
    forks = stack.enter_context(Forks()) if len(tasks) > 1 and can_fork() else None
    parallel = Parallel(n_jobs=jobs, prefer="threads", return_as="generator_unordered")
    yield from parallel(
        delayed(_numbered)(at, task, timeout, jobs > 1, forks) for at, task in enumerate(tasks)
    )


def _on_cluster(
    tasks: Sequence[Task], scheduler: str, timeout: float, stack: contextlib.ExitStack
) -> Generator[tuple[int, Executed], None, None]:
    """Run chapters on the workers of a cluster."""
    stack.enter_context(clusters.connected(scheduler))
    parallel = Parallel(n_jobs=-1, return_as="generator_unordered")
    try:
        for at, returned in parallel(
            delayed(clusters.run_parcel)(at, clusters.pack(task), timeout)
            for at, task in enumerate(tasks)
        ):
            executed, kept = clusters.unpack(returned, tasks[at])
            if kept is not None:
                write_file(tasks[at].failed, kept)
            yield at, executed
    except Exception as error:
        raise clusters.lost_workers(error) or error from None


def run_chapter(
    task: Task, *, timeout: float, single_threaded: bool, forks: Forks | None = None
) -> Executed:
    """Run one chapter on a copy of its notebook."""
    start = time.monotonic()
    staged, output = task.scratch / "source.ipynb", task.scratch / "executed.ipynb"
    private = is_private(task.planned.trial)
    try:
        environment = kernel_environment(
            private=task.scratch / "ipython", single_threaded=single_threaded
        )
        manager = kernel_class(environment, forks=forks)
        _execute(task, staged, output, timeout=timeout, manager=manager)
        shown = task.planned.name
        executed = read_notebook(output, shown=shown)
        if private:
            executed = without_rows(executed, OWN_ERRORS)
        problem = unfinished(executed, private=private)
        if problem is None:
            text = notebook_text(tidied(executed, read_notebook(staged, shown=shown)))
            if private:
                output.unlink(missing_ok=True)
            return Executed(task, time.monotonic() - start, notebook=text)
    # Whatever a library raises here is about this chapter and must not stop the others.
    except Exception as error:
        place = stopped_at(output)
        why = reason(error, timeout=timeout, private=private)
        problem = f"{place}: {why}" if place else f"its start: {why}"
    kept = _keep(output, task.failed, private=private)
    if private:
        # What papermill wrote while it ran holds what the chapter printed.
        output.unlink(missing_ok=True)
    failure = f"Chapter {task.label} stopped at {problem}{kept}"
    return Executed(task, time.monotonic() - start, failure=failure)


def _numbered(
    at: int, task: Task, timeout: float, single_threaded: bool, forks: Forks | None
) -> tuple[int, Executed]:
    return at, run_chapter(task, timeout=timeout, single_threaded=single_threaded, forks=forks)


def _execute(
    task: Task, staged: Path, output: Path, *, timeout: float, manager: type[BookKernelManager]
) -> None:
    work, private = task.scratch / "work", task.scratch / "ipython"
    for folder in (work, private):
        folder.mkdir(parents=True)
    within_reach(task.planned, task.scratch)
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
        engine_name=ENGINE,
        kernel_name=KERNEL,
        language="python",
        progress_bar=False,
        execution_timeout=timeout,
        # papermill's own cwd option changes the directory of the whole process, threads included.
        resources={"metadata": {"path": str(work)}},
        kernel_manager_class=manager,
        shutdown_kernel="immediate",
        record_timing=False,
    )


def _keep(output: Path, place: Path, *, private: bool) -> str:
    """Keep the notebook of a failed chapter and say where."""
    try:
        if private:
            notebook = read_notebook(output, shown=output.name)
            write_file(place, notebook_text(without_rows(notebook, OWN_ERRORS)))
        else:
            write_file(place, output.read_bytes())
    except (BuildError, OSError):
        return " (its notebook could not be kept.)"
    return f" Its notebook is kept in {place}."
