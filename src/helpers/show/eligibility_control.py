"""Chapter 2: thresholds of the criteria, to be tried in the page, and whom they let in."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from helpers.analysis.eligibility_settings import ThresholdSettings, VariedCriterion
from helpers.show.control_parts import Axis, Bar, Line, Setting, literal
from helpers.show.controls import display_control
from helpers.show.outputs import show_paragraphs
from helpers.show.sentences import listed, mid_sentence

_WORDS = {">=": "at least", ">": "more than", "<=": "at most", "<": "less than"}


def thresholds_control(settings: ThresholdSettings) -> None:
    """Show who would be enrolled, and why others would not, under the chosen thresholds."""
    if settings.absent:
        show_paragraphs(f"{settings.absent}. Hence there is nothing to set here.")
        return
    excluded = [f"excluded_{place}" for place in range(len(settings.criteria))]
    grid = settings.grid.assign(
        excluded=settings.grid[excluded].sum(axis=1),
        newly=[newly_words(int(count)) for count in settings.grid["newly_eligible"]],
        removed_words=[removed_words(int(count)) for count in settings.grid["removed"]],
    )
    arms = {
        arm: f"{{enrolled_{arm}}} {literal(mid_sentence(label))}"
        for arm, label in settings.arm_labels.items()
    }
    enrolled = [Line("Still enrolled", f"{{enrolled}} of {settings.randomised}", Bar("enrolled"))]
    outside = [
        Line("Declined", "{declined}", Bar("declined", strong=False)),
        Line("Never randomised", "{not_enrolled}", Bar("not_enrolled", strong=False)),
    ]
    lines = [
        *enrolled,
        Line("Excluded by the first criterion not met"),
        *_ever(exclusion_lines(settings), grid),
        Line("Eligible, but not enrolled"),
        *_ever(outside, grid),
    ]
    counts = ["enrolled", "declined", "not_enrolled", *excluded]
    # Labels keep their capitals: some begin with a name.
    asked = "; ".join(f"{literal(item.label)} {{{item.key}}}" for item in settings.varied)
    display_control(
        grid,
        name="control-eligibility",
        title="What if the thresholds had been different?",
        settings=[
            Setting(item.key, _label(item), threshold_words(item), slider=True)
            for item in settings.varied
        ],
        start=settings.start,  # type: ignore[arg-type]
        lines=lines,
        axis=Axis("People", 0, max(int(grid[counts].max().max()), 1) * 1.02, whole=True),
        sentence=(
            f"Of {settings.assessed} people assessed, {{excluded}} would be excluded. Of the "
            f"{settings.randomised} participants, {{enrolled}} would still be enrolled "
            f"({listed(list(arms.values()))}) and {{removed_words}}. {{newly}} "
            f"Criteria: {asked}."
        ),
        columns={
            "Still enrolled": "enrolled",
            **{label: f"enrolled_{arm}" for arm, label in settings.arm_labels.items()},
            "Left out": "removed",
            "Excluded": "excluded",
            "Newly eligible": "newly_eligible",
        },
        caption=(
            "People assessed, by what would become of them under the chosen thresholds: the "
            "participants still enrolled, those excluded by the first criterion that they do not "
            "meet, and those who would be eligible and were not randomised."
        ),
        notes=[
            "Left out: participants of the trial who do not meet the criteria. Excluded: everybody "
            "assessed who does not, participants too. Newly eligible: excluded in the trial, "
            "eligible now, and without outcomes.",
        ],
    )


def _ever(lines: Sequence[Line], grid: pd.DataFrame) -> list[Line]:
    """Leave out bars that no setting gives a length."""
    return [
        line for line in lines if isinstance(line.mark, Bar) and grid[line.mark.value].max() > 0
    ]


def exclusion_lines(settings: ThresholdSettings) -> list[Line]:
    """Return a line for each criterion; one that is varied is named by its variable."""
    varied = {item.place: item for item in settings.varied}
    lines = []
    for place, criterion in enumerate(settings.criteria):
        label = literal(criterion.label)
        if place in varied:
            label = f"{literal(varied[place].label)} {{{varied[place].key}}}"
        lines.append(Line(label, f"{{excluded_{place}}}", Bar(f"excluded_{place}", strong=False)))
    return lines


def threshold_words(item: VariedCriterion) -> dict[float, str]:
    """Return the words for each threshold: ``"at least 60"``."""
    return {value: f"{_WORDS[item.operator]} {value:,.10g}" for value in item.thresholds}


def removed_words(count: int) -> str:
    """Say how many participants would not have been enrolled, after how many would."""
    return f"{count:,} would not" if count else "nobody would be left out"


def newly_words(count: int) -> str:
    """Say how many whom the trial excluded would be eligible."""
    if not count:
        return "Nobody whom the trial excluded would be eligible."
    if count == 1:
        return (
            "1 person whom the trial excluded would be eligible, but was never randomised and has "
            "no outcomes."
        )
    return (
        f"{count} people whom the trial excluded would be eligible, but were never randomised and "
        "have no outcomes."
    )


def _label(item: VariedCriterion) -> str:
    return f"{item.label} ({item.unit})" if item.unit else item.label
