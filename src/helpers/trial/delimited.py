"""Read a CSV file as text, cell by cell as it is written, and say what is wrong with its writing.

The index of the frame is the line of the file on which each row begins, so that every later check
can say where it found something.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from helpers.trial.encoding import decode
from helpers.trial.problems import Problem


@dataclass(frozen=True)
class WrittenTable:
    """The cells of a CSV file as text (blank cells are missing), and problems of its writing.

    ``complete`` says that the file could be read to its end.
    """

    frame: pd.DataFrame | None
    problems: tuple[Problem, ...]
    complete: bool = True


def read_written_table(content: bytes, *, file: str) -> WrittenTable:
    """Read a CSV file (UTF-8, comma, one header row) as text.

    Parameters
    ----------
    content
        The bytes of the file.
    file
        Its name, for the problems.

    Returns
    -------
    WrittenTable
        ``frame`` is None when the file cannot be read at all. Rows with too many or too few cells
        are reported and left out.
    """
    text, problem = decode(content, file=file)
    if problem is not None:
        return WrittenTable(None, (problem,))
    rows, lines, problems = _split(text, file)
    complete = not problems
    if not rows:
        if not problems:
            remedy = "Write a header row and one row for each record."
            problems.append(Problem(file, None, None, "The file is empty.", remedy))
        return WrittenTable(None, tuple(problems))
    header, separated = rows[0], _separator_problem(rows[0], lines[0], file)
    if separated is not None:
        return WrittenTable(None, (separated,))
    kept: list[Sequence[str]] = []
    kept_lines: list[int] = []
    for row, line in zip(rows[1:], lines[1:], strict=True):
        if len(row) == len(header):
            kept.append(row)
            kept_lines.append(line)
        else:
            problems.append(_ragged(file, line, len(row), len(header)))
    problems.extend(_header_problems(header, lines[0], file))
    # A name that stands twice keeps its first column; unnamed columns cannot be used.
    places = {name: at for at, name in reversed(list(enumerate(header))) if name.strip()}
    columns = {
        name: pd.Series([row[places[name]] or None for row in kept], kept_lines, dtype="str")
        for name in sorted(places, key=lambda name: places[name])
    }
    return WrittenTable(pd.DataFrame(columns, index=kept_lines), tuple(problems), complete)


def _split(text: str, file: str) -> tuple[list[list[str]], list[int], list[Problem]]:
    """Return the rows that are not blank, the lines on which they begin, and problems."""
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(begins)
            begins = reader.line_num + 1
    except csv.Error as error:
        problem = Problem(
            file,
            begins,
            None,
            f"The row that begins here cannot be read ({error}).",
            'Close every quote; write a quote inside quoted text twice ("").',
        )
        return rows, lines, [problem]
    return rows, lines, []


def _separator_problem(header: list[str], line: int, file: str) -> Problem | None:
    if len(header) > 1:
        return None
    for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if separator in header[0]:
            return Problem(
                file,
                line,
                None,
                f"The columns are separated by {name}.",
                "Save the file with commas between the columns and points in decimal numbers.",
            )
    return None


def _ragged(file: str, line: int, found: int, expected: int) -> Problem:
    remedy = (
        "Quote cells that hold a comma, and remove cells that are too many."
        if found > expected
        else "Add the commas that are missing; a blank cell still needs its comma."
    )
    message = f"The row has {found} cells where the header has {expected}."
    return Problem(file, line, None, message, remedy)


def _header_problems(header: list[str], line: int, file: str) -> list[Problem]:
    problems = []
    for at, name in enumerate(header):
        if not name.strip():
            message = f"Column {at + 1} of the header has no name."
            problems.append(Problem(file, line, None, message, "Name the column or delete it."))
        elif name in header[:at]:
            message = f"Columns {header.index(name) + 1} and {at + 1} have the same name."
            remedy = "Rename or delete one of the two."
            problems.append(Problem(file, line, name, message, remedy))
    return problems
