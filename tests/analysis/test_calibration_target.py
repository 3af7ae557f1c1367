"""What is handed to the calibration is the book's own primary analysis and list."""

from pathlib import Path

import pytest
from scipy import stats

from helpers.analysis.calibration_target import list_maker, primary_estimates
from helpers.analysis.primary import analyse_primary
from helpers.trial.loading import load_trial
from helpers.trial.synthesis.calibration import INSIDE, calibrate
from helpers.trial.synthesis.cohort import synthesise
from helpers.trial.synthesis.storing import read_calibration, read_settings
from helpers.trial.synthesis.targets import primary_targets, worst_distance

FOLDER = Path(__file__).parents[2] / "data" / "impact"


@pytest.fixture(scope="module")
def trial():
    return load_trial(FOLDER)


@pytest.mark.parametrize(
    "model",
    [
        {},
        {"covariance": "random_slope", "inference": "normal"},
        {"covariance": "ar1h", "inference": "satterthwaite"},
    ],
)
def test_estimates_are_those_of_the_primary_chapter(trial, model):
    tables = synthesise(read_settings(FOLDER), read_calibration(FOLDER))
    found = primary_estimates(tables, trial.specification, **model)
    result = analyse_primary(trial, **model)
    expected = {f"primary.change.{arm}": row for arm, row in result.change.items()}
    expected["primary.difference"] = result.difference["massage"]
    assert set(found) == {
        f"{name}.{part}" for name in expected for part in ("estimate", "lower", "upper", "p")
    }
    for name, row in expected.items():
        for part in ("estimate", "lower", "upper", "p"):
            # The same fit of the same scores: nothing but the order of summation may differ.
            assert found[f"{name}.{part}"] == pytest.approx(getattr(row, part), rel=1e-6)


def test_the_stored_allocation_list_is_what_the_seed_gives(trial):
    settings, stored = read_settings(FOLDER), read_calibration(FOLDER).allocation
    made = list_maker(trial.specification)(stored.seed, settings.characteristics.centre)
    assert {centre: tuple(arms) for centre, arms in made.items()} == stored.arms
    assert trial.specification.randomisation.seed == stored.seed


def _student(estimates, df):
    """The same estimates with Student's t in place of the normal distribution."""
    told = {}
    for name in {name.rpartition(".")[0] for name in estimates}:
        estimate, upper = estimates[f"{name}.estimate"], estimates[f"{name}.upper"]
        se = (upper - estimate) / stats.norm.ppf(0.975)
        margin = stats.t.ppf(0.975, df) * se
        told |= {
            f"{name}.estimate": estimate,
            f"{name}.lower": estimate - margin,
            f"{name}.upper": estimate + margin,
            f"{name}.p": 2 * stats.t.sf(abs(estimate / se), df),
        }
    return told


@pytest.fixture(scope="module")
def targets(trial):
    return primary_targets(trial.specification)


def recalibrated(trial, targets, analyse):
    settings, stored = read_settings(FOLDER), read_calibration(FOLDER)
    found = calibrate(settings, allocation=stored.allocation, targets=targets, analyse=analyse)
    return synthesise(settings, found)


def committed():
    return synthesise(read_settings(FOLDER), read_calibration(FOLDER))


@pytest.mark.slow
def test_the_cohort_can_be_made_again_for_the_primary_model(trial, targets):
    def analyse(tables):
        return primary_estimates(tables, trial.specification)

    assert worst_distance(targets, analyse(recalibrated(trial, targets, analyse))) <= INSIDE
    assert worst_distance(targets, analyse(committed())) <= INSIDE


@pytest.mark.slow
def test_the_cohort_can_be_made_for_wider_intervals(trial, targets):
    def analyse(tables):
        found = primary_estimates(
            tables, trial.specification, covariance="random_slope", inference="normal"
        )
        return _student(found, df=60)

    assert worst_distance(targets, analyse(recalibrated(trial, targets, analyse))) <= INSIDE
    assert worst_distance(targets, analyse(committed())) > 1


@pytest.mark.slow
def test_the_estimates_can_be_met_by_a_model_with_a_random_intercept(trial, targets):
    # The estimates only: with a baseline SD of 1.5 this model ties the arms together too loosely
    # for the published widths of all three intervals.
    estimates = tuple(target for target in targets if target.name.endswith(".estimate"))

    def analyse(tables):
        return primary_estimates(tables, trial.specification, covariance="random_intercept")

    assert worst_distance(estimates, analyse(recalibrated(trial, estimates, analyse))) <= INSIDE
    assert worst_distance(estimates, analyse(committed())) > 1
