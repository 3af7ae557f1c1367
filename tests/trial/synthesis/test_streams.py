import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.trial.synthesis.streams import by_rank, choose, exactly, normal_quantiles, stream


def test_a_purpose_always_draws_the_same_and_other_purposes_draw_otherwise():
    draws = stream(1, "dropout").normal(size=5)
    assert np.array_equal(draws, stream(1, "dropout").normal(size=5))
    assert not np.array_equal(draws, stream(1, "sessions").normal(size=5))
    assert not np.array_equal(draws, stream(2, "dropout").normal(size=5))


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 20), min_size=1))
def test_exactly_gives_every_value_as_often_as_counted(counts):
    values = list(exactly(counts, np.random.default_rng(3)))
    assert {value: values.count(value) for value in counts} == counts


def test_by_rank_keeps_the_values_and_follows_the_keys():
    given_out = by_rank(np.array([30, 10, 20]), np.array([0.5, -1.0, 9.0]))
    assert given_out.tolist() == [20, 10, 30]


@given(st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_choose_takes_the_number_asked_for_and_only_from_those_allowed(count, seed):
    generator = np.random.default_rng(seed)
    among = generator.random(60) < 0.7
    chosen = choose(count, among=among, log_weight=np.zeros(60), gumbel=generator.gumbel(size=60))
    assert chosen.sum() == min(count, among.sum())
    assert not (chosen & ~among).any()


def test_choose_prefers_heavier_people_in_proportion_to_their_weight():
    # One of two people with weights 3 and 1: the heavier one in 3 of 4 draws.
    generator = np.random.default_rng(7)
    weight = np.log([3.0, 1.0])
    first = [
        choose(1, among=np.ones(2, bool), log_weight=weight, gumbel=generator.gumbel(size=2))[0]
        for _ in range(4000)
    ]
    # Standard error of the share: sqrt(.75 * .25 / 4000) = .007.
    assert np.mean(first) == pytest.approx(0.75, abs=0.03)


def test_normal_quantiles_agree_with_r():
    # R 4.2.2: qnorm((1:5 - 0.5) / 5)
    expected = [-1.2815515655446004, -0.5244005127080409, 0.0, 0.5244005127080407, 1.2815515655446]
    assert normal_quantiles(5) == pytest.approx(expected, abs=1e-12)
