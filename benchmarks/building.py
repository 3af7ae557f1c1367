"""Time to execute an edition of the book beside its peers, in one run on the same chapters.

    python benchmarks/building.py [--edition impact] [--repeats 3]

Every way runs the same chapters with the same parameters and makes the same figures and tables:

plain
    One Python process: the code of the chapters, one after the other, in an IPython shell without
    a kernel. It is what the work itself costs, and no peer: it isolates nothing and keeps nothing.
trialbook
    The book's own way: papermill, every chapter in a kernel of its own forked from a process that
    has loaded the libraries, as many at a time as there are processors.
papermill
    papermill's command line, one chapter after the other.
jupyter-book
    ``jupyter-book build``, which executes the notebooks by itself and compiles them.
rebuild
    ``trialbook build`` in a temporary copy: the whole book, then with nothing changed, then with
    one chapter's parameter changed (see ``rebuilding.py``).

Times are of a warm machine: every way runs once before it is measured, and a rebuild with nothing
changed follows a build. Times are medians of the repeats; the whole book and the one with a change
are built once. The ratio is to the plain process. The project's goals stand at the end, each beside
what was measured; one that was not measured is left out.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from building_table import building_goals, rebuilds_text, times_text
from goals import goals_text
from rebuilding import Rebuilds, measure_rebuilds

from helpers.book.chapters import read_chapters
from helpers.book.execution import Task, run_chapters
from helpers.book.planning import PlannedChapter, plan_editions
from helpers.book.project import Project

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent

PLAIN = """
import json, os, sys
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
from IPython.core.interactiveshell import InteractiveShell
work = json.load(open(sys.argv[1]))
for chapter in work:
    os.chdir(chapter["folder"])
    shell = InteractiveShell()
    shell.push(chapter["values"])
    for code in chapter["cells"]:
        done = shell.run_cell(code)
        done.raise_error()
"""


def planned(project: Project, edition: str) -> tuple[PlannedChapter, ...]:
    """Return the chapters of an edition that do not wait for the others."""
    (plan,) = plan_editions(project, [edition], {})
    return tuple(each for each in plan.chapters if not each.chapter.after_all)


def plain(chapters: tuple[PlannedChapter, ...], scratch: Path) -> None:
    """Run the code of every chapter in one process."""
    import json

    import nbformat

    work = []
    for each in chapters:
        notebook = nbformat.read(each.chapter.path, as_version=4)
        cells = [
            cell.source
            for cell in notebook.cells
            if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", [])
        ]
        folder = scratch / each.name
        folder.mkdir(parents=True)
        work.append({"folder": str(folder), "values": dict(each.values), "cells": cells})
    listed = scratch / "work.json"
    listed.write_text(json.dumps(work), encoding="utf-8")
    call([sys.executable, "-c", PLAIN, str(listed)])


def trialbook(chapters: tuple[PlannedChapter, ...], scratch: Path) -> None:
    """Run the chapters as ``trialbook build`` does, in a process of its own."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import building; "
        "building.own_way(sys.argv[2], sys.argv[3])"
    )
    call([sys.executable, "-c", program, str(ROOT / "benchmarks"), EDITION, str(scratch)])


def own_way(edition: str, scratch: str) -> None:
    """Run the chapters of an edition by the book's own means."""
    tasks = [
        Task(edition, each, Path(scratch) / each.name, Path(scratch) / f"{each.name}.failed.ipynb")
        for each in planned(Project.at(ROOT), edition)
    ]
    done = run_chapters(tasks, jobs=os.cpu_count() or 1, timeout=600, finished=lambda _: None)
    for each in done:
        if each.failure:
            sys.exit(each.failure)


