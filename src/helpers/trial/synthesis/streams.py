"""Random streams by purpose, and the few ways in which the generator draws from them."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Return the generator of one purpose.

    Each purpose spawns its own PCG64 stream from the seed, so that a change in one part of the
    cohort leaves the draws of every other part as they were.

    Parameters
    ----------
    seed
        The cohort's seed.
    purpose
        What is drawn, for example ``"dropout"``; it is the spawn key.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(purpose.encode())))


def exactly(counts: Mapping[Any, int], generator: np.random.Generator) -> NDArray[np.object_]:
    """Return every value as often as it is counted, in random order.

    Parameters
    ----------
    counts
        How often each value stands in the result.
    generator
        Gives the order.
    """
    values = np.empty(sum(counts.values()), dtype=object)
    values[:] = [value for value, count in counts.items() for _ in range(count)]
    return values[generator.permutation(len(values))]


def by_rank(values: NDArray, keys: NDArray[np.float64]) -> NDArray:
    """Give the smallest value to the smallest key, and so on: exact margins, associated with keys.

    Parameters
    ----------
    values
        The values to hand out, in any order.
    keys
        One number per person; ties go to the earlier person.
    """
    handed = np.empty(len(values), dtype=values.dtype)
    handed[np.argsort(keys, kind="stable")] = np.sort(values)
    return handed


def choose(
    count: int, *, among: NDArray[np.bool_], log_weight: NDArray[np.float64], gumbel: NDArray
) -> NDArray[np.bool_]:
    """Choose people without replacement, with chances in proportion to their weights.

    The largest ``log weight + Gumbel noise`` are taken (Efraimidis and Spirakis 2006, in logs), so
    that the same noise chooses nearly the same people when the weights move a little.

    Parameters
    ----------
    count
        How many.
    among
        Who may be chosen.
    log_weight
        Logarithm of each person's weight.
    gumbel
        Each person's noise.

    Returns
    -------
    numpy.ndarray
        True for the chosen.
    """
    keys = np.where(among, log_weight + gumbel, -np.inf)
    chosen = np.zeros(len(keys), dtype=bool)
    chosen[np.argsort(-keys, kind="stable")[:count]] = True
    return chosen & among


def normal_quantiles(size: int) -> NDArray[np.float64]:
    """Return ``size`` standard normal quantiles at (i + 1/2) / size, in increasing order."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((index + 0.5) / size) for index in range(size)])
