"""Make the books of editions: run their chapters, collect the numbers, compile, replace."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed

from helpers.book import children
from helpers.book.compiling import compile_book
from helpers.book.fingerprints import Fingerprints
from helpers.book.planning import PlannedEdition
from helpers.book.project import Project
from helpers.book.replacing import STAGING, replace_folder
from helpers.book.results import Results, harvest, merged, results_text
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
) -> None:
    """Make the books of several editions; no book is replaced unless all of them succeed.

    Parameters
    ----------
    project, jobs, timeout, report
        See :func:`helpers.book.builds.build_editions`.
    editions
        The editions that are not up to date.
    trials
        The description of each edition's trial.
    fingerprints
        Of this project.

    Raises
    ------
    TrialBookError
        See :func:`helpers.book.builds.build_editions`.
    """
    staging = project.build / STAGING
    runner = Runner(project, fingerprints, staging, jobs=jobs, timeout=timeout, report=report)
    for edition in editions:
        shutil.rmtree(project.build / FAILED / edition.name, ignore_errors=True)
    notebooks: dict[str, Notebooks] = {edition.name: {} for edition in editions}
    results: dict[str, Results] = {}
    for last in (False, True):
        runner.run(editions, notebooks, results, last=last)
        for edition in editions:
            results[edition.name] = _results(edition, notebooks[edition.name])
    with children.none_left():
        Parallel(n_jobs=jobs, prefer="threads")(
            delayed(_make_book)(
                project,
                edition,
                trials[edition.name],
                notebooks[edition.name],
                results[edition.name],
                fingerprints,
                staging / "books" / edition.name,
            )
            for edition in editions
        )
    for edition in editions:
        replace_folder(staging / "books" / edition.name / "book", project.build / edition.name)
    shutil.rmtree(staging, ignore_errors=True)


def _results(edition: PlannedEdition, notebooks: Notebooks) -> Results:
    """Collect the results of an edition's chapters in the order of the book."""
    return merged(
        harvest(json.loads(notebooks[planned.name]), chapter=planned.name)
        for planned in edition.chapters
        if planned.name in notebooks
    )


def _make_book(
    project: Project,
    edition: PlannedEdition,
    trial: Specification,
    notebooks: Notebooks,
    results: Results,
    fingerprints: Fingerprints,
    scratch: Path,
) -> None:
    """Compile one edition and lay out its folder, ready to be put in place."""
    source, book = scratch / "source", scratch / "book"
    (book / "notebooks").mkdir(parents=True)
    stage_source(
        project,
        edition.edition,
        trial=trial,
        notebooks={name: json.loads(text) for name, text in notebooks.items()},
        results=results,
        target=source,
    )
    html = compile_book(source, scratch=scratch / "compiled", name=edition.name)
    html.rename(book / "html")
    for name, text in notebooks.items():
        (book / "notebooks" / f"{name}.ipynb").write_text(text, encoding="utf-8")
    (book / "results.json").write_text(results_text(results), encoding="utf-8")
    about = json.dumps(_about(edition, notebooks, fingerprints), indent=1, sort_keys=True)
    (book / "build.json").write_text(about + "\n", encoding="utf-8")


def _about(
    edition: PlannedEdition, notebooks: Notebooks, fingerprints: Fingerprints
) -> dict[str, Any]:
    """Say from what a book was made; no time and no path, so that equal books have equal files."""
    return {
        "edition": edition.name,
        "trial": edition.edition.trial.value,
        "fingerprint": fingerprints.edition(edition),
        "code": fingerprints.code,
        "data": fingerprints.folder(edition.trial),
        "python": platform.python_version(),
        "chapters": {
            planned.name: {
                "parameters": dict(planned.values),
                "fingerprint": fingerprints.chapter(planned, edition.trial),
                "notebook": hashlib.sha256(notebooks[planned.name].encode()).hexdigest(),
            }
            for planned in edition.chapters
        },
    }
