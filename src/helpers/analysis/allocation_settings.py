"""How even the arms would be under other methods of allocation and other block sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.analysis.randomization import describe_allocation
from helpers.analysis.small_counts import arm_sizes
from helpers.analysis.withheld import NotShown
from helpers.methods.allocation import permuted_block_list
from helpers.methods.allocation_simulation import (
    IntArray,
    foreseeable,
    running_imbalance,
    simulate_blocks,
    simulate_minimisation,
    simulate_simple,
    stratum_imbalance,
)
from helpers.trial.loading import Trial

METHODS = ("simple", "blocks", "stratified", "minimisation")
STRATA = (2, 4, 8, 16, 32)
SIZES = (20, 50, 100, 200)
SIMULATIONS = 500
PROBABILITY = 0.8
DOTS = 20
# A larger trial adds nothing to the picture, and minutes to the simulation.
_LARGEST = 500
# Allocations of the one long list from which the share that can be foreseen is taken.
_LONG = 6000


@dataclass(frozen=True)
class AllocationSettings:
    """Imbalance in simulated trials, by method, block sizes, strata and size.

    Attributes
    ----------
    ratio
        Part of every arm.
    block_sizes
        Those tried; several in one entry are drawn at random for each block.
    sizes
        Numbers of participants tried.
    start
        The trial's own ``method, block, strata, size``, or what comes nearest.
    own_method
        Whether the trial states a method.
    actual
        How uneven the trial itself was at its end; None when that is not shown.
    simulations, seed, probability
        Simulated trials for each setting, the seed, and the probability with which minimisation
        follows its rule.
    grid
        ``method, block, strata, size`` (``block`` counts entries of ``block_sizes``);
        ``final_dots`` and ``stratum_dots``, twenty equally likely values of the imbalance at the
        end, in the whole trial and in the most uneven of the strata; ``final_half, final_most,
        running_half, running_most, stratum_half, stratum_most``, what half of the trials and 95
        in 100 do not exceed (``running``: at its worst on the way); ``foreseen``, the share of
        allocations that can be named beforehand with certainty.
    """

    ratio: dict[str, int]
    block_sizes: tuple[tuple[int, ...], ...]
    sizes: tuple[int, ...]
    start: dict[str, Any]
    own_method: bool
    actual: float | None
    simulations: int
    seed: int
    probability: float
    grid: pd.DataFrame


def vary_allocation(
    trial: Trial, *, seed: int, simulations: int = SIMULATIONS
) -> AllocationSettings:
    """Simulate the allocation of trials with this trial's arms and ratio.

    No patient takes part: strata are two levels of as many factors as they need, equally likely
    and independent.

    Parameters
    ----------
    trial
        Gives arms, ratio and, unless it is withheld, size.
    seed
        Any whole number from 0.
    simulations
        Simulated trials for each setting.
    """
    rule = trial.specification.randomisation
    ratio = {arm: rule.ratio[arm] for arm in trial.specification.arm_ids}
    parts = tuple(ratio.values())
    number = arm_sizes(trial).everyone()
    own_size = () if isinstance(number, NotShown) else (min(int(number), _LARGEST),)
    sizes = tuple(sorted({*SIZES, *own_size}))
    blocks = _block_sizes(sum(parts), rule.block_sizes)
    rows = _simulated(parts, blocks, sizes, seed=seed, trials=simulations)
    imbalance = describe_allocation(trial).imbalance
    return AllocationSettings(
        ratio=ratio,
        block_sizes=blocks,
        sizes=sizes,
        start={
            "method": _own_method(trial),
            "block": blocks.index(tuple(rule.block_sizes) or (2 * sum(parts),)),
            "strata": _own_strata(trial),
            "size": own_size[0] if own_size else sizes[-1],
        },
        own_method=rule.method != "unknown",
        actual=None if isinstance(imbalance, NotShown) else float(imbalance),
        simulations=simulations,
        seed=seed,
        probability=PROBABILITY,
        grid=pd.DataFrame(rows),
    )


def _block_sizes(share: int, own: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Return the block sizes that are tried, the trial's own among them, from small to large."""
    tried = {(times * share,) for times in (1, 2, 3, 4, 6)} | ({tuple(own)} if own else set())
    return tuple(sorted(tried, key=lambda sizes: (sum(sizes) / len(sizes), len(sizes))))


