"""Chapter 1: the question of the trial, its estimand, schedule and outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase

import pandas as pd

from helpers.show.page import phrase_of, publication_of
from helpers.show.records import Record, count, publish
from helpers.show.schedule import schedule_figure
from helpers.show.sentences import continued, counted, listed, mid_sentence, sentence_start
from helpers.show.tables import display_table
from helpers.trial.loading import Trial
from helpers.trial.specification import Outcome, Specification

__all__ = [
    "estimand_table",
    "outcomes_table",
    "record_question",
    "schedule_figure",
    "sources_table",
]

_SHORT = 16


def record_question(trial: Trial) -> None:
    """Publish the question in one sentence, and how often and how long patients are assessed."""
    specification = trial.specification
    weeks = [visit.week for visit in specification.visits]
    publish(
        [
            Record("question.sentence", question := question_sentence(specification), question),
            Record("question.visits", len(weeks), count(len(weeks))),
            Record(
                "question.outcomes", len(specification.outcomes), str(len(specification.outcomes))
            ),
            Record("question.follow_up_weeks", max(weeks), f"{max(weeks):g}"),
        ]
    )


def question_sentence(specification: Specification) -> str:
    """Say what is compared, by which outcome, and when."""
    others = listed([mid_sentence(arm.label) for arm in specification.other_arms])
    reference = mid_sentence(specification.reference_arm.label)
    visits = [mid_sentence(visit.label) for visit in specification.visits]
    return (
        f"This trial compares {others} with {reference}; its primary outcome is "
        f"{phrase_of(specification.primary_outcome)}, assessed at {listed(visits)} and compared "
        f"at {mid_sentence(specification.primary_visit.label)}."
    )


def estimand_table(trial: Trial) -> None:
    """Show the five attributes of the primary estimand (ICH E9(R1))."""
    specification = trial.specification
    outcome, visit = specification.primary_outcome, mid_sentence(specification.primary_visit.label)
    reference = mid_sentence(specification.reference_arm.label)
    others = [mid_sentence(arm.label) for arm in specification.other_arms]
    criteria = len(specification.eligibility)
    eligible = (
        f" (the trial had {counted(criteria, 'eligibility criterion', 'eligibility criteria')})"
        if criteria
        else " (the eligibility criteria are not listed in the sources we hold)"
    )
    each = ", each" if len(others) > 1 else ""
    better = "Below" if outcome.higher_is == "worse" else "Above"
    rows = [
        (
            "Treatments",
            f"{sentence_start(listed(others))}, each compared with {reference}"
            if len(others) > 1
            else f"{sentence_start(others[0])} compared with {reference}",
        ),
        ("Population", f"Everyone who was randomised{eligible}"),
        ("Variable", f"Change of {phrase_of(outcome)} from baseline to {visit}"),
        (
            "Intercurrent events",
            "Treatment policy: scores count whatever treatment was stopped, changed or added",
        ),
        (
            "Summary",
            f"Difference in mean change, {listed(others)}{each} minus {reference}, in "
            f"{outcome.unit}. "
            f"{better} zero favours {others[0] if len(others) == 1 else 'the arm compared'}",
        ),
    ]
    display_table(
        pd.DataFrame(rows, columns=["Attribute", "In this trial"]),
        name="tab-estimand",
        caption=f"The primary estimand of {specification.short_title}, attribute by attribute.",
        row_header="Attribute",
        text_columns=["In this trial"],
        notes=["Attributes of ICH E9(R1). The strategy for intercurrent events is this book's."],
    )


def outcomes_table(trial: Trial) -> None:
    """Show every outcome: instrument, range, direction, role, visits and source."""
    specification = trial.specification
    sources = [
        "assumption" if outcome.assumption else outcome.source or "not stated"
        for outcome in specification.outcomes
    ]
    marks, notes = _lettered(sources)
    rows = [
        {
            "Outcome": outcome.label,
            "Role": outcome.role,
            "Instrument": outcome.instrument,
            "Range": range_of(outcome),
            "Higher is": outcome.higher_is,
            "Unit": outcome.unit,
            "Weeks assessed": ", ".join(
                f"{specification.visit(visit).week:g}" for visit in outcome.visits
            ),
            "Source": mark,
        }
        for outcome, mark in zip(specification.outcomes, marks, strict=True)
    ]
    display_table(
        pd.DataFrame(rows),
        name="tab-outcomes",
        caption="The outcomes of the trial.",
        row_header="Outcome",
        text_columns=[
            "Role",
            "Instrument",
            "Range",
            "Higher is",
            "Unit",
            "Weeks assessed",
            "Source",
        ],
        notes=notes,
    )


def _lettered(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return a letter for each text, and the notes that say what the letters stand for.

    Short texts stand for themselves: nobody need look below the table for a word.
    """
    long = list(dict.fromkeys(text for text in texts if len(text) > _SHORT))
    if len(long) > len(ascii_lowercase):
        return list(texts), []
    letters = dict(zip(long, ascii_lowercase, strict=False))
    notes = [f"{letter}: {text}" for text, letter in letters.items()]
    return [letters.get(text, text) for text in texts], notes


def range_of(outcome: Outcome) -> str:
    """Print the range of an instrument, as far as it is stated."""
    low, high = outcome.minimum, outcome.maximum
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None:
        return f"{low:g} upwards"
    return "not stated" if high is None else f"up to {high:g}"


def sources_table(trial: Trial) -> None:
    """Show where the trial was registered and published, and the licence of the data."""
    specification = trial.specification
    registration, citation = specification.registration, specification.citation
    registered = (
        f"{registration.registry} {registration.number}"
        if registration.number
        else f"none given: {continued(registration.absent or 'no reason stated')}"
    )
    rows = [
        ("Title", specification.title),
        ("Registration", registered),
        ("Publication", publication_of(specification)),
        ("DOI", citation.doi or "none given"),
        ("Licence of the data", specification.licence),
    ]
    display_table(
        pd.DataFrame(rows, columns=["What", "Where"]),
        name="tab-sources",
        caption="Registration and publication.",
        row_header="What",
        text_columns=["Where"],
    )
