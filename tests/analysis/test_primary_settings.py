import dataclasses

import numpy as np
import pytest

from helpers.analysis.primary import analyse_primary
from helpers.analysis.primary_settings import (
    COVARIANCES,
    INFERENCES,
    LEVELS,
    NUMBERS,
    vary_primary,
)
from helpers.errors import AnalysisError, ParameterError
from helpers.trial.loading import Trial

pytestmark = pytest.mark.filterwarnings("error", "ignore::ResourceWarning")


def private(trial: Trial, small_cells: int = 5) -> Trial:
    specification = trial.specification.model_copy(update={"public": False})
    return dataclasses.replace(trial, specification=specification, small_cells=small_cells)


@pytest.fixture(scope="module")
def settings(tiny):
    return vary_primary(tiny, covariates="sex", level=0.7)


def test_every_setting_is_there_once(settings):
    assert list(settings.covariate_sets) == ["none", "balanced", "scales", "own"]
    assert settings.covariate_sets["balanced"].variables == ("centre",)
    assert settings.covariate_sets["scales"].variables == ("age",)
    assert settings.levels == (0.7, *LEVELS)
    names = ["covariance", "inference", "covariates", "level", "arm"]
    assert len(settings.grid) == len(COVARIANCES) * len(INFERENCES) * 4 * 5
    assert not settings.grid.duplicated(names).any()
    assert settings.start == {
        "covariance": "us",
        "inference": "kenward-roger",
        "covariates": "own",
        "level": 0.7,
    }


@pytest.mark.parametrize("place", range(0, 12 * 7 * 4 * 5, 97))
def test_each_is_the_result_of_the_analysis_itself(tiny, settings, place):
    row = settings.grid.iloc[place]
    alone = analyse_primary(
        tiny,
        covariance=row["covariance"],
        inference=row["inference"],
        covariates=settings.covariate_sets[row["covariates"]].variables,
        level=row["level"],
    )
    if row["problem"]:
        # The analysis takes another covariance in its place.
        assert alone.covariance_used != row["covariance"]
        assert all(np.isnan(row[name]) for name in NUMBERS)
        return
    assert alone.covariance_used == row["covariance"]
    difference = alone.difference[row["arm"]]
    for name in NUMBERS:
        assert row[name] == pytest.approx(getattr(difference, name), rel=1e-9)


def test_some_of_them_were_fitted_and_none_is_half_there(settings):
    assert len(settings.fitted) > len(settings.grid) / 2
    assert settings.fitted[list(NUMBERS)].notna().all().all()


def test_every_arm_but_the_reference_is_compared(tiny_real):
    settings = vary_primary(tiny_real)
    assert set(settings.grid["arm"]) == {"tea", "coffee"}
    alone = analyse_primary(tiny_real, covariance="cs", inference="normal")
    at = settings.grid.query("covariance == 'cs' and inference == 'normal' and level == 0.95")
    found = at.query("covariates == 'none'").set_index("arm")["p"]
    assert found["coffee"] == pytest.approx(alone.difference["coffee"].p, rel=1e-9)


def test_a_covariance_that_cannot_be_estimated_gives_way_at_the_start_only(tiny):
    few = set(tiny.participants["participant"].iloc[:4])
    small = dataclasses.replace(
        tiny,
        participants=tiny.participants[tiny.participants["participant"].isin(few)],
        outcomes=tiny.outcomes[tiny.outcomes["participant"].isin(few)],
    )
    settings = vary_primary(small)
    unstructured = settings.grid.query("covariance == 'us' and covariates == 'none'")
    assert (unstructured["problem"] != "").all()
    assert settings.start["covariance"] == analyse_primary(small).covariance_used != "us"


def test_a_private_trial_tells_no_counts_by_its_degrees_of_freedom(tiny):
    for small_cells, hidden in ((5, True), (0, False)):
        grid = vary_primary(private(tiny, small_cells)).grid
        by_count = grid.loc[grid["inference"].isin(["residual", "between-within"]), "df"]
        assert set(by_count.isna()) == {hidden}
        assert grid.loc[grid["inference"] == "kenward-roger", "df"].notna().any()


def test_a_private_trial_shows_no_difference_that_rests_on_a_few(tiny, few_at_the_end):
    grid = vary_primary(private(few_at_the_end(tiny))).grid
    assert grid["problem"].str.contains("Fewer than 5 participants of an arm").all()
    assert grid["estimate"].isna().all()


@pytest.mark.parametrize("small_cells", [5, 0])
def test_a_private_arm_of_a_few_is_in_no_model(tiny, small_cells):
    walking = tiny.participants.loc[tiny.participants["arm"] == "walking", "participant"]
    few = tiny.outcomes["participant"].isin(list(walking)[4:])
    trial = private(dataclasses.replace(tiny, outcomes=tiny.outcomes[~few]), small_cells)
    if small_cells:
        with pytest.raises(AnalysisError, match="Fewer participants of Walking than small_cells"):
            vary_primary(trial)
    else:
        assert vary_primary(trial).grid["estimate"].notna().any()


def test_parameters_are_checked(tiny):
    with pytest.raises(ParameterError, match="no covariance named 'toepp'"):
        vary_primary(tiny, covariance="toepp")
    with pytest.raises(ParameterError, match="baseline variable"):
        vary_primary(tiny, covariates="agee")
    with pytest.raises(AnalysisError, match="was not planned at"):
        vary_primary(tiny, outcome="wellbeing", visit="week4")
