"""What is up to date, what is not, and why: judged by content, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.book.builds import stored_fingerprint
from helpers.book.changes import differing, listed_briefly, what_changed
from helpers.book.fingerprints import Fingerprints
from helpers.book.kept import kept_about, kept_notebook
from helpers.book.planning import PlannedChapter, PlannedEdition
from helpers.book.project import Project

NEVER = "it has never run"


@dataclass(frozen=True)
class ChapterState:
    """Whether a chapter would run again; ``reasons`` are empty when it would not."""

    chapter: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class EditionState:
    """The state of an edition's chapters and of its book.

    ``reasons`` say why the book would be made again; ``compared`` are the states of the chapters
    of the editions that it is compared with, which have to run for it too.
    """

    edition: str
    chapters: tuple[ChapterState, ...]
    compared: tuple[ChapterState, ...]
    reasons: tuple[str, ...]


def edition_state(
    project: Project, planned: PlannedEdition, fingerprints: Fingerprints
) -> EditionState:
    """Say which parts of an edition are up to date.

    Parameters
    ----------
    project
        The book.
    planned
        The edition.
    fingerprints
        Of this moment.
    """
    chapters = tuple(_chapter(project, planned, each, fingerprints) for each in planned.chapters)
    compared = tuple(
        ChapterState(f"{other.name}/{each.name}", found.reasons)
        for other in planned.compared
        for each in other.chapters
        if (found := _chapter(project, other, each, fingerprints)).reasons
    )
    stored = stored_fingerprint(project, planned.name)
    reasons: tuple[str, ...] = ()
    if stored is None:
        reasons = ("it has never been built, or not whole",)
    elif stored != fingerprints.edition(planned):
        ran = any(each.reasons for each in (*chapters, *compared))
        reasons = ("chapters" if ran else "pages, settings, style, or the edition's own words",)
    return EditionState(planned.name, chapters, compared, reasons)


def _chapter(
    project: Project, edition: PlannedEdition, planned: PlannedChapter, fingerprints: Fingerprints
) -> ChapterState:
    about = kept_about(project.build, edition.name, planned.name)
    before = about.get("made_from")
    if not isinstance(before, dict) or not before:
        return ChapterState(planned.name, (NEVER,))
    if not _whole(project, edition.name, planned.name, about):
        return ChapterState(planned.name, ("its notebook is not whole",))
    now = fingerprints.ingredients(planned, planned.trial)
    reasons = [*what_changed(before, now)]
    others = fingerprints.others(planned, edition)
    changed = differing(before.get("others", {}), others)
    if changed:
        reasons.append(f"it may be given other results: {listed_briefly(changed)}")
    return ChapterState(planned.name, tuple(reasons))


def _whole(project: Project, edition: str, chapter: str, about: Mapping[str, Any]) -> bool:
    fingerprint = str(about.get("fingerprint"))
    return kept_notebook(project.build, edition, chapter, fingerprint=fingerprint) is not None


def states_text(states: list[EditionState]) -> str:
    """Return the states as lines for a terminal."""
    lines = []
    for state in states:
        stale = [each for each in state.chapters if each.reasons]
        book = f"to be built ({'; '.join(state.reasons)})" if state.reasons else "up to date"
        lines.append(
            f"{state.edition}: book {book}; {len(state.chapters) - len(stale)} of "
            f"{len(state.chapters)} chapters up to date"
        )
        width = max((len(each.chapter) for each in (*state.chapters, *state.compared)), default=0)
        for each in (*state.chapters, *state.compared):
            told = f"stale: {'; '.join(each.reasons)}" if each.reasons else "up to date"
            lines.append(f"  {each.chapter.ljust(width)}  {told}")
    return "\n".join(lines)
