"""Make the books of editions: run their chapters, collect the numbers, compile, replace."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed

from helpers.book import children
from helpers.book.book_facts import book_facts
from helpers.book.citation import read_citation
from helpers.book.citation_part import citation_part, publication_part
from helpers.book.compared import compared_text, edition_results
from helpers.book.compiling import compile_book
from helpers.book.downloads import write_downloads
from helpers.book.fingerprints import Fingerprints
from helpers.book.offered_files import offered_files
from helpers.book.page_ends import with_downloads, with_version
from helpers.book.page_metadata import with_metadata
from helpers.book.planning import PlannedEdition
from helpers.book.project import Project
from helpers.book.provenance_part import provenance_part
from helpers.book.published_source import PublishedSource
from helpers.book.replacing import STAGING, replace_folder
from helpers.book.results import Results, harvest, merged, results_text
from helpers.book.social_cards import write_card
from helpers.book.stages import FAILED, Notebooks, Runner
from helpers.book.staging import stage_source
from helpers.trial.specification import Specification


def make_editions(
    project: Project,
    editions: Sequence[PlannedEdition],
    *,
    trials: Mapping[str, Specification],
    fingerprints: Fingerprints,
    jobs: int,
    timeout: float,
    report: Callable[[str], None],
    scheduler: str | None = None,
    published: PublishedSource | None = None,
) -> None:
    """Make the books of several editions; no book is replaced unless all of them succeed.

    Parameters
    ----------
    project, jobs, timeout, report, scheduler
        See :func:`helpers.book.builds.build_editions`.
    editions
        The editions that are not up to date.
    trials
        The description of the trial of each edition, and of those it is compared with.
    fingerprints
        Of this project.
    published
        From where a downloaded chapter fetches the book; see :mod:`helpers.book.downloads`.

    Raises
    ------
    TrialBookError
        See :func:`helpers.book.builds.build_editions`.
    """
    with _cleared_after(project.build / STAGING) as staging:
        runner = Runner(
            project,
            fingerprints,
            staging,
            jobs=jobs,
            timeout=timeout,
            report=report,
            scheduler=scheduler,
        )
        running = _with_compared(editions)
        for edition in running:
            shutil.rmtree(project.build / FAILED / edition.name, ignore_errors=True)
        runner.run(running, stage=0, others={})
        first = {each.name: _results(each, runner.notebooks[each.name]) for each in running}
        runner.run(
            running, stage=1, others={name: results_text(found) for name, found in first.items()}
        )
        whole = {each.name: _results(each, runner.notebooks[each.name]) for each in running}
        runner.run(
            [each for each in running if each.compared],
            stage=2,
            others={each.name: _compared_text(each, whole, trials) for each in editions},
        )
        results = {
            each.name: _with_fingerprints(
                _results(each, runner.notebooks[each.name]), runner.prints[each.name]
            )
            for each in editions
        }
        with children.none_left():
            Parallel(n_jobs=jobs, prefer="threads")(
                delayed(_make_book)(
                    project,
                    edition,
                    trials[edition.name],
                    runner.notebooks[edition.name],
                    results[edition.name],
                    fingerprints,
                    runner.prints[edition.name],
                    staging / "books" / edition.name,
                    published,
                )
                for edition in editions
            )
        for edition in editions:
            replace_folder(staging / "books" / edition.name / "book", project.build / edition.name)


@contextmanager
def _cleared_after(folder: Path) -> Iterator[Path]:
    """Leave nothing half done in a folder, whatever happens; a full disk has space again."""
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _with_compared(editions: Sequence[PlannedEdition]) -> tuple[PlannedEdition, ...]:
    """Return the editions and those that they are compared with, each once."""
    found = {each.name: each for each in editions}
    for edition in editions:
        for other in edition.compared:
            found.setdefault(other.name, other)
    return tuple(found.values())


def _compared_text(
    edition: PlannedEdition, results: Mapping[str, Results], trials: Mapping[str, Specification]
) -> str:
    """Return what the chapter that compares editions reads."""
    return compared_text(
        edition_results(each, trials[each.name], results[each.name])
        for each in (edition, *edition.compared)
    )


def _with_fingerprints(results: Results, prints: Mapping[str, str]) -> Results:
    """Add the fingerprint of each chapter; it was known before the chapter ran."""
    added = {
        f"provenance.{chapter}.fingerprint": {"value": text, "text": text, "chapter": chapter}
        for chapter, text in prints.items()
    }
    return merged([results, added])


def _results(edition: PlannedEdition, notebooks: Notebooks) -> Results:
    """Collect the results of an edition's chapters in the order of the book."""
    return merged(
        harvest(json.loads(notebooks[planned.name]), chapter=planned.name)
        for planned in edition.chapters
        if planned.name in notebooks
    )


