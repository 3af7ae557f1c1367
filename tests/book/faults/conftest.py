"""Commands in processes of their own, a book whose chapters wait at a gate, and its last output."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

COMMON = 'trial: str = "tiny"  # trial [trial]\nedition: str = "none"  # edition [text]\n'
LEVEL = "level: float = 0.95  # confidence level [0.5 to 0.999]\n"

ESTIMATE = """from helpers.show.records import Record, publish
parts = {"estimate": -level, "lower": -level - 1, "upper": 1 - level}
publish([Record(f"primary.difference.{part}", at, f"{at:.2f}") for part, at in parts.items()])"""

# Who is closed out writes its process and waits; nobody is where there is no gate.
WAIT = """import os, pathlib, time
gate = pathlib.Path(os.environ.get("GATE", "/nowhere"))
name = "{name}" if "{name}" else f"level-{{level}}"
while gate.is_dir() and not (gate / f"open-{{name}}").exists():
    (gate / f"{{name}}.partial").write_text(str(os.getpid()))
    (gate / f"{{name}}.partial").replace(gate / name)
    time.sleep(0.05)"""

# The command, one of whose functions waits at the gate if WAIT_IN names it. Pages are compiled only
# where the pages matter: everything around is the same without.
PROGRAM = """import importlib, os, pathlib, sys, time
from helpers.book.commands import main
def page(source, *, scratch, name, page_steps=()):
    (scratch / "html").mkdir(parents=True)
    (scratch / "html" / "index.html").write_text("a page of " + name, encoding="utf-8")
    return scratch / "html"
if "COMPILES" not in os.environ and {"build", "compare"} & set(sys.argv[1:2]):
    importlib.import_module("helpers.book.making").compile_book = page
def wait(*arguments, **options):
    (pathlib.Path(os.environ["GATE"]) / "function").write_text(str(os.getpid()))
    time.sleep(600)
if "WAIT_IN" in os.environ:
    module, name = os.environ["WAIT_IN"].split(":")
    setattr(importlib.import_module(module), name, wait)
