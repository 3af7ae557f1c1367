"""The list of arms, drawn before the first patient and stored as a trial would store it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from helpers.errors import SpecificationError
from helpers.trial.synthesis.constants import AllocationList
from helpers.trial.synthesis.settings import Settings

SEEDS_TRIED = 10_000

Allocate = Callable[[int, Mapping[str, int]], Mapping[str, Sequence[str]]]
"""A seed and the number of patients per centre in, the arms per centre out."""


def draw_allocation(settings: Settings, *, allocate: Allocate) -> AllocationList:
    """Find the first seed whose stratified permuted blocks give the declared arm sizes.

    The list maker is handed in: it belongs to the statistics, of which this floor knows nothing.

    Parameters
    ----------
    settings
        The declared arm sizes, centre sizes and first seed.
    allocate
        Draws the list of one seed.

    Raises
    ------
    SpecificationError
        When no seed within reach gives the arm sizes.
    """
    lengths = settings.characteristics.centre
    wanted = Counter(settings.allocation.arm_sizes)
    first = settings.allocation.first_seed
    for seed in range(first, first + SEEDS_TRIED):
        lists = {centre: tuple(arms) for centre, arms in allocate(seed, lengths).items()}
        if Counter(arm for arms in lists.values() for arm in arms) == wanted:
            return AllocationList(seed=seed, arms=lists)
    raise SpecificationError(
        f"synthesis.yml: no seed from {first} to {first + SEEDS_TRIED - 1} gives the arm sizes "
        f"{dict(wanted)} with centres of {dict(lengths)}; choose sizes that blocks can reach."
    )


def arms_in_order(allocation: AllocationList, centres: Sequence[str]) -> NDArray:
    """Hand out each centre's list in the order of randomisation.

    Parameters
    ----------
    allocation
        The stored list.
    centres
        Centre of each participant, in the order of randomisation.
    """
    lists: dict[str, Iterator[str]] = {
        centre: iter(arms) for centre, arms in allocation.arms.items()
    }
    return np.array([next(lists[centre]) for centre in centres])
