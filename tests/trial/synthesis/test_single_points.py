from itertools import product

import numpy as np
import pytest

from helpers.errors import AnalysisError
from helpers.trial.synthesis.cohort import synthesise
from helpers.trial.synthesis.single_points import allowed_changes, best_subset, match_responders


def responders(tables):
    pain = tables.outcomes.query("outcome == 'worst_pain'")
    wide = pain.pivot(index="participant", columns="visit", values="score").dropna(subset="week26")
    # At least 30% below the own baseline, in whole numbers: 10 y <= 7 b.
    met = 10 * wide["week26"] <= 7 * wide["baseline"]
    arms = tables.participants.set_index("participant")["arm"]
    return met.groupby(arms).sum().to_dict()


@pytest.fixture
def plain(settings, calibration):
    return calibration.model_copy(update={"adjustments": ()})


def test_responders_are_brought_to_the_published_numbers(settings, plain):
    tables = synthesise(settings, plain)
    changes = match_responders(settings, tables)
    adjusted = synthesise(settings, plain.model_copy(update={"adjustments": changes}))
    assert responders(adjusted) == {"acupuncture": 64, "massage": 83}
    needed = {"acupuncture": 64, "massage": 83}
    assert len(changes) == sum(abs(needed[arm] - n) for arm, n in responders(tables).items())


def test_numbers_of_responders_out_of_reach_are_refused(settings, plain):
    pain = settings.pain.model_copy(update={"responders": {"acupuncture": 0, "massage": 83}})
    with pytest.raises(AnalysisError, match="patients of arm acupuncture stand next to the limit"):
        match_responders(settings.model_copy(update={"pain": pain}), synthesise(settings, plain))


def test_allowed_changes_keep_scale_baseline_and_responders(settings, calibration, cohort):
    changes = allowed_changes(
        settings, cohort, 60, np.random.default_rng(4), taken=calibration.adjustments
    )
    assert len(changes) == 60
    taken = {(change.participant, change.visit) for change in calibration.adjustments}
    assert not taken & {(change.participant, change.visit) for change in changes}
    assert all(change.visit != "baseline" for change in changes)
    everything = (*calibration.adjustments, *changes)
    moved = synthesise(settings, calibration.model_copy(update={"adjustments": everything}))
    assert responders(moved) == responders(cohort) == {"acupuncture": 64, "massage": 83}
    assert moved.outcomes.query("outcome == 'worst_pain'")["score"].between(0, 10).all()


def test_the_best_subset_is_as_good_as_trying_every_one():
    generator = np.random.default_rng(8)
    distances, effects = generator.normal(size=3), generator.normal(size=(9, 3)) / 2
    chosen = best_subset(distances, effects, generator=generator)
    every = np.array(list(product([0, 1], repeat=9)))
    losses = np.abs(distances + every @ effects).max(axis=1) + 0.002 * every.sum(axis=1)
    found = np.abs(distances + effects[chosen].sum(axis=0)).max() + 0.002 * len(chosen)
    assert found == pytest.approx(losses.min(), abs=1e-12)


def test_changes_that_do_not_help_are_left_out():
    effects = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert best_subset(np.zeros(2), effects, start=[1], generator=np.random.default_rng(1)) == []