main()"""

LAST = "the last good one"

COMMANDS: dict[str, tuple[str, ...]] = {
    "build": ("build", "--edition", "first"),
    "build of a trial": ("build", "--trial", "tiny"),
    "sweep": ("sweep", "1", "--grid", "level=0.8,0.9", "--jobs", "1"),
    "compare": ("compare", "first", "second"),
    "run": ("run", "1", "-p", "level=0.9"),
}
"""Every command that runs chapters; the first chapter is closed out at level 0.9 only."""

OUTPUTS = {
    "build": ("first/html/index.html", "first/results.json", "first/notebooks/01_alpha.ipynb"),
    "build of a trial": ("tiny/html/index.html", "tiny/results.json", "tiny/notebooks/a.ipynb"),
    "sweep": tuple(
        f"sweeps/01_alpha-level/{name}"
        for name in ("index.html", "results.csv", "notebooks/cell-001.ipynb", ".lock")
    ),
    "compare": ("compare/first-second/index.html", "compare/first-second/comparison.csv"),
    "run": ("runs/01_alpha.ipynb",),
}


@dataclass
class Gate:
    """A folder in which chapters say that they wait, and in which they are let through."""

    folder: Path

    def open(self, name: str) -> None:
        (self.folder / f"open-{name}").touch()

    def pid(self, name: str) -> int:
        """Wait until somebody waits at the gate, and return the process of its kernel."""
        wait_for((self.folder / name).is_file)
        return int((self.folder / name).read_text())


@dataclass
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str

    def sentence(self) -> str:
        """Return the error, which must be one line for every failure and never a traceback."""
        assert "Traceback" not in self.out + self.err
        assert self.err.endswith("\n")
        assert self.err.count("\n") == 1, self.err
        return self.err.strip()

    def ran(self) -> list[str]:
        """Return the chapters and cells that ran to their end."""
        return [line.split(" took ")[0] for line in self.out.splitlines() if " took " in line]


@dataclass
class Bench:
    """A book to be spoilt, and the commands that are started in it."""

    book: Any
    gate: Gate
    started: list[subprocess.Popen] = field(default_factory=list)
    prefix: tuple[str, ...] = ()
    """What stands before the command, such as a program that takes rights away."""
    compiles: bool = False
    """Whether Jupyter Book compiles the pages, which takes ten seconds; else there is one word."""

    @property
    def root(self) -> Path:
        return self.book.root

    @property
    def build(self) -> Path:
        return self.root / "_build"

    def start(self, *arguments: str, closed: bool = False, **more: str) -> subprocess.Popen:
        """Start a command; ``closed`` sends its chapters to the gate."""
        environment = {**os.environ, **more}
        if self.compiles:
            environment["COMPILES"] = "yes"
        if closed:
            environment["GATE"] = str(self.gate.folder)
        process = subprocess.Popen(
            [*self.prefix, sys.executable, "-c", PROGRAM, *arguments],
            cwd=self.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            # The group stands for all that a terminal sends Ctrl-C to.
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def end(self, process: subprocess.Popen, seconds: float = 120) -> Ended:
        out, err = process.communicate(timeout=seconds)
        return Ended(process.returncode, out, err)

    def run(self, *arguments: str, closed: bool = False, **more: str) -> Ended:
        return self.end(self.start(*arguments, closed=closed, **more))

    def leave_last(self, command: str) -> None:
        """Put what an earlier run of a command would have left in its place."""
        for name in OUTPUTS[command]:
            path = self.build / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(LAST)

    def last_is_whole(self, command: str) -> bool:
        """Say whether what the earlier run has left is untouched, and nothing is beside it."""
        paths = [self.build / name for name in OUTPUTS[command] if not name.endswith(".lock")]
        folders = {path.parent for path in paths}
        beside = {
            each
            for folder in folders
            for each in folder.iterdir()
            if each.is_file() and not each.name.startswith(".") and ".failed." not in each.name
        }
        return all(path.read_text() == LAST for path in paths) and beside == set(paths)

    def left_half_done(self) -> list[str]:
        """Return what a run should not have left."""
        return sorted(
            str(path.relative_to(self.root))
            for path in self.root.rglob("*")
            if path.name == ".staging"
            or path.name.endswith(".partial")
            or (path.parent.name == ".replaced" and any(path.iterdir()))
        )


def fill(book: Any) -> None:
    """Write two chapters, of which the first waits at the gate at level 0.9, and two editions."""
    wait = WAIT.format(name="")
    book.chapter(
        "01_alpha", f"if level == 0.9:\n    {wait.replace(chr(10), chr(10) + '    ')}", ESTIMATE
    )
    book.chapter("02_beta", "1 + 1", parameters=COMMON)
    book.edition("first", "parameters:\n  shared: {level: 0.9}\n")
    book.edition("second", "parameters:\n  shared: {level: 0.8}\n")


@pytest.fixture
def bench(make_book: Callable[..., Any], tmp_path: Path) -> Iterator[Bench]:
    """A book in which nothing has run yet; whatever is still running at the end is killed."""
    book = make_book("a book")
    fill(book)
    (tmp_path / "gate").mkdir()
    made = Bench(book, Gate(tmp_path / "gate"))
    yield made
    for process in made.started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def commands() -> dict[str, tuple[str, ...]]:
    """The commands that run chapters."""
    return COMMANDS


@pytest.fixture
def unprivileged() -> tuple[str, ...]:
    """Return what to put before a command so that the rights of files hold for it."""
    if os.geteuid() != 0:
        return ()
    found = shutil.which("setpriv")
    if found is None:
        pytest.skip("root may write everywhere: run this test as another user, or install setpriv")
    rights = "-dac_override,-dac_read_search"
    return (found, f"--bounding-set={rights}", f"--inh-caps={rights}")


@pytest.fixture
def alive() -> Callable[[int], bool]:
    """Say whether a process runs; one that has ended and waits to be noticed does not."""

    def found(pid: int) -> bool:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        return state != "Z"

    return found


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until something is so."""
    return wait_for


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
