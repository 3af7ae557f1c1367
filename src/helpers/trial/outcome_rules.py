"""Rules that the scores must keep with their instruments, visits and participants."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from helpers.trial.contents import (
    Contents,
    dates_before,
    dates_of,
    records,
    repeated_rows,
    unknown_participants,
)
from helpers.trial.problems import Problem


def outcome_problems(contents: Contents) -> Iterator[Problem]:
    """Yield every problem of the outcomes that a single cell does not show."""
    yield from unknown_participants(contents, "outcomes")
    yield from repeated_rows(contents, "outcomes", "participant", "visit", "outcome")
    yield from _scores(contents)
    yield from _unplanned(contents)
    yield from _after_leaving(contents)
    yield from _unscored_visits(contents)
    yield from _baseline_dates(contents)
    yield from _later_dates(contents)
    yield from _disordered_dates(contents)


def _scores(contents: Contents) -> Iterator[Problem]:
    rows = contents.complete("outcomes", "outcome", "score")
    for outcome in contents.specification.outcomes:
        scores = rows.loc[rows["outcome"] == outcome.id, "score"].astype(float)
        complaints = []
        if outcome.minimum is not None:
            complaints.append((scores < outcome.minimum, f"is less than {outcome.minimum:g}"))
        if outcome.maximum is not None:
            complaints.append((scores > outcome.maximum, f"is more than {outcome.maximum:g}"))
        if outcome.integer:
            complaints.append((scores % 1 != 0, "is not a whole number"))
        for wrong, words in complaints:
            for line, score in scores[wrong].items():
                yield contents.problem(
                    "outcomes",
                    line,
                    "score",
                    f"The score {score:g} of {outcome.id!r} {words}, which the instrument does "
                    "not allow.",
                    "Correct the score, or the range of the outcome in trial.yml.",
                )


def _unplanned(contents: Contents) -> Iterator[Problem]:
    rows = contents.complete("outcomes", "visit", "outcome")
    for outcome in contents.specification.outcomes:
        here = rows[rows["outcome"] == outcome.id]
        for line, visit in here.loc[~here["visit"].isin(outcome.visits), "visit"].items():
            yield contents.problem(
                "outcomes",
                line,
                "visit",
                f"{outcome.id!r} is not assessed at visit {visit!r}.",
                f"Its visits are {', '.join(outcome.visits)}; correct the row, or trial.yml.",
            )


def _visit_order(contents: Contents) -> dict[str, int]:
    return {name: at for at, name in enumerate(contents.specification.visit_ids)}


def _after_leaving(contents: Contents) -> Iterator[Problem]:
    order = _visit_order(contents)
    participants = contents.complete("participants", "participant", "left_after")
    leavers = dict(zip(participants["participant"], participants["left_after"], strict=True))
    rows = contents.complete("outcomes", "participant", "visit", "score")
    rows = rows.assign(left=rows["participant"].map(leavers))
    late = rows["visit"].map(order) > rows["left"].map(order)
    for row in records(rows[late]):
        yield contents.problem(
            "outcomes",
            row["line"],
            "visit",
            f"{row['participant']!r} has a score at {row['visit']!r}, but left after "
            f"{row['left']!r}.",
            f"Remove the row, or correct left_after in {contents.file('participants')}.",
        )


def _unscored_visits(contents: Contents) -> Iterator[Problem]:
    complete = contents.has("outcomes", "participant", "visit", "outcome", "score")
    if not complete or contents.faulty_lines("outcomes", "participant"):
        return
    spec = contents.specification
    rows = contents.complete("outcomes", "participant", "visit", "outcome", "score")
    if len(rows) == 0 or contents.faulty_lines("outcomes", "visit", "outcome", "score"):
        # A row that has a problem of its own may be the one that seems to be missing.
        return
    primary = rows[rows["outcome"] == spec.primary.outcome]
    for visit, what in (
        (spec.baseline_visit.id, "the analysis is of the change from there"),
        (spec.primary.visit, "the arms are compared there"),
    ):
        if not (primary["visit"] == visit).any():
            yield contents.problem(
                "outcomes",
                None,
                "visit",
                f"No participant has a {spec.primary.outcome!r} score at {visit!r}.",
                f"Add the scores, or correct primary and visits in trial.yml: {what}.",
            )


def _baseline_dates(contents: Contents) -> Iterator[Problem]:
    visit = contents.specification.baseline_visit
    days = visit.window_days[1] if visit.window_days is not None else 0
    rows = contents.complete("outcomes", "participant", "visit", "assessed_on")
    rows = rows[rows["visit"] == visit.id]
    if rows.empty:
        return
    randomised = dates_of(rows["participant"], contents.randomised_on)
    bound = randomised + pd.Timedelta(days=days)
    for row in records(rows.assign(bound=bound)[rows["assessed_on"] > bound]):
        yield contents.problem(
            "outcomes",
            row["line"],
            "assessed_on",
            f"The baseline assessment on {row['assessed_on']:%Y-%m-%d} comes after the "
            f"last day it may be made ({row['bound']:%Y-%m-%d}).",
            "Correct the date, the date of randomisation, or the window in trial.yml.",
        )


def _later_dates(contents: Contents) -> Iterator[Problem]:
    rows = contents.complete("outcomes", "participant", "visit", "assessed_on")
    later = rows[rows["visit"] != contents.specification.baseline_visit.id]
    yield from dates_before(
        Contents(contents.specification, {"outcomes": later}),
        "outcomes",
        "assessed_on",
        earliest=contents.randomised_on,
        what="randomisation",
    )


def _disordered_dates(contents: Contents) -> Iterator[Problem]:
    rows = contents.complete("outcomes", "participant", "visit", "assessed_on")
    if rows.empty:
        return
    rows = rows.assign(order=rows["visit"].map(_visit_order(contents)))
    last = rows.groupby(["participant", "order"])["assessed_on"].max()
    bound = last.groupby("participant").cummax().groupby("participant").shift()
    rows = rows.join(bound.rename("bound"), on=["participant", "order"])
    for row in records(rows[rows["assessed_on"] < rows["bound"]]):
        yield contents.problem(
            "outcomes",
            row["line"],
            "assessed_on",
            f"The assessment of {row['participant']!r} at {row['visit']!r} on "
            f"{row['assessed_on']:%Y-%m-%d} lies before that of an earlier visit "
            f"({row['bound']:%Y-%m-%d}).",
            "Correct one of the dates.",
        )
