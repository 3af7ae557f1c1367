"""The data page: whose data, where from, what is assumed, and what every column means."""

from __future__ import annotations

import pandas as pd

from helpers.analysis.small_counts import Count, arm_sizes
from helpers.analysis.withheld import NOT_SHOWN, NotShown
from helpers.show.outputs import show_paragraphs
from helpers.show.page import publication_of
from helpers.show.recorded_scores import recorded_figure
from helpers.show.records import Record, count, count_record, publish
from helpers.show.sentences import counted
from helpers.show.tables import display_table
from helpers.trial.dictionary import data_dictionary
from helpers.trial.loading import Trial

__all__ = [
    "assumptions_table",
    "dictionary_table",
    "provenance_table",
    "record_data",
    "recorded_figure",
    "tables_table",
    "unknown_table",
]

TABLES = {
    "participants": "One row for each randomised participant",
    "outcomes": "One row for each score",
    "screening": "One row for each person screened",
    "sessions": "One row for each treatment session",
    "adverse_events": "One row for each adverse event",
}


def record_data(trial: Trial) -> None:
    """Publish how much data there are, and whose they are in one sentence."""
    participants, scores = arm_sizes(trial).everyone(), rows_shown(trial, "outcomes")
    said = data_sentence(trial)
    publish(
        [
            Record("data.sentence", said, said),
            count_record("data.participants", participants),
            count_record("data.scores", scores),
        ]
    )


def data_sentence(trial: Trial) -> str:
    """Say whether these are patients, how many, and how many scores they gave."""
    specification = trial.specification
    sizes = (
        f"{_several(arm_sizes(trial).everyone(), 'participant')} and "
        f"{_several(rows_shown(trial, 'outcomes'), 'score')} of "
        f"{counted(len(specification.outcomes), 'outcome')}"
    )
    if specification.is_synthetic:
        return (
            f"The cohort of {specification.short_title} in this book is synthetic: {sizes}, made "
            "by a computer. No row describes a patient."
        )
    return f"These are data of real patients: {sizes}."


def rows_shown(trial: Trial, table: str) -> Count:
    """Return how many rows a table has; withheld where that would help to work out small counts."""
    if not trial.threshold:
        return len(getattr(trial, table))
    return arm_sizes(trial).everyone() if table == "participants" else NOT_SHOWN


def _several(number: Count, noun: str) -> str:
    if isinstance(number, NotShown):
        return f"{noun}s (their number is not shown)"
    return counted(number, noun)


def provenance_table(trial: Trial) -> None:
    """Show whose data they are, their licence, their sources and their fingerprint."""
    specification = trial.specification
    rows = [
        ("Trial", specification.title),
        ("Patients", specification.patients),
        ("Licence", specification.licence),
        ("Publication", publication_of(specification)),
        (
            "Rows of single participants shown",
            "yes" if specification.public else "no, the data are not public",
        ),
        ("SHA-256 of trial.yml and the tables", trial.sha256),
    ]
    if specification.notice:
        rows.append(("Notice", specification.notice))
    display_table(
        pd.DataFrame(rows, columns=["What", "Answer"]),
        name="tab-data-provenance",
        caption="Whose data these are and what may be done with them.",
        row_header="What",
        text_columns=["Answer"],
    )


def assumptions_table(trial: Trial) -> None:
    """Show every declared assumption with its reason; a note when there is none."""
    specification = trial.specification
    if not specification.assumptions:
        show_paragraphs("The description of this trial declares no assumption.")
        return
    rows = [
        {"Topic": item.topic, "Assumption": item.statement.strip(), "Reason": item.reason.strip()}
        for item in specification.assumptions
    ]
    display_table(
        pd.DataFrame(rows),
        name="tab-assumptions",
        caption="What is assumed, because the sources we hold do not say it.",
        row_header="Topic",
        text_columns=["Assumption", "Reason"],
    )


def unknown_table(trial: Trial) -> None:
    """Show what is not published in the sources we hold; a note when nothing is listed."""
    unknown = trial.specification.unknown
    if not unknown:
        show_paragraphs("Nothing is listed as unknown.")
        return
    display_table(
        pd.DataFrame(
            {
                "No.": [str(place) for place in range(1, len(unknown) + 1)],
                "Not published in the sources we hold": list(unknown),
            }
        ),
        name="tab-unknown",
        caption="What is not known about the trial.",
        row_header="No.",
        text_columns=["Not published in the sources we hold"],
    )


def tables_table(trial: Trial) -> None:
    """Show every table: its file, what a row is, and how many rows there are."""
    rows = []
    for name, meaning in TABLES.items():
        source = getattr(trial.specification.tables, name)
        frame = getattr(trial, name)
        rows.append(
            {
                "Table": name.replace("_", " "),
                "File": source.file or "none",
                "Rows": "" if frame is None else count(rows_shown(trial, name)),
                "One row is": meaning if frame is not None else f"absent: {source.absent}",
            }
        )
    display_table(
        pd.DataFrame(rows),
        name="tab-tables",
        caption="The tables of the trial. Scores that are missing are not counted.",
        row_header="Table",
        text_columns=["File", "One row is"],
    )


def dictionary_table(trial: Trial) -> None:
    """Show the meaning, kind, values and unit of every column of every table."""
    frame = data_dictionary(trial.specification).rename(
        columns={
            "table": "Table",
            "column": "Column",
            "meaning": "Meaning",
            "kind": "Kind",
            "values": "Values",
            "unit": "Unit",
            "required": "Filled",
        }
    )
    display_table(
        frame,
        name="tab-dictionary",
        caption="The data dictionary, made from the schemas that check the data.",
        row_header="Column",
        group="Table",
        text_columns=["Meaning", "Kind", "Values", "Unit", "Filled"],
    )
