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
from collections.abc import Callable, Collection, Generator, Sequence
from pathlib import Path
from typing import Any

import papermill
from joblib import Parallel, delayed

from helpers.book import children, clusters, parcels
from helpers.book.chapters import read_notebook
from helpers.book.engine import ENGINE, Held
from helpers.book.failures import (
    OWN_ERRORS,
    data_are_unreadable,
    did_not_start,
    reason,
    stopped_at,
    unfinished,
)
from helpers.book.forked import Forks, can_fork
from helpers.book.kernels import (
    KERNEL,
    BookKernelManager,
    kernel_class,
    kernel_environment,
)
from helpers.book.planning import results_parameter
from helpers.book.replacing import write_file
from helpers.book.system_errors import FULL, no_space_left
from helpers.book.tasks import Executed, Task
from helpers.book.tidying import notebook_text, tidied
from helpers.book.trial_books import within_reach
from helpers.book.withholding import people_of, without_rows

OTHER_RESULTS = "results_of_other_chapters.json"


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
    # Failures are told in a sentence; asyncio has more to say of a cell that was broken off.
    for name in ("papermill", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
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
        try:
            for at, executed in stack.enter_context(contextlib.closing(running)):
                results[at] = executed
                finished(executed)
        except BaseException:
            children.stop()
            raise
    return [results[at] for at in sorted(results)]


def _here(
    tasks: Sequence[Task], jobs: int, timeout: float, stack: contextlib.ExitStack
) -> Generator[tuple[int, Executed], None, None]:
    """Run chapters in threads of this process, each of which waits for a kernel."""
    forks = stack.enter_context(Forks()) if len(tasks) > 1 and can_fork() else None
    parallel = Parallel(n_jobs=jobs, prefer="threads", return_as="generator_unordered")
    unreadable: set[Path] = set()
    for at, executed in parallel(
        delayed(_numbered)(at, task, timeout, jobs > 1, forks, unreadable)
        for at, task in enumerate(tasks)
    ):
        if executed.unreadable:
            unreadable.add(executed.task.planned.trial)
        yield at, executed


def _on_cluster(
    tasks: Sequence[Task], scheduler: str, timeout: float, stack: contextlib.ExitStack
) -> Generator[tuple[int, Executed], None, None]:
    """Run chapters on the workers of a cluster."""
    stack.enter_context(clusters.connected(scheduler))
    parallel = Parallel(n_jobs=-1, return_as="generator_unordered")
    try:
        for at, returned in parallel(
            delayed(parcels.run_parcel)(at, parcels.pack(task), timeout)
            for at, task in enumerate(tasks)
        ):
            executed, kept = parcels.unpack(returned, tasks[at])
            if kept is not None:
                write_file(tasks[at].failed, kept)
            yield at, executed
    except Exception as error:
        raise clusters.lost_workers(error) or error from None


def run_chapter(
    task: Task, *, timeout: float, single_threaded: bool, forks: Forks | None = None
) -> Executed:
    """Run one chapter on a copy of its notebook."""
    start, why, data = time.monotonic(), "", False
    staged, held = task.scratch / "source.ipynb", Held()
    people = people_of(task.planned.trial)

    def shown() -> dict[str, Any] | None:
        notebook = held.notebook()
        if notebook is None or people is None:
            return notebook
        return without_rows(notebook, OWN_ERRORS, people)

    try:
        environment = kernel_environment(
            private=task.scratch / "ipython", single_threaded=single_threaded
        )
        manager = kernel_class(environment, forks=forks)
        try:
            _execute(task, staged, held, timeout=timeout, manager=manager)
        except RuntimeError as error:
            if not did_not_start(error) or children.stopping():
                raise
            # Most often another process had taken its ports meanwhile: once more, with new ones.
            shutil.rmtree(task.scratch)
            _execute(task, staged, held, timeout=timeout, manager=manager)
        executed = shown()
        assert executed is not None  # papermill has returned, so the engine has held it
        problem = unfinished(executed, people=people)
        if problem is None:
            original = read_notebook(staged, shown=task.planned.name)
            text = notebook_text(tidied(executed, original))
            return Executed(task, time.monotonic() - start, notebook=text)
    # Whatever a library raises here is about this chapter and must not stop the others.
    except Exception as error:
        data = data_are_unreadable(error)
        executed = shown()
        place = stopped_at(executed) if executed else ""
        full = no_space_left(task.scratch)
        why = f"{FULL}." if full else reason(error, timeout=timeout, people=people)
        problem = f"{place}: {why}" if place else f"its start: {why}"
    # The cells of a build that is being stopped did not fail.
    kept = "" if children.stopping() else _keep(executed, task.failed)
    return Executed(
        task,
        time.monotonic() - start,
        failure=f"Chapter {task.label} stopped at {problem}{kept}",
        unreadable=why if data else "",
    )


def _numbered(
    at: int,
    task: Task,
    timeout: float,
    single_threaded: bool,
    forks: Forks | None,
    unreadable: Collection[Path],
) -> tuple[int, Executed]:
    """Run a chapter, unless another has found that the data of its trial cannot be read."""
    if task.planned.trial in unreadable:
        failure = f"Chapter {task.label} was not begun: the data of its trial cannot be read."
        return at, Executed(task, 0.0, failure=failure, begun=False)
    with children.waited_for():
        return at, run_chapter(task, timeout=timeout, single_threaded=single_threaded, forks=forks)


def _execute(
    task: Task, staged: Path, held: Held, *, timeout: float, manager: type[BookKernelManager]
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
        # papermill fills in parameters between the braces of a path.
        str(staged).replace("{", "{{").replace("}", "}}"),
        None,
        parameters=values,
        engine_name=ENGINE,
        held=held,
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


def _keep(notebook: dict[str, Any] | None, place: Path) -> str:
    """Keep the notebook of a failed chapter and say where."""
    if notebook is None:
        return ""
    try:
        write_file(place, notebook_text(notebook))
    except OSError:
        return " (its notebook could not be kept.)"
    return f" Its notebook is kept in {place}."
