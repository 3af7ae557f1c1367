"""Sweeps: one chapter run for every cell of a grid, each cell once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.book.kept import KEPT, keep_notebook, kept_notebook
from helpers.book.locking import LOCK, only_build
from helpers.book.replacing import STAGING, recover
from helpers.book.sweep_plans import Cell, Sweep
from helpers.errors import ParameterError

FAILED = "failed"

_CELLS = "cells"


@dataclass(frozen=True)
class Swept:
    """A cell, with its executed notebook or the sentence that says why there is none."""

    cell: Cell
    notebook: str | None = None
    failure: str | None = None


def run_sweep(
    sweep: Sweep,
    *,
    folder: Path,
    jobs: int,
    timeout: float,
    report: Callable[[str], None],
    finish: Callable[[Path, Sequence[Swept]], None],
    scheduler: str | None = None,
) -> list[Swept]:
    """Run the cells of a sweep that have not been run before, and write what they found.

    Each cell is kept as soon as it ends, so an interrupted sweep goes on where it stopped.

    Parameters
    ----------
    sweep
        The planned sweep.
    folder
        Where it is kept.
    jobs
        How many cells run at the same time.
    timeout
        Seconds that one notebook cell may take.
    report
        Called with a line for each cell that ends.
    finish
        Called with the folder and all cells, to write the tables and the page; the lock is held.
    scheduler
        Address of a Dask scheduler whose workers run the cells; None for this machine.

    Returns
    -------
    list of Swept
        In the order of the grid, failed ones included.
    """
    with only_build(folder):
        recover(folder)
        shutil.rmtree(folder / FAILED, ignore_errors=True)
        kept = finished_cells(sweep, folder)
        done = {
            cell.number: Swept(cell, notebook=kept[cell.number])
            for cell in sweep.cells
            if cell.number in kept
        }
        if done:
            report(f"{len(done)} of {len(sweep.cells)} cells have run before and are taken again")
        rest = [cell for cell in sweep.cells if cell.number not in done]
        try:
            for swept in _run(sweep, rest, folder, jobs, timeout, report, scheduler):
                done[swept.cell.number] = swept
            found = [done[cell.number] for cell in sweep.cells]
            finish(folder, found)
            _forget_stale(sweep, folder)
        finally:
            shutil.rmtree(folder / STAGING, ignore_errors=True)
    return found


def refuse_foreign_folder(folder: Path) -> None:
    """Refuse a folder that holds anything but a sweep, which would be mixed with it or replaced.

    Raises
    ------
    ParameterError
        When it does, or is no folder.
    """
    if folder.is_dir():
        free = (folder / LOCK).is_file() or not any(folder.iterdir())
    else:
        free = not folder.exists()
    if not free:
        raise ParameterError(
            f"--output {folder}: something is there that no sweep has written; choose a new or an "
            "empty folder."
        )


def _run(
    sweep: Sweep,
    cells: Sequence[Cell],
    folder: Path,
    jobs: int,
    timeout: float,
    report: Callable[[str], None],
    scheduler: str | None,
) -> list[Swept]:
    if not cells:
        return []
    # Everything that runs notebooks is loaded only when something has to run.
    from helpers.book.execution import run_chapters
    from helpers.book.tasks import Executed, Task

    of: dict[Task, Cell] = {}
    for cell in cells:
        scratch = folder / STAGING / f"cell-{cell.number:03d}"
        task = Task(
            sweep.edition.name if sweep.edition else "",
            cell.planned,
            scratch=scratch,
            failed=folder / FAILED / f"cell-{cell.number:03d}.ipynb",
            results=cell.results,
            made_from=sweep.fingerprints.ingredients(cell.planned, cell.planned.trial),
        )
        of[task] = cell
    total = len(sweep.cells)
    found: list[Swept] = []
    fingerprints = sweep.fingerprints

    def finished(executed: Executed) -> None:
        cell = of[executed.task]
        swept = Swept(cell, executed.notebook, executed.failure)
        if changes := fingerprints.changes(cell.planned, cell.planned.trial):
            swept = Swept(
                cell,
                failure="Something that the cell is made from changed while it ran "
                f"({'; '.join(changes)}): run the sweep again.",
            )
        elif executed.notebook is not None:
            keep_notebook(
                folder,
                _CELLS,
                _key(cell),
                fingerprint=cell.fingerprint,
                notebook=executed.notebook,
                made_from=fingerprints.ingredients(cell.planned, cell.planned.trial),
            )
        found.append(swept)
        told = f"took {executed.seconds:.1f} s" if swept.notebook else f"failed: {swept.failure}"
        report(f"Cell {cell.number} of {total} ({cell.label}) {told}")

    try:
        run_chapters(list(of), jobs=jobs, timeout=timeout, finished=finished, scheduler=scheduler)
    except (KeyboardInterrupt, SystemExit):
        left = len(cells) - len(found)
        report(
            f"Stopped with {left} of {total} cells still to run: the same command goes on from "
            "there, and no finished cell is run again."
        )
        raise
    return found


def finished_cells(sweep: Sweep, folder: Path) -> dict[int, str]:
    """Return the notebooks of the cells that need not run again, by the number of the cell.

    A cell that was made by another chapter, code, data or lock than there is now has to run again.
    """
    found = {
        cell.number: kept_notebook(folder, _CELLS, _key(cell), fingerprint=cell.fingerprint)
        for cell in sweep.cells
    }
    return {number: notebook for number, notebook in found.items() if notebook is not None}


def _key(cell: Cell) -> str:
    return cell.fingerprint[:16]


def _forget_stale(sweep: Sweep, folder: Path) -> None:
    """Delete kept cells that no grid can use again: made by other code, data, source or lock.

    Cells of other values stay, so that a grid can be widened and narrowed at will.
    """
    now = sweep.fingerprints
    current = [now.ingredients(cell.planned, cell.planned.trial) for cell in sweep.cells]
    usable = [_without_parameters(each) for each in current]
    for about in (folder / KEPT / _CELLS).glob("*.json"):
        try:
            made_from = json.loads(about.read_text(encoding="utf-8"))["made_from"]
        except (OSError, ValueError, KeyError, TypeError):
            made_from = {}
        if _without_parameters(made_from) not in usable:
            about.with_suffix(".ipynb").unlink(missing_ok=True)
            about.unlink(missing_ok=True)


def _without_parameters(made_from: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in made_from.items() if key != "parameters"}
