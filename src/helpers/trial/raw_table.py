"""Read somebody's CSV file as it is: any usual encoding, separator and decimal mark.

The trial's own tables are stricter (``delimited.py``); this reader accepts what spreadsheets and
statistics programs write, and says what it took the file for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from helpers.errors import DataError, unknown_name
from helpers.trial.raw_encoding import decoded
from helpers.trial.raw_rows import SEPARATORS, split_rows
from helpers.trial.raw_values import is_missing, numbers

# How files begin that are not text, and what they are.
_BINARY = (
    (b"PK\x03\x04", "an Excel workbook (.xlsx) or another packed file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"$FL", "an SPSS file"),
    (b"<stata_dta>", "a Stata file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF document"),
    (b"RDX", "an R data file"),
    (b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xc2\xea\x81\x60", "a SAS data set"),
)

_UNITS = (
    *("mm", "cm", "m", "kg", "g", "mg", "n", "%", "points", "score", "years", "yrs", "weeks"),
    *("days", "punkte", "jahre", "mmhg", "mmol/l", "0-10", "0-100"),
)
_UNNAMED = re.compile(r"|Unnamed: 0|\.\.\.1")  # as pandas and readr write it


@dataclass(frozen=True)
class RawTable:
    """The cells of a CSV file as text; a blank cell is an empty text.

    Parameters
    ----------
    columns
        The cells of each named column.
    lines
        The line of the file on which each row begins.
    remarks
        What the file was taken for, one phrase each.
    file
        Its name.
    doubt
        Why its letters may be wrong; empty when nothing says so.
    """

    columns: dict[str, list[str]]
    lines: list[int]
    remarks: tuple[str, ...]
    file: str
    doubt: str = ""

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lines)

    def column(self, name: str, *, option: str) -> list[str]:
        """Return the cells of a column that an option named (capital letters do not count)."""
        return self.columns[self.named(name, option=option)]

    def named(self, name: str, *, option: str) -> str:
        """Return the name of a column as the file writes it, however an option wrote it."""
        if name in self.columns:
            return name
        alike = [column for column in self.columns if column.casefold() == name.strip().casefold()]
        if len(alike) == 1:
            return alike[0]
        where = f"{option} {name}"
        raise DataError(unknown_name(f"column of {self.file}", name, self.columns, where=where))


def read_raw_table(path: Path, *, encoding: str | None = None) -> RawTable:
    """Read a CSV file written by a spreadsheet or a statistics program.

    Parameters
    ----------
    path
        The file.
    encoding
        Its encoding; None to find out (UTF-8, UTF-16 with its mark, else Windows-1252).

    Raises
    ------
    DataError
        When it is missing, empty, no text, or no table with a header and rows.
    """
    if path.is_dir():
        raise DataError(f"{path} is a folder: name the CSV file in it with --from.")
    if not path.is_file():
        raise DataError(f"There is no file {path}: name the CSV file of your trial with --from.")
    content = path.read_bytes()
    _refuse_binary(content, path.name)
    text, said, doubt = decoded(content, path.name, encoding)
    if not text.strip():
        raise DataError(
            f"{path.name} is empty: export the table again, with a header row and one row for each "
            "patient or for each patient and visit."
        )
    separator, rows, lines = split_rows(text, path.name)
    told = lines
    header, rows, lines = _header(rows, lines, path.name)
    remarks = [f"{said}, columns separated by {SEPARATORS[separator]}"]
    names = _names(header)
    width = len(names)
    cells = [_fitted(row, width, line, path.name) for row, line in zip(rows, lines, strict=True)]
    kept = [at for at, row in enumerate(cells) if any(row)]
    if not kept:
        raise DataError(
            f"{path.name} has a header but no rows: export the table again with its data."
        )
    columns: dict[str, list[str]] = {}
    for place, name in enumerate(names):
        values = [cells[at][place] for at in kept]
        if columns.setdefault(name, values) != values:
            first, line = names.index(name) + 1, told[0]
            raise DataError(
                f"{path.name}, line {line}: columns {first} and {place + 1} have the same name, "
                f"{name!r}, but hold different cells: name each by what it holds, as in pain_0 and "
                "pain_12w."
            )
    if len(columns) < len(names):
        twice = dict.fromkeys(name for name in names if names.count(name) > 1)
        remarks.append(f"columns that stand there twice were read once: {', '.join(twice)}")
    # Statistics programs write the numbers of the rows, in whatever order they stand, in a first
    # column without a name; they are nobody's data.
    numbered = all(re.fullmatch(r"\d+", cell) for cell in columns[names[0]])
    if (
        _UNNAMED.fullmatch(header[0])
        and numbered
        and len(set(columns[names[0]])) == len(kept)
        and len(columns) > 1
    ):
        del columns[names[0]]
        remarks.append("the numbers of the rows were left out")
    _refuse_units(columns, lines[kept[0]], path.name)
    blank = [name for name, values in columns.items() if not any(values)]
    columns = {name: values for name, values in columns.items() if name not in blank}
    if blank:
        remarks.append(f"columns without any value were left out: {', '.join(blank)}")
    return RawTable(columns, [lines[at] for at in kept], tuple(remarks), path.name, doubt)


def _refuse_units(columns: dict[str, list[str]], line: int, file: str) -> None:
    """Refuse a row under the header that says in which units the columns are measured."""
    units = []
    for cells in columns.values():
        first, rest = cells[0], [cell for cell in cells[1:] if not is_missing(cell)]
        if is_missing(first):
            continue
        # Who shares an arm or a visit with another row, or has a score, is a patient.
        if first in rest or numbers([first]) is not None:
            return
        if len(rest) > 1 and numbers(rest) is not None:
            units.append(first)
    if len(units) > 1 or any(unit.casefold() in _UNITS for unit in units):
        raise DataError(
            f"{file}, line {line}: the row under the header looks like units or explanations "
            f"({', '.join(units[:4])}) and not like a patient: delete it."
        )


def _refuse_binary(content: bytes, file: str) -> None:
    for start, what in _BINARY:
        if content.startswith(start):
            raise DataError(
                f"{file} is {what}, not a CSV file: open it in its program and export the sheet as "
                "CSV ('CSV UTF-8' in Excel), then give that file to --from."
            )
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(
            f"{file} is not text: export the table as CSV and give that file to --from."
        )
    if content.lstrip()[:1] in (b"<", b"{"):
        raise DataError(
            f"{file} holds a web page or JSON, not rows and columns: export the table as CSV and "
            "give that file to --from."
        )


def _header(
    rows: list[list[str]], lines: list[int], file: str
) -> tuple[list[str], list[list[str]], list[int]]:
    header, rest = rows[0], rows[1:]
    if all(re.fullmatch(r"[-+]?[\d.,]+|", cell) for cell in header):
        raise DataError(
            f"{file}, line {lines[0]}: the first row holds numbers where the names of the columns "
            "are expected; add a header row."
        )
    # R writes row names in a column of their own, over which the header may have no cell.
    if rest and all(len(row) == len(header) + 1 for row in rest):
        header = ["", *header]
    return header, rest, lines[1:]


def _names(header: list[str]) -> list[str]:
    """Return the names of the columns; those without a name are counted."""
    return [
        re.sub(r"\s+", " ", cell) or ("row" if at == 1 else f"column {at}")
        for at, cell in enumerate(header, start=1)
    ]


def _fitted(row: list[str], width: int, line: int, file: str) -> list[str]:
    """Fit a row to the header where only blank cells at its end are too many or too few."""
    if len(row) > width and not any(row[width:]):
        row = row[:width]
    if len(row) > width:
        raise DataError(
            f"{file}, line {line}: the row has {len(row)} cells where the header has {width}; "
            "quote cells that hold the separator, and export the file again."
        )
    return row + [""] * (width - len(row))
