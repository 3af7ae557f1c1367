"""Run one chapter by itself, for a reader who wants to change its parameters."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from helpers.book.chapters import Chapter
from helpers.book.editions import Edition
from helpers.book.execution import run_chapters
from helpers.book.locking import only_build
from helpers.book.planning import plan_chapter
from helpers.book.project import Project
from helpers.book.replacing import (
    STAGING,
    refuse_place_among_chapters,
    refuse_place_among_data,
    write_file,
)
from helpers.book.results import harvest
from helpers.book.results_given import results_given
from helpers.book.tasks import Executed, Task
from helpers.errors import ExecutionError

RUNS = "runs"


@dataclass(frozen=True)
class Ran:
    """An executed chapter: where its notebook is and how many results it recorded."""

    notebook: Path
    results: int


def run_one(
    project: Project,
    chapter: Chapter,
    *,
    edition: Edition | None,
    overrides: Mapping[str, str],
    output: Path | None,
    timeout: float,
) -> Ran:
    """Run one chapter on a copy and put its notebook in place.

    Parameters
    ----------
    project
        The book.
    chapter
        The chapter.
    edition
        Whose values it gets; None for the chapter's own defaults.
    overrides
        Values of parameters from the command line, as text.
    output
        The notebook to write; ``_build/runs/<chapter>.ipynb`` by default.
    timeout
        Seconds that one cell may take.

    Raises
    ------
    TrialBookError
        When a value is not valid or the chapter fails; ``output`` is then left as it was.
    """
    planned = plan_chapter(project, chapter, edition, overrides)
    runs = project.build / RUNS
    place = output or runs / f"{chapter.name}.ipynb"
    refuse_place_among_chapters(place, project.chapters)
    refuse_place_among_data(place, planned.trial, build=project.build)
    with only_build(runs):
        scratch = runs / STAGING
        shutil.rmtree(scratch, ignore_errors=True)
        task = Task(
            edition.name if edition else "",
            planned,
            scratch=scratch,
            failed=runs / f"{chapter.name}.failed.ipynb",
            results=results_given(project, chapter, edition),
        )
        try:
            [executed] = run_chapters([task], jobs=1, timeout=timeout, finished=_nothing)
            if executed.notebook is None:
                raise ExecutionError(str(executed.failure))
            write_file(place, executed.notebook)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        task.failed.unlink(missing_ok=True)
    return Ran(place, len(harvest(json.loads(executed.notebook), chapter=chapter.name)))


def _nothing(executed: Executed) -> None:
    """Report nothing: the caller tells what became of a single chapter."""
