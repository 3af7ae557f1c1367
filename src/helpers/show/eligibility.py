"""Chapter 2: who could take part, and where everyone went."""

from __future__ import annotations

import pandas as pd

from helpers.analysis.eligibility import Screening
from helpers.analysis.small_counts import Count
from helpers.analysis.withheld import NotShown
from helpers.show.eligibility_control import thresholds_control
from helpers.show.figures import INK, display_figure
from helpers.show.flow import flow_figure, flow_table, record_flow
from helpers.show.outputs import show_paragraphs
from helpers.show.records import Record, count, count_record, is_missing, publish
from helpers.show.row_plot import Mark, Row, row_figure
from helpers.show.sentences import counted, listed
from helpers.show.tables import display_table

__all__ = [
    "criteria_table",
    "exclusions_figure",
    "flow_figure",
    "flow_table",
    "record_flow",
    "record_screening",
    "thresholds_control",
]

BAR = "#4C7A9F"


def record_screening(screening: Screening) -> None:
    """Publish how many were screened, how many each criterion excludes, and one sentence."""
    # Two criteria may stand on one variable; a record is named by the variable.
    excluded: dict[str, Count] = {}
    failing: dict[str, Count] = {}
    for criterion in screening.criteria:
        name = criterion.variable
        excluded[name] = excluded.get(name, 0) + (criterion.excluded or 0)
        failing[name] = failing.get(name, 0) + (criterion.failing or 0)
    known = screening.source == "log"
    records = [
        Record("screening.sentence", said := screening_sentence(screening), said),
        count_record("screening.criteria", len(screening.criteria)),
        count_record("flow.eligible", screening.eligible),
    ]
    for variable in excluded:
        records.append(
            count_record(f"screening.excluded.{variable}", excluded[variable] if known else None)
        )
        records.append(
            count_record(f"screening.failing.{variable}", failing[variable] if known else None)
        )
    publish(records)


def screening_sentence(screening: Screening) -> str:
    """Say how many were assessed, how many were excluded, and by which criterion most."""
    if screening.source == "none" or screening.assessed is None:
        return (
            f"{counted(screening.enrolled, 'participant').capitalize()} were randomised; how many "
            "were assessed is not known from the data."
        )
    if screening.source == "published":
        return (
            f"{screening.assessed} people were assessed and "
            f"{screening.enrolled + screening.removed} randomised; the data do not say why the "
            f"others were not.{_left_out(screening)}"
        )
    if screening.removed:
        return (
            f"Of {screening.assessed} people assessed, {screening.enrolled + screening.removed} "
            f"were randomised.{_left_out(screening)}"
        )
    text = (
        f"Of {screening.assessed} people assessed, {screening.excluded} did not meet a criterion, "
        f"{screening.declined} declined and {screening.enrolled} were enrolled"
    )
    if screening.not_enrolled:
        text += f"; {screening.not_enrolled} more were eligible and not randomised"
    counts = [(c.excluded or 0, c.label) for c in screening.criteria]
    known = not any(isinstance(number, NotShown) for number, _ in counts)
    most = max((number for number, _ in counts), default=0) if known else 0
    if most:
        names = [f"“{label}”" for number, label in counts if number == most]
        text += f". Most exclusions, {most}, came under {listed(names)}"
    return f"{text}."


def _left_out(screening: Screening) -> str:
    """Say how many the changed criteria leave out; nothing when they leave out nobody."""
    if not screening.removed:
        return ""
    return (
        f" Under the changed criteria ({screening.eligibility}) {screening.enrolled} of them "
        f"remain and {screening.removed} are left out."
    )


def criteria_table(screening: Screening) -> None:
    """Show the criteria in the order in which they were asked, with what each of them did."""
    if not screening.criteria:
        show_paragraphs("The sources we hold do not list the eligibility criteria of this trial.")
        return
    rows = []
    for place, criterion in enumerate(screening.criteria, start=1):
        rows.append(
            {
                "Criterion": f"{place}. {criterion.label}",
                "Excluded here": count(criterion.excluded),
                "Not met at all": count(criterion.failing),
                "Not recorded": count(criterion.not_recorded),
                "Rule": criterion.text + (" (changed)" if criterion.changed else ""),
                "Source": (
                    "changed in this run" if criterion.changed else criterion.source or "assumption"
                ),
            }
        )
    notes = [
        "Excluded here: people whose first unmet criterion this is. Not met at all: people who do "
        "not meet it, whatever else they do not meet. Both are counted among those assessed and "
        + ("not included here." if screening.removed else "not randomised.")
    ]
    if screening.eligibility:
        notes.append(f"Criteria as changed by this run: {screening.eligibility}.")
    if screening.newly_eligible:
        notes.append(
            f"{counted(screening.newly_eligible, 'person', 'people')} would now be eligible; they "
            "were never randomised and have no outcomes."
        )
    if screening.absent:
        notes.append(f"There is no screening log: {screening.absent}")
    display_table(
        pd.DataFrame(rows),
        name="tab-criteria",
        caption="Eligibility criteria in the order asked, and whom they excluded.",
        row_header="Criterion",
        text_columns=["Rule", "Source"],
        notes=notes,
    )


def exclusions_figure(screening: Screening) -> None:
    """Show how many people each criterion excludes, and how many do not meet it at all."""
    if screening.source != "log" or not screening.criteria:
        show_paragraphs(
            "There is no screening log in these data, so that exclusions cannot be drawn by "
            "criterion."
        )
        return
    largest = max(
        max(_length(criterion.excluded), _length(criterion.failing))
        for criterion in screening.criteria
    )
    rows = [
        Row(
            criterion.label,
            (
                Mark(_length(criterion.failing), colour=INK, filled=False, bar=True),
                Mark(_length(criterion.excluded), colour=BAR, bar=True),
            ),
            numbers=(f"{criterion.excluded} of {criterion.failing}",),
        )
        for criterion in screening.criteria
    ]
    figure = row_figure(rows, x_label="People", x_limits=(0.0, max(largest, 1) * 1.02), counts=True)
    counts = [
        f"{criterion.label}: {criterion.excluded} of {criterion.failing}"
        for criterion in screening.criteria
    ]
    display_figure(
        figure,
        name="fig-exclusions",
        caption=(
            "People excluded by each criterion, in the order in which the criteria were asked. "
            "Filled bars count those whose first unmet criterion it is, outlines everyone who "
            "does not meet it; the numbers at the right are the two counts."
        ),
        alt=(
            "Horizontal bars, one for each criterion. Excluded under it, of all who do not meet "
            f"it: {'; '.join(counts)}."
        ),
        numbers="tab-criteria",
    )


def _length(number: float | None) -> float:
    """Return the length of a bar; one whose count is withheld has none."""
    return 0.0 if is_missing(number) else float(number or 0)
