"""Find the arms of so few patients that they may be misspellings of another."""

from __future__ import annotations

from collections.abc import Mapping

from helpers.errors import nearest_name
from helpers.trial.loading import SMALL_CELLS


def small_arms(sizes: Mapping[str, int]) -> dict[str, str | None]:
    """Return the arms with fewer patients than are shown, and the arm that may have been meant.

    Parameters
    ----------
    sizes
        Patients of each arm; arms without any are none of these.
    """
    others = [arm for arm, size in sizes.items() if size >= SMALL_CELLS]
    return {arm: nearest_name(arm, others) for arm, size in sizes.items() if 0 < size < SMALL_CELLS}
