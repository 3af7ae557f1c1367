"""The calibration is a function of the model: a simple one here, the book's in tests/analysis."""

from __future__ import annotations

import pytest
from scipy import stats

from helpers.errors import AnalysisError
from helpers.trial.synthesis.calibration import INSIDE, calibrate
from helpers.trial.synthesis.cohort import synthesise
from helpers.trial.synthesis.targets import Target, worst_distance


def mean_changes(tables):
    """Change of those seen at week 26 by arm, and the t interval of their difference."""
    pain = tables.outcomes.query("outcome == 'worst_pain'")
    wide = pain.pivot(index="participant", columns="visit", values="score")
    arms = tables.participants.set_index("participant")["arm"]
    change = (wide["week26"] - wide["baseline"]).dropna()
    groups = {arm: change[arms == arm] for arm in ("acupuncture", "massage")}
    test = stats.ttest_ind(groups["massage"], groups["acupuncture"])
    interval = test.confidence_interval()
    return {
        "primary.change.acupuncture.estimate": float(groups["acupuncture"].mean()),
        "primary.change.massage.estimate": float(groups["massage"].mean()),
        "primary.difference.lower": float(interval.low),
        "primary.difference.upper": float(interval.high),
    }


# Invented, near what such a simple analysis of the cohort gives.
SIMPLE = (
    Target("primary.change.acupuncture.estimate", -2.51, 0.005),
    Target("primary.change.massage.estimate", -2.98, 0.005),
    Target("primary.difference.lower", -1.04, 0.005),
    Target("primary.difference.upper", 0.10, 0.005),
)


@pytest.fixture(autouse=True)
def short_search(monkeypatch):
    """A simple model is met with fewer steps than the book's own, and the suite stays fast."""
    monkeypatch.setattr("helpers.trial.synthesis.calibration.LATENT_STEPS", 4)
    monkeypatch.setattr("helpers.trial.synthesis.calibration.CHANGES_FIRST", 16)


@pytest.fixture
def allocation(calibration):
    return calibration.allocation


def responders(tables):
    pain = tables.outcomes.query("outcome == 'worst_pain'")
    wide = pain.pivot(index="participant", columns="visit", values="score").dropna(subset="week26")
    met = 10 * wide["week26"] <= 7 * wide["baseline"]
    return met.groupby(tables.participants.set_index("participant")["arm"]).sum().to_dict()


@pytest.mark.slow
def test_any_model_can_be_met_and_the_search_repeats_itself(settings, allocation):
    found = calibrate(settings, allocation=allocation, targets=SIMPLE, analyse=mean_changes)
    tables = synthesise(settings, found)
    assert worst_distance(SIMPLE, mean_changes(tables)) <= INSIDE
    assert responders(tables) == {"acupuncture": 64, "massage": 83}
    again = calibrate(settings, allocation=allocation, targets=SIMPLE, analyse=mean_changes)
    assert again == found


def test_progress_may_interrupt(settings, allocation):
    lines = []

    def stop(line):
        lines.append(line)
        if len(lines) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        calibrate(
            settings, allocation=allocation, targets=SIMPLE, analyse=mean_changes, progress=stop
        )
    assert len(lines) == 3


def test_figures_that_contradict_each_other_are_refused(settings, allocation, monkeypatch):
    monkeypatch.setattr("helpers.trial.synthesis.calibration.CHANGE_ROUNDS", 1)
    impossible = (*SIMPLE, Target("primary.change.massage.estimate", -2.90, 0.005))
    with pytest.raises(AnalysisError, match="half units of the last printed digit away"):
        calibrate(settings, allocation=allocation, targets=impossible, analyse=mean_changes)
