"""The validation page: the mixed-model engine beside R and SAS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import escape
from typing import Any

import pandas as pd

from helpers.methods.reference_rows import KINDS
from helpers.show.frame_rows import rows_of
from helpers.show.outputs import emit
from helpers.show.page import label_of, trial_records
from helpers.show.page_label import SOFTWARE_DATA, set_page_label
from helpers.show.records import percent, publish
from helpers.show.scientific import scientific, small_difference
from helpers.show.sentences import counted, sentence_start
from helpers.show.tables import display_table
from helpers.show.validation_figure import differences_figure
from helpers.show.validation_notes import (
    NAMES,
    SOFTWARE,
    program,
    record_optimum,
    record_validation,
)
from helpers.trial.loading import Trial

__all__ = [
    "data_table",
    "differences_figure",
    "record_optimum",
    "record_validation",
    "rows_tables",
    "show_software_label",
    "summary_table",
]


_SHORT = {
    "log-likelihood": "Log-lik.",
    "estimate": "Estimates",
    "standard error": "SE",
    "degrees of freedom": "df",
    "F": "F",
    "covariance": "Cov.",
}


def show_software_label(trial: Trial) -> None:
    """Say that the page is about software and shows nobody of either trial, and label its tables.

    Parameters
    ----------
    trial
        The trial of the edition, whose facts every chapter publishes.
    """
    specification = trial.specification
    whose = label_of(specification)
    none = f"not the {whose.text[:1].lower()}{whose.text[1:]}"
    heading = f"{SOFTWARE_DATA}, {none}"
    # The data of software are nobody's secret.
    set_page_label(replace(whose, text=heading, public=True))
    body = (
        "This page compares the book's mixed models with other software, on two made-up trials and "
        "two published teaching data sets. No number on it comes from the trial of this edition, "
        "and none is evidence about a treatment."
    )
    emit(
        {
            "text/html": (
                f'<div class="trial-banner trial-banner-software" role="note" '
                f'aria-label="Whose data: {escape(heading)}">'
                f'<p class="trial-banner-title">{escape(heading)}</p><p>{escape(body)}</p></div>'
            ),
            "text/plain": f"{heading}\n{body}",
        },
        metadata={"trialbook": {"banner": "software"}},
    )
    publish(trial_records(specification))


def data_table(data: pd.DataFrame) -> None:
    """Show the data of the references, with what each holds and where it is from."""
    rows = [
        {
            "Data": sentence_start(row.data),
            "People": str(row.people),
            "Scores": str(row.scores),
            "What": row.what,
        }
        for row in rows_of(data)
    ]
    display_table(
        pd.DataFrame(rows),
        name="tab-validation-data",
        caption="The data on which the programs are compared.",
        row_header="Data",
        text_columns=["What"],
    )


def summary_table(table: pd.DataFrame) -> None:
    """Show the largest difference of each kind of quantity, by program and structure."""
    rows = []
    for (_, structure), part in _grouped(table):
        largest = part.groupby("kind")["difference"].max()
        # AIC and BIC have twice the log-likelihood's, which is said already.
        allowed = part.loc[~part["what"].isin(["AIC", "BIC"]), "tolerance"]
        low, high = allowed.min(), allowed.max()
        share = (part["difference"] / part["tolerance"]).max()
        rows.append(
            {
                "Program": program(part),
                "Covariance": sentence_start(structure),
                "Values": str(len(part)),
                "Used": percent(100 * share, decimals=0) if share >= 0.005 else "< 1%",
                **{
                    _SHORT[kind]: small_difference(largest[kind]) if kind in largest else "–"
                    for kind in KINDS
                },
                "Tolerances": (
                    scientific(low) if low == high else f"{scientific(low)} to {scientific(high)}"
                ),
            }
        )
    display_table(
        pd.DataFrame(rows),
        name="tab-validation-summary",
        caption="Largest difference from each program, by quantity.",
        row_header="Covariance",
        group="Program",
        spanners={"Largest difference": [_SHORT[kind] for kind in KINDS]},
        notes=[
            "Log-lik.: log-likelihood, AIC and BIC. SE: standard errors. df: degrees of freedom. "
            "F: F statistics. Cov.: covariance of the visits. –: not compared.",
            "Differences: of estimates in standard errors, of the log-likelihood absolute, of all "
            "others relative; of the printed listing, absolute. Used: the largest share of its "
            "tolerance that a difference takes up; each quantity has its own tolerance.",
        ],
    )


def _grouped(table: pd.DataFrame) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    for software in SOFTWARE:
        own = table.loc[table["software"] == software]
        for structure, part in own.groupby("structure", sort=False):
            yield (software, str(structure)), part


def rows_tables(table: pd.DataFrame) -> None:
    """Show every value compared: one folded table for each program and structure."""
    for (software, structure), part in _grouped(table):
        rows = [
            {
                "Model": f"{sentence_start(row.title)}. {row.source}",
                "Quantity": _quantity(row),
                "Ours": f"{row.ours:#.8g}",
                # SAS's values have the digits that it printed.
                "Reference": f"{row.reference:{'.8g' if software == 'SAS' else '#.8g'}}",
                "Difference": small_difference(row.difference),
                "Tolerance": scientific(row.tolerance, digits=2),
                "Measured": row.measure,
                "Verdict": "✓ agrees" if row.agrees else "✗ differs",
            }
            for row in rows_of(part)
        ]
        display_table(
            pd.DataFrame(rows),
            name=f"tab-validation-{_slug(software)}-{_slug(structure)}",
            caption=f"Every value compared with {NAMES[software]}: {structure}.",
            row_header="Quantity",
            group="Model",
            text_columns=["Measured", "Verdict"],
            fold=f"{NAMES[software]}, {structure} ({counted(len(part), 'value')})",
        )


def _quantity(row: Any) -> str:
    what = sentence_start(row.what)
    return f"{what}: {row.term} (1 of {row.terms})" if row.term else what


def _slug(text: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
