import dataclasses

import pandas as pd
import pytest

from helpers.analysis.randomization import (
    describe_allocation,
    example_list,
    regenerate_allocation,
)
from helpers.errors import ParameterError
from helpers.methods.allocation import stratified_list


def with_rule(trial, **changes):
    rule = trial.specification.randomisation.model_copy(update=changes)
    specification = trial.specification.model_copy(update={"randomisation": rule})
    return dataclasses.replace(trial, specification=specification)


def test_totals_and_strata_are_counts_of_participants(tiny):
    allocation = describe_allocation(tiny)
    people = tiny.participants
    assert dict(zip(allocation.totals["arm"], allocation.totals["n"], strict=True)) == {
        arm: (people["arm"] == arm).sum() for arm in tiny.specification.arm_ids
    }
    assert allocation.totals["percent"].sum() == pytest.approx(100)
    north = allocation.by_stratum[allocation.by_stratum["stratum"] == "Centre: North"]
    assert north["n"].sum() == (people["centre"] == "north").sum()
    assert allocation.by_stratum["n"].sum() == len(people)
    assert allocation.max_stratum_imbalance <= allocation.max_imbalance + 4


def test_imbalance_runs_in_order_of_randomisation(tiny):
    shuffled = dataclasses.replace(
        tiny, participants=tiny.participants.sample(frac=1, random_state=2)
    )
    allocation = describe_allocation(shuffled)
    over_time = allocation.over_time
    assert over_time["randomised_on"].is_monotonic_increasing
    assert list(over_time["number"]) == list(range(1, len(tiny.participants) + 1))
    difference = (over_time["stretching"] - over_time["walking"]).abs()
    assert list(over_time["imbalance"]) == list(difference)
    assert allocation.max_imbalance == difference.max()
    assert allocation.imbalance == difference.iloc[-1]


def test_minimisation_is_described_factor_by_factor(headache):
    allocation = describe_allocation(headache)
    assert allocation.method == "minimisation"
    assert allocation.totals.set_index("arm").loc["acupuncture", "n"] == 205
    strata = allocation.by_stratum
    migraine = strata[strata["stratum"].str.contains("migraine")]
    assert migraine["n"].sum() == 401
    # A factor that is a number has no levels to count in.
    assert not strata["stratum"].str.startswith("Age").any()


def test_three_arms_and_no_strata(tiny_real):
    simple = with_rule(tiny_real, method="simple", strata=())
    allocation = describe_allocation(simple)
    assert allocation.by_stratum.empty
    assert allocation.max_stratum_imbalance is None
    assert list(allocation.totals["n"]) == [12, 12, 12]


def test_a_list_made_from_the_seed_is_recognised(tiny):
    seeded = with_rule(tiny, seed=7)
    people = seeded.participants.sort_values("randomised_on", kind="stable").reset_index(drop=True)
    lists = stratified_list(
        lengths={code: int((people["centre"] == code).sum()) for code in ("north", "south")},
        arms=seeded.specification.arm_ids,
        ratio=seeded.specification.randomisation.ratio,
        block_sizes=seeded.specification.randomisation.block_sizes,
        seed=7,
    )
    places = {centre: iter(arms) for centre, arms in lists.items()}
    people["arm"] = [next(places[centre]) for centre in people["centre"]]
    made = dataclasses.replace(seeded, participants=people)
    assert regenerate_allocation(made).equal
    assert regenerate_allocation(made).sentence.endswith("the arm that they have.")
    other = regenerate_allocation(with_rule(made, seed=8))
    assert other.possible
    assert not other.equal
    assert other.differing > 0
    assert f"{other.differing} of {other.n}" in other.sentence


def test_a_single_stratum_needs_no_factor(tiny):
    result = regenerate_allocation(with_rule(tiny, seed=1, strata=()))
    assert result.possible
    assert result.n == len(tiny.participants)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "are not known"),
        ({"method": "minimisation"}, "never was a list"),
        ({"method": "simple"}, "does not say that it used permuted blocks"),
        ({"seed": 1, "strata": ("sex",)}, "Sex is not known for every participant"),
        ({"seed": 1, "strata": ("age",)}, "stratum Age is not known"),
    ],
)
def test_it_says_why_a_list_cannot_be_made_again(tiny, changes, reason):
    result = regenerate_allocation(with_rule(tiny, **changes))
    assert (result.possible, result.equal) == (False, None)
    assert reason in result.sentence


def test_example_list_belongs_to_its_seed(tiny):
    one = example_list(tiny, seed=3, length=20)
    assert one.block_sizes == (2, 4)
    assert one.rows.equals(example_list(tiny, seed=3, length=20).rows)
    assert not one.rows.equals(example_list(tiny, seed=4, length=20).rows)
    assert len(one.rows) == 20
    assert one.max_imbalance == one.imbalance["imbalance"].max() <= 2
    whole = one.rows[one.rows["block"] < one.rows["block"].max()]
    for _, block in whole.groupby("block"):
        assert len(block) == block["block_size"].iloc[0]
        assert block["arm"].value_counts().nunique() == 1


def test_example_list_without_block_sizes_uses_twice_the_ratio(tiny_real):
    assert example_list(tiny_real, seed=0, length=5).block_sizes == (6,)
    assert example_list(tiny_real, seed=0, block_sizes=(0,), length=5).block_sizes == (6,)


@pytest.mark.parametrize(
    "arguments",
    [
        {"seed": -1, "length": 5},
        {"seed": 1, "length": 0},
        {"seed": 1, "length": 4, "block_sizes": [3]},
    ],
)
def test_impossible_examples_are_refused(tiny, arguments):
    with pytest.raises(ParameterError):
        example_list(tiny, **arguments)


def test_without_dates_there_is_no_order(tiny):
    undated = tiny.participants.assign(randomised_on=pd.NaT)
    trial = dataclasses.replace(tiny, participants=undated)
    assert not describe_allocation(trial).dated
    assert describe_allocation(tiny).dated
    again = regenerate_allocation(with_rule(trial, seed=1, block_sizes=(4,)))
    assert not again.possible
    assert "dates of randomisation" in again.sentence
