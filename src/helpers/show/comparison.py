"""Editions side by side: parameters, the primary result, and every number that differs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import pandas as pd

from helpers.analysis.comparison import (
    ComparedEstimate,
    ComparedNumber,
    Comparison,
)
from helpers.analysis.withheld import WORDS
from helpers.show.compared_means import compared_means_figure
from helpers.show.differencing import caution, withheld_sentence
from helpers.show.figures import ARM_STYLES, Numbers, display_figure
from helpers.show.outputs import show_paragraphs
from helpers.show.page_label import PageLabel, labelled_as
from helpers.show.records import MINUS, Record, count, count_record, number, publish, shown
from helpers.show.row_plot import Mark, Row, row_figure
from helpers.show.sentences import counted, listed, mid_sentence, with_unit
from helpers.show.tables import display_table

ALONE = (
    "There is nothing to compare, because this chapter was given no results of other editions. Run "
    "trialbook build, which gives it those that its edition names; or trialbook compare, with the "
    "names of two editions, which makes a page like this one."
)
NOT_COMPARABLE = (
    "These editions are of different trials. Their numbers answer different questions: they stand "
    "side by side here, and their differences mean nothing."
)
MISSING = "–"

__all__ = [
    "absent_table",
    "beyond_print_table",
    "compared_means_figure",
    "comparison_label",
    "comparison_sentence",
    "counts_sentence",
    "differing_numbers_tables",
    "differing_parameters_table",
    "editions_table",
    "primary_estimates_figure",
    "record_comparison",
]

_ROOM = 0.08  # of the range of the estimates, left free at either end of the axis


def comparison_label(comparison: Comparison) -> PageLabel:
    """Return the words that stand beside everything made from these editions."""
    labels = dict.fromkeys(edition.label for edition in comparison.editions)
    return PageLabel(
        text=" and ".join(labels),
        synthetic=any(edition.synthetic for edition in comparison.editions),
        lowered=all(edition.labels_in_english for edition in comparison.editions),
    )


def comparison_sentence(comparison: Comparison) -> str:
    """Say what the primary results are, how many numbers differ, and whether they compare."""
    if len(comparison.editions) < 2:
        return ALONE
    said = counts_sentence(comparison)
    if not comparison.same_trial:
        return f"{NOT_COMPARABLE} {said}"
    return f"{_results_sentence(comparison)}{said}"


def counts_sentence(comparison: Comparison) -> str:
    """Say how many numbers differ between editions, and how many do not."""
    names = listed([edition.name for edition in comparison.editions])
    differ = len(comparison.printed)
    beyond = len(comparison.beyond_print)
    said = (
        f"Between the editions {names}, {counted(differ, 'number')} "
        f"{'is' if differ == 1 else 'are'} printed differently, {count(beyond)} "
        f"differ{'s' if beyond == 1 else ''} only in digits that are not printed, and "
        f"{count(comparison.alike)} {'is' if comparison.alike == 1 else 'are'} the same in all."
    )
    if comparison.withheld:
        said += f" {withheld_sentence(len(comparison.withheld))}"
    return said


def _results_sentence(comparison: Comparison) -> str:
    """Say the primary difference of each edition; nothing where arms or outcomes are several."""
    estimates = comparison.estimates
    kinds = {(each.panel, each.arm, each.reference) for each in estimates}
    if len(kinds) != 1 or len(estimates) < 2 or not (estimates[0].arm and estimates[0].reference):
        return ""
    first = estimates[0]
    results = listed([f"{shown(each.text)} in {each.edition}" for each in estimates])
    pair = f"{mid_sentence(first.arm)} minus {mid_sentence(first.reference)}"
    return f"The primary difference, {pair}, is {results}. "


def record_comparison(comparison: Comparison) -> None:
    """Publish how many numbers differ, and the sentence about them."""
    said = comparison_sentence(comparison)
    publish(
        [
            Record("comparison.sentence", said, said),
            count_record("comparison.editions", len(comparison.editions)),
            count_record("comparison.printed", len(comparison.printed)),
            count_record("comparison.beyond_print", len(comparison.beyond_print)),
            count_record("comparison.alike", comparison.alike),
        ]
    )


def editions_table(comparison: Comparison) -> None:
    """Show which editions are compared, and whose data each shows."""
    if len(comparison.editions) < 2:
        show_paragraphs(ALONE)
        return
    display_table(
        pd.DataFrame(
            [
                {"Edition": each.name, "Title": each.title, "Data": each.label}
                for each in comparison.editions
            ]
        ),
        name="tab-compared-editions",
        caption="The editions compared.",
        row_header="Edition",
        text_columns=["Title", "Data"],
        notes=[caution(comparison.private)] if comparison.private else [],
    )


def differing_parameters_table(comparison: Comparison) -> None:
    """Show the parameters that differ between the editions, and in which chapters."""
    if len(comparison.editions) < 2:
        return
    if not comparison.parameters:
        show_paragraphs("No parameter differs in the chapters that the editions share.")
        return
    names = [edition.name for edition in comparison.editions]
    rows = [
        {
            "Parameter": each.name,
            **{
                name: MISSING if value is None else (str(value) or "(empty)")
                for name, value in zip(names, each.values, strict=True)
            },
            "Chapters": ", ".join(each.chapters),
        }
        for each in comparison.parameters
    ]
    display_table(
        pd.DataFrame(rows),
        name="tab-compared-parameters",
        caption="Parameters that differ.",
        row_header="Parameter",
        text_columns=[*names, "Chapters"],
        notes=[f"{MISSING}: the edition leaves the chapters out, or they have no such parameter."],
    )


def primary_estimates_figure(comparison: Comparison) -> None:
    """Show the primary difference of each edition with its interval, on one axis.

    Editions of different trials, or that ask for another outcome or visit, cannot share an axis:
    each group of them gets a figure of its own.
    """
    if len(comparison.editions) < 2:
        return
    if not comparison.estimates:
        show_paragraphs("None of these editions has a primary difference.")
        return
    panels = dict.fromkeys(each.panel for each in comparison.estimates)
    for place, panel in enumerate(panels):
        here = [each for each in comparison.estimates if each.panel == panel]
        label = next(e.label for e in comparison.editions if e.name == here[0].edition)
        with labelled_as(PageLabel(label, here[0].synthetic)):
            _estimates_figure(here, place=place, alone=len(panels) == 1, comparison=comparison)


def _estimates_figure(
    estimates: Sequence[ComparedEstimate], *, place: int, alone: bool, comparison: Comparison
) -> None:
    trial, outcome, visit = estimates[0].panel
    unit = estimates[0].unit
    order = [edition.name for edition in comparison.editions]
    rows = []
    for each in estimates:
        style = ARM_STYLES[order.index(each.edition) % len(ARM_STYLES)]
        mark = Mark(each.estimate, each.lower, each.upper, colour=style.colour, marker=style.marker)
        rows.append(Row(_row_label(each), (mark,), remark=shown(each.text), bold=True))
    ends = [
        value
        for each in estimates
        for value in (0.0, each.estimate, each.lower, each.upper)
        if value is not None
    ]
    low, high = min(ends), max(ends)
    room = _ROOM * ((high - low) or 1.0)
    of = f"{outcome} at {visit}" if outcome else "the primary outcome"
    minus, sides = _sides(estimates)
    said = "; ".join(f"{_row_label(each)}: {each.text}" for each in estimates)
    where = "" if alone else f" Trial {trial}."
    levels = dict.fromkeys(each.level for each in estimates)
    interval = f"its {' or '.join(levels)} interval" if all(levels) else "its interval"
    display_figure(
        row_figure(
            rows,
            x_label=with_unit(minus, f"({unit})" if unit else None),
            x_limits=(low - room, high + room),
            zero=0.0,
            sides=sides,
        ),
        name="fig-compared-estimates" if alone else f"fig-compared-estimates-{place + 1}",
        caption=f"Difference between arms in {of}, with {interval}, in each edition.{where}",
        alt=f"Points with intervals below each other on one axis, with a line at zero. {said}.",
        numbers=_estimates(estimates, of=of),
    )


def _sides(estimates: Sequence[ComparedEstimate]) -> tuple[str, tuple[str, str] | None]:
    """Say what is subtracted from what, and whom either side of zero favours, where all agree."""
    first = estimates[0]
    agreed = {(each.reference, each.higher_is) for each in estimates}
    if len(agreed) > 1 or not first.reference:
        return "Difference between arms", None
    reference = mid_sentence(first.reference)
    [*others] = dict.fromkeys(mid_sentence(each.arm) for each in estimates)
    one = len(others) == 1
    minus = f"Difference, {others[0] if one else 'other arm'} minus {reference}"
    favoured = others[0] if one else "the other arm"
    left, right = (favoured, reference) if first.higher_is == "worse" else (reference, favoured)
    return minus, (f"◂ favours {left}", f"favours {right} ▸")


def _estimates(estimates: Sequence[ComparedEstimate], *, of: str) -> Numbers:
    """Arrange the estimates of the editions for reading."""
    rows = [{"Edition": _row_label(each), "Difference (CI)": each.text} for each in estimates]
    return Numbers(pd.DataFrame(rows), of=f"difference between arms in {of}, edition by edition")


def _row_label(estimate: ComparedEstimate) -> str:
    kind = "synthetic" if estimate.synthetic else "real patients"
    arm = f", {mid_sentence(estimate.arm)}" if estimate.several and estimate.arm else ""
    return f"{estimate.edition}{arm} ({kind})"


def differing_numbers_tables(comparison: Comparison) -> None:
    """Show every number that is printed differently: a table for each chapter, folded away."""
    if len(comparison.editions) < 2:
        return
    if not comparison.printed:
        show_paragraphs("No number is printed differently.")
    for chapter, numbers in groupby(comparison.printed, key=lambda each: each.chapter):
        found = list(numbers)
        title = comparison.title_of(chapter)
        display_table(
            _numbers(found, comparison),
            name=f"tab-differing-{chapter.replace('_', '-')}",
            caption=f"Numbers of the chapter {title} that are printed differently.",
            row_header="Result",
            fold=f"{title}: {_numbers_differ(len(found))}",
            notes=_notes(found, comparison),
        )


def _having(numbers: Sequence[ComparedNumber]) -> list[int]:
    """Return the places of the editions that have any of these numbers.

    For one that leaves the chapter out, a column of dashes would only push the others apart.
    """
    places = range(len(numbers[0].texts))
    return [place for place in places if any(each.texts[place] is not None for each in numbers)]


def _notes(numbers: Sequence[ComparedNumber], comparison: Comparison) -> list[str]:
    having = _having(numbers)
    missing = any(each.texts[place] is None for each in numbers for place in having)
    without = [
        edition.name for place, edition in enumerate(comparison.editions) if place not in having
    ]
    hidden = sum(each.name in comparison.withheld for each in numbers)
    return [
        *([f"{MISSING}: the edition does not have this number."] if missing else []),
        *([f"Without any of these numbers: {listed(without)}."] if without else []),
        *([withheld_sentence(hidden)] if hidden else []),
        *([] if comparison.same_trial else [NOT_COMPARABLE]),
    ]


def _numbers_differ(found: int) -> str:
    return f"{count(found)} number{' differs' if found == 1 else 's differ'}"


def _numbers(numbers: Sequence[ComparedNumber], comparison: Comparison) -> pd.DataFrame:
    first = comparison.editions[0]
    having = _having(numbers)
    rows = []
    for each in numbers:
        row = {"Result": each.name}
        for place in having:
            edition = comparison.editions[place]
            row[edition.name] = each.texts[place] or MISSING
            if place and 0 in having and edition.trial == first.trial:
                name = _minus(edition.name, first.name)
                row[name] = (
                    WORDS
                    if each.name in comparison.withheld and each.differences[place] is None
                    else _signed(each.differences[place], each.decimals)
                )
        rows.append(row)
    return pd.DataFrame(rows)


def _minus(name: str, first: str) -> str:
    return f"{name} {MINUS} {first}"


def _signed(difference: float | None, decimals: int) -> str:
    if difference is None:
        return MISSING
    text = number(difference, decimals=decimals)
    return f"+{text}" if difference > 0 and not text.startswith("-") else text


def beyond_print_table(comparison: Comparison) -> None:
    """Show the numbers that are printed alike and are not quite the same."""
    if len(comparison.editions) < 2 or not comparison.beyond_print:
        return
    names = [edition.name for edition in comparison.editions]
    rows = [
        {
            "Result": each.name,
            "Printed": each.texts[0],
            **{
                name: MISSING if value is None else f"{value:.10g}"
                for name, value in zip(names, each.values, strict=True)
            },
        }
        for each in comparison.beyond_print
    ]
    display_table(
        pd.DataFrame(rows),
        name="tab-compared-beyond-print",
        caption="Numbers that are printed alike and differ in digits that are not printed.",
        row_header="Result",
        fold=f"Printed alike, not quite the same: {_numbers_differ(len(rows))}",
    )


def absent_table(comparison: Comparison) -> None:
    """Show which numbers not every edition has, with a count for each chapter."""
    if len(comparison.editions) < 2 or not comparison.absent:
        return
    editions = comparison.editions
    rows = [
        {
            "Chapter": chapter,
            **{
                edition.name: count(sum(name in edition.results for name in names))
                for edition in editions
            },
        }
        for chapter, names in comparison.absent.items()
    ]
    display_table(
        pd.DataFrame(rows),
        name="tab-compared-absent",
        caption="How many numbers stand in one edition and are missing in another.",
        row_header="Chapter",
        fold="Numbers that not every edition has",
        notes=[
            "An edition has none of a chapter that it leaves out. Numbers that differ between the "
            "editions that have them stand in the tables above."
        ],
    )
