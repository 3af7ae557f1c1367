"""Chapters on the machines of a Dask cluster, through joblib like everything else.

Each chapter travels as a parcel (:mod:`helpers.book.parcels`). The workers must have the same
helpers, and are asked before anything runs. When a worker is lost, Dask gives its chapters to
another one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from helpers.book.fingerprints import Fingerprints
from helpers.book.project import Project
from helpers.errors import ExecutionError, ParameterError

PATIENCE = 15.0
"""Seconds until a scheduler must have answered."""


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
        with parallel_config(backend=_backend(client)):
            yield client


def _backend(client: Any) -> Any:
    """Return joblib's backend for a cluster, which also sends chapters to a single worker."""
    from joblib._dask import DaskDistributedBackend

    class AlsoOneWorker(DaskDistributedBackend):
        def effective_n_jobs(self, n_jobs: int) -> int:
            # joblib runs here, and not there, what can only run one after the other. A second
            # chapter waits at the scheduler.
            return max(2, super().effective_n_jobs(n_jobs))

    return AlsoOneWorker(client=client)


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
