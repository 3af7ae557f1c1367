from dataclasses import fields

import pandas as pd
import pytest

from helpers.errors import SpecificationError
from helpers.trial.synthesis.cohort import synthesise
from helpers.trial.synthesis.constants import Adjustment


def test_the_same_settings_and_constants_give_the_same_tables(settings, calibration, cohort):
    again = synthesise(settings, calibration)
    for field in fields(cohort):
        pd.testing.assert_frame_equal(getattr(again, field.name), getattr(cohort, field.name))


def test_another_seed_gives_other_patients_with_the_same_totals(settings, calibration, cohort):
    plain = calibration.model_copy(update={"adjustments": ()})
    other = synthesise(settings.model_copy(update={"seed": 5}), plain)
    assert not other.participants["age"].equals(cohort.participants["age"])
    for column in ("sex", "cancer_site", "karnofsky"):
        pd.testing.assert_series_equal(
            other.participants[column].value_counts().sort_index(),
            cohort.participants[column].value_counts().sort_index(),
        )


def test_an_adjustment_moves_one_score(settings, calibration, cohort):
    pain = cohort.outcomes.query("outcome == 'worst_pain' and visit == 'week26'")
    name = pain.query("2 < score < 8")["participant"].iloc[0]
    change = Adjustment(participant=name, visit="week26", points=1)
    more = calibration.model_copy(update={"adjustments": (*calibration.adjustments, change)})
    moved = synthesise(settings, more).outcomes["score"] - cohort.outcomes["score"]
    assert moved[moved != 0].to_dict() == {pain.index[pain["participant"] == name][0]: 1.0}


@pytest.mark.parametrize("points", [30, -30])
def test_an_adjustment_out_of_the_scale_is_refused(settings, calibration, points):
    change = Adjustment(participant="P001", visit="baseline", points=points)
    wrong = calibration.model_copy(update={"adjustments": (change,)})
    with pytest.raises(SpecificationError, match=r"P001 at baseline.*--recalibrate"):
        synthesise(settings, wrong)


def test_most_scores_are_as_drawn(calibration, cohort):
    # The calibration is fine: a small share of the pain scores was moved, by one point each.
    pain = (cohort.outcomes["outcome"] == "worst_pain").sum()
    assert len(calibration.adjustments) < 0.04 * pain
    assert {abs(change.points) for change in calibration.adjustments} == {1}
    assert not any(change.visit == "baseline" for change in calibration.adjustments)
