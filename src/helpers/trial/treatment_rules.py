"""Rules that treatment sessions and adverse events must keep with the participants."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.errors import nearest_name
from helpers.trial.contents import (
    Contents,
    dates_before,
    repeated_rows,
    unknown_participants,
)
from helpers.trial.problems import Problem


def session_problems(contents: Contents) -> Iterator[Problem]:
    """Yield every problem of the sessions that a single cell does not show."""
    if "sessions" not in contents.tables:
        return
    yield from unknown_participants(contents, "sessions")
    yield from repeated_rows(contents, "sessions", "participant", "session")
    yield from dates_before(
        contents,
        "sessions",
        "held_on",
        earliest=contents.randomised_on,
        what="randomisation",
    )
    yield from _attendance(contents)
    yield from _treated_without_starting(contents)


def event_problems(contents: Contents) -> Iterator[Problem]:
    """Yield every problem of the adverse events that a single cell does not show."""
    if "adverse_events" not in contents.tables:
        return
    yield from unknown_participants(contents, "adverse_events")
    yield from dates_before(
        contents,
        "adverse_events",
        "onset_on",
        earliest=contents.randomised_on,
        what="randomisation",
    )
    yield from _misspelt_events(contents)


def _attendance(contents: Contents) -> Iterator[Problem]:
    if not contents.has("sessions", "held_on"):
        return
    rows = contents.complete("sessions", "attended")
    rows = rows[~rows["line"].isin(contents.faulty_lines("sessions", "held_on"))]
    held = rows["held_on"].notna()
    for line in rows.index[(rows["attended"] == "yes") & ~held]:
        yield contents.problem(
            "sessions",
            line,
            "held_on",
            "The session was attended, but its date is blank.",
            "Write the date, or attended no.",
        )
    for line in rows.index[(rows["attended"] == "no") & held]:
        yield contents.problem(
            "sessions",
            line,
            "held_on",
            "The session was not attended, but has a date.",
            "Clear the date, or write attended yes.",
        )


def _treated_without_starting(contents: Contents) -> Iterator[Problem]:
    started = contents.complete("participants", "participant", "started_treatment")
    never = started.loc[started["started_treatment"] == "no", "participant"]
    rows = contents.complete("sessions", "participant", "attended")
    wrong = rows[(rows["attended"] == "yes") & rows["participant"].isin(never)]
    for line, name in wrong["participant"].items():
        yield contents.problem(
            "sessions",
            line,
            "attended",
            f"{name!r} attended a session, but never started treatment.",
            f"Correct the row, or started_treatment in {contents.file('participants')}.",
        )


def _misspelt_events(contents: Contents) -> Iterator[Problem]:
    """Yield events that a proportion counts and that stand here under a similar name only."""
    if not contents.has("adverse_events", "event"):
        return
    events = set(contents.tables["adverse_events"]["event"].dropna())
    for proportion in contents.specification.proportions:
        if proportion.event is None or proportion.event in events:
            continue
        near = nearest_name(proportion.event, sorted(events))
        if near is not None:
            yield contents.problem(
                "adverse_events",
                None,
                "event",
                f"The proportion {proportion.id!r} counts {proportion.event!r}, which does not "
                f"occur; did you mean {near!r}?",
                "Write the event in the same way here and in trial.yml.",
            )
