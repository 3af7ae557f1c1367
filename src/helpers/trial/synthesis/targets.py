"""The published figures that the cohort must meet, to the digits as printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from helpers.errors import SpecificationError
from helpers.trial.specification import Specification

PREFIX = "primary."


@dataclass(frozen=True)
class Target:
    """One printed figure.

    Attributes
    ----------
    name
        Name of the result, for example ``primary.difference.lower``.
    printed
        Its printed value.
    half_unit
        Half a unit of the last printed digit: values nearer than this round to what is printed.
    """

    name: str
    printed: float
    half_unit: float

    def distance(self, value: float) -> float:
        """Return how far a value lies from what is printed; below 1 it rounds to it."""
        return (value - self.printed) / self.half_unit


def primary_targets(specification: Specification) -> tuple[Target, ...]:
    """Collect the printed figures of the primary analysis from the trial's published rows.

    Parameters
    ----------
    specification
        The trial; rows whose result begins with ``primary.`` are targets.

    Raises
    ------
    SpecificationError
        When there is no such row.
    """
    targets = tuple(
        _target(f"{row.result}.{part}", text)
        for row in specification.published
        if row.result and row.result.startswith(PREFIX)
        for part, text in row.printed.items()
    )
    if not targets:
        raise SpecificationError(
            "trial.yml: no published row has a result that begins with 'primary.', so there is "
            "nothing to calibrate the cohort to; add the published primary result."
        )
    return targets


def worst_distance(targets: tuple[Target, ...], estimates: Mapping[str, float]) -> float:
    """Return the largest distance over all targets: below 1 every figure is met as printed."""
    return max(abs(target.distance(estimates[target.name])) for target in targets)


def _target(name: str, text: str) -> Target:
    digits = text.replace("\N{MINUS SIGN}", "-")
    decimals = len(digits.partition(".")[2])
    return Target(name=name, printed=float(digits), half_unit=0.5 * 10.0**-decimals)