def _own_method(trial: Trial) -> str:
    rule = trial.specification.randomisation
    if rule.method in ("simple", "minimisation"):
        return rule.method
    return "stratified" if rule.strata else "blocks"


def _own_strata(trial: Trial) -> int:
    """Return the number of strata tried that is nearest to the trial's own."""
    number = 1
    for name in trial.specification.randomisation.strata:
        number *= max(len(trial.specification.variable(name).codes or ()), 1)
    return min(STRATA, key=lambda tried: abs(np.log(tried / number)))


def _simulated(
    ratio: tuple[int, ...],
    blocks: tuple[tuple[int, ...], ...],
    sizes: tuple[int, ...],
    *,
    seed: int,
    trials: int,
) -> list[dict[str, Any]]:
    def generator(*key: int) -> np.random.Generator:
        return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))

    length = max(sizes)
    binary = generator(0).integers(2, size=(trials, length, int(np.log2(max(STRATA)))))
    one_list = np.zeros((trials, length), dtype=np.int64)
    simple = simulate_simple(ratio=ratio, trials=trials, length=length, generator=generator(1))
    in_blocks = [
        simulate_blocks(
            ratio=ratio, block_sizes=block, strata=one_list, generator=generator(2, number)
        )
        for number, block in enumerate(blocks)
    ]
    foreseen = [
        _foreseen(ratio, block, generator(3, number)) for number, block in enumerate(blocks)
    ]
    rows: list[dict[str, Any]] = []
    for strata in STRATA:
        factors = binary[:, :, : int(np.log2(strata))]
        stratum = factors @ (2 ** np.arange(factors.shape[2]))
        minimised = simulate_minimisation(
            ratio=ratio, factors=factors, probability=PROBABILITY, generator=generator(4, strata)
        )
        for number, block in enumerate(blocks):
            stratified = simulate_blocks(
                ratio=ratio,
                block_sizes=block,
                strata=stratum,
                generator=generator(5, strata, number),
            )
            drawn = zip(METHODS, (simple, in_blocks[number], stratified, minimised), strict=True)
            for method, allocated in drawn:
                fixed = method in ("simple", "minimisation")
                if fixed and number:
                    # The block size plays no part: what was found for the first one stands.
                    rows += [
                        {**row, "block": number}
                        for row in rows
                        if (row["method"], row["strata"], row["block"]) == (method, strata, 0)
                    ]
                    continue
                known = 0.0 if fixed else foreseen[number]
                rows += [
                    {"method": method, "block": number, "strata": strata, **row, "foreseen": known}
                    for row in _summaries(allocated, stratum, ratio, sizes)
                ]
    return rows


def _summaries(
    allocated: IntArray, stratum: IntArray, ratio: tuple[int, ...], sizes: tuple[int, ...]
) -> list[dict[str, Any]]:
    running = running_imbalance(allocated, ratio=ratio)
    worst = np.maximum.accumulate(running, axis=1)
    found = []
    for size in sizes:
        within = stratum_imbalance(allocated[:, :size], stratum[:, :size], ratio=ratio)
        row: dict[str, Any] = {"size": size}
        for name, values in (
            ("final", running[:, size - 1]),
            ("running", worst[:, size - 1]),
            ("stratum", within),
        ):
            row[f"{name}_half"], row[f"{name}_most"] = _quantiles(values, (0.5, 0.95))
            if name != "running":
                row[f"{name}_dots"] = _quantiles(values, (np.arange(DOTS) + 0.5) / DOTS)
        found.append(row)
    return found


def _quantiles(
    values: NDArray[np.float64], shares: Sequence[float] | NDArray[np.float64]
) -> tuple[float, ...]:
    """Return values that occur, so that no trial is shown with half a participant."""
    found = np.quantile(values, shares, method="inverted_cdf")
    return tuple(float(f"{value:.10g}") for value in found)


def _foreseen(
    ratio: tuple[int, ...], block: tuple[int, ...], generator: np.random.Generator
) -> float:
    names = [str(arm) for arm in range(len(ratio))]
    drawn = permuted_block_list(
        arms=names,
        ratio=dict(zip(names, ratio, strict=True)),
        block_sizes=block,
        length=_LONG,
        generator=generator,
    )
    certain = foreseeable([int(arm) for arm in drawn], ratio=ratio, block_sizes=block)
    return float(certain.mean())
