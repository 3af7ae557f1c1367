"""Kernels for chapters: this interpreter, a private set-up, and none left behind.

papermill starts the kernel that a kernel specification named ``python3`` describes, and the user
may have another of that name. Chapters must run with the interpreter that runs the build.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import default

from helpers.book import children
from helpers.book.forked import Forks, kernel_words, repeatable_environment
from helpers.errors import ExecutionError

KERNEL = "python3"


class OwnKernelSpecs(KernelSpecManager):
    """Knows one kernel under every name: the interpreter that runs the build."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the kernel of this interpreter."""
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
            metadata={"supported_encryption": "curve"},
        )


class ForkProvisioner(LocalProvisioner):
    """Takes the process of a kernel from a fork server; everything else is as with its own."""

    forks: Forks

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        """Fork a kernel: the arguments after ``-m ipykernel_launcher`` are the kernel's own."""
        folder = Path(options.get("cwd") or Path.cwd())
        kernel = self.forks.start(cmd[3:], environment=options["env"], folder=folder)
        self.process = kernel  # type: ignore[assignment]  # it is used as a Popen is
        self.pid = self.pgid = kernel.pid
        self.cwd = folder
        return self.connection_info


class BookKernelManager(AsyncKernelManager):
    """Starts a kernel for a chapter, in its environment, and sees that it ends with the build."""

    environment: Mapping[str, str] = {}
    forks: Forks | None = None

    @default("kernel_spec_manager")
    def _own_kernel(self) -> KernelSpecManager:
        return OwnKernelSpecs()

    @default("transport_encryption")
    def _encrypted_where_possible(self) -> str:
        return "auto" if zmq.has("curve") else "disabled"

    async def _async_start_kernel(self, **options: Any) -> None:
        if children.stopping():
            raise ExecutionError("The build is being stopped.")
        if self.forks is not None and self.provisioner is None:
            self.provisioner = ForkProvisioner(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )
            self.provisioner.forks = self.forks
        words = {"stdout": kernel_words(), "stderr": kernel_words()}
        await super()._async_start_kernel(**{"env": dict(self.environment), **words, **options})
        self.process = self.provisioner.process  # type: ignore[union-attr]
        children.remember(self.process)

    start_kernel = _async_start_kernel

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        children.forget(getattr(self, "process", None))

    cleanup_resources = _async_cleanup_resources


def kernel_class(
    environment: Mapping[str, str], *, forks: Forks | None = None
) -> type[BookKernelManager]:
    """Return the class of the kernels of one chapter; nbclient takes a class, not an object.

    Parameters
    ----------
    environment
        The whole environment of the kernel.
    forks
        The server that forks it; None for a process that begins from nothing.
    """
    members = {"environment": environment, "forks": forks}
    return type("ChapterKernelManager", (BookKernelManager,), members)


def kernel_environment(*, private: Path, single_threaded: bool) -> dict[str, str]:
    """Return the environment of a chapter's kernel.

    Parameters
    ----------
    private
        A scratch folder: IPython keeps its profile and Jupyter its connection file there, so that
        the user's own start-up files have no say in the book.
    single_threaded
        Whether linear algebra keeps to one thread, because several chapters run at once.
    """
    return {
        **repeatable_environment(single_threaded=single_threaded),
        "IPYTHONDIR": str(private),
    }