@children.waited_for()
def _make_book(
    project: Project,
    edition: PlannedEdition,
    trial: Specification,
    notebooks: Notebooks,
    results: Results,
    fingerprints: Fingerprints,
    prints: Mapping[str, str],
    scratch: Path,
    published: PublishedSource | None,
) -> None:
    """Compile one edition and lay out its folder, ready to be put in place."""
    source, book = scratch / "source", scratch / "book"
    (book / "notebooks").mkdir(parents=True)
    facts = book_facts(
        edition=edition.name,
        title=edition.edition.title,
        trial=trial,
        results=results,
        citation=read_citation(project),
    )
    stage_source(
        project,
        edition.edition,
        trial=trial,
        notebooks={name: json.loads(text) for name, text in notebooks.items()},
        results=results,
        fingerprints=prints,
        parts={
            "citation": citation_part(facts.citation, edition=facts.title),
            "publication": publication_part(trial),
            "provenance": provenance_part(
                edition, trial, fingerprints=fingerprints, prints=prints, notebooks=notebooks
            ),
        },
        target=source,
    )
    offered = offered_files(edition, trial, facts=facts, notebooks=notebooks, results=results)
    html = compile_book(
        source,
        scratch=scratch / "compiled",
        name=edition.name,
        page_steps=(
            partial(with_metadata, facts=facts),
            partial(with_downloads, offered=offered.by_chapter),
            partial(with_version, facts=facts),
        ),
    )
    offered.write(html)
    write_card(html, facts, results)
    write_downloads(edition, html, published=published)
    html.rename(book / "html")
    for name, text in notebooks.items():
        (book / "notebooks" / f"{name}.ipynb").write_text(text, encoding="utf-8")
    (book / "results.json").write_text(results_text(results), encoding="utf-8")
    about = json.dumps(
        _about(edition, trial, notebooks, fingerprints, prints), indent=1, sort_keys=True
    )
    (book / "build.json").write_text(about + "\n", encoding="utf-8")


def _about(
    edition: PlannedEdition,
    trial: Specification,
    notebooks: Notebooks,
    fingerprints: Fingerprints,
    prints: Mapping[str, str],
) -> dict[str, Any]:
    """Say from what a book was made; no time and no path, so that equal books have equal files."""
    return {
        "edition": edition.name,
        "title": edition.edition.title,
        "trial": trial.id,
        "of_trial": edition.edition.of_trial,
        "patients": trial.patients,
        "public": trial.public,
        "label": f"{trial.data_label} ({trial.short_title})",
        "fingerprint": fingerprints.edition(edition),
        "code": fingerprints.code,
        "data": fingerprints.folder(edition.trial),
        "python": platform.python_version(),
        "chapters": {
            planned.name: {
                "parameters": dict(planned.values),
                "fingerprint": prints[planned.name],
                "notebook": hashlib.sha256(notebooks[planned.name].encode()).hexdigest(),
            }
            for planned in edition.chapters
        },
    }
