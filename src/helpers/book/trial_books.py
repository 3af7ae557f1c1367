"""The book of any trial, without an edition file: every chapter, every parameter at its default."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.book.chapters import Chapter
from helpers.book.editions import Edition, Given, edition_names, is_book_of_a_trial, valid_name
from helpers.book.project import SPECIFICATION, Project, trial_folder, trial_names
from helpers.errors import TrialBookError
from helpers.trial.positions import read_document

if TYPE_CHECKING:
    from helpers.book.planning import PlannedChapter

AUDIENCE = "readers of this trial"
FIRST_PAGE = "trial_index.md"
"""The book's own first page speaks of its own trials."""

_ID = re.compile(r"[a-z][a-z0-9_]*")
_KIND = {"synthetic": "synthetic cohort", "real": "real patients"}


@dataclass(frozen=True)
class OfTrial:
    """A book that is asked for by its trial: a name in the data folder, or a folder's path."""

    trial: str


def trial_edition(project: Project, asked: OfTrial, chapters: Sequence[Chapter]) -> Edition:
    """Return the edition that a trial's book is.

    It has the trial's id for its name, so that the book lies in ``_build/<id>``. Where that is the
    name of an edition of the book, whose book must not be replaced, the name is ``<id>-trial``.

    Raises
    ------
    TrialBookError
        When there is no such trial, or its description cannot be read.
    """
    folder = trial_folder(project, asked.trial)
    described = _described(folder)
    name = described["id"]
    if name in edition_names(project) or not valid_name(name):
        name = f"{name}-trial"
    return Edition(
        name=name,
        title=f"{described['title'].strip()} ({_KIND[described['patients']]})",
        trial=Given(str(folder), f"--trial {asked.trial}"),
        audience=AUDIENCE,
        shared={},
        by_chapter={},
        leave_out=tuple(each.name for each in chapters if each.compares),
        of_trial=True,
        first_page=FIRST_PAGE if (project.chapters / FIRST_PAGE).is_file() else "",
    )


def trials_with_books(
    project: Project, chapters: Sequence[Chapter]
) -> tuple[list[OfTrial], list[str]]:
    """Find the books of trials among the finished ones.

    Returns
    -------
    tuple of lists
        The trials of the data folder that have one, and the names of those books whose trials lie
        elsewhere: a book does not keep the place of its trial.
    """
    folders = sorted(project.build.iterdir()) if project.build.is_dir() else []
    rest = [each.name for each in folders if is_book_of_a_trial(project, each.name)]
    found: list[OfTrial] = []
    for trial in trial_names(project) if rest else ():
        asked = OfTrial(trial)
        try:
            name = trial_edition(project, asked, chapters).name
        except TrialBookError:  # Not to be read now; its book is listed as one from elsewhere.
            continue
        if name in rest:
            rest.remove(name)
            found.append(asked)
    return found, rest


def name_for_chapters(project: Project, folder: Path) -> str:
    """Return the name by which chapters find a trial.

    A trial in the data folder is found by its folder's name. Any other is put within the reach of
    its chapters under its id (see :func:`within_reach`), so that no page and no result holds a
    path of the machine.
    """
    elsewhere = lies_elsewhere(project, folder)
    return str(_described(folder)["id"]) if elsewhere else folder.name


def lies_elsewhere(project: Project, folder: Path) -> bool:
    """Say whether a trial lies outside the data folder, where chapters would not find it."""
    return folder.parent != project.data.resolve()


def within_reach(planned: PlannedChapter, scratch: Path) -> None:
    """Let a chapter that works below a scratch folder find a trial that lies somewhere else.

    Chapters look for the folder ``data/<name>`` upward from where they work.
    """
    if not planned.elsewhere:
        return
    place = scratch / "data" / str(planned.values["trial"])
    place.parent.mkdir(parents=True)
    try:
        place.symlink_to(planned.trial, target_is_directory=True)
    except OSError:
        # Where links are not allowed (Windows), a copy that goes with the scratch folder.
        shutil.copytree(planned.trial, place)


def _described(folder: Path) -> dict[str, str]:
    """Return id, title and patients of a trial, without loading what checks the rest."""
    path = folder / SPECIFICATION
    try:
        content = read_document(path.read_text(encoding="utf-8"), file=SPECIFICATION).content
    except UnicodeDecodeError:
        content = None
    if isinstance(content, dict):
        told = {key: str(content.get(key)) for key in ("id", "title", "patients")}
        if _ID.fullmatch(told["id"]) and content.get("title") and told["patients"] in _KIND:
            return told
    # Something is wrong with it: what reads it whole says what.
    from helpers.trial.reading import read_specification

    whole = read_specification(folder)
    return {"id": whole.id, "title": whole.title, "patients": whole.patients}
