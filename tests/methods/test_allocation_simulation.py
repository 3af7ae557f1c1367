from itertools import product

import numpy as np
import pytest
from scipy import stats

from helpers.errors import ParameterError
from helpers.methods.allocation import imbalance_over_time, permuted_blocks
from helpers.methods.allocation_simulation import (
    foreseeable,
    place_within,
    running_imbalance,
    simulate_blocks,
    simulate_minimisation,
    simulate_simple,
    stratum_imbalance,
)


@pytest.fixture
def generator():
    return np.random.default_rng(1975)


def zeros(trials, length):
    return np.zeros((trials, length), dtype=np.int64)


@pytest.mark.parametrize("ratio", [(1, 1), (2, 1), (1, 1, 3)])
def test_simple_randomisation_is_binomial(generator, ratio):
    drawn = simulate_simple(ratio=ratio, trials=4000, length=60, generator=generator)
    assert set(np.unique(drawn)) == set(range(len(ratio)))
    for arm, part in enumerate(ratio):
        counts = (drawn == arm).sum(axis=1)
        expected = stats.binom(60, part / sum(ratio))
        # The whole distribution: Kolmogorov's distance of 4000 draws is below 0.0257 in 99 of 100.
        values = np.arange(61)
        empirical = np.array([(counts <= value).mean() for value in values])
        assert np.abs(empirical - expected.cdf(values)).max() < 0.0257


@pytest.mark.parametrize(
    ("ratio", "sizes"), [((1, 1), (4,)), ((2, 1), (3, 6)), ((1, 1, 2), (4, 8)), ((1, 1), (2, 4, 6))]
)
def test_lists_are_permuted_blocks(generator, ratio, sizes):
    drawn = simulate_blocks(
        ratio=ratio, block_sizes=sizes, strata=zeros(300, 48), generator=generator
    )
    assert drawn.shape == (300, 48)
    for row in drawn:
        assert possible(list(row), ratio, sizes)
    assert not possible([0] * 48, ratio, sizes)


