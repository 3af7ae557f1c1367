"""An estimate with its uncertainty, as every model of the book returns it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Estimate:
    """One estimated quantity.

    Attributes
    ----------
    estimate, se
        Value and standard error, in the outcome's unit.
    df, statistic, p
        Degrees of freedom (infinite for normal inference), t or z value, two-sided P value.
    lower, upper
        Confidence limits at the level of the analysis.
    """

    estimate: float
    se: float
    df: float
    statistic: float
    p: float
    lower: float
    upper: float

    @classmethod
    def from_row(cls, row: Any) -> Estimate:
        """Take the estimate out of a row of a frame, or a mapping, that holds its fields."""
        return cls(**{field.name: float(row[field.name]) for field in fields(cls)})
