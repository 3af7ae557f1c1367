"""A book of a few tiny chapters, and stand-ins for the slow tools."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from helpers.book import execution, making, stages
from helpers.book.chapters import read_chapters
from helpers.book.editions import read_edition
from helpers.book.execution import Executed, Task
from helpers.book.fingerprints import Fingerprints
from helpers.book.planning import plan_chapter
from helpers.book.project import Project
from helpers.book.results import harvest
from helpers.book.tidying import notebook_text

TRIALS = Path(__file__).parents[1] / "trial" / "folders"

COMMON = (
    'trial: str = "tiny"  # the trial whose data are read [trial]\n'
    'edition: str = "none"  # the edition that this run belongs to [text]\n'
)
LEVEL = "level: float = 0.95  # confidence level [0.5 to 0.999]\n"
RESULTS = 'results: str = ""  # results of the other chapters [results file]\n'

FIGURE = (
    "from IPython.display import display\n"
    'svg = \'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>\'\n'
    'display({{"image/svg+xml": svg, "text/plain": "figure"}}, raw=True, metadata={{"trialbook": '
    '{{"figure": {{"name": {name!r}, "caption": {caption!r}, "alt": {alt!r}}}}}}})'
)


def record(name: str, value: str, text: str = "0.5") -> str:
    """Source of a cell that publishes a record, as chapters do through helpers.show."""
    return (
        "from helpers.show.records import Record, publish\n"
        f"publish([Record({name!r}, {value}, {text!r})])"
    )


def figure(name: str, caption: str = "A caption.", alt: str = "An alternative text.") -> str:
    """Source of a cell that displays a figure, as chapters do through helpers.show."""
    return FIGURE.format(name=name, caption=caption, alt=alt)


@dataclass
class MiniBook:
    """A small book in a folder of its own, to which a test adds what it needs."""

    root: Path
    listed: list[str] = field(default_factory=list)

    @property
    def project(self) -> Project:
        return Project.at(self.root)

    def chapter(
        self,
        name: str,
        *code: str,
        parameters: str = COMMON + LEVEL,
        prose: str = "",
        after_all: bool = False,
        after: str | None = None,
    ) -> Path:
        """Write a chapter and put it into the table of contents."""
        cells = [_markdown(f"# Title of {name}\n\n{prose}"), _code(parameters, "parameters")]
        cells += [_code(source) for source in code]
        for at, cell in enumerate(cells):
            cell["id"] = f"cell{at}"
        metadata: dict[str, object] = {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        }
        if after_all or after:
            metadata["trialbook"] = {"after": after or "all"}
        notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
        path = self.root / "chapters" / f"{name}.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")
        if name not in self.listed:
            self.listed.append(name)
            self._write_contents()
        return path

    def edition(self, name: str, more: str = "", *, trial: str = "tiny") -> Path:
        """Write an edition; ``more`` is YAML that follows its common keys."""
        path = self.root / "chapters" / "editions" / f"{name}.yml"
        path.write_text(
            f"title: The edition {name}\ntrial: {trial}\naudience: testers\n{more}",
            encoding="utf-8",
        )
        return path

    def page(self, name: str, text: str) -> None:
        """Write a page."""
        (self.root / "chapters" / f"{name}.md").write_text(text, encoding="utf-8")

    def _write_contents(self) -> None:
        contents = {
            "format": "jb-book",
            "root": "chapters/index",
            "parts": [
                {"caption": f"Part {at}", "chapters": [{"file": place(name)}]}
                for at, name in enumerate(self.listed)
            ],
        }
        (self.root / "_toc.yml").write_text(yaml.safe_dump(contents), encoding="utf-8")


def place(name: str) -> str:
    """Return a page as the table of contents names it; ``../`` leads out of the chapters."""
    return name.removeprefix("../") if name.startswith("../") else f"chapters/{name}"


def _markdown(source: str) -> dict:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str, *tags: str) -> dict:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": list(tags)},
        "outputs": [],
        "source": source,
    }


@pytest.fixture(scope="session")
def book_at() -> Callable[[Path], MiniBook]:
    """Make an empty mini book in a folder that is not there yet."""

    def make(root: Path) -> MiniBook:
        (root / "chapters" / "editions").mkdir(parents=True)
        for trial in ("tiny", "tiny_real"):
            shutil.copytree(TRIALS / trial, root / "data" / trial)
        shutil.copyfile(Path(__file__).with_name("mini_config.yml"), root / "_config.yml")
        (root / "requirements.lock").write_text("click==8.0\n", encoding="utf-8")
        book = MiniBook(root)
        book.page("index", "# The book\n\nIt has pages.\n")
        book._write_contents()
        return book

    return make


@pytest.fixture
def make_book(tmp_path: Path, book_at: Callable[[Path], MiniBook]) -> Callable[..., MiniBook]:
    """Make an empty mini book in a folder with a name of your choice."""

    def make(name: str = "book") -> MiniBook:
        return book_at(tmp_path / name)

    return make


@pytest.fixture
def book(make_book: Callable[..., MiniBook]) -> MiniBook:
    """A mini book with two chapters, a third that compares them, and two editions."""
    book = make_book()
    book.chapter("01_alpha", record("alpha.level", "level"))
    book.chapter("02_beta", record("beta.n", "298", "298"), parameters=COMMON)
    book.chapter(
        "07_gamma",
        record("gamma.rows", "len(found)", "2"),
        parameters=COMMON + RESULTS,
        after_all=True,
    )
    book.edition("first", "parameters:\n  shared: {level: 0.9}\n")
    book.edition("second", trial="tiny_real")
    return book


@dataclass
class Running:
    """A book whose chapters are run by the real papermill, as those of its edition "first"."""

    book: MiniBook

    @property
    def build(self) -> Path:
        return self.book.project.build

    def chapter(self, name: str, *code: str, results: bool = False) -> Path:
        """Write a chapter; one that asks for the results of the others runs after them."""
        parameters = COMMON + RESULTS if results else COMMON
        return self.book.chapter(name, *code, parameters=parameters, after_all=results)

    @staticmethod
    def publish(**values: str) -> str:
        """Source of a cell that publishes the values of expressions as records ``a.<name>``."""
        listed = ", ".join(f"Record('a.{name}', {source}, 'x')" for name, source in values.items())
        imports = "from helpers.show.records import Record, publish\nimport os, sys"
        return f"{imports}\npublish([{listed}])"

    @staticmethod
    def published(executed: Executed) -> dict:
        """The values that a chapter published."""
        assert executed.failure is None
        found = harvest(json.loads(executed.notebook or ""), chapter="")
        return {name: entry["value"] for name, entry in found.items()}

    def tasks(self, *, place: str = "scratch", results: str | None = None) -> list[Task]:
        """One task for each chapter of the book."""
        project = self.book.project
        chapters = read_chapters(project)
        edition = read_edition(project, "first", chapters)
        fingerprints = Fingerprints(project)
        planned = [plan_chapter(project, chapter, edition, {}) for chapter in chapters]
        return [
            Task(
                "first",
                each,
                scratch=self.build / place / each.name,
                failed=self.build / ".failed" / f"{each.name}.ipynb",
                results=results,
                made_from=fingerprints.ingredients(each, each.trial),
            )
            for each in planned
        ]

    def run(
        self,
        *,
        jobs: int = 2,
        timeout: float = 60,
        place: str = "scratch",
        results: str | None = None,
    ) -> dict[str, Executed]:
        """Run every chapter on this machine."""
        finished: list[Executed] = []
        done = execution.run_chapters(
            self.tasks(place=place, results=results),
            jobs=jobs,
            timeout=timeout,
            finished=finished.append,
        )
        assert sorted(each.task.planned.name for each in finished) == [
            each.task.planned.name for each in done
        ]
        return {each.task.planned.name: each for each in done}


@pytest.fixture
def running(make_book: Callable[..., MiniBook]) -> Running:
    """A book without chapters whose folder has spaces and letters that are not ASCII."""
    book = make_book("Étude n° 1 – ж")
    book.edition("first")
    return Running(book)


@pytest.fixture(scope="session")
def wait_for() -> Callable[..., None]:
    """Wait until something is so, and fail when it takes too long."""

    def wait(condition: Callable[[], bool], seconds: float = 40) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.05)

    return wait


@pytest.fixture(scope="session")
def alive() -> Callable[[int], bool]:
    """Say whether a process runs; one that has ended and waits to be noticed does not."""

    def runs(pid: int) -> bool:
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except ProcessLookupError:
            return False
        except FileNotFoundError:
            return not Path("/proc").is_dir()  # where there is no /proc, the signal has told
        return state != "Z"

    return runs


@dataclass
class Ran:
    """Which chapters stand-in papermill ran, and which editions stand-in Sphinx compiled."""

    chapters: list[str] = field(default_factory=list)
    compiled: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Ran:
    """Replace papermill and Jupyter Book by stand-ins that answer at once."""
    seen = Ran()

    def run_chapters(tasks, *, jobs, timeout, finished, scheduler=None):
        done = []
        for task in tasks:
            name = task.planned.name
            seen.chapters.append(f"{task.edition}/{name}")
            values = {**task.planned.values, "others": task.results}
            output = {
                "output_type": "display_data",
                "metadata": {},
                "data": {
                    "application/vnd.trialbook.record+json": {
                        "name": f"ran.{name}",
                        "value": json.dumps(values, sort_keys=True),
                        "text": "ran",
                    }
                },
            }
            cell = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [output]}
            notebook = notebook_text({"cells": [cell], "metadata": {}})
            failed = name in seen.failing
            executed = (
                Executed(task, 0.1, failure=f"Chapter {task.label} stopped.")
                if failed
                else Executed(task, 0.1, notebook=notebook)
            )
            finished(executed)
            done.append(executed)
        return done

    def compile_book(source: Path, *, scratch: Path, name: str, page_steps=()) -> Path:
        seen.compiled.append(name)
        html = scratch / "html"
        html.mkdir(parents=True)
        (html / "index.html").write_text(f"{name} {len(seen.compiled)}", encoding="utf-8")
        return html

    monkeypatch.setattr(stages, "run_chapters", run_chapters)
    monkeypatch.setattr(execution, "run_chapters", run_chapters)
    monkeypatch.setattr(making, "compile_book", compile_book)
    return seen