def possible(allocations, ratio, sizes):
    """Tell whether a list can be cut into blocks, the last of which may be unfinished."""
    share = sum(ratio)
    starts = {0}
    for start in range(len(allocations)):
        if start not in starts:
            continue
        for size in sizes:
            block = allocations[start : start + size]
            held = [part * size // share for part in ratio]
            if all(block.count(arm) <= most for arm, most in enumerate(held)):
                if start + size >= len(allocations):
                    return True
                starts.add(start + size)
    return False


def test_every_order_of_a_block_is_equally_likely(generator):
    drawn = simulate_blocks(
        ratio=(1, 1), block_sizes=(4,), strata=zeros(6000, 4), generator=generator
    )
    _, counts = np.unique(drawn, axis=0, return_counts=True)
    assert len(counts) == 6
    assert stats.chisquare(counts).pvalue > 0.001


def test_mixed_sizes_are_as_frequent_as_in_the_single_lists(generator):
    """The same rule as permuted_blocks: the second arm in a row after AABB tells the sizes."""
    drawn = simulate_blocks(
        ratio=(1, 1), block_sizes=(4, 6), strata=zeros(5000, 12), generator=generator
    )
    single = [
        [int(arm) for block in blocks for arm in block][:12]
        for blocks in (
            permuted_blocks(
                arms="01",
                ratio={"0": 1, "1": 1},
                block_sizes=(4, 6),
                length=12,
                generator=np.random.default_rng(seed),
            )
            for seed in range(5000)
        )
    ]
    for place in range(1, 13):
        ours = np.abs(drawn[:, :place].sum(axis=1) - place / 2)
        theirs = np.abs(np.array(single)[:, :place].sum(axis=1) - place / 2)
        # Two means of 5000, each with an SD below 1: four standard errors.
        assert abs(ours.mean() - theirs.mean()) < 4 * np.sqrt(2 / 5000)


def test_every_stratum_has_a_list_of_its_own(generator):
    strata = generator.integers(3, size=(50, 90))
    drawn = simulate_blocks(ratio=(1, 1), block_sizes=(4,), strata=strata, generator=generator)
    for trial in range(50):
        for stratum in range(3):
            assert possible(list(drawn[trial, strata[trial] == stratum]), (1, 1), (4,))
    assert not all(possible(list(row), (1, 1), (4,)) for row in drawn)
    assert stratum_imbalance(drawn, strata, ratio=(1, 1)).max() <= 2


def test_a_block_that_cannot_hold_the_ratio_is_refused(generator):
    for sizes in ((4,), (), (3, 5)):
        with pytest.raises(ParameterError, match="positive multiple of 3"):
            simulate_blocks(
                ratio=(2, 1), block_sizes=sizes, strata=zeros(1, 6), generator=generator
            )


@pytest.mark.parametrize("probability", [2 / 3, 0.8])
def test_minimisation_of_nothing_is_efrons_biased_coin(generator, probability):
    """Efron B. Biometrika 1971;58:403-417: after many even numbers the arms are equal in a share
    of (r - 1) / r of the trials, r = p / (1 - p); 1/2 for his coin of 2/3."""
    drawn = simulate_minimisation(
        ratio=(1, 1),
        factors=np.zeros((8000, 100, 1), dtype=np.int64),
        probability=probability,
        generator=generator,
    )
    odds = probability / (1 - probability)
    equal = (running_imbalance(drawn, ratio=(1, 1))[:, -1] == 0).mean()
    # Four standard errors of a share of 8000.
    assert equal == pytest.approx((odds - 1) / odds, abs=4 * np.sqrt(0.25 / 8000))


def test_minimisation_without_chance_follows_pocock_and_simon(generator):
    """Worked by hand for two factors: the sums of the ranges at the participant's levels decide."""
    factors = np.array([[[0, 0], [0, 1], [0, 0], [1, 1], [1, 0]]] * 200)
    drawn = simulate_minimisation(
        ratio=(1, 1), factors=factors, probability=1.0, generator=generator
    )
    first = drawn[:, 0]
    # The second shares level 0 of the first factor with the first alone, and so gets the other arm.
    assert np.array_equal(drawn[:, 1], 1 - first)
    # The third: factor one is even, in factor two only the first has level 0.
    assert np.array_equal(drawn[:, 2], 1 - first)
    # The fourth: nobody has its first level, the second alone its second.
    assert np.array_equal(drawn[:, 3], first)
    # The fifth: the fourth alone has its first level; the first and the third are even.
    assert np.array_equal(drawn[:, 4], 1 - first)
    assert 0.3 < first.mean() < 0.7


def test_minimisation_keeps_every_factor_even_and_an_unequal_ratio(generator):
    factors = generator.integers(2, size=(200, 120, 3))
    drawn = simulate_minimisation(
        ratio=(2, 1), factors=factors, probability=0.9, generator=generator
    )
    assert (drawn == 0).mean() == pytest.approx(2 / 3, abs=0.01)
    simple = simulate_simple(ratio=(2, 1), trials=200, length=120, generator=generator)
    for factor in range(3):
        ours = stratum_imbalance(drawn, factors[:, :, factor], ratio=(2, 1)).mean()
        theirs = stratum_imbalance(simple, factors[:, :, factor], ratio=(2, 1)).mean()
        assert ours < theirs / 2


def test_running_imbalance_is_that_of_every_single_list(generator):
    drawn = simulate_simple(ratio=(2, 1, 1), trials=5, length=40, generator=generator)
    for row, running in zip(drawn, running_imbalance(drawn, ratio=(2, 1, 1)), strict=True):
        single = imbalance_over_time([str(arm) for arm in row], ratio={"0": 2, "1": 1, "2": 1})
        np.testing.assert_allclose(running, single)


def test_places_within_strata_count_from_zero():
    strata = np.array([[0, 1, 0, 0, 1], [1, 1, 1, 0, 2]])
    assert place_within(strata).tolist() == [[0, 0, 1, 2, 1], [0, 1, 2, 0, 0]]


@pytest.mark.parametrize("half", [1, 2, 3, 6])
def test_what_can_be_foreseen_of_equal_blocks_is_known_exactly(generator, half):
    """2k / (k + 1) of a block of 2k: Rosenberger WF, Lachin JM. Randomization in Clinical Trials:
    Theory and Practice. Wiley 2002, the expected number of deterministic assignments."""
    size = 2 * half
    drawn = simulate_blocks(
        ratio=(1, 1), block_sizes=(size,), strata=zeros(1, size * 4000), generator=generator
    )[0]
    per_block = foreseeable(list(drawn), ratio=(1, 1), block_sizes=(size,)).sum() / 4000
    # Four standard errors of a mean of 4000, whose SD is below 2.
    assert per_block == pytest.approx(2 * half / (half + 1), abs=4 * 2 / np.sqrt(4000))


@pytest.mark.parametrize(("ratio", "sizes"), [((1, 1), (2, 4)), ((2, 1), (3, 6)), ((1, 1), (4, 6))])
def test_what_can_be_foreseen_of_secret_sizes_is_what_all_lists_have_in_common(ratio, sizes):
    """Every list that the rule can make, by brute force."""
    length, share = 9, sum(ratio)
    blocks = {
        block
        for size in sizes
        for block in product(range(len(ratio)), repeat=size)
        if all(block.count(arm) == part * size // share for arm, part in enumerate(ratio))
    }
    lists, unfinished = set(), {()}
    while unfinished:
        longer = {begun + block for begun in unfinished for block in blocks}
        lists |= {whole[:length] for whole in longer if len(whole) >= length}
        unfinished = {each for each in longer if len(each) < length}
    following: dict[tuple[int, ...], set[int]] = {}
    for whole in lists:
        for place, arm in enumerate(whole):
            following.setdefault(whole[:place], set()).add(arm)
    for whole in sorted(lists)[::7]:
        expected = [len(following[whole[:place]]) == 1 for place in range(length)]
        assert list(foreseeable(whole, ratio=ratio, block_sizes=sizes)) == expected
