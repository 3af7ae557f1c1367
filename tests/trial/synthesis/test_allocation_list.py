from collections import Counter

import pytest

from helpers.errors import SpecificationError
from helpers.trial.synthesis.allocation_list import arms_in_order, draw_allocation


def test_the_first_seed_with_the_declared_arm_sizes_is_taken(settings):
    first = settings.allocation.first_seed
    tried = []

    def allocate(seed, lengths):
        tried.append(seed)
        uneven = seed < first + 3
        return {
            centre: ["acupuncture"] * (length // 2 + uneven) + ["massage"] * (length // 2 - uneven)
            for centre, length in lengths.items()
        }

    assert draw_allocation(settings, allocate=allocate).seed == first + 3
    assert tried == [first, first + 1, first + 2, first + 3]


def test_arm_sizes_out_of_reach_are_refused(settings, monkeypatch):
    monkeypatch.setattr("helpers.trial.synthesis.allocation_list.SEEDS_TRIED", 5)
    with pytest.raises(SpecificationError, match="no seed from 20190919 to 20190923"):
        draw_allocation(
            settings,
            allocate=lambda seed, lengths: {c: ["massage"] * n for c, n in lengths.items()},
        )


def test_each_centre_hands_out_its_own_list(calibration):
    small = calibration.allocation.model_copy(
        update={"arms": {"north": ("a", "b"), "south": ("b", "b", "a")}}
    )
    centres = ["south", "north", "south", "south", "north"]
    assert arms_in_order(small, centres).tolist() == ["b", "a", "b", "a", "b"]


def test_the_committed_list_has_149_patients_in_each_arm(settings, calibration):
    lists = calibration.allocation.arms
    assert {centre: len(arms) for centre, arms in lists.items()} == settings.characteristics.centre
    assert Counter(arm for arms in lists.values() for arm in arms) == {
        "acupuncture": 149,
        "massage": 149,
    }
