from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import ParameterError
from helpers.methods.allocation import (
    imbalance_over_time,
    permuted_block_list,
    permuted_blocks,
    running_counts,
    stratified_list,
)

ARMS = ("a", "b", "c")
ratios = st.fixed_dictionaries({arm: st.integers(1, 3) for arm in ARMS})
multiples = st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True)
seeds = st.integers(0, 2**32 - 1)


@given(ratio=ratios, times=multiples, length=st.integers(0, 200), seed=seeds)
def test_every_complete_block_holds_the_ratio(ratio, times, length, seed):
    share = sum(ratio.values())
    blocks = permuted_blocks(
        arms=ARMS,
        ratio=ratio,
        block_sizes=[share * factor for factor in times],
        length=length,
        generator=np.random.default_rng(seed),
    )
    for block in blocks:
        counts = Counter(block)
        assert all(counts[arm] * share == ratio[arm] * len(block) for arm in ARMS)
    assert sum(map(len, blocks)) >= length > sum(map(len, blocks[:-1])) or length == 0


@given(sizes=multiples, length=st.integers(1, 200), seed=seeds)
def test_imbalance_never_exceeds_half_the_largest_block(sizes, length, seed):
    made = permuted_block_list(
        arms=("a", "b"),
        ratio={"a": 1, "b": 1},
        block_sizes=[2 * size for size in sizes],
        length=length,
        generator=np.random.default_rng(seed),
    )
    assert len(made) == length
    assert imbalance_over_time(made, ratio={"a": 1, "b": 1}).max() <= max(sizes)


@given(seed=seeds, first=st.integers(0, 40), second=st.integers(0, 40))
def test_a_stratum_does_not_depend_on_the_others(seed, first, second):
    options = {"arms": ("a", "b"), "ratio": {"a": 1, "b": 1}, "block_sizes": (4, 6), "seed": seed}
    one = stratified_list(lengths={"north": first, "south": 40}, **options)
    other = stratified_list(lengths={"north": second, "south": 40}, **options)
    assert one["south"] == other["south"]
    shorter = min(first, second)
    assert one["north"][:shorter] == other["north"][:shorter]


def test_a_seed_always_makes_the_same_lists():
    options = {"arms": ("a", "b"), "ratio": {"a": 1, "b": 1}, "block_sizes": (4, 6)}
    lists = stratified_list(lengths={"north": 8, "south": 8}, seed=20190919, **options)
    # Frozen: a change here would make every published seed mean another list.
    assert lists == {"north": list("babaabab"), "south": list("abbaabba")}
    other = stratified_list(lengths={"north": 8, "south": 8}, seed=20190920, **options)
    assert other != lists


def test_block_sizes_are_drawn_equally_often():
    blocks = permuted_blocks(
        arms=("a", "b"),
        ratio={"a": 1, "b": 1},
        block_sizes=(2, 6),
        length=8000,
        generator=np.random.default_rng(1),
    )
    # About 2000 blocks: four standard errors of a proportion of one half are 0.045.
    assert np.mean([len(block) == 2 for block in blocks]) == pytest.approx(0.5, abs=0.045)


def test_imbalance_is_measured_against_the_ratio():
    made = ["a", "a", "b", "a", "a", "b"]
    assert list(imbalance_over_time(made, ratio={"a": 2, "b": 1})) == [0.5, 1, 0, 0.5, 1, 0]
    assert list(imbalance_over_time(made, ratio={"a": 1, "b": 1})) == [1, 2, 1, 2, 3, 2]
    assert len(imbalance_over_time([], ratio={"a": 1, "b": 1})) == 0
    counts = running_counts(made, arms=("a", "b"))
    assert list(counts["a"]) == [1, 2, 2, 3, 4, 4]
    assert list(counts["b"]) == [0, 0, 1, 1, 1, 2]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"block_sizes": (4, 5)}, "A block of 5"),
        ({"block_sizes": ()}, "No block size"),
        ({"length": -1}, "-1 places"),
    ],
)
def test_impossible_lists_are_refused(change, sentence):
    arguments = {
        "arms": ("a", "b"),
        "ratio": {"a": 1, "b": 1},
        "block_sizes": (4,),
        "length": 8,
        "generator": np.random.default_rng(0),
        **change,
    }
    with pytest.raises(ParameterError, match=sentence):
        permuted_block_list(**arguments)
