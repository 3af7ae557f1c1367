"""One build at a time: a lock that the operating system takes back when its holder dies."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from helpers.errors import BuildError

try:
    import fcntl

    def _take(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

except ImportError:
    import msvcrt

    def _take(file: IO[str]) -> None:
        # The byte lies far behind the note, so that others can still read who holds the lock.
        file.seek(4096)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        file.seek(0)


LOCK = ".lock"


@contextlib.contextmanager
def only_build(folder: Path) -> Iterator[None]:
    """Hold the lock of a build folder.

    A lock file that a killed build left behind does not matter: the lock itself died with it.

    Raises
    ------
    BuildError
        When another build holds the lock.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LOCK
    with path.open("a+", encoding="utf-8") as file:
        try:
            _take(file)
        except OSError:
            file.seek(0)
            holder = file.read().strip()
            known = f" (process {holder})" if holder else ""
            raise BuildError(
                f"Another trialbook{known} is at work in {folder}: wait until it has finished."
            ) from None
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
