"""Processes that the build has started, so that none outlives it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from helpers.errors import BuildError

PATIENCE = 20.0
"""Seconds that threads get to notice that their processes are gone; they need one or two."""

_ENDING = (signal.SIGINT, signal.SIGTERM)
_lock = threading.Lock()
_waiting = threading.Condition()
_threads = 0
_running: set[subprocess.Popen] = set()
_stopping = threading.Event()


def remember(process: subprocess.Popen) -> None:
    """Take charge of a process; it is killed at once when the build is already being stopped."""
    with _lock:
        _running.add(process)
    if _stopping.is_set():
        _kill_all()


def forget(process: subprocess.Popen | None) -> None:
    """Drop a process that has ended."""
    with _lock:
        _running.discard(process)  # type: ignore[arg-type]


def stopping() -> bool:
    """Say whether the build is being stopped, so that nothing more should start."""
    return _stopping.is_set()


def stop() -> None:
    """Say that the build is being stopped."""
    _stopping.set()


@contextlib.contextmanager
def none_left() -> Iterator[None]:
    """Kill every remembered process when the block is left, for whatever reason.

    The block is left only when the threads that looked after the processes have ended too, so that
    none of them writes into a folder that is being tidied up.
    """
    _stopping.clear()
    try:
        yield
    finally:
        stop()
        with _undisturbed():
            _kill_all()
            with _waiting:
                _waiting.wait_for(lambda: _threads == 0, timeout=PATIENCE)


@contextlib.contextmanager
def waited_for() -> Iterator[None]:
    """Let :func:`none_left` wait for this thread, which looks after a process."""
    global _threads
    with _waiting:
        _threads += 1
    try:
        yield
    finally:
        with _waiting:
            _threads -= 1
            _waiting.notify_all()


def run(command: Sequence[str], *, cwd: Path, env: dict[str, str]) -> tuple[int, str]:
    """Run a program to its end and return its exit code and everything it said.

    Raises
    ------
    BuildError
        When the build is being stopped.
    """
    if stopping():
        raise BuildError("The build is being stopped.")
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        # Ctrl-C in the terminal is for the build, which then ends this program quietly.
        start_new_session=True,
    ) as process:
        remember(process)
        try:
            said, _ = process.communicate()
        finally:
            forget(process)
    return process.returncode, said


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let nobody who presses Ctrl-C twice break off the tidying up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _kill_all() -> None:
    with _lock:
        processes = list(_running)
        _running.clear()
    for process in processes:
        if process.poll() is None:
            _kill(process)
            process.wait()


def _kill(process: subprocess.Popen) -> None:
    """Kill a process and those it has started in turn; each leads a group of its own."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
