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


@pytest.mark.parametrize("covariance", ["random_slope", "random_intercept"])
def test_estimates_are_those_of_the_primary_chapter(trial, covariance):
    tables = synthesise(read_settings(FOLDER), read_calibration(FOLDER))
    found = primary_estimates(tables, trial.specification, covariance=covariance)
    result = analyse_primary(trial, covariance=covariance)
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


@pytest.mark.slow
@pytest.mark.parametrize("df", [None, 60])
def test_the_cohort_can_be_made_for_the_primary_model_and_for_another(trial, df):
    # The other model has wider intervals: Student's t with 60 degrees of freedom.
    specification = trial.specification
    settings, stored = read_settings(FOLDER), read_calibration(FOLDER)
    targets = primary_targets(specification)

    def analyse(tables):
        estimates = primary_estimates(tables, specification)
        return estimates if df is None else _student(estimates, df)

    found = calibrate(settings, allocation=stored.allocation, targets=targets, analyse=analyse)
    tables = synthesise(settings, found)
    assert worst_distance(targets, analyse(tables)) <= INSIDE
    # The committed cohort meets the figures under the primary model only.
    committed = worst_distance(targets, analyse(synthesise(settings, stored)))
    assert (committed <= INSIDE) == (df is None)
