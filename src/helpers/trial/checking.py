"""Check a trial's folder and report everything that is wrong with it.

Each file is read once; the tables that loading needs come out of the same pass.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from helpers.errors import nearest_name
from helpers.trial.contents import Contents
from helpers.trial.delimited import WrittenTable, read_written_table
from helpers.trial.folders import find_trial
from helpers.trial.outcome_rules import outcome_problems
from helpers.trial.participant_rules import participant_problems
from helpers.trial.problems import Problem
from helpers.trial.reading import SPECIFICATION_FILE, examine_specification, named_tables
from helpers.trial.screening_rules import screening_problems
from helpers.trial.small_arms import small_arms
from helpers.trial.specification import Specification
from helpers.trial.tables import TABLE_NAMES, table_schema
from helpers.trial.treatment_rules import event_problems, session_problems
from helpers.trial.validating import validate_table

# Tables in which no record at all can be the truth.
_MAY_BE_EMPTY = ("sessions", "adverse_events")
ALIKE = 3  # problems of one kind in one column that are written out


@dataclass(frozen=True)
class CheckReport:
    """What a check found in a trial's folder.

    Parameters
    ----------
    folder
        The folder.
    problems
        Every problem, in the order of files and lines.
    counted
        Rows of each table that was read, participants of each arm (``participants.<arm>``) and
        scores at each visit (``scores.<visit>``).
    title
        The trial's title; None when ``trial.yml`` could not be read.
    data_label
        Whether the patients are real or synthetic, in words.
    fully
        Whether the tables were checked against ``trial.yml``, and not only how they are written.
    remarks
        What is no problem, but wants to be looked at.
    """

    folder: Path
    problems: tuple[Problem, ...]
    counted: Mapping[str, int]
    title: str | None = None
    data_label: str | None = None
    fully: bool = True
    remarks: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether no problem was found."""
        return not self.problems

    def problem_lines(self, *, alike: int = ALIKE) -> list[str]:
        """Return a line for each problem; of many that are alike, the first few and how many more.

        Parameters
        ----------
        alike
            Problems of one kind in one column that are written out.
        """
        kinds: dict[tuple[str, str | None, str], list[Problem]] = {}
        for problem in self.problems:
            kind = re.sub(r"'[^']*'|[-+]?\d[\d.:-]*", "", problem.message)
            kinds.setdefault((problem.file, problem.column, kind), []).append(problem)
        lines = []
        for (file, column, _), found in kinds.items():
            shown = found if len(found) <= alike + 1 else found[:alike]
            lines += [str(problem) for problem in shown]
            rest = found[len(shown) :]
            if rest:
                rows = ", ".join(str(problem.line) for problem in rest[:5])
                place = file if column is None else f"{file}, column {column}"
                more = ", ..." if len(rest) > 5 else ""
                lines.append(f"{place}: {len(rest):,} more like these (rows {rows}{more}).")
        return lines

    def summary(self) -> str:
        """Say in a few lines what was read and found valid, or how much is wrong."""
        lines = []
        if self.title is not None:
            lines.append(f"{self.title} ({self.data_label})")
        for table in TABLE_NAMES:
            if table not in self.counted:
                continue
            parts = ", ".join(
                f"{name.partition('.')[2]} {count}"
                for name, count in self.counted.items()
                if name.startswith(
                    {"participants": "participants.", "outcomes": "scores."}.get(table, ":")
                )
            )
            rows = f"{table}: {_counted(self.counted[table], 'row')}"
            lines.append(rows + (f" ({parts})" if parts else ""))
        if not self.fully:
            lines.append(
                f"The tables were not fully checked, because {SPECIFICATION_FILE}, which says what "
                "they should hold, has problems itself; correct it and check again."
            )
        lines += self.remarks
        lines.append(
            "Valid." if self.valid else f"{_counted(len(self.problems), 'problem')} found."
        )
        return "\n".join(lines)


@dataclass(frozen=True)
class Examination:
    """Everything that one pass over a trial's folder found."""

    report: CheckReport
    specification: Specification | None = None
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    sha256: str = ""


def check_trial(trial: str | Path) -> CheckReport:
    """Check a trial's description and tables and report every problem.

    Parameters
    ----------
    trial
        The trial's folder, or its name.

    Returns
    -------
    CheckReport
        ``.valid`` when there is no problem. When ``trial.yml``, which says what the tables should
        hold, has a problem itself, only how they are written is checked (``.fully`` is False).

    Raises
    ------
    SpecificationError
        When there is no such folder.
    """
    return examine_trial(find_trial(trial)).report


def examine_trial(folder: Path) -> Examination:
    """Read, convert and check everything in a trial's folder in one pass."""
    specification, problems = examine_specification(folder)
    if specification is None:
        return Examination(_check_writing(folder, problems))
    contents = _read_files(folder, specification.tables.files())
    tables: dict[str, pd.DataFrame] = {}
    faulty: dict[str, Mapping[str, frozenset[int]]] = {}
    found: list[Problem] = []
    for table, (file, content) in contents.items():
        written = _read_table(folder, table, file, content)
        found.extend(written.problems)
        if written.frame is None:
            continue
        if specification.is_synthetic and "data" in written.frame.columns[1:]:
            message = "The column 'data' is not the first."
            found.append(Problem(file, 1, "data", message, "Move it to the front."))
        validated = validate_table(written.frame, table_schema(specification, table), file=file)
        found.extend(validated.problems)
        # Rows that could not be read would seem to be missing from every other table.
        if written.complete:
            tables[table], faulty[table] = validated.frame, validated.faulty
    found.extend(_disagreements(Contents(specification, tables, faulty)))
    counted = _count(specification, tables)
    report = CheckReport(
        folder,
        _in_order(found, [file for file, _ in contents.values()]),
        counted,
        specification.title,
        specification.data_label,
        remarks=tuple(_small_arms(specification, counted)),
    )
    return Examination(report, specification, tables, _fingerprint(folder, contents))


