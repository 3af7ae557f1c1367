"""Many trials allocated at once, by every usual method, and what their lists give away.

All trials of a simulation are drawn together: an allocation is a whole number, the arm's place in
the ratio, in an array of trials by participants. A trial of n participants is the beginning of a
longer one, so that one simulation serves every size.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from helpers.errors import ParameterError

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


def simulate_simple(
    *, ratio: Sequence[int], trials: int, length: int, generator: np.random.Generator
) -> IntArray:
    """Allocate everybody independently, each arm with the probability of its part of the ratio.

    Parameters
    ----------
    ratio
        Part of every arm.
    trials, length
        Number of trials, and of participants in each.
    generator
        Source of randomness.

    Returns
    -------
    numpy.ndarray
        Arms, shape (trials, length).
    """
    edges = np.cumsum(ratio) / sum(ratio)
    return np.searchsorted(edges, generator.random((trials, length)), side="right")


def simulate_blocks(
    *,
    ratio: Sequence[int],
    block_sizes: Sequence[int],
    strata: IntArray,
    generator: np.random.Generator,
) -> IntArray:
    """Allocate by randomly permuted blocks, one list for every stratum of every trial.

    Every block's size is drawn uniformly from ``block_sizes``, as in
    :func:`helpers.methods.allocation.permuted_blocks`.

    Parameters
    ----------
    ratio, generator
        As in :func:`simulate_simple`.
    block_sizes
        Sizes, each a multiple of the sum of the ratio.
    strata
        Stratum of every participant, from 0, shape (trials, length); zeros make one list.

    Raises
    ------
    ParameterError
        When a block size cannot hold the ratio.

    Notes
    -----
    Zelen M. J Chronic Dis 1974;27:365-375.
    """
    share = sum(ratio)
    if not block_sizes or any(size <= 0 or size % share for size in block_sizes):
        raise ParameterError(
            f"Blocks of {', '.join(map(str, block_sizes)) or 'no size'} cannot hold the arms in "
            f"their ratio; every block size must be a positive multiple of {share}."
        )
    place = place_within(strata)
    lists = int(strata.max()) + 1
    length = int(place.max()) + 1
    drawn = _block_lists(
        ratio=ratio,
        block_sizes=block_sizes,
        lists=len(strata) * lists,
        length=length,
        generator=generator,
    ).reshape(len(strata), lists, length)
    return drawn[np.arange(len(strata))[:, None], strata, place]


def _block_lists(
    *,
    ratio: Sequence[int],
    block_sizes: Sequence[int],
    lists: int,
    length: int,
    generator: np.random.Generator,
) -> IntArray:
    """Return lists of permuted blocks, shape (lists, length)."""
    share, largest = sum(ratio), max(block_sizes)
    # A block that the end would cut is drawn whole.
    width = length + largest
    sizes = generator.choice(block_sizes, size=(lists, width // min(block_sizes) + 1))
    ends = np.cumsum(sizes, axis=1)
    place = np.arange(width)
    if len(set(block_sizes)) == 1:
        block = np.broadcast_to(place // largest, (lists, width))
    else:
        block = np.stack([np.searchsorted(row, place, side="right") for row in ends])
    size = np.take_along_axis(sizes, block, axis=1)
    within = place - (np.take_along_axis(ends, block, axis=1) - size)
    arm = np.searchsorted(np.cumsum(ratio), within * share // size, side="right")
    # Sorting by block and chance permutes within every block.
    order = np.argsort(block + generator.random((lists, width)), axis=1)
    return np.take_along_axis(arm, order, axis=1)[:, :length]


def simulate_minimisation(
    *,
    ratio: Sequence[int],
    factors: IntArray,
    probability: float,
    generator: np.random.Generator,
) -> IntArray:
    """Allocate each participant so that the arms stay even at the levels that they have.

    For each arm the range of n_a / r_a, were the participant given to it, is summed over the
    levels of the participant's factors. With ``probability`` the participant gets an arm for
    which the sum is least, chosen among several by the ratio, else one of the others.

    Parameters
    ----------
    ratio, generator
        As in :func:`simulate_simple`.
    factors
        Level of every factor, 0 or 1, shape (trials, length, factors). A single factor that is
        always 0 makes it a biased coin for the whole trial.
    probability
        From 1 / number of arms (chance alone) to 1 (no chance unless arms tie).

    Notes
    -----
    Pocock SJ, Simon R. Biometrics 1975;31:103-115. With one factor of one level and two arms it is
    the biased coin of Efron B. Biometrika 1971;58:403-417.
    """
    trials, length, number = factors.shape
    parts = np.asarray(ratio, dtype=float)
    arms = len(parts)
    counts = np.zeros((trials, number, 2, arms))
    every, which = np.arange(trials)[:, None], np.arange(number)[None, :]
    one_more = np.eye(arms) / parts
    chances = generator.random((trials, length))
    allocated = np.empty((trials, length), dtype=np.int64)
    for person in range(length):
        levels = factors[:, person]
        # trials, factors, arm given, arm counted
        would_be = counts[every, which, levels][:, :, None, :] + one_more
        uneven = (would_be.max(axis=3) - would_be.min(axis=3)).sum(axis=1)
        # Sums of fractions differ in their last digits where they are equal.
        best = uneven <= uneven.min(axis=1, keepdims=True) + 1e-9
        chance = _shares(best * parts, probability) + _shares(~best * parts, 1 - probability)
        chance /= chance.sum(axis=1, keepdims=True)
        arm = (chances[:, person, None] >= np.cumsum(chance, axis=1)[:, :-1]).sum(axis=1)
        allocated[:, person] = arm
        counts[every, which, levels, arm[:, None]] += 1 / parts[arm][:, None]
    return allocated


def _shares(weights: FloatArray, total: float) -> FloatArray:
    """Divide a total by weights, row by row; rows without weights get nothing."""
    whole = weights.sum(axis=1, keepdims=True)
    return total * weights / np.where(whole > 0, whole, 1.0)


def place_within(strata: IntArray) -> IntArray:
    """Return how many of the same stratum, and the same trial, came before each participant."""
    trials, length = strata.shape
    key = strata + (strata.max() + 1) * np.arange(trials)[:, None]
    flat = key.ravel()
    order = np.argsort(flat, kind="stable")
    first = np.searchsorted(flat[order], flat[order])
    place = np.empty(trials * length, dtype=np.int64)
    place[order] = np.arange(trials * length) - first
    return place.reshape(trials, length)


def running_imbalance(allocated: IntArray, *, ratio: Sequence[int]) -> FloatArray:
    """Return max_a(n_a / r_a) - min_a(n_a / r_a) after every allocation, shape as given."""
    counts = [np.cumsum(allocated == arm, axis=1) / part for arm, part in enumerate(ratio)]
    return np.maximum.reduce(counts) - np.minimum.reduce(counts)


def stratum_imbalance(allocated: IntArray, strata: IntArray, *, ratio: Sequence[int]) -> FloatArray:
    """Return the imbalance at the end within the most uneven stratum, one for each trial."""
    trials, lists, arms = len(allocated), int(strata.max()) + 1, len(ratio)
    key = (np.arange(trials)[:, None] * lists + strata) * arms + allocated
    counts = np.bincount(key.ravel(), minlength=trials * lists * arms)
    relative = counts.reshape(trials, lists, arms) / np.asarray(ratio)
    return (relative.max(axis=2) - relative.min(axis=2)).max(axis=1)


def foreseeable(
    allocations: Sequence[int], *, ratio: Sequence[int], block_sizes: Sequence[int]
) -> NDArray[np.bool_]:
    """Tell which allocations of a permuted-block list can be named with certainty beforehand.

    By somebody who knows the block sizes and every earlier allocation, but not which size was
    drawn: the states that the earlier allocations leave possible are followed.

    Parameters
    ----------
    allocations
        Arms of one list, as places in the ratio.
    ratio, block_sizes
        As in :func:`simulate_blocks`.
    """
    share, arms = sum(ratio), range(len(ratio))
    # A state is a block's size and how many of each arm it still holds.
    full = frozenset((size, *(part * size // share for part in ratio)) for size in block_sizes)
    known: dict[tuple[frozenset[tuple[int, ...]], int], frozenset[tuple[int, ...]]] = {}
    states, certain = full, []
    for arm in allocations:
        possible = {each for each in arms for state in states if state[1 + each]}
        certain.append(len(possible) == 1)
        if (states, arm) not in known:
            known[states, arm] = _after(states, arm, full)
        states = known[states, arm]
    return np.array(certain, dtype=bool)


def _after(
    states: frozenset[tuple[int, ...]], arm: int, full: frozenset[tuple[int, ...]]
) -> frozenset[tuple[int, ...]]:
    """Return the states that are possible after an allocation."""
    following: set[tuple[int, ...]] = set()
    for size, *left in states:
        if not left[arm]:
            continue
        left[arm] -= 1
        following |= {(size, *left)} if any(left) else full
    return frozenset(following)
