"""Versions and content hashes of what computed a chapter; no time, no path, no machine."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import helpers
from helpers.show.records import NOT_AVAILABLE

PACKAGES = (
    "trialbook",
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "matplotlib",
    "seaborn",
    "papermill",
    "jupyter-book",
)


def package_versions() -> dict[str, str]:
    """Return the version of every package that shaped a result or its picture."""
    return {name: _version(name) for name in PACKAGES}


def python_version() -> str:
    """Return the version of Python, for example ``"3.11.9"``."""
    return platform.python_version()


@cache
def code_sha256() -> str:
    """Return one hash of the names and contents of the package's source files.

    It changes when the code does and not when anything else is committed, so that chapters that
    were executed before and after a commit agree.
    """
    root = Path(helpers.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py"), key=lambda path: path.relative_to(root).as_posix()):
        # Line ends follow the checkout; the code is the same.
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return NOT_AVAILABLE