def papermill(chapters: tuple[PlannedChapter, ...], scratch: Path) -> None:
    """Run every chapter by papermill's command line."""
    for each in chapters:
        folder = scratch / each.name
        folder.mkdir(parents=True)
        given = [
            word for name, value in each.values.items() for word in ("-p", name, str(value) or "")
        ]
        command = [str(BIN / "papermill"), str(each.chapter.path), str(folder / "out.ipynb")]
        call([*command, *given, "--cwd", str(folder), "--no-progress-bar", "-k", "python3"])


def jupyter_book(chapters: tuple[PlannedChapter, ...], scratch: Path) -> None:
    """Let jupyter-book execute and compile the chapters by itself."""
    import nbformat
    import yaml

    source = scratch / "source"
    (source / "chapters").mkdir(parents=True)
    names = []
    for each in chapters:
        notebook = nbformat.read(each.chapter.path, as_version=4)
        for cell in notebook.cells:
            if "parameters" in cell.metadata.get("tags", []):
                cell.source = "\n".join(f"{n} = {v!r}" for n, v in each.values.items())
        nbformat.write(notebook, source / "chapters" / each.chapter.path.name)
        names.append(f"chapters/{each.name}")
    contents = {"format": "jb-book", "root": names[0], "chapters": [{"file": n} for n in names[1:]]}
    settings = {
        "title": "benchmark",
        "execute": {"execute_notebooks": "force", "timeout": 600},
        "parse": {"myst_enable_extensions": ["substitution", "deflist", "dollarmath", "amsmath"]},
        "bibtex_bibfiles": ["references.bib"],
    }
    shutil.copyfile(ROOT / "chapters" / "references.bib", source / "references.bib")
    (source / "_toc.yml").write_text(yaml.safe_dump(contents), encoding="utf-8")
    (source / "_config.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    call([str(BIN / "jupyter-book"), "build", str(source), "--path-output", str(scratch / "out")])


def call(command: list[str]) -> None:
    """Run a program; its words are shown only when it fails."""
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path}
    )
    if done.returncode:
        sys.exit(f"{' '.join(command[:3])} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


WAYS: dict[str, Callable[[tuple[PlannedChapter, ...], Path], None]] = {
    "plain": plain,
    "trialbook": trialbook,
    "papermill": papermill,
    "jupyter-book": jupyter_book,
}
REBUILD = "rebuild"
EDITION = "impact"


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of repeats: give 1 or more")
    return int(text)


def main() -> None:
    """Print the tables and the goals."""
    global EDITION
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--edition", default=EDITION)
    parser.add_argument("--repeats", type=_at_least_one, default=3)
    known = [*WAYS, REBUILD]
    parser.add_argument("--ways", nargs="+", choices=known, default=known)
    options = parser.parse_args()
    EDITION = options.edition
    project = Project.at(ROOT)
    chapters = planned(project, EDITION)
    times: dict[str, list[float]] = {way: [] for way in options.ways if way != REBUILD}
    # The ways take turns, so that a busy minute of the machine meets all of them.
    for turn in range(options.repeats + 1):
        for way in times:
            with tempfile.TemporaryDirectory() as folder:
                start = time.perf_counter()
                WAYS[way](chapters, Path(folder))
                if turn:
                    times[way].append(time.perf_counter() - start)
    rebuilds: Rebuilds | None = None
    if REBUILD in options.ways:
        rebuilds = measure_rebuilds(EDITION, options.repeats)
    print(
        f"{len(chapters)} of {len(read_chapters(project))} chapters of the edition {EDITION}; "
        f"Python {platform.python_version()}, {os.cpu_count()} processors, "
        f"load {os.getloadavg()[0]:.1f}, OPENBLAS_CORETYPE "
        f"{os.environ.get('OPENBLAS_CORETYPE', 'not set')}\n"
    )
    if times:
        print(times_text(times) + "\n")
    if rebuilds is not None:
        print(rebuilds_text(rebuilds) + "\n")
    readers = {chapter.name for chapter in read_chapters(project) if chapter.stage > 0}
    print(goals_text(building_goals(times, rebuilds, readers=readers)))


if __name__ == "__main__":
    main()
