"""Compare editions whose books are finished: one page and one tidy table."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from helpers.analysis.compared_trials import compared_trials
from helpers.analysis.comparison import Comparison, compare_editions
from helpers.book.compared import results_of_book
from helpers.book.locking import only_build
from helpers.book.pages import book_style, made_by, notice
from helpers.book.planning import specification
from helpers.book.project import SPECIFICATION, Project
from helpers.book.replacing import STAGING, recover, replace_folder
from helpers.show import comparison as show
from helpers.show.compared_trials import trials_table
from helpers.show.outputs import Output, collected
from helpers.show.page_label import set_page_label
from helpers.show.records import count
from helpers.show.sentences import listed
from helpers.show.standalone import Section, standalone_page

COMPARE = "compare"
PAGE = "index.html"
TABLE = "comparison.csv"


def write_comparison(
    project: Project, names: Sequence[str], *, lists: bool = True
) -> tuple[Path, Comparison]:
    """Compare finished books and write the page and the table.

    Parameters
    ----------
    project
        The book.
    names
        Names of the editions; the first is the one that the others are compared with.
    lists
        Whether the page lists every number that differs between editions of different trials, too;
        the table has them in any case.

    Returns
    -------
    tuple
        The page, and what it shows.

    Raises
    ------
    BuildError
        When a book is not there or not whole.
    """
    home = project.build / COMPARE
    folder = home / "-".join(names)
    # No build may put another book in the place of one that is being read.
    with only_build(project.build):
        comparison = compare_editions([results_of_book(project, name) for name in names])
        recover(home)
        staged = home / STAGING / folder.name
        staged.mkdir(parents=True)
        try:
            (staged / TABLE).write_text(_table(comparison), encoding="utf-8")
            (staged / PAGE).write_text(_page(project, comparison, lists=lists), encoding="utf-8")
            replace_folder(staged, folder)
        finally:
            shutil.rmtree(home / STAGING, ignore_errors=True)
    return folder / PAGE, comparison


def _table(comparison: Comparison) -> str:
    """Return one row for each number that differs and each edition."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(
        ["data", "edition", "trial", "chapter", "name", "value", "text", "minus_first", "differs"]
    )
    numbers = [
        *((each, "printed") for each in comparison.printed),
        *((each, "beyond print") for each in comparison.beyond_print),
    ]
    for each, differs in numbers:
        for place, edition in enumerate(comparison.editions):
            data = "synthetic" if edition.synthetic else "real"
            found = (each.values[place], each.texts[place], _ten_digits(each.differences[place]))
            who = (data, edition.name, edition.trial, each.chapter, each.name)
            table.writerow([*who, *found, differs])
    return text.getvalue()


def _ten_digits(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def _page(project: Project, comparison: Comparison, *, lists: bool) -> str:
    set_page_label(show.comparison_label(comparison))
    result = Section(
        "The primary result",
        _shown(comparison, show.primary_estimates_figure, show.compared_means_figure),
        side_by_side=True,
    )
    if comparison.same_trial:
        title = f"Editions compared: {listed([edition.name for edition in comparison.editions])}"
        lead = [show.comparison_sentence(comparison)]
        sections = [
            Section("The editions", _shown(comparison, show.editions_table)),
            Section("Parameters that differ", _shown(comparison, show.differing_parameters_table)),
            result,
        ]
    else:
        # Of different trials a reader can set questions and answers side by side.
        title = "Different trials, side by side"
        lead = [show.NOT_COMPARABLE]
        sections = [_trials(project, comparison), result]
    if lists or comparison.same_trial:
        sections.append(_numbers(comparison))
    return standalone_page(
        title=title,
        notice=notice(edition.synthetic for edition in comparison.editions),
        lead=[*lead, f"The numbers that differ stand in {TABLE}."],
        files=[TABLE],
        sections=sections,
        footer=made_by(),
        style=book_style(project),
    )


def _numbers(comparison: Comparison) -> Section:
    """Return every number that differs, chapter by chapter."""
    absent = sum(len(numbers) for numbers in comparison.absent.values())
    counts = [] if comparison.same_trial else [show.counts_sentence(comparison)]
    counts.append(
        f"{count(comparison.words)} texts (sentences and labels) differ too; "
        f"{count(absent)} numbers are not in every edition."
    )
    parts = (show.differing_numbers_tables, show.beyond_print_table, show.absent_table)
    return Section("Every number that differs", _shown(comparison, *parts), text=" ".join(counts))


def _trials(project: Project, comparison: Comparison) -> Section:
    """Return what was asked and found in each trial, as far as it is described here."""
    described = {
        trial: specification(project.data / trial)
        for trial in dict.fromkeys(edition.trial for edition in comparison.editions)
        if (project.data / trial / SPECIFICATION).is_file()
    }
    with collected() as outputs:
        trials_table(compared_trials(comparison, described))
    return Section("The trials", outputs)


def _shown(comparison: Comparison, *parts: Callable[[Comparison], None]) -> list[Output]:
    with collected() as outputs:
        for part in parts:
            part(comparison)
    return outputs
