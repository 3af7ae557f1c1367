"""The pandera schema of each table of a trial, built from its specification.

A schema says which columns a table has, of what type, with which values, and what they mean; the
data dictionary is made from the same schemas, so nothing is described twice.
"""

from __future__ import annotations

import pandera.pandas as pa

from helpers.errors import SpecificationError, unknown_name
from helpers.trial.columns import (
    code_column,
    date_column,
    identity_column,
    name_column,
    number_column,
    text_column,
)
from helpers.trial.planned import Tables
from helpers.trial.specification import Specification, Variable

TABLE_NAMES = tuple(Tables.model_fields)
YES_NO = {"yes": "Yes", "no": "No"}
SEVERITIES = {"mild": "Mild", "moderate": "Moderate", "severe": "Severe"}


def table_schema(specification: Specification, table: str) -> pa.DataFrameSchema:
    """Return the schema of one table of a trial.

    Parameters
    ----------
    specification
        The trial's description.
    table
        ``participants``, ``outcomes``, ``screening``, ``sessions`` or ``adverse_events``.

    Returns
    -------
    pandera.DataFrameSchema
        Its columns in order, with title, description (the meaning) and ``metadata``: ``kind``
        (text, number, whole number, date or code), ``unit`` and ``codes``. Numbers are float64,
        dates datetime64[us], everything else str; blank cells are missing.

    Raises
    ------
    SpecificationError
        When there is no such table.
    """
    builders = {
        "participants": _participants,
        "outcomes": _outcomes,
        "screening": _screening,
        "sessions": _sessions,
        "adverse_events": _adverse_events,
    }
    if table not in builders:
        raise SpecificationError(unknown_name("table", table, builders))
    columns = builders[table](specification)
    if specification.is_synthetic:
        meaning = "Says of every row that it was made by a computer"
        marked = code_column("Data", meaning, {"synthetic": "Synthetic"})
        columns = {"data": marked, **columns}
    return pa.DataFrameSchema(columns, name=table, strict=True)


def _participants(spec: Specification) -> dict[str, pa.Column]:
    visits = {visit.id: visit.label for visit in spec.visits}
    return {
        "participant": identity_column("Participant", "Identifier of the randomised participant"),
        "arm": code_column("Arm", "Arm that the participant was allocated to", _arm_labels(spec)),
        "randomised_on": date_column("Randomised on", "Date of randomisation", required=False),
        **{item.id: _variable(item) for item in (*spec.variables, *spec.later_variables)},
        "started_treatment": code_column(
            "Started treatment",
            "Whether the participant received any of the allocated treatment",
            YES_NO,
            nullable=True,
            required=False,
        ),
        "left_after": code_column(
            "Left after",
            "Last visit that the participant completed before leaving; blank when they stayed",
            visits,
            nullable=True,
            required=False,
        ),
        "left_reason": text_column(
            "Reason for leaving", "Why the participant left", required=False
        ),
    }


def _outcomes(spec: Specification) -> dict[str, pa.Column]:
    outcomes = {outcome.id: outcome.label for outcome in spec.outcomes}
    return {
        "participant": identity_column("Participant", "Identifier of the randomised participant"),
        "visit": code_column(
            "Visit", "Planned visit", {visit.id: visit.label for visit in spec.visits}
        ),
        "outcome": code_column("Outcome", "What was assessed", outcomes),
        "score": number_column(
            "Score",
            "Score on the outcome's instrument; blank, or no row, when missing",
            nullable=True,
        ),
        "assessed_on": date_column(
            "Assessed on", "Date of the assessment", nullable=True, required=False
        ),
    }


def _screening(spec: Specification) -> dict[str, pa.Column]:
    return {
        "screening_id": identity_column("Screening number", "Identifier of the person screened"),
        "screened_on": date_column("Screened on", "Date of screening"),
        **{item.id: _variable(item) for item in screened_variables(spec)},
        "consented": code_column(
            "Consented",
            "Whether the person consented; blank when not asked because not eligible",
            YES_NO,
            nullable=True,
        ),
        "participant": identity_column(
            "Participant",
            "Identifier of the participant whom the person became; blank if not randomised",
            nullable=True,
        ),
    }


def screened_variables(specification: Specification) -> tuple[Variable, ...]:
    """Return the variables of the screening log: those of the criteria, then the other declared."""
    names = [criterion.variable for criterion in specification.eligibility]
    names += [variable.id for variable in specification.screening_variables]
    return tuple(specification.variable(name) for name in dict.fromkeys(names))


def _sessions(spec: Specification) -> dict[str, pa.Column]:
    return {
        "participant": identity_column("Participant", "Identifier of the randomised participant"),
        "session": number_column("Session", "Number of the session, from 1", minimum=1, whole=True),
        "kind": text_column("Kind", "Kind of session", nullable=False),
        "planned_week": number_column(
            "Planned week",
            "Week after randomisation in which it was planned",
            unit="weeks",
            minimum=0,
        ),
        "held_on": date_column(
            "Held on", "Date of the session; blank when not attended", nullable=True
        ),
        "attended": code_column("Attended", "Whether the participant came", YES_NO),
    }


def _adverse_events(spec: Specification) -> dict[str, pa.Column]:
    return {
        "participant": identity_column("Participant", "Identifier of the randomised participant"),
        "event": name_column("Event", "What happened"),
        "onset_on": date_column("Onset", "Date on which it began", nullable=True),
        "severity": code_column("Severity", "How severe it was", SEVERITIES),
        "related": code_column(
            "Related", "Whether it was judged to be related to treatment", YES_NO, nullable=True
        ),
    }


def _arm_labels(spec: Specification) -> dict[str, str]:
    return {name: spec.arm(name).label for name in spec.arm_ids}


def _variable(item: Variable) -> pa.Column:
    """Return the column of a variable, which may be missing for anybody."""
    if item.kind == "categorical":
        return code_column(item.label, item.label, item.codes or {}, nullable=True)
    if item.kind == "text":
        return text_column(item.label, item.label)
    return number_column(
        item.label,
        item.label,
        unit=item.unit,
        minimum=item.minimum,
        maximum=item.maximum,
        whole=item.integer,
        nullable=True,
    )
