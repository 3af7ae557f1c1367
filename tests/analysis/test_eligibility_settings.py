import dataclasses

import numpy as np
import pandas as pd
import pytest

from helpers.analysis.eligibility import screen
from helpers.analysis.eligibility_settings import thresholds_about, vary_thresholds
from helpers.trial.criteria import written


def asked(settings, row) -> str:
    """Write the thresholds of a row as a reader would."""
    return "; ".join(
        written(settings.criteria[item.place].model_copy(update={"value": row[item.key]}))
        for item in settings.varied
    )


def check(trial, settings, row) -> None:
    alone = screen(trial, asked(settings, row))
    assert [c.excluded for c in alone.criteria] == [
        row[f"excluded_{place}"] for place in range(len(settings.criteria))
    ]
    for name in ("enrolled", "declined", "not_enrolled", "removed", "newly_eligible"):
        assert row[name] == getattr(alone, name), name


def test_every_row_is_the_screening_itself(tiny):
    settings = vary_thresholds(tiny)
    assert [item.label for item in settings.varied] == ["Age", "Mobility score"]
    for _, row in settings.grid.iterrows():
        check(tiny, settings, row)


@pytest.mark.parametrize("place", range(0, 294, 29))
def test_rows_of_the_cohort_are_the_screening_itself(impact, place):
    settings = vary_thresholds(impact)
    check(impact, settings, settings.grid.iloc[place])


def test_the_criteria_that_most_people_fail_are_varied_in_their_order(impact):
    settings = vary_thresholds(impact)
    counts = {c.variable: c.failing for c in screen(impact).criteria}
    chosen = [settings.criteria[item.place].variable for item in settings.varied]
    assert chosen == ["karnofsky", "pain_days", "worst_pain"]
    sizes = {"age", "life_expectancy_months", "pain_months", "platelets"}
    assert min(counts[name] for name in chosen) >= max(counts[name] for name in sizes)


def test_everybody_is_counted_once(impact):
    settings = vary_thresholds(impact)
    grid = settings.grid
    places = [f"excluded_{place}" for place in range(len(settings.criteria))]
    everybody = grid[[*places, "declined", "not_enrolled", "enrolled"]].sum(axis=1)
    assert set(everybody) == {settings.assessed}
    assert set(grid["enrolled"] + grid["removed"]) == {settings.randomised}
    arms = grid[[f"enrolled_{arm}" for arm in settings.arm_labels]].sum(axis=1)
    pd.testing.assert_series_equal(arms, grid["enrolled"], check_names=False)


def test_the_run_is_among_the_settings_with_its_changed_criteria(impact):
    settings = vary_thresholds(impact, eligibility="worst_pain >= 9; age < 75")
    assert settings.start[settings.varied[-1].key] in settings.varied[-1].thresholds
    grid = settings.grid
    for key, own in settings.start.items():
        grid = grid[grid[key] == own]
    (row,) = grid.to_dict("records")
    alone = screen(impact, "worst_pain >= 9; age < 75")
    assert row["enrolled"] == alone.enrolled
    assert row["removed"] == alone.removed


def test_a_trial_without_a_log_says_so(headache):
    settings = vary_thresholds(headache)
    assert settings.absent == (
        "There is no screening log: The workbook holds the randomised patients only"
    )
    assert settings.grid.empty


def test_a_private_trial_gives_no_counts_that_could_be_subtracted(tiny):
    specification = tiny.specification.model_copy(update={"public": False})
    settings = vary_thresholds(dataclasses.replace(tiny, specification=specification))
    assert "would tell of single persons by their differences" in settings.absent
    assert settings.grid.empty
    assert (settings.assessed, settings.randomised) == (0, 0)
    open_page = dataclasses.replace(tiny, specification=specification, small_cells=0)
    assert not vary_thresholds(open_page).grid.empty


def test_a_trial_without_thresholds_says_so(tiny):
    specification = tiny.specification.model_copy(update={"eligibility": ()})
    settings = vary_thresholds(dataclasses.replace(tiny, specification=specification))
    assert settings.absent == "No criterion of this trial has a threshold"


@pytest.mark.parametrize(
    ("own", "values", "expected"),
    [
        # Karnofsky status moves in tens, and no threshold lies between two of its values.
        (60, [30, *[50, 60, 70, 80] * 9, 90, 100], (30, 40, 50, 60, 70, 80, 90)),
        (4, range(11), (0, 2, 4, 6, 8, 10)),
        (0.3, np.linspace(0, 1, 201), (0.1, 0.3, 0.5, 0.7, 0.9)),
        (5, [5, 5, 5, np.nan], (5,)),
        (5, [np.nan], (5,)),
        (200, [1, 2, 3], (1, 2, 3, 200)),
        (18, np.linspace(38, 82, 45), (18, 38, 48, 58)),
    ],
)
def test_thresholds_are_round_steps_within_the_values(own, values, expected):
    assert thresholds_about(own, pd.Series(list(values), dtype=float)) == expected
