"""Fixtures that the tests of every floor share."""

from __future__ import annotations

import dataclasses
import gc
import importlib.util
import os
import re
import shutil
import signal
from collections.abc import Callable, Generator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from helpers.trial.loading import Trial

# Several threads on matrices this small only wait for each other: nine times slower on two busy
# cores. OpenBLAS reads this when numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A busy machine must not fail a test of what is true, only of how fast it is found. In continuous
# integration the examples are the same every time, so that a failure is the change's own.
settings.register_profile("unhurried", deadline=None)
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable" if os.environ.get("TRIALBOOK_CI") else "unhurried")

ROOT = Path(__file__).parents[1]
TRIAL_FOLDERS = Path(__file__).parent / "trial" / "folders"
RERUN = ROOT / "chapters" / "rerun.md"


def _copied(name: str, target: Path) -> Path:
    return Path(shutil.copytree(TRIAL_FOLDERS / name, target / name))


@pytest.fixture(scope="session")
def copy_sources() -> Callable[[Path], Path]:
    """Return what copies all that a book is made from, without the helpers, to a new folder."""
    folders = ("chapters", "data", "benchmarks", "tests/references")
    files = (
        *("_config.yml", "_toc.yml", "genindex.md", "pyproject.toml", "requirements.lock"),
        *("CHANGELOG.md", "CITATION.cff", "README.md", "LICENSE"),
    )

    def copy(target: Path) -> Path:
        junk = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        for name in folders:
            shutil.copytree(ROOT / name, target / name, ignore=junk)
        for name in files:
            shutil.copy(ROOT / name, target / name)
        return target

    return copy


@pytest.fixture
def tiny_trial(tmp_path: Path) -> Path:
    """A fresh copy of an invented synthetic trial: two arms, three visits, every table."""
    return _copied("tiny", tmp_path)


@pytest.fixture
def tiny_real_trial(tmp_path: Path) -> Path:
    """A fresh copy of an invented trial that counts as real.

    It has three arms, one visit after baseline, names that are not ASCII, and neither a screening
    log nor sessions nor adverse events.
    """
    return _copied("tiny_real", tmp_path)


@pytest.fixture(scope="session")
def few_at_the_end() -> Callable[[Trial], Trial]:
    """What leaves only three who walk with a score at the last visit of the tiny trial."""

    def cut(trial: Trial) -> Trial:
        walking = trial.participants.loc[trial.participants["arm"] == "walking", "participant"]
        gone = trial.outcomes["participant"].isin(list(walking)[3:])
        gone &= trial.outcomes["visit"] == "week8"
        return dataclasses.replace(trial, outcomes=trial.outcomes[~gone])

    return cut


@pytest.fixture(scope="session")
def marked() -> ModuleType:
    """What writes a trial with a marker in every field, and finds the markers again."""
    spec = importlib.util.spec_from_file_location("marked", TRIAL_FOLDERS / "marked.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def rerun_blocks() -> list[tuple[str, str]]:
    """What the page "Your own trial" runs and edits: blocks of ``console`` and ``diff``, in order.

    A command stands on one line, its output on those below or in the next block.
    """
    blocks = re.compile(r"^```(console|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [
        (kind, content.replace("\\\n", " "))
        for kind, content in blocks.findall(RERUN.read_text(encoding="utf-8"))
    ]


@pytest.fixture(scope="session")
def edit() -> Callable[[Path, str], None]:
    """Replace each line that a block of the page takes away by the one that it puts there."""

    def replace(path: Path, changes: str) -> None:
        lines = path.read_text(encoding="utf-8").split("\n")
        rows = changes.rstrip("\n").split("\n")
        for old, added in zip(rows[::2], rows[1::2], strict=True):
            assert (old[0], added[0]) == ("-", "+")
            lines[lines.index(old[1:])] = added[1:]
        path.write_text("\n".join(lines), encoding="utf-8")

    return replace


def pytest_configure() -> None:
    """Let what tests start hear the signals that tests send it.

    Started by nohup, or in the background of a shell, this process ignores them, and so would every
    program that it starts. A signal that has a handler here has its usual effect there.
    """
    for name, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", lambda *_: None)):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, handler)


def pytest_collection_finish() -> None:
    """Take what has been imported out of the garbage collector's rounds.

    statsmodels asks for a round at every adjustment of P values, and each would look at the
    millions of objects that all the collected modules have brought.
    """
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count a skipped test as failed in continuous integration, which installs what tests need.

    Rights cannot be installed: a test that is marked so may be skipped anywhere.
    """
    report = yield
    needed = report.skipped and item.get_closest_marker("rights") is None
    if needed and os.environ.get("TRIALBOOK_CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped where nothing may be missing: {report.longrepr}"
    return report
