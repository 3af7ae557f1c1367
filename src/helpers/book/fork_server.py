"""A process that has loaded everything a chapter needs, and turns copies of itself into kernels.

Run as ``python -P -m helpers.book.fork_server``. Starting a kernel costs the loading of numpy,
pandas, statsmodels and the rest, every time; a fork of a process that has loaded them costs
milliseconds, and is as private as a process of its own: memory is copied when it is written to.

It reads one JSON object to a line from its standard input and writes one to a line to its standard
output:

=======================================================  ====================================
it reads ``{"start": 1, "argv": [], "env": {}, ...}``  it says ``{"started": 1, "pid": 2}``
a kernel ends                                            it says ``{"ended": 1, "code": 0}``
the input ends                                           it kills every kernel and ends
=======================================================  ====================================

It has no second thread, because a lock that another thread holds would stay locked in a fork.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import selectors
import signal
import sys
from typing import Any, NoReturn

LIBRARIES = (
    "numpy",
    "pandas",
    "scipy.stats",
    "statsmodels.api",
    "statsmodels.formula.api",
    "seaborn",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "helpers.trial.loading",
    "helpers.book.results",
)
FLOORS = ("helpers.analysis", "helpers.show")
"""Packages of the helpers that chapters call; every module of them is loaded."""


def preload() -> None:
    """Load what chapters need; what cannot be loaded is left to the chapter's own words."""
    for name in (*LIBRARIES, *(each for floor in FLOORS for each in _modules(floor))):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    # What is loaded stays shared between the forks: the collector does not touch it any more.
    gc.collect()
    gc.freeze()


def _modules(package: str) -> list[str]:
    with contextlib.suppress(Exception):
        folder = importlib.import_module(package).__path__
        return [f"{package}.{module.name}" for module in pkgutil.iter_modules(folder)]
    return []


class ForkServer:
    """Starts kernels on request and reports their ends."""

    def __init__(self, requests: int, replies: int) -> None:
        self._requests = requests
        self._replies = replies
        self._kernels: dict[int, int] = {}
        self._unread = b""
        # A signal writes into the pipe, which wakes the loop below.
        self._woken, self._wake = os.pipe()
        for end in (self._woken, self._wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Serve until the input ends."""
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._requests, selectors.EVENT_READ)
            waiting.register(self._woken, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in waiting.select()}
                if self._woken in ready:
                    with contextlib.suppress(BlockingIOError):
                        os.read(self._woken, 4096)
                    self._report_ended()
                if self._requests in ready and not self._read_requests():
                    break
        self._kill_all()

    def _read_requests(self) -> bool:
        """Serve what can be read; False at the end of the input."""
        read = os.read(self._requests, 1 << 16)
        *lines, self._unread = (self._unread + read).split(b"\n")
        for line in lines:
            self._start(json.loads(line))
        return bool(read)

    def _start(self, request: dict[str, Any]) -> None:
        ready, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._become_kernel(request, ready=ready, tell=tell)
        os.close(tell)
        # Until the kernel leads a group of its own it cannot be killed as one.
        os.read(ready, 1)
        os.close(ready)
        self._kernels[pid] = request["start"]
        self._reply({"started": request["start"], "pid": pid})

    def _become_kernel(self, request: dict[str, Any], *, ready: int, tell: int) -> NoReturn:
        code = 1
        try:
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.close(ready)
            os.write(tell, b"!")
            for end in (tell, self._woken, self._wake):
                os.close(end)
            nowhere = os.open(os.devnull, os.O_RDWR)
            os.dup2(nowhere, self._requests)
            os.dup2(2, self._replies)
            os.close(nowhere)
            os.environ.clear()
            os.environ.update(request["env"])
            os.chdir(request["cwd"])
            run_kernel(request["argv"])
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            # It goes to the terminal, as what a kernel of its own would have said does.
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(code)

    def _report_ended(self) -> None:
        while self._kernels:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            number = self._kernels.pop(pid, None)
            if number is not None:
                self._reply({"ended": number, "code": os.waitstatus_to_exitcode(status)})

    def _reply(self, said: dict[str, Any]) -> None:
        line = json.dumps(said).encode() + b"\n"
        # Nobody listens any more: the end of the input follows.
        with contextlib.suppress(BrokenPipeError):
            while line:
                line = line[os.write(self._replies, line) :]

    def _kill_all(self) -> None:
        for pid in self._kernels:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)


def run_kernel(argv: list[str]) -> None:
    """Run a kernel in this process until it is told to end.

    Parameters
    ----------
    argv
        Its arguments, ``["-f", connection file]``.
    """
    from ipykernel.kernelapp import IPKernelApp

    kernel = IPKernelApp.instance()
    # A kernel of its own connects matplotlib to the notebook when pyplot is loaded; here pyplot was
    # loaded before there was a notebook, and figures would be lost without a word.
    kernel.initialize(
        [*argv, "--IPKernelApp.matplotlib=inline", f"--IPKernelApp.parent_handle={os.getppid()}"]
    )
    kernel.start()


def main() -> None:
    """Load, and serve."""
    # Chapters' figures go into the notebook, whatever the machine's own choice is.
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    # What a library prints while it is loaded must not be taken for a reply.
    replies = os.dup(1)
    os.dup2(2, 1)
    preload()
    ForkServer(0, replies).serve()


if __name__ == "__main__":
    main()
