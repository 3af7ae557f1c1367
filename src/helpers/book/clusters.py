"""Chapters on the machines of a Dask cluster, through joblib like everything else.

A chapter travels as its source and its values, runs in a kernel on one of the workers and comes
back as a notebook, which is the same, byte for byte, as one that ran here: the workers must have
the same helpers, and are asked before anything runs. Trials are found there by name; a trial
outside the data folder must lie at the same path on every machine. When a worker is lost, Dask
gives its chapters to another one.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.book.fingerprints import Fingerprints
from helpers.book.project import Project
from helpers.errors import ExecutionError, ParameterError

if TYPE_CHECKING:
    from helpers.book.tasks import Executed, Task

PATIENCE = 15.0
"""Seconds until a scheduler must have answered."""


@dataclass(frozen=True)
class Parcel:
    """A chapter as it travels: the task, and what its files hold."""

    task: Task
    source: bytes


@dataclass(frozen=True)
class Returned:
    """A chapter as it comes back; ``kept`` is the notebook of one that failed."""

    executed: Executed
    kept: bytes | None


@contextlib.contextmanager
def connected(scheduler: str) -> Iterator[Any]:
    """Connect to a scheduler and let joblib use its workers within the block.

    Parameters
    ----------
    scheduler
        Its address, for example ``tcp://10.0.0.1:8786``.

    Raises
    ------
    ParameterError
        When dask is not installed, the address is not one, or nobody answers there.
    ExecutionError
        When there is no worker, or a worker has other helpers than this machine.
    """
    try:
        from dask.distributed import Client
    except ImportError:
        raise ParameterError(
            "--scheduler needs dask, an optional part of this book: install it with "
            "pip install 'dask[distributed]'."
        ) from None
    from joblib import parallel_config

    try:
        client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise ParameterError(
            f"--scheduler {scheduler}: no Dask scheduler answers there ({type(error).__name__}). "
            "Start one with 'dask scheduler' and give the address that it prints, as in "
            "tcp://10.0.0.1:8786."
        ) from None
    with client:
        check_workers(client, scheduler)
        with parallel_config(backend="dask", client=client):
            yield client


def pack(task: Task) -> Parcel:
    """Make a chapter ready to travel."""
    return Parcel(task, task.planned.chapter.path.read_bytes())


def run_parcel(at: int, parcel: Parcel, timeout: float) -> tuple[int, Returned]:
    """Run a chapter where it has arrived, in a folder that is gone afterwards."""
    from helpers.book.execution import run_chapter

    with tempfile.TemporaryDirectory(prefix="trialbook-") as folder:
        here = Path(folder)
        source = here / f"{parcel.task.planned.name}.ipynb"
        source.write_bytes(parcel.source)
        planned = parcel.task.planned
        task = replace(
            parcel.task,
            planned=replace(planned, chapter=replace(planned.chapter, path=source)),
            scratch=here / "scratch",
            failed=here / "failed.ipynb",
        )
        executed = run_chapter(task, timeout=timeout, single_threaded=True)
        kept = task.failed.read_bytes() if task.failed.is_file() else None
    return at, Returned(executed, kept)


def unpack(returned: Returned, task: Task) -> tuple[Executed, bytes | None]:
    """Return what became of a task as if it had run here, and the notebook to keep of a failure."""
    executed = returned.executed
    failure = executed.failure
    if failure is not None:
        there = str(executed.task.failed)
        failure = failure.replace(there, str(task.failed))
    return replace(executed, task=task, failure=failure), returned.kept


def lost_workers(error: BaseException) -> ExecutionError | None:
    """Say what it means when chapters were lost with their workers; None for another error."""
    if type(error).__name__ not in {"KilledWorker", "CancelledError", "FutureCancelledError"}:
        return None
    return ExecutionError(
        "The Dask cluster lost the workers that ran a chapter, more often than it tries again; "
        "most often they had not enough memory. What has finished is kept: start again to go on."
    )


def installed_code() -> str:
    """Return the fingerprint of the helpers that this process has."""
    return Fingerprints(Project.at(Path.cwd())).code


def check_workers(client: Any, scheduler: str) -> None:
    """Refuse a cluster without workers, and workers whose helpers are not those of this machine."""
    found: dict[str, str] = client.run(installed_code)
    if not found:
        raise ExecutionError(
            f"The Dask scheduler at {scheduler} has no worker: start one on each machine with "
            f"'dask worker {scheduler}'."
        )
    mine = installed_code()
    others: Sequence[str] = sorted(worker for worker, code in found.items() if code != mine)
    if others:
        raise ExecutionError(
            f"The helpers of {len(others)} of {len(found)} Dask workers are not those of this "
            f"machine, so their numbers could differ ({others[0]}): bring all machines to the same "
            "version of the book and start the workers again."
        )
