import dataclasses

import numpy as np
import pandas as pd
import pytest

from helpers.analysis.allocation_settings import (
    DOTS,
    METHODS,
    PROBABILITY,
    SIMULATIONS,
    STRATA,
    vary_allocation,
)
from helpers.analysis.randomization import describe_allocation
from helpers.methods.allocation_simulation import (
    running_imbalance,
    simulate_simple,
    stratum_imbalance,
)

FEW = 40
"""Simulations where it does not matter how exact they are."""


@pytest.fixture(scope="module")
def settings(tiny):
    return vary_allocation(tiny, seed=3)


def at(settings, **where):
    found = settings.grid
    for name, value in where.items():
        found = found[found[name] == value]
    (row,) = found.to_dict("records")
    return row


def test_every_setting_is_there_once(settings):
    assert settings.block_sizes == ((2,), (2, 4), (4,), (6,), (8,), (12,))
    assert settings.sizes == (20, 40, 50, 100, 200)
    names = ["method", "block", "strata", "size"]
    assert len(settings.grid) == len(METHODS) * 6 * len(STRATA) * 5
    assert not settings.grid.duplicated(names).any()
    at(settings, **settings.start)


def test_it_starts_as_the_trial_was_made(settings, headache, tiny_real):
    assert settings.start == {"method": "stratified", "block": 1, "strata": 2, "size": 40}
    found = vary_allocation(headache, seed=1, simulations=FEW)
    # Sex, migraine and twelve acupuncturists make 48 strata; 32 are the most that are tried.
    assert found.start == {"method": "minimisation", "block": 1, "strata": 32, "size": 401}
    assert found.actual == describe_allocation(headache).imbalance
    three = vary_allocation(tiny_real, seed=1, simulations=FEW)
    assert three.block_sizes == ((3,), (6,), (9,), (12,), (18,))


def test_a_row_sums_up_the_simulation_of_its_method(settings):
    seeds = [np.random.SeedSequence(3, spawn_key=(key,)) for key in (0, 1)]
    strata, allocation = map(np.random.default_rng, seeds)
    factors = strata.integers(2, size=(SIMULATIONS, 200, 5))
    drawn = simulate_simple(ratio=(1, 1), trials=SIMULATIONS, length=200, generator=allocation)
    row = at(settings, method="simple", block=0, strata=4, size=50)
    running = running_imbalance(drawn, ratio=(1, 1))[:, :50]
    assert row["final_half"] == np.quantile(running[:, -1], 0.5, method="inverted_cdf")
    assert row["running_most"] == np.quantile(running.max(axis=1), 0.95, method="inverted_cdf")
    stratum = factors[:, :50, 0] + 2 * factors[:, :50, 1]
    within = stratum_imbalance(drawn[:, :50], stratum, ratio=(1, 1))
    assert row["stratum_most"] == np.quantile(within, 0.95, method="inverted_cdf")
    assert len(row["final_dots"]) == DOTS
    assert list(row["final_dots"]) == sorted(row["final_dots"])
    assert row["final_dots"][DOTS // 2 - 1] <= row["final_half"] <= row["final_dots"][DOTS // 2]


def test_the_block_size_plays_a_part_where_there_are_blocks(settings):
    numbers = settings.grid.drop(columns=["block"]).map(
        lambda value: tuple(value) if isinstance(value, list) else value
    )
    for method, part in numbers.groupby("method"):
        distinct = len(part.drop_duplicates())
        assert (distinct == len(STRATA) * 5) == (method in ("simple", "minimisation"))


def test_blocks_bound_the_imbalance_and_give_allocations_away(settings):
    grid = settings.grid
    for block, sizes in enumerate(settings.block_sizes):
        one_list = grid[(grid["method"] == "blocks") & (grid["block"] == block)]
        assert (one_list["running_most"] <= max(sizes) / 2).all()
    shares = {
        settings.block_sizes[row["block"]]: row["foreseen"]
        for row in grid.to_dict("records")
        if row["method"] == "stratified"
    }
    # k / (k + 1) of 2k: see the tests of the simulation. Blocks of varying size give away less.
    assert shares[(4,)] == pytest.approx(1 / 3, abs=0.02)
    assert shares[(2, 4)] < shares[(4,)] < shares[(2,)]
    assert set(grid.loc[grid["method"].isin(["simple", "minimisation"]), "foreseen"]) == {0.0}


def test_the_seed_is_the_whole_of_chance(tiny):
    once, again, other = (vary_allocation(tiny, seed=seed, simulations=FEW) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(once.grid, again.grid)
    assert not once.grid.equals(other.grid)
    assert again.probability == PROBABILITY


def test_a_private_trial_that_withholds_its_size_does_not_give_it_away(tiny):
    specification = tiny.specification.model_copy(update={"public": False})
    hidden = dataclasses.replace(tiny, specification=specification, small_cells=50)
    settings = vary_allocation(hidden, seed=3, simulations=FEW)
    assert settings.sizes == (20, 50, 100, 200)
    assert settings.actual is None
    assert settings.start["size"] == 200
