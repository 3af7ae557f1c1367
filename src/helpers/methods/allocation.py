"""Lists of random allocation and how far arms drift apart while a trial recruits.

The lists are pinned down to the draw, so that a trial whose seed is known can be checked against
the list that it says it used.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from helpers.errors import ParameterError

Stratum = TypeVar("Stratum", bound=Hashable)


def permuted_blocks(
    *,
    arms: Sequence[str],
    ratio: Mapping[str, int],
    block_sizes: Sequence[int],
    length: int,
    generator: np.random.Generator,
) -> list[list[str]]:
    """Draw randomly permuted blocks, each holding the arms in their ratio.

    Every block's size is drawn uniformly from ``block_sizes``, then its arms are shuffled.

    Parameters
    ----------
    arms
        Arm ids in a fixed order; the order is part of what the seed means.
    ratio
        Share of each arm, for example ``{"a": 1, "b": 1}``.
    block_sizes
        Sizes to draw from, each a multiple of the sum of the ratio.
    length
        Number of allocations that the blocks must hold at least, 0 or more.
    generator
        Source of randomness.

    Returns
    -------
    list of list of str
        Complete blocks in order.

    Raises
    ------
    ParameterError
        When a block size cannot hold the ratio or the length is negative.

    Notes
    -----
    Zelen M. J Chronic Dis 1974;27:365-375; R's ``blockrand::blockrand`` makes such lists too.
    """
    share = sum(ratio[arm] for arm in arms)
    for size in block_sizes:
        if size <= 0 or size % share:
            raise ParameterError(
                f"A block of {size} cannot hold the arms in their ratio; every block size must be "
                f"a positive multiple of {share}."
            )
    if not block_sizes:
        raise ParameterError("No block size is given; give at least one.")
    if length < 0:
        raise ParameterError(f"A list cannot have {length} places; the length must be 0 or more.")
    blocks: list[list[str]] = []
    while sum(map(len, blocks)) < length:
        size = block_sizes[int(generator.integers(len(block_sizes)))]
        block = [arm for arm in arms for _ in range(ratio[arm] * size // share)]
        blocks.append([block[place] for place in generator.permutation(size)])
    return blocks


def permuted_block_list(
    *,
    arms: Sequence[str],
    ratio: Mapping[str, int],
    block_sizes: Sequence[int],
    length: int,
    generator: np.random.Generator,
) -> list[str]:
    """Make one list of randomly permuted blocks; the last block is cut where the list ends.

    Parameters
    ----------
    arms, ratio, block_sizes, generator
        As in :func:`permuted_blocks`.
    length
        Number of allocations, 0 or more.

    Raises
    ------
    ParameterError
        When a block size cannot hold the ratio or the length is negative.
    """
    blocks = permuted_blocks(
        arms=arms, ratio=ratio, block_sizes=block_sizes, length=length, generator=generator
    )
    return [arm for block in blocks for arm in block][:length]


def stratified_list(
    *,
    lengths: Mapping[Stratum, int],
    arms: Sequence[str],
    ratio: Mapping[str, int],
    block_sizes: Sequence[int],
    seed: int,
) -> dict[Stratum, list[str]]:
    """Make one list of permuted blocks for every stratum.

    Each stratum draws from its own generator, made from the seed and the stratum's position, so
    that a stratum's list does not depend on how many people the other strata recruited.

    Parameters
    ----------
    lengths
        Number of allocations of each stratum, in a fixed order.
    arms, ratio, block_sizes
        As in :func:`permuted_block_list`.
    seed
        Seed of the whole set of lists.
    """
    return {
        stratum: permuted_block_list(
            arms=arms,
            ratio=ratio,
            block_sizes=block_sizes,
            length=length,
            generator=np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,))),
        )
        for number, (stratum, length) in enumerate(lengths.items())
    }


def running_counts(
    allocations: Sequence[str], *, arms: Sequence[str]
) -> dict[str, NDArray[np.int64]]:
    """Count each arm after every allocation: one array of ``len(allocations)`` per arm."""
    allocated = np.asarray(allocations, dtype=str)
    return {arm: np.cumsum(allocated == arm, dtype=np.int64) for arm in arms}


def imbalance_over_time(
    allocations: Sequence[str], *, ratio: Mapping[str, int]
) -> NDArray[np.float64]:
    """Measure how far the arms are from their ratio after every allocation.

    The imbalance is max_a(n_a / r_a) - min_a(n_a / r_a): with two arms 1:1 it is the difference
    of the two counts.

    Parameters
    ----------
    allocations
        Arm of each participant in order of randomisation.
    ratio
        Share r_a of every arm.

    Returns
    -------
    numpy.ndarray
        One value per allocation.
    """
    counts = running_counts(allocations, arms=list(ratio))
    if not len(allocations):
        return np.empty(0)
    relative = np.array([counts[arm] / ratio[arm] for arm in ratio])
    return relative.max(axis=0) - relative.min(axis=0)
