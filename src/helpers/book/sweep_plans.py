"""Plan a sweep: the cells of a grid, each judged before anything runs, and where it is kept."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.book.chapters import Chapter
from helpers.book.editions import Edition
from helpers.book.fingerprints import Fingerprints, combined
from helpers.book.grids import OPTION, Grid, cells_of
from helpers.book.planning import PlannedChapter, plan_chapter
from helpers.book.project import Project
from helpers.book.results_given import results_given
from helpers.errors import ParameterError

SWEEPS = "sweeps"

_LONGEST_NAME = 60


@dataclass(frozen=True)
class Cell:
    """One combination of the grid's values, planned.

    ``number`` counts from 1; ``results`` is what a chapter that compares results is given;
    ``fingerprint`` is that of everything that the cell is made from.
    """

    number: int
    grid: Mapping[str, str]
    planned: PlannedChapter
    results: str | None
    fingerprint: str

    @property
    def label(self) -> str:
        """Its values, for messages."""
        return ", ".join(f"{name}={value}" for name, value in self.grid.items())


@dataclass(frozen=True)
class Sweep:
    """A chapter, a grid, and the values that are the same in every cell.

    ``fingerprints`` are those of the moment at which it was planned.
    """

    chapter: Chapter
    grid: Grid
    fixed: Mapping[str, str]
    edition: Edition | None
    cells: tuple[Cell, ...]
    fingerprints: Fingerprints


def plan_sweep(
    project: Project,
    chapter: Chapter,
    grid: Grid,
    *,
    edition: Edition | None,
    fixed: Mapping[str, str],
) -> Sweep:
    """Plan every cell of a grid, and refuse whatever is wrong before anything runs.

    Parameters
    ----------
    project
        The book.
    chapter
        The chapter.
    grid
        Values as text; see :func:`helpers.book.grids.read_grid`.
    edition
        Whose values the other parameters get; None for the chapter's own defaults.
    fixed
        Values from the command line that are the same in every cell, as text.

    Raises
    ------
    TrialBookError
        When a name, a value or a type is not valid; the message names the option.
    """
    if not grid:
        raise ParameterError(f"A sweep needs a grid: add {OPTION} name=value,value.")
    for name in grid:
        if name == "edition":
            raise ParameterError(
                f"{OPTION} edition: an edition is not a value; run one sweep for each, with "
                "--edition."
            )
        if name in fixed:
            raise ParameterError(
                f"{OPTION} {name}: {name!r} is also given by -p; keep one of the two."
            )
    options = dict.fromkeys(grid, OPTION)
    fingerprints = Fingerprints(project)
    results = results_given(project, chapter, edition)
    cells = []
    for number, values in enumerate(cells_of(grid), start=1):
        planned = plan_chapter(project, chapter, edition, {**fixed, **values}, options=options)
        own = fingerprints.chapter(planned, planned.trial)
        fingerprint = own if results is None else combined({"chapter": own, "results": results})
        cells.append(Cell(number, values, planned, results, fingerprint))
    _refuse_equal(cells)
    return Sweep(chapter, grid, dict(fixed), edition, tuple(cells), fingerprints)


def sweep_folder(project: Project, sweep: Sweep) -> Path:
    """Return the folder of a sweep, which the same command finds again.

    It is named by the chapter, the edition and the parameters of the grid, and by a short hash of
    the values given by ``-p``, if there are any. Neither another value in the grid nor another
    order of its parameters changes it.
    """
    edition = [sweep.edition.name] if sweep.edition else []
    parts = [sweep.chapter.name, *edition, *sorted(sweep.grid)]
    if sweep.fixed:
        given = json.dumps(dict(sweep.fixed), sort_keys=True).encode()
        parts.append(hashlib.sha256(given).hexdigest()[:6])
    name = re.sub(r"[^\w-]", "_", "-".join(parts))
    if len(name) > _LONGEST_NAME:
        name = f"{name[:_LONGEST_NAME]}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
    return project.build / SWEEPS / name


def _refuse_equal(cells: Sequence[Cell]) -> None:
    """Refuse a grid in which two cells are the same run, as with ``level=0.9,0.90``."""
    seen: dict[str, Cell] = {}
    for cell in cells:
        same = seen.setdefault(cell.fingerprint, cell)
        if same is not cell:
            raise ParameterError(
                f"{OPTION}: the cells {same.label} and {cell.label} are the same run; keep one of "
                "the two."
            )
