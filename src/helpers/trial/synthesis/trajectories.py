"""Worst pain of every participant at every visit, before anything is missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helpers.trial.synthesis.settings import Latents, Settings
from helpers.trial.synthesis.streams import by_rank, exactly, stream


def baseline_scores(settings: Settings) -> NDArray[np.float64]:
    """Return the declared baseline scores in the order of the standardised latent baseline.

    The latents that only set the order enter with their declared starting values, so that the
    baseline is the same in every calibration.
    """
    intercepts, _, noise = _draws(settings)
    start = settings.pain.start
    latent = start.intercept_sd * intercepts + start.residual_sd * noise[:, 0]
    declared = exactly(settings.pain.baseline, stream(settings.seed, "baseline pain"))
    return by_rank(declared.astype(float), latent)


def complete_scores(settings: Settings, *, latents: Latents, arms: NDArray) -> NDArray[np.float64]:
    """Return worst pain at every visit, rounded to whole points.

    score = mean of the arm and visit + intercept + slope * t + noise, with t the week over the
    last week. The baseline keeps its declared distribution: it is handed out by rank.

    Parameters
    ----------
    settings
        Declared course of the means.
    latents
        Means at the last visit and the spread between and within patients.
    arms
        Arm of each participant.

    Returns
    -------
    numpy.ndarray
        Participants by visits.
    """
    pain = settings.pain
    intercepts, slopes, noise = _draws(settings)
    baseline = baseline_scores(settings)
    intercept = latents.intercept_sd * intercepts
    slope = latents.slope_sd * (
        latents.correlation * intercepts + np.sqrt(1 - latents.correlation**2) * slopes
    )
    columns = [baseline]
    for index, (visit, planned) in enumerate(list(settings.visits.items())[1:], start=1):
        mean = np.zeros(len(arms))
        for arm in settings.arms:
            fall = (latents.means[arm] - baseline.mean()) * pain.course[arm][visit]
            mean[arms == arm] = baseline.mean() + fall
        time = planned.week / settings.weeks[-1]
        latent = mean + intercept + slope * time + latents.residual_sd * noise[:, index]
        # Adding zero turns the -0.0 of a rounded small negative number into 0.0.
        columns.append(np.clip(np.rint(latent), pain.minimum, pain.maximum) + 0.0)
    return np.column_stack(columns)


def responder_limit(settings: Settings, baseline: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the highest whole score that still counts as a response, given the baseline score."""
    # The tiny amount keeps 0.7 * 10 = 7 on the right side of its floating-point neighbour.
    return np.floor((1 - settings.pain.responder_fraction) * baseline + 1e-9)


def _draws(settings: Settings) -> tuple[NDArray, NDArray, NDArray]:
    people = settings.participants
    generator = stream(settings.seed, "pain")
    return (
        generator.normal(size=people),
        generator.normal(size=people),
        generator.normal(size=(people, len(settings.visits))),
    )