def _check_writing(folder: Path, problems: tuple[Problem, ...]) -> CheckReport:
    """Check what can be said of the tables of a trial whose description is not valid."""
    contents = _read_files(folder, named_tables(folder))
    found: list[Problem] = []
    counted: dict[str, int] = {}
    for table, (file, content) in contents.items():
        written = _read_table(folder, table, file, content)
        found.extend(written.problems)
        if written.frame is None:
            continue
        if written.complete:
            counted[table] = len(written.frame)
        if table == "participants" and "participant" in written.frame:
            found.extend(_repeated_participants(written.frame["participant"], file))
    in_order = _in_order(found, [file for file, _ in contents.values()])
    return CheckReport(folder, (*problems, *in_order), counted, fully=False)


def _read_table(folder: Path, table: str, file: str, content: bytes | None) -> WrittenTable:
    """Read a table as it is written, and say what is wrong with that."""
    if content is None:
        return WrittenTable(None, (_missing_file(folder, file, table),))
    written = read_written_table(content, file=file)
    empty = written.frame is not None and written.frame.empty
    if not empty or written.problems or table in _MAY_BE_EMPTY:
        return written
    message = "The file has a header but no rows."
    problem = Problem(file, None, None, message, "Add a row for each record.")
    return replace(written, problems=(problem,))


def _repeated_participants(participants: pd.Series, file: str) -> Iterator[Problem]:
    named = participants.dropna()
    for line, name in named[named.duplicated()].items():
        first = named.index[named == name][0]
        message = f"The row repeats participant {name!r} of row {first}."
        yield Problem(file, int(str(line)), "participant", message, "Keep one of the two rows.")


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _read_files(folder: Path, files: Mapping[str, str]) -> dict[str, tuple[str, bytes | None]]:
    """Return the name and the bytes of each table's file, None when it is missing."""
    return {
        table: (file, (folder / file).read_bytes() if (folder / file).is_file() else None)
        for table, file in files.items()
    }


def _missing_file(folder: Path, file: str, table: str) -> Problem:
    if (folder / file).is_dir():
        message = f"A folder lies where the file of the table {table} is expected."
        remedy = f"Put the file there, or name it under tables in {SPECIFICATION_FILE}."
        return Problem(file, None, None, message, remedy)
    others = set(named_tables(folder).values())
    there = sorted(path.name for path in folder.glob("*.csv") if path.name not in others)
    near = nearest_name(file, there)
    hint = f"Did you mean {near!r}? " if near else ""
    remedy = f"{hint}Add the file, or correct its name under tables in {SPECIFICATION_FILE}."
    return Problem(file, None, None, f"The file of the table {table} is missing.", remedy)


def _disagreements(contents: Contents) -> Iterator[Problem]:
    for rule in (
        participant_problems,
        outcome_problems,
        screening_problems,
        session_problems,
        event_problems,
    ):
        yield from rule(contents)


def _in_order(problems: list[Problem], files: list[str]) -> tuple[Problem, ...]:
    unique = dict.fromkeys(problems)
    return tuple(sorted(unique, key=lambda problem: (files.index(problem.file), problem.line or 0)))


def _count(specification: Specification, tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    counted = {table: len(frame) for table, frame in tables.items()}
    if "arm" in tables.get("participants", ()):
        arms = tables["participants"]["arm"].value_counts()
        counted |= {f"participants.{arm}": int(arms.get(arm, 0)) for arm in specification.arm_ids}
    if {"visit", "score"} <= set(tables.get("outcomes", ())):
        scored = tables["outcomes"].dropna(subset=["score"])["visit"].value_counts()
        counted |= {
            f"scores.{visit}": int(scored.get(visit, 0)) for visit in specification.visit_ids
        }
    return counted


def _small_arms(specification: Specification, counted: Mapping[str, int]) -> Iterator[str]:
    sizes = {arm: counted.get(f"participants.{arm}", 0) for arm in specification.arm_ids}
    for arm, near in small_arms(sizes).items():
        asked = f": is it a misspelling of {near!r}?" if near else "."
        yield f"The arm {arm!r} has only {_counted(sizes[arm], 'participant')}{asked}"


def _fingerprint(folder: Path, contents: Mapping[str, tuple[str, bytes | None]]) -> str:
    """Hash the contents in a fixed order; line ends do not count, since git may change them."""
    digest = hashlib.sha256()
    parts = [(SPECIFICATION_FILE, (folder / SPECIFICATION_FILE).read_bytes())]
    parts += [(table, content or b"") for table, (_, content) in contents.items()]
    for name, content in parts:
        plain = content.replace(b"\r\n", b"\n")
        digest.update(f"{name} {len(plain)}\n".encode())
        digest.update(plain)
    return digest.hexdigest()
