"""What editions of different trials have to say of themselves, side by side.

Their numbers answer different questions. What can be set beside each other is what was asked, of
whom, and what was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from helpers.analysis.comparison import ComparedEstimate, Comparison, EditionResults
from helpers.analysis.published_difference import PublishedDifference, published_differences
from helpers.analysis.withheld import WORDS
from helpers.trial.specification import Specification

_RANDOMISED = "flow.randomised"
_LABEL = "primary.label."


@dataclass(frozen=True)
class ComparedTrial:
    """One edition and its trial; texts are empty where the edition does not have them.

    Parameters
    ----------
    edition
        Its results.
    trial, short_title
        Full name of the trial, and the short one; that of the edition where none is known.
    question
        The question of the trial in one sentence.
    outcome
        The primary outcome and its visit.
    randomised
        How many patients were.
    arms
        Labels of the arms.
    estimates
        The primary differences.
    published
        The same differences as the trial's own paper prints them, turned as these lie.
    """

    edition: EditionResults
    trial: str
    short_title: str
    question: str
    outcome: str
    randomised: str
    arms: tuple[str, ...]
    estimates: tuple[ComparedEstimate, ...]
    published: tuple[PublishedDifference, ...]


def compared_trials(
    comparison: Comparison, described: Mapping[str, Specification]
) -> tuple[ComparedTrial, ...]:
    """Return what each edition says of its trial.

    Parameters
    ----------
    comparison
        The editions.
    described
        The descriptions of their trials, as far as they are at hand, by the ids of the trials.
    """
    return tuple(
        _trial(edition, comparison, described.get(edition.trial)) for edition in comparison.editions
    )


def _trial(
    edition: EditionResults, comparison: Comparison, described: Specification | None
) -> ComparedTrial:
    outcome = _text(edition, "primary.outcome.phrase") or _text(edition, "primary.outcome")
    visit = _text(edition, "primary.visit.label")
    counted = _text(edition, _RANDOMISED)
    return ComparedTrial(
        edition=edition,
        trial=described.title if described else "",
        short_title=described.short_title if described else edition.name,
        question=_text(edition, "question.sentence"),
        outcome=f"{outcome}, at {visit}" if outcome and visit else outcome,
        # Two counts of one private trial may tell of a single patient.
        randomised=WORDS if counted and edition.trial in comparison.private else counted,
        arms=_arms(edition, described),
        estimates=tuple(each for each in comparison.estimates if each.edition == edition.name),
        published=_published(edition, described) if described else (),
    )


def _arms(edition: EditionResults, described: Specification | None) -> tuple[str, ...]:
    """Return the labels of the arms, in the trial's order where that is known."""
    labels = {
        name.removeprefix(_LABEL): str(entry["text"])
        for name, entry in edition.results.items()
        if name.startswith(_LABEL)
    }
    order = () if described is None else (arm.id for arm in described.arms)
    return tuple(labels[arm] for arm in dict.fromkeys((*order, *labels)) if arm in labels)


def _published(
    edition: EditionResults, described: Specification
) -> tuple[PublishedDifference, ...]:
    """Return the primary differences of the paper, where the edition asks for the same."""
    asked = {str(values.get("outcome", "primary")) for values in edition.parameters.values()}
    visit = _text(edition, "primary.visit")
    primary = described.primary
    if not asked <= {"primary", primary.outcome} or visit not in ("", primary.visit):
        return ()
    found = published_differences(described, described.primary_outcome, described.primary_visit)
    return tuple(found.values())


def _text(edition: EditionResults, name: str) -> str:
    return str(edition.results.get(name, {}).get("text", ""))
