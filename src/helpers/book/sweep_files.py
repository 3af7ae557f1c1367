"""What a sweep leaves behind: one tidy table, one page, one notebook for each cell."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from helpers.analysis.sweeps import PRIMARY, SweptCell, estimate_stem, swept_cell
from helpers.book.pages import book_style, made_by, notice
from helpers.book.planning import specification
from helpers.book.project import Project
from helpers.book.replacing import STAGING, replace_folder
from helpers.book.results import Results, harvest
from helpers.book.sweep_plans import Sweep
from helpers.book.sweep_privacy import withheld_in_cells, without_outputs, without_withheld
from helpers.book.sweeps import Swept
from helpers.show import sweeps as show
from helpers.show.differencing import caution, withheld_sentence
from helpers.show.outputs import collected
from helpers.show.page_label import PageLabel, set_page_label
from helpers.show.standalone import Section, standalone_page
from helpers.trial.specification import Specification

TABLE = "results.csv"
PAGE = "index.html"
NOTEBOOKS = "notebooks"


def write_sweep(project: Project, sweep: Sweep, folder: Path, swept: Sequence[Swept]) -> None:
    """Write the table, the page and the notebooks of a sweep.

    All of them are on the disk before the first is put in its place, so that a full disk, or a page
    that cannot be made, leaves those of the last time.

    Parameters
    ----------
    project
        The book.
    sweep
        The sweep.
    folder
        Where to write.
    swept
        All cells, in the order of the grid.
    """
    results = [
        None
        if each.notebook is None
        else harvest(json.loads(each.notebook), chapter=sweep.chapter.name)
        for each in swept
    ]
    folders = {each.cell.planned.trial for each in swept}
    trials = {trial: specification(trial) for trial in folders}
    withheld = withheld_in_cells(swept, results, trials)
    results = [
        None if found is None else without_withheld(found, withheld[each.cell.planned.trial])
        for each, found in zip(swept, results, strict=True)
    ]
    staged = folder / STAGING / "finished"
    shutil.rmtree(staged, ignore_errors=True)
    (staged / NOTEBOOKS).mkdir(parents=True)
    for each in swept:
        if each.notebook is not None:
            name = f"cell-{each.cell.number:03d}.ipynb"
            # Where counts are withheld, the outputs would show them.
            hides = withheld[each.cell.planned.trial]
            text = without_outputs(each.notebook) if hides else each.notebook
            (staged / NOTEBOOKS / name).write_text(text, encoding="utf-8")
    (staged / TABLE).write_text(
        _table(sweep, swept, results, trials), encoding="utf-8", newline="\n"
    )
    (staged / PAGE).write_text(
        _page(project, sweep, swept, results, trials, withheld, folder=folder),
        encoding="utf-8",
        newline="\n",
    )
    replace_folder(staged / NOTEBOOKS, folder / NOTEBOOKS)
    for name in (TABLE, PAGE):
        (staged / name).replace(folder / name)


def _table(
    sweep: Sweep,
    swept: Sequence[Swept],
    results: Sequence[Results | None],
    trials: dict[Path, Specification],
) -> str:
    """Return one row for each result of each cell."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["data", "cell", *sweep.grid, "name", "value", "text"])
    for each, found in zip(swept, results, strict=True):
        cell = each.cell
        data = trials[cell.planned.trial].patients
        for name, entry in (found or {}).items():
            row = [data, cell.number, *cell.grid.values(), name]
            table.writerow([*row, _plain(entry["value"]), entry["text"]])
    return text.getvalue()


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _page(
    project: Project,
    sweep: Sweep,
    swept: Sequence[Swept],
    results: Sequence[Results | None],
    trials: dict[Path, Specification],
    withheld: dict[Path, frozenset[str]],
    *,
    folder: Path,
) -> str:
    stem = estimate_stem([found for found in results if found is not None])
    cells = [
        swept_cell(
            number=each.cell.number,
            values=each.cell.grid,
            trial=trials[each.cell.planned.trial].id,
            label=_label(trials[each.cell.planned.trial]),
            synthetic=trials[each.cell.planned.trial].is_synthetic,
            results=found,
            stem=stem,
            # The page may be sent elsewhere: it names the kept notebook as it lies beside it.
            failure=(each.failure or "").replace(f"{folder}{os.sep}", ""),
            fingerprint=each.cell.fingerprint,
        )
        for each, found in zip(swept, results, strict=True)
    ]
    labels = dict.fromkeys(_label(each) for each in trials.values())
    synthetic = [each.is_synthetic for each in trials.values()]
    set_page_label(PageLabel(" and ".join(labels), any(synthetic)))
    what = _words(stem)
    fixed = {
        name: value
        for name, value in sweep.cells[0].planned.values.items()
        if name not in sweep.grid and name not in ("edition", "results")
    }
    return standalone_page(
        title=f"Sweep of {sweep.chapter.name}: {sweep.chapter.title}",
        notice=notice(synthetic),
        lead=[
            show.sweep_sentence(cells),
            f"Every number of every cell stands in {TABLE}, the executed notebooks in {NOTEBOOKS}.",
            *_told_of_privacy(trials, withheld),
        ],
        files=[TABLE],
        sections=_sections(cells, what, fixed),
        footer=made_by(),
        style=book_style(project),
    )


def _told_of_privacy(
    trials: dict[Path, Specification], withheld: dict[Path, frozenset[str]]
) -> list[str]:
    private = private_trials(trials.values())
    names = len(frozenset().union(*withheld.values()))
    outputs = "For the same reason the notebooks have no outputs." if names else ""
    told = [withheld_sentence(names), outputs, caution(private) if private else ""]
    return [text for text in told if text]


def private_trials(trials: Iterable[Specification]) -> list[str]:
    """Return the names of the trials that are not public."""
    return [trial.id for trial in trials if not trial.public]


def _sections(cells: Sequence[SweptCell], what: str | None, fixed: dict[str, Any]) -> list[Section]:
    with collected() as figures:
        if what is not None:
            show.sweep_figures(cells, what=what)
    with collected() as table:
        show.cells_table(cells, what=what)
    with collected() as failures:
        show.failures_table(cells)
    with collected() as same:
        show.fixed_table(fixed)
    none = "" if figures else "No estimate with an interval is recorded in every cell that ran."
    return [
        Section("What changes", figures, text=none, side_by_side=True),
        Section("Failures", failures),
        Section("Cells", table),
        Section("What stays the same", same),
    ]


def _label(trial: Specification) -> str:
    return f"{trial.data_label} ({trial.short_title})"


def _words(stem: str | None) -> str | None:
    """Return what an estimate is called on the page."""
    if stem is None:
        return None
    return "Primary difference" if stem == PRIMARY else stem
