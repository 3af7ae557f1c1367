"""What one edition tells another: its results and its parameters, as a file and from its book."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.analysis.comparison import EditionResults
from helpers.book.chapters import read_chapters
from helpers.errors import BuildError

if TYPE_CHECKING:
    from helpers.book.planning import PlannedEdition
    from helpers.book.project import Project
    from helpers.trial.specification import Specification


def edition_results(
    planned: PlannedEdition, trial: Specification, results: Mapping[str, Mapping[str, Any]]
) -> EditionResults:
    """Return what an edition found, when its chapters have just run."""
    return EditionResults(
        name=planned.name,
        title=planned.edition.title,
        trial=trial.id,
        label=f"{trial.data_label} ({trial.short_title})",
        synthetic=trial.is_synthetic,
        public=trial.public,
        parameters={each.name: dict(each.values) for each in planned.chapters},
        results=results,
        titles={each.name: each.chapter.title for each in planned.chapters},
    )


def results_of_book(project: Project, name: str) -> EditionResults:
    """Return what the finished book of an edition found.

    Raises
    ------
    BuildError
        When there is no finished book of this name.
    """
    book = project.build / name
    try:
        about = json.loads((book / "build.json").read_text(encoding="utf-8"))
        return EditionResults(
            name=about["edition"],
            title=about["title"],
            trial=about["trial"],
            label=about["label"],
            synthetic=about["patients"] == "synthetic",
            public=about["public"],
            parameters={key: each["parameters"] for key, each in about["chapters"].items()},
            results=json.loads((book / "results.json").read_text(encoding="utf-8")),
            titles=_titles(project, about["chapters"]),
        )
    except FileNotFoundError:
        raise BuildError(
            f"There is no finished book of the edition {name!r}: build it first."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BuildError(
            f"The book in {project.shown(book)} is not whole: build the edition {name!r} again."
        ) from None


def _titles(project: Project, names: Iterable[str]) -> dict[str, str]:
    """Return the titles of those chapters that the book still has."""
    titles = {each.name: each.title for each in read_chapters(project)}
    return {name: titles[name] for name in names if name in titles}


def compared_text(editions: Iterable[EditionResults]) -> str:
    """Return the content of the file that a chapter which compares editions reads."""
    content = [asdict(each) for each in editions]
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_compared(path: str | Path) -> tuple[EditionResults, ...]:
    """Read the editions that a chapter compares.

    Parameters
    ----------
    path
        The file that the build fills in; an empty text when the chapter runs by itself.

    Returns
    -------
    tuple of EditionResults
        The chapter's own edition first; empty without a file.

    Raises
    ------
    BuildError
        When there is no such file, or it does not hold editions.
    """
    if not str(path):
        return ()
    try:
        return tuple(
            EditionResults(**each) for each in json.loads(Path(path).read_text(encoding="utf-8"))
        )
    except FileNotFoundError:
        raise BuildError(f"There is no file of editions {path}: build the book first.") from None
    except (ValueError, TypeError):
        raise BuildError(f"{path} does not hold editions: build the book again.") from None
