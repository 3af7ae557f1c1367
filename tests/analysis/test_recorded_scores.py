import dataclasses

import pandas as pd

from helpers.analysis.missingness import observed_by_visit
from helpers.analysis.recorded_scores import recorded_scores


def test_counts_agree_with_those_of_each_outcome(tiny, headache):
    for trial in (tiny, headache):
        found = recorded_scores(trial)
        assert found.participants == len(trial.participants)
        for outcome in trial.specification.outcomes:
            counts = observed_by_visit(trial, outcome=outcome.id).counts
            expected = counts[counts["arm"] == "overall"].set_index("visit")["observed"]
            own = found.counts[found.counts["outcome"] == outcome.id].set_index("visit")
            pd.testing.assert_series_equal(own["recorded"], expected, check_names=False)


def test_headache_scores_at_12_months_are_those_of_the_paper(headache):
    # BMJ 2004;328:744: 161 and 140 participants at 12 months.
    counts = recorded_scores(headache).counts.set_index(["outcome", "visit"])
    primary = headache.specification.primary
    assert counts.loc[(primary.outcome, primary.visit), "recorded"] == 161 + 140


def test_only_planned_visits_are_counted(tiny):
    found = recorded_scores(tiny)
    planned = {(o.id, visit) for o in tiny.specification.outcomes for visit in o.visits}
    assert set(zip(found.counts["outcome"], found.counts["visit"], strict=True)) == planned
    assert list(found.weeks) == [v.id for v in tiny.specification.visits if v.id in found.weeks]


def test_counts_are_withheld_where_small_ones_are(tiny):
    described = tiny.specification.model_copy(update={"public": False})
    private = dataclasses.replace(tiny, specification=described, small_cells=5)
    assert recorded_scores(private).counts is None
    assert recorded_scores(dataclasses.replace(private, small_cells=0)).counts is not None
