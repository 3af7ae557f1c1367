"""Build editions: check everything, run what has changed, compile, put the books in place."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.book.downloads import write_downloads
from helpers.book.fingerprints import Fingerprints
from helpers.book.locking import only_build
from helpers.book.planning import PlannedEdition, check_planned, plan_editions, specification
from helpers.book.project import Project
from helpers.book.published_source import PublishedSource, published_source
from helpers.book.replacing import recover
from helpers.book.trial_books import OfTrial


@dataclass(frozen=True)
class Built:
    """A book that is in place, and whether this build made it."""

    edition: str
    index: Path
    new: bool


def build_editions(
    project: Project,
    names: Sequence[str | OfTrial],
    *,
    overrides: Mapping[str, str],
    jobs: int,
    timeout: float,
    report: Callable[[str], None],
    scheduler: str | None = None,
) -> tuple[Built, ...]:
    """Bring editions of the book up to date.

    Parameters
    ----------
    project
        The book.
    names
        The editions, paths of their files, or the trials of which to make a book.
    overrides
        Values of parameters from the command line, as text.
    jobs
        How many chapters run, and books compile, at the same time.
    timeout
        Seconds that one cell may take.
    report
        Called with a line for the reader whenever there is something to tell.
    scheduler
        Address of a Dask scheduler whose workers run the chapters; None for this machine.

    Raises
    ------
    TrialBookError
        When something is not valid, a chapter fails or the book does not compile. The last good
        books then stay in place.
    """
    planned = plan_editions(project, names, overrides)
    published = commit_for_readers(project, planned, report)
    with only_build(project.build):
        recover(project.build)
        fingerprints = Fingerprints(project)
        stale = [
            each
            for each in planned
            if stored_fingerprint(project, each.name) != fingerprints.edition(each)
        ]
        needed = [other for each in stale for other in (each, *each.compared)]
        trials = {each.name: specification(each.trial) for each in needed}
        for each in needed:
            check_planned(each.chapters, trials[each.name])
        if stale:
            # Everything that runs notebooks is loaded only now.
            from helpers.book.making import make_editions

            make_editions(
                project,
                stale,
                trials=trials,
                fingerprints=fingerprints,
                jobs=jobs,
                timeout=timeout,
                report=report,
                scheduler=scheduler,
                published=published,
            )
        made = {each.name for each in stale}
        for each in planned:
            if each.name not in made:
                # The same content may have been committed since, or be in another commit.
                html = index_page(project, each).parent
                write_downloads(each, html, published=published)
    return tuple(Built(each.name, index_page(project, each), each.name in made) for each in planned)


def commit_for_readers(
    project: Project, planned: Sequence[PlannedEdition], report: Callable[[str], None]
) -> PublishedSource | None:
    """Return the commit that readers can fetch; say why there is none where one is expected."""
    reads = {place for each in planned for one in each.chapters for place in one.chapter.reads}
    found = published_source(project, reads=tuple(sorted(reads)))
    if isinstance(found, PublishedSource):
        return found
    if found.reason:
        report(
            "Chapters that are downloaded from this book and opened alone will not fetch it: "
            f"{found.reason}"
        )
    return None


def index_page(project: Project, planned: PlannedEdition) -> Path:
    """Return the page by which a reader enters the book of an edition."""
    return project.build / planned.name / "html" / "index.html"


def stored_fingerprint(project: Project, name: str) -> str | None:
    """Return the fingerprint of the book that is in place; None when it is missing or not whole."""
    book = project.build / name
    whole = all((book / part).exists() for part in ("html/index.html", "results.json", "notebooks"))
    try:
        stored = json.loads((book / "build.json").read_text(encoding="utf-8"))
        return stored["fingerprint"] if whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
