"""Read ``trial.yml`` into a :class:`~helpers.trial.specification.Specification`.

Every problem is reported at once, each with its line. Nothing here needs numpy or pandas, so the
command line can ask a trial for its names without loading them.
"""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated, Any, cast

from pydantic import TypeAdapter, ValidationError

from helpers.errors import TrialProblems
from helpers.trial import wording
from helpers.trial.consistency import find_faults
from helpers.trial.encoding import decode
from helpers.trial.positions import Document, read_document
from helpers.trial.problems import Problem
from helpers.trial.specification import Specification, Tables, TableSource, with_visits

SPECIFICATION_FILE = "trial.yml"


def read_specification(folder: str | FilePath) -> Specification:
    """Read and check the description of a trial.

    Parameters
    ----------
    folder
        The trial's folder, which holds ``trial.yml``.

    Returns
    -------
    Specification
        The description, whose parts agree with each other.

    Raises
    ------
    TrialProblems
        With every problem found in the file, in the order of its lines.
    """
    specification, problems = examine_specification(FilePath(folder))
    if specification is None:
        raise TrialProblems(problems)
    return specification


def examine_specification(
    folder: FilePath,
) -> tuple[Specification | None, tuple[Problem, ...]]:
    """Read the description of a trial and return it, or None and every problem found."""
    text, unreadable = _read_text(folder / SPECIFICATION_FILE)
    if unreadable is not None:
        return None, (unreadable,)
    document = read_document(text, file=SPECIFICATION_FILE)
    if document.content is None and document.problems:
        return None, document.problems
    specification, found = _validate(document)
    problems = sorted(
        dict.fromkeys((*document.problems, *found)), key=lambda problem: problem.line or 0
    )
    return (None if problems else specification), tuple(problems)


def named_tables(folder: FilePath) -> dict[str, str]:
    """Return the file that ``trial.yml`` names for each table, as far as it can be read.

    For a table about which it says nothing that can be read, the file with its usual name is
    returned if it is in the folder.
    """
    text, _ = _read_text(folder / SPECIFICATION_FILE)
    content = read_document(text, file=SPECIFICATION_FILE).content
    said = content.get("tables") if isinstance(content, dict) else None
    files: dict[str, str] = {}
    for table in Tables.model_fields:
        try:
            source = TableSource.model_validate(said.get(table) if isinstance(said, dict) else None)
        except ValidationError:
            usual = (f"{table}.csv", f"{table}_synthetic.csv")
            source = TableSource.model_construct(
                file=next((name for name in usual if (folder / name).is_file()), None)
            )
        if source.file is not None:
            files[table] = source.file
    return files


def _read_text(path: FilePath) -> tuple[str, Problem | None]:
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = "is missing" if isinstance(error, FileNotFoundError) else "cannot be opened"
        return "", Problem(
            SPECIFICATION_FILE,
            None,
            None,
            f"The file {reason} in the folder {str(path.parent)!r}.",
            "Name a folder that holds a trial.yml which may be read.",
        )
    return decode(content, file=SPECIFICATION_FILE)


def _validate(document: Document) -> tuple[Specification | None, list[Problem]]:
    content = document.content
    if not isinstance(content, dict):
        problem = Problem(
            SPECIFICATION_FILE,
            1,
            None,
            "The file is empty."
            if content is None
            else f"The file holds {wording.shown(content)} instead of keys and values.",
            "Write keys and values, beginning with id: and title:.",
        )
        return None, [problem]
    problems: list[Problem] = []
    unread: set[str] = set()
    try:
        specification = Specification.model_validate(content)
    except ValidationError as invalid:
        errors = invalid.errors()
        misleading = wording.misleading(errors, model=Specification)
        for error in errors:
            path = tuple(error["loc"])
            unread.add(str(path[0]))
            refused = any(path[:at] in document.refused for at in range(len(path) + 1))
            if refused or error in misleading:
                continue
            message, remedy = wording.say(error, model=Specification, content=content)
            problems.append(_problem(document, path, message, remedy))
        specification = _draft(content, unread)
    for fault in find_faults(specification, unread=unread):
        problems.append(_problem(document, fault.path, fault.message, fault.remedy))
    return specification, problems


def _problem(document: Document, path: tuple[str | int, ...], message: str, remedy: str) -> Problem:
    return Problem(SPECIFICATION_FILE, document.line_of(path), None, message, remedy)


def _draft(content: dict[str, Any], unread: set[str]) -> Specification:
    """Make a specification of the sections that could be read, for the rules between them."""
    filled = with_visits(content)
    sections: dict[str, Any] = {}
    for name, field in Specification.model_fields.items():
        if name in filled and name not in unread:
            reader: TypeAdapter[Any] = TypeAdapter(cast(Any, Annotated[field.annotation, field]))
            sections[name] = reader.validate_python(filled[name])
    return Specification.model_construct(**sections)
