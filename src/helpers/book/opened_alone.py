"""Make the kernel of a chapter that was opened alone ready to run it.

The first cell of a downloaded chapter (:mod:`helpers.book.downloads`) fetches the book's commit and
then calls what stands here. Only the standard library is imported, because nothing else can
be relied upon yet.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from importlib import invalidate_caches
from importlib.metadata import distributions, version
from pathlib import Path

from helpers.errors import ExecutionError

LOCK = "requirements.lock"

NEEDED = {
    "formulaic": "formulaic",
    "great-tables": "great_tables",
    "matplotlib": "matplotlib",
    "numpy": "numpy",
    "pandas": "pandas",
    "pandera": "pandera",
    "pydantic": "pydantic",
    "pyyaml": "yaml",
    "scipy": "scipy",
    "seaborn": "seaborn",
    "statsmodels": "statsmodels",
}
"""What chapters import, by the name of its package; the rest of the lock compiles books.

That rest would replace the notebook server's own parts (ipykernel, tornado), which a hosted
notebook may not survive.
"""

_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*==[^\s;\\]+)(\s*;[^\\\n]*)?", re.MULTILINE)


def install(book: Path) -> None:
    """Install the package of a checkout, and what its chapters need, into this kernel.

    Parameters
    ----------
    book
        The checkout. The versions are those of its lock.

    Raises
    ------
    ExecutionError
        When pip fails; or when another version of a package is loaded already, which only a new
        session forgets.
    """
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder) / "pins.txt"
        pins.write_text(locked_versions(book), encoding="utf-8")
        _pip("--constraint", str(pins), *NEEDED)
    if not any(each.name == "trialbook" for each in distributions(path=[str(book / "src")])):
        _pip("--no-deps", "--editable", str(book))
    invalidate_caches()
    other = [
        name for name, module in NEEDED.items() if _loaded(module) not in (None, version(name))
    ]
    if other:
        raise ExecutionError(
            f"Everything is installed, but this session has already loaded other versions of "
            f"{', '.join(other)}: restart it (in Colab: Runtime, Restart session) and run all the "
            "cells again, this one too."
        )


def locked_versions(book: Path) -> str:
    """Return the lock's versions as constraints for pip.

    They have no hashes: pip would then ask for one of the checkout too, which has none.
    """
    lock = (book / LOCK).read_text(encoding="utf-8")
    return "".join(f"{pin}{marker.rstrip()}\n" for pin, marker in _PIN.findall(lock))


def _pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if "ERROR" in line or "No module" in line]
        raise ExecutionError(
            "What the chapter needs could not be installed: "
            f"{said[-1] if said else done.stderr.strip()[-300:]}. Run the cell again when the "
            "connection is there, or open the chapter in a copy of the book."
        )


def _loaded(module: str) -> str | None:
    """Return the version of a module that this kernel has loaded, if it has."""
    return getattr(sys.modules.get(module), "__version__", None)
