"""Secondary outcomes: they follow the patient's pain in part, and improve alike in both arms."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from helpers.trial.synthesis.settings import SecondaryOutcome, Settings
from helpers.trial.synthesis.streams import stream

# T scores of the PROMIS global physical and mental health sums 4 to 20, as tabulated by Hays RD
# (University of California, Los Angeles, "Steps to produce raw score to theta estimates", 2009).
PHYSICAL_T = (
    16.2, 19.9, 23.5, 26.7, 29.6, 32.4, 34.9, 37.4, 39.8, 42.3, 44.9, 47.7, 50.8, 54.1, 57.7, 61.9,
    67.7,
)  # fmt: skip
MENTAL_T = (
    21.1, 25.1, 28.4, 31.3, 33.8, 36.3, 38.8, 41.1, 43.5, 45.8, 48.3, 50.8, 53.3, 56.0, 59.0, 62.5,
    67.6,
)  # fmt: skip

SCALES: Mapping[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "whole": np.rint,
    "tenths": lambda raw: np.round(raw, 1),
    "physical_t": lambda raw: np.array(PHYSICAL_T)[np.rint(raw).astype(int) - 4],
    "mental_t": lambda raw: np.array(MENTAL_T)[np.rint(raw).astype(int) - 4],
}


def secondary_scores(
    settings: Settings, *, name: str, pain: NDArray[np.float64], arms: NDArray
) -> NDArray[np.float64]:
    """Return one secondary outcome at every visit, before anything is missing.

    raw = mean of the visit + SD * (r * pain + sqrt(1 - r^2) * own part), with pain standardised
    within arm and visit, so that the arms differ in pain without differing here.

    Parameters
    ----------
    settings
        Declared mean, SD, change and correlation with pain of each outcome.
    name
        Id of the outcome.
    pain
        Complete worst pain, participants by visits.
    arms
        Arm of each participant.

    Returns
    -------
    numpy.ndarray
        Participants by visits.
    """
    outcome = settings.secondary[name]
    own = _own_part(settings, name, len(arms))
    shared = outcome.with_pain
    deviation = shared * _standardised(pain, arms) + np.sqrt(1 - shared**2) * own
    raw = outcome.baseline + outcome.change * _course(settings) + outcome.sd * deviation
    return _on_scale(outcome, raw)


def _own_part(settings: Settings, name: str, people: int) -> NDArray[np.float64]:
    generator = stream(settings.seed, f"secondary {name}")
    mix = settings.stability
    time = np.array(settings.weeks) / settings.weeks[-1]
    intercept, slope = generator.normal(size=(2, people, 1))
    noise = generator.normal(size=(people, len(time)))
    own = mix.intercept * intercept + mix.slope * slope * time + mix.residual * noise
    return own / np.sqrt(mix.intercept**2 + (mix.slope * time) ** 2 + mix.residual**2)


def _standardised(pain: NDArray[np.float64], arms: NDArray) -> NDArray[np.float64]:
    standard = np.empty_like(pain)
    for arm in np.unique(arms):
        rows = arms == arm
        standard[rows] = (pain[rows] - pain[rows].mean(axis=0)) / pain[rows].std(axis=0)
    return standard


def _course(settings: Settings) -> NDArray[np.float64]:
    # Both arms follow the mean course of the pain, so that no visit separates them.
    later = settings.visit_ids[1:]
    courses = [[settings.pain.course[arm][visit] for visit in later] for arm in settings.arms]
    return np.concatenate([[0.0], np.mean(courses, axis=0)])


def _on_scale(outcome: SecondaryOutcome, raw: NDArray[np.float64]) -> NDArray[np.float64]:
    return SCALES[outcome.scale](np.clip(raw, outcome.minimum, outcome.maximum))
