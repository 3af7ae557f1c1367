"""Kernels that are forked from a process which has loaded the libraries: the near side."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from helpers.book import children
from helpers.book.system_errors import DEBUG
from helpers.errors import ExecutionError

PATIENCE = 120.0
"""Seconds until a server that has not answered is given up; loading takes two or three."""
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def kernel_words() -> int | None:
    """Return where a kernel's own words go: nowhere, or to the terminal of who looks for a fault.

    What chapters print does not come this way. These are the words of a kernel that cannot start,
    or that dies: pages of traceback. The chapter's failure is told in a sentence.
    """
    return None if os.environ.get(DEBUG) == "1" else subprocess.DEVNULL


def can_fork() -> bool:
    """Say whether kernels can be forked here: on macOS and Windows libraries do not survive it."""
    return sys.platform.startswith("linux") and hasattr(os, "fork")


def repeatable_environment(*, single_threaded: bool) -> dict[str, str]:
    """Return the environment in which a process that runs chapters loads its libraries.

    Parameters
    ----------
    single_threaded
        Whether linear algebra keeps to one thread.
    """
    settings = {**os.environ, "PYTHONHASHSEED": "0", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    if single_threaded:
        settings.update(dict.fromkeys(_ONE_THREAD, "1"))
    return settings


class ForkedKernel:
    """A kernel in a fork, used as a ``subprocess.Popen`` is."""

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        self._started = threading.Event()
        self._ended = threading.Event()
        self.pid = 0
        self.returncode: int | None = None

    def wait_until_started(self, timeout: float) -> bool:
        """Wait for the fork and say whether there is one."""
        return self._started.wait(timeout) and bool(self.pid)

    def started(self, pid: int) -> None:
        """Note the process."""
        self.pid = pid
        self._started.set()

    def ended(self, code: int) -> None:
        """Note the end, also of a kernel that was never started."""
        self.returncode = code
        self._ended.set()
        self._started.set()

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return the exit code."""
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired("kernel", timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class Forks:
    """A fork server, for the time of a ``with`` block within ``children.none_left()``.

    It begins to load at once, while the caller goes on. When the block is left, it and every kernel
    that it has started are gone.
    """

    def __init__(self) -> None:
        self._kernels: dict[int, ForkedKernel] = {}
        self._number = 0
        self._lock = threading.Lock()
        self._gone = False
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "helpers.book.fork_server"],
            # It keeps to one thread: threads do not survive a fork.
            env=repeatable_environment(single_threaded=True),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=kernel_words(),
            # Ctrl-C in the terminal is for the build.
            start_new_session=True,
        )
        children.remember(self._process)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> Forks:
        return self

    def __exit__(self, *error: object) -> None:
        # At the end of its input the server kills what it has started, and ends.
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join()
        children.forget(self._process)

    def start(
        self, argv: Sequence[str], *, environment: Mapping[str, str], folder: Path
    ) -> ForkedKernel:
        """Fork a kernel.

        Parameters
        ----------
        argv
            Arguments of the kernel, ``["-f", connection file]``.
        environment
            The whole environment of the kernel. What libraries read when they are loaded, such as
            the number of threads, is the server's.
        folder
            The kernel works there.

        Raises
        ------
        ExecutionError
            When the server does not answer.
        """
        kernel = ForkedKernel()
        with self._lock:
            self._number += 1
            number = self._number
            self._kernels[number] = kernel
            request = {
                "start": number,
                "argv": list(argv),
                "env": dict(environment),
                "cwd": str(folder),
            }
            if not self._gone:
                self._send(request)
        if self._gone:
            kernel.ended(1)
        if not kernel.wait_until_started(PATIENCE):
            raise ExecutionError(
                "The process from which kernels are forked did not answer; most often there was "
                "not enough memory. Build again, with fewer jobs (--jobs 1) if it comes back."
            )
        return kernel

    def _send(self, request: Mapping[str, object]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            self._gone = True

    def _listen(self) -> None:
        """Note what the server says; when it is gone, so are its kernels."""
        assert self._process.stdout is not None
        with self._process.stdout:
            for line in self._process.stdout:
                said = json.loads(line)
                if "started" in said:
                    self._kernels[said["started"]].started(said["pid"])
                else:
                    self._kernels[said["ended"]].ended(said["code"])
        with self._lock:
            self._gone = True
            kernels = list(self._kernels.values())
        for kernel in kernels:
            if kernel.poll() is None:
                kernel.ended(-signal.SIGKILL)
