"""The constants that the calibration found: the generated part of ``synthesis.yml``."""

from __future__ import annotations

from helpers.trial.synthesis.settings import Declared, Latents


class Adjustment(Declared):
    """A change of one participant's pain score at one visit."""

    participant: str
    visit: str
    points: int


class AllocationList(Declared):
    """The list of arms that the seed gave, per centre, in the order of randomisation."""

    seed: int
    arms: dict[str, tuple[str, ...]]


class Calibration(Declared):
    """The constants that make the cohort meet the published figures."""

    allocation: AllocationList
    latents: Latents
    adjustments: tuple[Adjustment, ...] = ()
