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
from helpers.book.project import Project, trial_folder
from helpers.book.trial_books import OfTrial, lies_elsewhere, name_for_chapters, trial_edition
from helpers.errors import EditionError, ParameterError, unknown_name

if TYPE_CHECKING:
    from helpers.trial.specification import Specification


@dataclass(frozen=True)
class PlannedChapter:
    """A chapter, and the value of each of its parameters."""

    chapter: Chapter
    values: Mapping[str, Value]
    written: Mapping[str, str]
    """Where each value was written, for messages."""
    trial: Path
    """Folder of its trial."""
    elsewhere: bool = False
    """Whether that folder lies outside the book's data folder."""

    @property
    def name(self) -> str:
        """Name of the chapter."""
        return self.chapter.name


@dataclass(frozen=True)
class PlannedEdition:
    """An edition, the folder of its trial and its chapters with their values.

    ``compared`` are the editions with which its book compares itself, planned with the same values
    from the command line.
    """

    edition: Edition
    trial: Path
    chapters: tuple[PlannedChapter, ...]
    compared: tuple[PlannedEdition, ...] = ()

    @property
    def name(self) -> str:
        """Name of the edition."""
        return self.edition.name


def plan_editions(
    project: Project, names: Sequence[str | OfTrial], overrides: Mapping[str, str]
) -> tuple[PlannedEdition, ...]:
    """Plan a build.

    Parameters
    ----------
    project
        The book.
    names
        Names of editions, paths of their files, or the trials of which to make a book.
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
    editions = [_edition(project, name, chapters) for name in dict.fromkeys(names)]
    _refuse_namesakes(editions)
    for name in BUILD_FILLS:
        if name in overrides:
            raise ParameterError(
                f"-p {name}={overrides[name]}: a build takes {name!r} from the edition; choose "
                "an edition with --edition, a trial with --trial, or run one chapter with "
                "'trialbook run'."
            )
    _check_reached(overrides, [one for each in editions for one in each.chapters(chapters)])
    return tuple(_plan_edition(project, edition, chapters, overrides) for edition in editions)


def _edition(project: Project, name: str | OfTrial, chapters: Sequence[Chapter]) -> Edition:
    if isinstance(name, OfTrial):
        return trial_edition(project, name, chapters)
    return read_edition(project, name, chapters)


def _refuse_namesakes(editions: Sequence[Edition]) -> None:
    """Refuse two books that would lie in the same place; one edition named twice is one."""
    seen: dict[str, Edition] = {}
    for edition in editions:
        if seen.setdefault(edition.name, edition) != edition:
            raise EditionError(
                f"Two of the editions to build have the name {edition.name!r}, and one book would "
                "replace the other: rename one of the files."
            )


def plan_chapter(
    project: Project,
    chapter: Chapter,
    edition: Edition | None,
    overrides: Mapping[str, str],
    *,
    options: Mapping[str, str] | None = None,
) -> PlannedChapter:
    """Plan the run of one chapter, with the values of an edition or with its own defaults.

    Parameters
    ----------
    project
        The book.
    chapter
        The chapter.
    edition
        Whose values it gets; None for its own defaults.
    overrides
        Values from the command line, as text.
    options
        The option by which a value was given, for messages; ``-p`` for those not named.

    Raises
    ------
    TrialBookError
        When a parameter, value or type is not valid.
    """
    check_chapter(chapter, shown=project.shown(chapter.path))
    _check_reached(overrides, [chapter], options or {})
    trial = _trial_of_run(chapter, edition, overrides, options or {})
    folder = _find_trial(project, trial, edition.base if edition else None)
    planned = _plan_chapter(chapter, edition, overrides, project, folder, options or {})
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


def _check_reached(
    overrides: Mapping[str, str],
    chapters: Sequence[Chapter],
    options: Mapping[str, str] | None = None,
) -> None:
    """Refuse a parameter that no chapter of the build declares."""
    known = [*dict.fromkeys(each.name for chapter in chapters for each in chapter.parameters)]
    for name, text in overrides.items():
        if name not in known:
            where = _option(name, text, options or {})
            raise ParameterError(unknown_name("parameter", name, known, where=where))


def _option(name: str, text: str, options: Mapping[str, str]) -> str:
    return f"{options.get(name, '-p')} {name}={text}"


def _find_trial(project: Project, trial: Given, base: Path | None) -> Path:
    try:
        return trial_folder(project, str(trial.value), base=base)
    except ParameterError as error:
        raise ParameterError(f"{trial.where}: {error}") from None


def _trial_of_run(
    chapter: Chapter,
    edition: Edition | None,
    overrides: Mapping[str, str],
    options: Mapping[str, str],
) -> Given:
    """Return the trial that one chapter is to be given: command line, edition or default."""
    if "trial" in overrides:
        text = overrides["trial"]
        return Given(text, _option("trial", text, options))
    if edition is not None:
        return edition.trial
    parameter = chapter.parameter("trial")
    return Given(parameter.default if parameter else "", f"Default in {chapter.path.name}")


def _plan_edition(
    project: Project, edition: Edition, chapters: Sequence[Chapter], overrides: Mapping[str, str]
) -> PlannedEdition:
    folder = _find_trial(project, edition.trial, edition.base)
    return PlannedEdition(
        edition,
        folder,
        tuple(
            _plan_chapter(chapter, edition, overrides, project, folder, {})
            for chapter in edition.chapters(chapters)
        ),
        tuple(
            _plan_edition(project, _by_itself(project, each, chapters), chapters, overrides)
            for each in edition.compare
        ),
    )


def _by_itself(project: Project, given: Given, chapters: Sequence[Chapter]) -> Edition:
    """Return an edition as others compare themselves with it: it compares itself with none.

    Two editions that name each other would otherwise wait for each other.
    """
    other = read_edition(project, str(given.value), chapters)
    comparing = (each.name for each in chapters if each.compares)
    return replace(other, compare=(), leave_out=(*other.leave_out, *comparing))


def _plan_chapter(
    chapter: Chapter,
    edition: Edition | None,
    overrides: Mapping[str, str],
    project: Project,
    folder: Path,
    options: Mapping[str, str],
) -> PlannedChapter:
    """Give each parameter its value: command line, edition's chapter, shared or default."""
    values: dict[str, Value] = {}
    written: dict[str, str] = {}
    for parameter in chapter.parameters:
        name = parameter.name
        if name in overrides:
            where = _option(name, overrides[name], options)
            value = value_from_text(parameter, overrides[name], where=where)
        else:
            given = _given(edition, chapter.name, name)
            where = given.where if given else f"Default in {project.shown(chapter.path)}"
            value = parameter.default
            if given is not None:
                value = value_of_type(parameter, given.value, where=where)
        values[name], written[name] = value, where
    if "trial" in values:
        values["trial"] = name_for_chapters(project, folder)
    return PlannedChapter(chapter, values, written, folder, lies_elsewhere(project, folder))


def _given(edition: Edition | None, chapter: str, name: str) -> Given | None:
    if edition is None:
        return None
    if name == "trial":
        return edition.trial
    if name == "edition":
        return Given(edition.name, f"Name of the edition {edition.name}")
    own = edition.by_chapter.get(chapter, {})
    return own.get(name) or edition.shared.get(name)
