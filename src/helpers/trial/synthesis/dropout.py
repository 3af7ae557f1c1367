"""Who leaves, whose forms are missing, and who never started: missing at random by construction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helpers.trial.synthesis.settings import Settings
from helpers.trial.synthesis.streams import choose, stream

STAYED = -1


@dataclass(frozen=True)
class Attrition:
    """What was lost.

    Attributes
    ----------
    observed
        Participants by visits: was the form filled in?
    left_after
        Index of the last visit completed, ``STAYED`` for those who stayed to the end.
    reason
        Why a participant left; empty for those who stayed.
    started
        Did the participant attend any session?
    """

    observed: NDArray[np.bool_]
    left_after: NDArray[np.int64]
    reason: NDArray
    started: NDArray[np.bool_]


def lose(settings: Settings, *, scores: NDArray[np.float64], arms: NDArray) -> Attrition:
    """Let exactly the declared numbers leave or miss a form, chosen by the pain they last reported.

    The chance depends on observed scores only (missing at random): the log of its weight rises by
    ``log_weight_per_point`` with each point of the last observed score. Numbers per arm and visit
    are exact because people are chosen without replacement.

    Parameters
    ----------
    settings
        Declared numbers per arm and visit, and the slope.
    scores
        Complete scores, participants by visits.
    arms
        Arm of each participant.
    """
    rule = settings.dropout
    generator = stream(settings.seed, "dropout")
    people, visits = scores.shape
    leaving_noise = generator.gumbel(size=(people, visits))
    missing_noise = generator.gumbel(size=(people, visits))
    observed = np.ones((people, visits), dtype=bool)
    left_after = np.full(people, STAYED)
    last_seen = scores[:, 0].copy()
    for index, visit in enumerate(settings.visit_ids[1:], start=1):
        previous = settings.visit_ids[index - 1]
        weight = rule.log_weight_per_point * last_seen
        for arm in settings.arms:
            candidates = (arms == arm) & (left_after == STAYED)
            leavers = choose(
                rule.left_after[arm].get(previous, 0),
                among=candidates & observed[:, index - 1],
                log_weight=weight,
                gumbel=leaving_noise[:, index],
            )
            left_after[leavers] = index - 1
            missed = choose(
                rule.missed_forms[arm].get(visit, 0),
                among=candidates & ~leavers,
                log_weight=weight,
                gumbel=missing_noise[:, index],
            )
            observed[missed, index] = False
        observed[left_after != STAYED, index] = False
        last_seen = np.where(observed[:, index], scores[:, index], last_seen)
    return Attrition(
        observed=observed,
        left_after=left_after,
        reason=_reasons(settings, left_after, generator),
        started=_started(settings, left_after, arms, generator),
    )


def _reasons(
    settings: Settings, left_after: NDArray[np.int64], generator: np.random.Generator
) -> NDArray:
    reason = np.full(len(left_after), "", dtype=object)
    for index, visit in enumerate(settings.visit_ids[:-1]):
        leavers = np.flatnonzero(left_after == index)
        chances = settings.dropout.reasons[visit]
        reason[leavers] = generator.choice(
            list(chances), p=list(chances.values()), size=len(leavers)
        )
    return reason.astype(str)


def _started(
    settings: Settings,
    left_after: NDArray[np.int64],
    arms: NDArray,
    generator: np.random.Generator,
) -> NDArray[np.bool_]:
    started = np.ones(len(arms), dtype=bool)
    noise = generator.gumbel(size=len(arms))
    for arm, counts in settings.dropout.not_started.items():
        for count, left in (
            (counts.left_after_baseline, left_after == 0),
            (counts.stayed, left_after == STAYED),
        ):
            started &= ~choose(
                count, among=(arms == arm) & left, log_weight=np.zeros(len(arms)), gumbel=noise
            )
    return started
