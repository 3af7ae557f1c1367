"""Run the chapters of several editions: those that have changed, and the last ones last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from helpers.book.execution import Executed, Task, run_chapters
from helpers.book.fingerprints import Fingerprints, combined
from helpers.book.kept import keep_notebook, kept_notebook
from helpers.book.planning import PlannedChapter, PlannedEdition
from helpers.book.progress import Progress
from helpers.book.project import Project
from helpers.book.results import Results, results_text
from helpers.errors import BuildError, ExecutionError

FAILED = ".failed"

Notebooks = dict[str, str]


class Runner:
    """Runs the chapters that have changed, and takes the others from the last time they ran."""

    def __init__(
        self,
        project: Project,
        fingerprints: Fingerprints,
        staging: Path,
        *,
        jobs: int,
        timeout: float,
        report: Callable[[str], None],
    ) -> None:
        self.project = project
        self.fingerprints = fingerprints
        self.staging = staging
        self.jobs = jobs
        self.timeout = timeout
        self.report = report

    def run(
        self,
        editions: Sequence[PlannedEdition],
        notebooks: dict[str, Notebooks],
        results: Mapping[str, Results],
        *,
        last: bool,
    ) -> None:
        """Run the chapters of one stage of all editions and add their notebooks.

        Parameters
        ----------
        last
            Whether these are the chapters that run after all others, with their results.
        """
        tasks: dict[Task, PlannedEdition] = {}
        for edition in editions:
            others = results_text(results[edition.name]) if last else None
            for planned in edition.chapters:
                if planned.chapter.after_all != last:
                    continue
                kept = kept_notebook(
                    self.project.build,
                    edition.name,
                    planned.name,
                    fingerprint=self._fingerprint(edition, planned, others),
                )
                if kept is None:
                    tasks[self._task(edition.name, planned, others)] = edition
                else:
                    notebooks[edition.name][planned.name] = kept
        failures = []
        for executed in self._run(tasks):
            if executed.notebook is None:
                failures.append(str(executed.failure))
            else:
                notebooks[executed.task.edition][executed.task.planned.name] = executed.notebook
        if failures:
            raise ExecutionError("\n".join(failures))

    def _run(self, tasks: Mapping[Task, PlannedEdition]) -> list[Executed]:
        """Run chapters; each is kept as soon as it ends, whatever becomes of the others."""
        if not tasks:
            return []
        changed: list[str] = []
        with Progress(len(tasks), self.report) as progress:

            def finished(executed: Executed) -> None:
                progress.finished(executed)
                task, edition = executed.task, tasks[executed.task]
                if not self.fingerprints.still_hold(task.planned, edition.trial):
                    changed.append(task.label)
                elif executed.notebook is not None:
                    keep_notebook(
                        self.project.build,
                        edition.name,
                        task.planned.name,
                        fingerprint=self._fingerprint(edition, task.planned, task.results),
                        notebook=executed.notebook,
                    )

            done = run_chapters(
                list(tasks), jobs=self.jobs, timeout=self.timeout, finished=finished
            )
        if changed:
            raise BuildError(
                f"The code, the data or the source of chapter {changed[0]} changed while it was "
                "being run: build again."
            )
        return done

    def _fingerprint(
        self, edition: PlannedEdition, planned: PlannedChapter, others: str | None
    ) -> str:
        own = self.fingerprints.chapter(planned, edition.trial)
        return own if others is None else combined({"chapter": own, "results": others})

    def _task(self, edition: str, planned: PlannedChapter, others: str | None) -> Task:
        return Task(
            edition,
            planned,
            scratch=self.staging / "chapters" / edition / planned.name,
            failed=self.project.build / FAILED / edition / f"{planned.name}.ipynb",
            results=others,
        )
