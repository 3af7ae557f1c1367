"""Rules that the table of participants must keep with itself and with the specification."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.trial.contents import Contents, repeated_rows
from helpers.trial.problems import Problem


def participant_problems(contents: Contents) -> Iterator[Problem]:
    """Yield every problem of the participants that a single cell does not show."""
    yield from repeated_rows(contents, "participants", "participant")
    yield from _empty_arms(contents)
    yield from _undeclared_start(contents)
    yield from _leaving(contents)


def _empty_arms(contents: Contents) -> Iterator[Problem]:
    if not contents.has("participants", "arm"):
        return
    if contents.faulty_lines("participants", "arm"):
        return
    allocated = set(contents.tables["participants"]["arm"].dropna())
    for arm in contents.specification.arm_ids:
        if arm not in allocated:
            yield contents.problem(
                "participants",
                None,
                "arm",
                f"Nobody was allocated to the arm {arm!r}.",
                "Correct the column, or remove the arm from trial.yml.",
            )


def _undeclared_start(contents: Contents) -> Iterator[Problem]:
    spec = contents.specification
    users = [
        f"population {part.id!r}" for part in spec.populations if part.rule == "started_treatment"
    ]
    users += [
        f"proportion {part.id!r}" for part in spec.proportions if part.among == "started_treatment"
    ]
    lacking = "participants" in contents.tables and not contents.has(
        "participants", "started_treatment"
    )
    if users and lacking:
        yield contents.problem(
            "participants",
            1,
            "started_treatment",
            f"The column 'started_treatment' is missing, but the {users[0]} needs it.",
            "Add the column with yes or no for each participant.",
        )


def _leaving(contents: Contents) -> Iterator[Problem]:
    last = contents.specification.visits[-1].id
    leavers = contents.complete("participants", "left_after")
    for line in leavers.index[leavers["left_after"] == last]:
        yield contents.problem(
            "participants",
            line,
            "left_after",
            f"Nobody can leave after {last!r}, which is the last visit.",
            "Leave the cell blank: the participant stayed to the end.",
        )
    reasons = contents.complete("participants", "left_reason")
    unplaced = set(reasons.index) - contents.faulty_lines("participants", "left_after")
    unplaced -= set(leavers.index)
    for line in sorted(unplaced):
        yield contents.problem(
            "participants",
            line,
            "left_reason",
            "A reason for leaving is given, but not the last visit completed.",
            "Fill left_after, or clear the reason.",
        )
