"""Run the chapters of several editions in rounds: those that have changed, each when it can."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from helpers.book.execution import run_chapters
from helpers.book.fingerprints import Fingerprints, combined
from helpers.book.kept import keep_notebook, kept_notebook, note_what_it_is_made_from
from helpers.book.planning import PlannedChapter, PlannedEdition
from helpers.book.progress import Progress
from helpers.book.project import Project
from helpers.book.tasks import Executed, Task
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
        scheduler: str | None = None,
    ) -> None:
        self.project = project
        self.fingerprints = fingerprints
        self.staging = staging
        self.jobs = jobs
        self.timeout = timeout
        self.report = report
        self.scheduler = scheduler
        self.notebooks: dict[str, Notebooks] = {}
        """Executed notebooks by edition and chapter."""
        self.prints: dict[str, dict[str, str]] = {}
        """Fingerprints of what they were made from, by edition and chapter."""

    def run(
        self, editions: Sequence[PlannedEdition], *, stage: int, others: Mapping[str, str]
    ) -> None:
        """Run the chapters of one round of all editions and add their notebooks.

        Parameters
        ----------
        editions
            The editions.
        stage
            The round; see :attr:`helpers.book.chapters.Chapter.stage`.
        others
            By edition, the text that its chapters of this round find in their results file; none
            in the first round.

        Raises
        ------
        ExecutionError
            Which names every chapter that failed.
        """
        tasks: dict[Task, PlannedEdition] = {}
        for edition in editions:
            notebooks = self.notebooks.setdefault(edition.name, {})
            given = others.get(edition.name)
            for planned in edition.chapters:
                if planned.chapter.stage != stage:
                    continue
                fingerprint = self._fingerprint(planned, given)
                self.prints.setdefault(edition.name, {})[planned.name] = fingerprint
                kept = kept_notebook(
                    self.project.build, edition.name, planned.name, fingerprint=fingerprint
                )
                if kept is None:
                    tasks[self._task(edition.name, planned, given)] = edition
                else:
                    notebooks[planned.name] = kept
                    note_what_it_is_made_from(
                        self.project.build,
                        edition.name,
                        planned.name,
                        self._made_from(planned, edition),
                    )
        done = self._run(tasks)
        failures = list(failure_sentences(self.project, done))
        if failures:
            raise ExecutionError("\n".join(failures))
        for executed in done:
            task = executed.task
            self.notebooks[task.edition][task.planned.name] = str(executed.notebook)

    def _run(self, tasks: Mapping[Task, PlannedEdition]) -> list[Executed]:
        """Run chapters; each is kept as soon as it ends, whatever becomes of the others."""
        if not tasks:
            return []
        changed: dict[str, tuple[str, ...]] = {}
        with Progress(len(tasks), self.report) as progress:

            def finished(executed: Executed) -> None:
                progress.finished(executed)
                task = executed.task
                if changes := self.fingerprints.changes(task.planned, task.planned.trial):
                    changed[task.label] = changes
                elif executed.notebook is not None:
                    keep_notebook(
                        self.project.build,
                        task.edition,
                        task.planned.name,
                        fingerprint=self._fingerprint(task.planned, task.results),
                        notebook=executed.notebook,
                        made_from=self._made_from(task.planned, tasks[task]),
                        seconds=executed.seconds,
                    )

            done = run_chapters(
                list(tasks),
                jobs=self.jobs,
                timeout=self.timeout,
                finished=finished,
                scheduler=self.scheduler,
            )
        if changed:
            label, changes = next(iter(changed.items()))
            raise BuildError(
                f"While chapter {label} ran, something that it is made from changed "
                f"({'; '.join(changes)}): build again."
            )
        return done

    def _made_from(self, planned: PlannedChapter, edition: PlannedEdition) -> dict[str, Any]:
        own = self.fingerprints.ingredients(planned, planned.trial)
        return {**own, "others": self.fingerprints.others(planned, edition)}

    def _fingerprint(self, planned: PlannedChapter, others: str | None) -> str:
        own = self.fingerprints.chapter(planned, planned.trial)
        return own if others is None else combined({"chapter": own, "results": others})

    def _task(self, edition: str, planned: PlannedChapter, others: str | None) -> Task:
        scratch = self.staging / "chapters" / edition / planned.name
        return Task(
            edition,
            planned,
            scratch=scratch,
            failed=self.project.build / FAILED / edition / f"{planned.name}.ipynb",
            results=others,
            made_from=self.fingerprints.ingredients(planned, planned.trial),
        )


def failure_sentences(project: Project, done: Iterable[Executed]) -> Iterator[str]:
    """Say of each chapter that failed why it did; of data that none can read, say it once."""
    unreadable: dict[Path, str] = {}
    for executed in done:
        trial = executed.task.planned.trial
        if executed.unreadable:
            unreadable[trial] = executed.unreadable
        elif executed.notebook is None and executed.begun:
            yield str(executed.failure)
    for trial, sentence in unreadable.items():
        name = trial.name if trial.parent == project.data else trial
        # Of a trial that is not public, the sentence names the command and not the mistake.
        lists = f"'trialbook check {name}' lists every problem."
        remedy = "" if "trialbook check" in sentence else f" {lists}"
        told = sentence.replace("`trialbook check`", f"'trialbook check {name}'")
        yield f"{told} No chapter of this trial can run before.{remedy}"
