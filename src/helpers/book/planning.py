"""Decide, before anything runs, which chapters run with which values, and refuse what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.book.chapters import Chapter, read_chapters
from helpers.book.domains import RESULTS_FILE, check_domain, check_value
from helpers.book.editions import BUILD_FILLS, Edition, Given, read_edition
from helpers.book.parameters import Parameter, Value, value_from_text, value_of_type
from helpers.book.project import Project, trial_folder, trial_names
from helpers.errors import ParameterError, unknown_name

if TYPE_CHECKING:
    from helpers.trial.specification import Specification


@dataclass(frozen=True)
class PlannedChapter:
    """A chapter, and the value of each of its parameters."""

    chapter: Chapter
    values: Mapping[str, Value]
    written: Mapping[str, str]
    """Where each value was written, for messages."""

    @property
    def name(self) -> str:
        """Name of the chapter."""
        return self.chapter.name


@dataclass(frozen=True)
class PlannedEdition:
    """An edition, the folder of its trial and its chapters with their values."""

    edition: Edition
    trial: Path
    chapters: tuple[PlannedChapter, ...]

    @property
    def name(self) -> str:
        """Name of the edition."""
        return self.edition.name


def plan_editions(
    project: Project, names: Sequence[str], overrides: Mapping[str, str]
) -> tuple[PlannedEdition, ...]:
    """Plan a build.

    Parameters
    ----------
    project
        The book.
    names
        Names of editions.
    overrides
        Values from the command line as text, by name of the parameter; each goes to every chapter
        that declares the parameter.

    Raises
    ------
    TrialBookError
        When an edition, chapter, parameter, value or type is not valid.
    """
    chapters = read_chapters(project)
    for chapter in chapters:
        check_chapter(chapter, shown=project.shown(chapter.path))
    editions = [read_edition(project, name, chapters) for name in dict.fromkeys(names)]
    for name in BUILD_FILLS:
        if name in overrides:
            raise ParameterError(
                f"-p {name}={overrides[name]}: a build takes {name!r} from the edition; choose "
                "an edition with --edition, or run one chapter with 'trialbook run'."
            )
    _check_reached(overrides, [one for each in editions for one in each.chapters(chapters)])
    return tuple(_plan_edition(project, edition, chapters, overrides) for edition in editions)


def plan_chapter(
    project: Project, chapter: Chapter, edition: Edition | None, overrides: Mapping[str, str]
) -> PlannedChapter:
    """Plan the run of one chapter, with the values of an edition or with its own defaults.

    Raises
    ------
    TrialBookError
        When a parameter, value or type is not valid.
    """
    check_chapter(chapter, shown=project.shown(chapter.path))
    _check_reached(overrides, [chapter])
    planned = _plan_chapter(chapter, edition, overrides, project)
    trial = str(planned.values["trial"])
    folder = _find_trial(project, Given(trial, planned.written["trial"]))
    if trial not in trial_names(project):
        # The kernel works in another folder, so a path has to be absolute.
        planned = replace(planned, values={**planned.values, "trial": str(folder)})
    check_planned([planned], specification(folder))
    return planned


def check_planned(planned: Iterable[PlannedChapter], trial: Specification) -> None:
    """Judge every value against the allowed values of its parameter and the trial's ids.

    Raises
    ------
    ParameterError
        For the first value that is not allowed.
    """
    for each in planned:
        for parameter in each.chapter.parameters:
            check_value(
                parameter,
                each.values[parameter.name],
                trial=trial,
                where=each.written[parameter.name],
                chapter=each.name,
            )


def specification(folder: Path) -> Specification:
    """Read the description of a trial."""
    # Reading it loads pydantic, which a build without changes does not need.
    from helpers.trial.reading import read_specification

    return read_specification(folder)


def check_chapter(chapter: Chapter, *, shown: str) -> None:
    """Check what every chapter must have: the common parameters and understandable domains."""
    for name in BUILD_FILLS:
        parameter = chapter.parameter(name)
        if parameter is None or parameter.type != "str":
            raise ParameterError(
                f"{shown}: its parameters cell must declare {name!r} as str; "
                "the edition fills it in."
            )
    for parameter in chapter.parameters:
        check_domain(parameter, where=shown)


def results_parameter(chapter: Chapter) -> Parameter | None:
    """Return the parameter that names the file with the other chapters' results, if any."""
    return next((each for each in chapter.parameters if each.domain == RESULTS_FILE), None)


def _check_reached(overrides: Mapping[str, str], chapters: Sequence[Chapter]) -> None:
    """Refuse a parameter that no chapter of the build declares."""
    known = [*dict.fromkeys(each.name for chapter in chapters for each in chapter.parameters)]
    for name, text in overrides.items():
        if name not in known:
            raise ParameterError(unknown_name("parameter", name, known, where=f"-p {name}={text}"))


def _find_trial(project: Project, trial: Given) -> Path:
    try:
        return trial_folder(project, str(trial.value))
    except ParameterError as error:
        raise ParameterError(f"{trial.where}: {error}") from None


def _plan_edition(
    project: Project, edition: Edition, chapters: Sequence[Chapter], overrides: Mapping[str, str]
) -> PlannedEdition:
    return PlannedEdition(
        edition,
        _find_trial(project, edition.trial),
        tuple(
            _plan_chapter(chapter, edition, overrides, project)
            for chapter in edition.chapters(chapters)
        ),
    )


def _plan_chapter(
    chapter: Chapter, edition: Edition | None, overrides: Mapping[str, str], project: Project
) -> PlannedChapter:
    """Give each parameter its value: command line, edition's chapter, shared or default."""
    values: dict[str, Value] = {}
    written: dict[str, str] = {}
    for parameter in chapter.parameters:
        name = parameter.name
        if name in overrides:
            where = f"-p {name}={overrides[name]}"
            value = value_from_text(parameter, overrides[name], where=where)
        else:
            given = _given(edition, chapter.name, name)
            where = given.where if given else f"Default in {project.shown(chapter.path)}"
            value = parameter.default
            if given is not None:
                value = value_of_type(parameter, given.value, where=where)
        values[name], written[name] = value, where
    return PlannedChapter(chapter, values, written)


def _given(edition: Edition | None, chapter: str, name: str) -> Given | None:
    if edition is None:
        return None
    if name == "trial":
        return edition.trial
    if name == "edition":
        return Given(edition.name, f"Name of the edition {edition.name}")
    own = edition.by_chapter.get(chapter, {})
    return own.get(name) or edition.shared.get(name)
