"""Rules that the screening log must keep with the participants and the eligibility criteria."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from helpers.trial.contents import (
    Contents,
    dates_of,
    records,
    repeated_rows,
    unknown_participants,
)
from helpers.trial.criteria import meets, written
from helpers.trial.problems import Problem
from helpers.trial.tables import screened_variables


def screening_problems(contents: Contents) -> Iterator[Problem]:
    """Yield every problem of the screening log that a single cell does not show."""
    if "screening" not in contents.tables:
        return
    yield from repeated_rows(contents, "screening", "screening_id")
    yield from repeated_rows(contents, "screening", "participant")
    yield from unknown_participants(contents, "screening")
    yield from _never_screened(contents)
    yield from _without_consent(contents)
    yield from _ineligible(contents)
    yield from _screened_after_randomisation(contents)
    yield from _disagreements(contents)


def _never_screened(contents: Contents) -> Iterator[Problem]:
    if not contents.has("screening", "participant"):
        return
    screened = set(contents.tables["screening"]["participant"].dropna())
    participants = contents.complete("participants", "participant")
    for line, name in participants["participant"].items():
        if name not in screened:
            yield contents.problem(
                "participants",
                line,
                "participant",
                f"{name!r} was randomised but has no row in {contents.file('screening')}.",
                "Add the row to the screening log, or correct the identifier there.",
            )


def _without_consent(contents: Contents) -> Iterator[Problem]:
    if not contents.has("screening", "consented"):
        return
    enrolled = contents.complete("screening", "participant")
    readable = ~enrolled["line"].isin(contents.faulty_lines("screening", "consented"))
    for row in records(enrolled[readable & (enrolled["consented"] != "yes")]):
        yield contents.problem(
            "screening",
            row["line"],
            "consented",
            f"{row['participant']!r} was randomised without a yes to consent.",
            "Write yes, or clear the participant's identifier.",
        )


def _ineligible(contents: Contents) -> Iterator[Problem]:
    enrolled = contents.complete("screening", "participant")
    for criterion in contents.specification.eligibility:
        if criterion.variable not in enrolled.columns:
            continue
        readable = ~enrolled["line"].isin(contents.faulty_lines("screening", criterion.variable))
        met = meets(criterion, enrolled[criterion.variable])
        for row in records(enrolled[readable & ~met]):
            yield contents.problem(
                "screening",
                row["line"],
                criterion.variable,
                f"{row['participant']!r} was randomised although {criterion.variable} is "
                f"{_shown(row[criterion.variable])}, against the criterion "
                f"{written(criterion)!r}.",
                "Correct the value, or clear the participant's identifier.",
            )


def _screened_after_randomisation(contents: Contents) -> Iterator[Problem]:
    rows = contents.complete("screening", "participant", "screened_on")
    if rows.empty:
        return
    randomised = dates_of(rows["participant"], contents.randomised_on)
    for row in records(rows.assign(randomised=randomised)[rows["screened_on"] > randomised]):
        yield contents.problem(
            "screening",
            row["line"],
            "screened_on",
            f"{row['participant']!r} was screened on {row['screened_on']:%Y-%m-%d}, after "
            f"randomisation on {row['randomised']:%Y-%m-%d}.",
            "Correct one of the two dates.",
        )


def _disagreements(contents: Contents) -> Iterator[Problem]:
    """Yield where a variable that stands in both tables differs between them."""
    shared = [variable.id for variable in screened_variables(contents.specification)]
    for name in shared:
        if not (contents.has("participants", name) and contents.has("screening", name)):
            continue
        participants = contents.complete("participants", "participant", name)
        there = dict(zip(participants["participant"], participants[name], strict=True))
        rows = contents.complete("screening", "participant", name)
        rows = rows.assign(there=rows["participant"].map(there))
        for row in records(rows[rows["there"].notna() & (rows[name] != rows["there"])]):
            yield contents.problem(
                "screening",
                row["line"],
                name,
                f"{name} of {row['participant']!r} is {_shown(row[name])} here but "
                f"{_shown(row['there'])} in {contents.file('participants')}.",
                "Correct one of the two.",
            )


def _shown(value: object) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return "blank"
    return f"{value:g}" if isinstance(value, float) else str(value)
