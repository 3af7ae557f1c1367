"""A problem found in a trial's folder: where it is, what is wrong and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in one file of a trial's folder.

    Parameters
    ----------
    file
        Name of the file inside the folder, for example ``"participants.csv"``.
    line
        Line of the file, counted from 1 (the header of a table is line 1); None when the
        problem concerns the file as a whole.
    column
        Column of a table; None in ``trial.yml`` and when no single column is at fault.
    message
        One sentence that says what was found.
    remedy
        One sentence that says what to do.
    """

    file: str
    line: int | None
    column: str | None
    message: str
    remedy: str

    def __str__(self) -> str:
        place = [self.file]
        if self.line is not None:
            counted = "row" if self.file.endswith(".csv") else "line"
            place.append(f"{counted} {self.line}")
        if self.column is not None:
            place.append(f"column {self.column}")
        return f"{', '.join(place)}: {self.message} {self.remedy}"
