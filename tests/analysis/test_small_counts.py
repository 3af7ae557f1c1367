from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpers.analysis.eligibility import restrict, screen
from helpers.analysis.flow import OTHER_REASONS, participant_flow
from helpers.analysis.missingness import observed_by_visit, trajectories
from helpers.analysis.proportions import analyse_proportions
from helpers.analysis.randomization import describe_allocation
from helpers.analysis.scores import OVERALL, arm_of
from helpers.analysis.small_counts import arm_sizes, count_by_arm
from helpers.analysis.withheld import NOT_SHOWN, NotShown
from helpers.errors import AnalysisError, ParameterError
from helpers.trial.loading import Trial, load_trial

FOLDERS = Path(__file__).parents[1] / "trial" / "folders"
TINY = load_trial(FOLDERS / "tiny")


def private(trial: Trial, small_cells: int = 5) -> Trial:
    described = trial.specification.model_copy(update={"public": False})
    return dataclasses.replace(trial, specification=described, small_cells=small_cells)


def numbers(value: object) -> list[object]:
    """Every value of a result, however deep."""
    if dataclasses.is_dataclass(value):
        return [one for part in vars(value).values() for one in numbers(part)]
    if isinstance(value, (tuple, list)):
        return [one for part in value for one in numbers(part)]
    return [value]


@example(["missing", *["a"] * 38, "b"])
@given(st.lists(st.sampled_from(["a", "b", "missing"]), min_size=40, max_size=40))
def test_no_category_follows_from_the_others(found: list[str]) -> None:
    trial = private(TINY)
    arms = arm_of(trial)
    members = {
        name: [one for one, kind in zip(arms.index, found, strict=True) if kind == name]
        for name in ("a", "b", "missing")
    }
    counts = count_by_arm(trial, members, outside=["missing"])
    for arm in (*trial.specification.arm_ids, OVERALL):
        shown = {name: counts.of(name, arm) for name in members}
        real = {name: counts.counts[name, arm] for name in members}
        for name, value in shown.items():
            if 0 < real[name] < 5:
                assert value is NOT_SHOWN
            elif value is not NOT_SHOWN:
                assert value == real[name]
        withheld = [name for name in members if shown[name] is NOT_SHOWN]
        # The arms are large enough to be shown: one withheld category would follow. Where it is
        # nobody, that tells of no one.
        assert len(withheld) != 1 or real[withheld[0]] == 0
        if isinstance(counts.outside(arm), NotShown):
            assert isinstance(counts.inside(arm), NotShown)
            assert any(shown[name] is NOT_SHOWN for name in ("a", "b"))


@given(st.integers(0, 39), st.integers(0, 3), st.integers(1, 4))
def test_the_arm_of_the_only_one_of_a_category_cannot_be_found(
    first: int, others: int, few: int
) -> None:
    trial = private(TINY)
    arms = arm_of(trial)
    people = [*arms.index[first:], *arms.index[:first]]
    members = {
        "rare": people[:few],
        "missing": people[few : few + others],
        "a": people[few + others : 25],
        "b": people[25:],
    }
    counts = count_by_arm(trial, members, outside=["missing"])
    for arm in (*trial.specification.arm_ids, OVERALL):
        assert counts.of("rare", arm) is NOT_SHOWN
        # Not by subtraction either: another category of the arm is withheld with it.
        inside = [counts.of(name, arm) for name in ("rare", "a", "b")]
        assert sum(value is NOT_SHOWN for value in (*inside, counts.inside(arm))) >= 2


def test_nothing_is_withheld_of_a_public_trial_or_at_threshold_0() -> None:
    for trial in (TINY, private(TINY, 0)):
        flow = participant_flow(trial)
        assert not any(isinstance(value, NotShown) for value in numbers(flow))
        assert flow == participant_flow(TINY)


def test_the_flow_of_a_private_trial_withholds_what_is_small() -> None:
    public, flow = participant_flow(TINY), participant_flow(private(TINY))
    assert [arm.left for arm in public.arms] == [2, 4]
    for arm, open_arm in zip(flow.arms, public.arms, strict=True):
        assert arm.allocated == open_arm.allocated
        assert arm.left is NOT_SHOWN
        assert arm.missing is NOT_SHOWN
        assert arm.observed is NOT_SHOWN
        assert {reason.reason for reason in arm.reasons or ()} == {OTHER_REASONS}
    assert isinstance(flow.observed, NotShown)


def test_the_threshold_can_be_moved() -> None:
    flow = participant_flow(private(TINY, 2))
    assert [arm.left for arm in flow.arms] == [2, 4]
    with pytest.raises(ParameterError, match="small_cells"):
        load_trial(FOLDERS / "tiny", small_cells=-1)


def test_arms_of_a_few_are_withheld_everywhere() -> None:
    trial = private(TINY, 50)
    assert arm_sizes(trial).everyone("walking") is NOT_SHOWN
    assert participant_flow(trial).arm("walking").allocated is NOT_SHOWN
    assert set(observed_by_visit(trial).counts["allocated"].map(type)) == {NotShown}
    counted = analyse_proportions(trial).rows["n"]
    assert all(isinstance(n, NotShown) or n == 0 for n in counted)
    assert screen(trial).enrolled is NOT_SHOWN


def test_a_private_allocation_has_neither_order_nor_dates() -> None:
    allocation = describe_allocation(private(TINY))
    assert allocation.over_time.empty
    assert not allocation.dated
    assert describe_allocation(TINY).dated


def test_a_private_trial_shows_no_trajectories_and_no_mean_of_a_few() -> None:
    assert trajectories(private(TINY)).individuals is None
    assert trajectories(TINY).individuals is not None
    assert trajectories(private(TINY, 20)).means["mean"].isna().any()


def test_criteria_that_leave_out_a_few_are_refused() -> None:
    oldest = TINY.participants["age"].max()
    criteria = f"age < {oldest:g}"
    assert len(restrict(TINY, criteria).participants) < len(TINY.participants)
    with pytest.raises(AnalysisError, match="leave out fewer than 5 participants"):
        restrict(private(TINY), criteria)
    with pytest.raises(AnalysisError, match="leave out fewer than 5 participants"):
        screen(private(TINY), criteria)
