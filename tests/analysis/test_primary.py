import dataclasses
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from helpers.analysis.primary import analyse_primary
from helpers.analysis.primary_model import Inference
from helpers.errors import AnalysisError, ParameterError
from helpers.methods.mixed_models import Covariance, fit_clda
from helpers.trial.loading import Trial

pytestmark = pytest.mark.filterwarnings("error", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def result(tiny):
    return analyse_primary(tiny)


def without(trial: Trial, **where) -> Trial:
    gone = pd.Series(True, index=trial.outcomes.index)
    for column, value in where.items():
        gone &= trial.outcomes[column] == value
    return dataclasses.replace(trial, outcomes=trial.outcomes[~gone])


def test_it_is_the_mixed_model_of_all_scores(tiny, result):
    scores = tiny.outcomes[tiny.outcomes["outcome"] == "stiffness"]
    data = scores.astype({"visit": str}).merge(
        tiny.participants[["participant", "arm"]], on="participant"
    )
    data["week"] = data["visit"].map({"baseline": 0, "week4": 4, "week8": 8})
    fit = fit_clda(
        data.astype({"arm": str}),
        outcome="score",
        subject="participant",
        visit="visit",
        arm="arm",
        time="week",
        baseline="baseline",
        reference="stretching",
        covariance="us",
        inference="kenward-roger",
    )
    assert (result.covariance, result.covariance_used, result.inference) == (
        "us",
        "us",
        "kenward-roger",
    )
    assert result.n_scores == len(scores)
    expected = fit.differences.set_index("visit").loc["week8"]
    found = result.difference["walking"]
    assert (found.estimate, found.se, found.df, found.p) == pytest.approx(
        (expected["estimate"], expected["se"], expected["df"], expected["p"]), rel=1e-6
    )
    assert list(result.difference) == ["walking"]
    assert list(result.change) == ["stretching", "walking"]
    assert found.estimate == pytest.approx(
        result.change["walking"].estimate - result.change["stretching"].estimate
    )
    assert (result.visit, result.visit_label, result.reference) == ("week8", "Week 8", "stretching")
    assert result.visit_weeks == {"baseline": 0, "week4": 4, "week8": 8}


def test_later_visits_inform_an_earlier_one(tiny, result):
    early = analyse_primary(tiny, visit="week4")
    assert early.n_scores == result.n_scores
    expected = result.differences.set_index("visit").loc["week4", "estimate"]
    assert early.difference["walking"].estimate == pytest.approx(expected)


def test_nobody_is_left_out_for_a_missing_baseline(tiny, result):
    fewer = analyse_primary(without(tiny, participant="P001", visit="baseline"))
    assert (fewer.n, fewer.n_scores) == (result.n, result.n_scores - 1)


def test_three_arms_and_one_visit_after_baseline(tiny_real):
    result = analyse_primary(tiny_real)
    assert result.messages == ()
    assert result.arms == ("water", "tea", "coffee")
    assert list(result.difference) == ["tea", "coffee"]
    slope = analyse_primary(tiny_real, covariance="random_slope")
    assert "cannot be told apart" in slope.messages[0]
    assert (slope.covariance, slope.covariance_used) == ("random_slope", "us")
    # Together slope and residual are the unstructured covariance of two visits.
    assert slope.difference["tea"].se == pytest.approx(result.difference["tea"].se, rel=1e-9)
    simple = analyse_primary(tiny_real, covariance="random_intercept")
    assert simple.messages == ()
    assert simple.n == 36


@pytest.mark.parametrize("covariates", ["age, centre", ("age", "centre")])
def test_covariates_are_given_as_text_or_as_names(tiny, covariates):
    result = analyse_primary(tiny, covariates=covariates)
    assert result.covariates == ("age", "centre")
    assert list(result.fit.coefficients["term"][-2:]) == ["age", "centre[south]"]


def test_a_participant_without_the_covariate_is_counted(tiny):
    result = analyse_primary(tiny, covariates="sex")
    assert result.n == 39
    left_out = "Left out, because a value of sex is missing: 1 of 40 participants."
    assert left_out in result.messages


def test_another_outcome_is_read_at_its_own_visits(tiny):
    result = analyse_primary(tiny, outcome="wellbeing")
    assert list(result.visit_labels) == ["baseline", "week8"]
    with pytest.raises(AnalysisError, match="not planned at Week 4"):
        analyse_primary(tiny, outcome="wellbeing", visit="week4")


def test_a_model_that_cannot_be_solved_is_told(tiny, monkeypatch):
    def singular(*_, **__):
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr("helpers.analysis.primary.fit_scores", singular)
    with pytest.raises(AnalysisError, match="Stiffness do not determine the model"):
        analyse_primary(tiny)


def test_scores_that_never_vary_are_told(tiny):
    same = dataclasses.replace(tiny, outcomes=tiny.outcomes.assign(score=5.0))
    with pytest.raises(AnalysisError, match="Every score of Stiffness is 5"):
        analyse_primary(same)


def test_a_planned_visit_without_scores_is_reported(tiny):
    result = analyse_primary(without(tiny, visit="week4"))
    assert list(result.visit_labels) == ["baseline", "week8"]
    assert "Week 4 has no scores of Stiffness" in result.messages[0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"visit": "week8"}, "no scores at Week 8"),
        ({"visit": "baseline"}, "no scores at Baseline"),
    ],
)
def test_an_analysis_without_its_scores_is_refused(tiny, change, sentence):
    with pytest.raises(AnalysisError, match=sentence):
        analyse_primary(without(tiny, **change))


def test_an_arm_without_scores_is_refused(tiny):
    walking = tiny.participants.loc[tiny.participants["arm"] == "walking", "participant"]
    left = tiny.outcomes[~tiny.outcomes["participant"].isin(walking)]
    with pytest.raises(AnalysisError, match="No participant of Walking"):
        analyse_primary(dataclasses.replace(tiny, outcomes=left))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"covariates": "agee"}, "Did you mean 'age'"),
        ({"covariates": "age, age"}, "named twice"),
        ({"covariates": "kept_diary"}, "no baseline variable"),
        ({"level": 95}, "between 0 and 1"),
        ({"covariance": "unstructured"}, "no covariance named 'unstructured'"),
        ({"inference": "kenward_roger"}, "Did you mean 'kenward-roger'"),
        ({"visit": "week5"}, "Valid names: primary, week4, week8"),
    ],
)
def test_parameters_that_do_not_exist_are_refused(tiny, change, sentence):
    with pytest.raises(ParameterError, match=sentence):
        analyse_primary(tiny, **change)


COVARIANCES = [name for name in get_args(Covariance) if name != "us"]
INFERENCES = [name for name in get_args(Inference) if name != "kenward-roger"]


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_every_covariance_gives_a_result_of_its_own(tiny, result, covariance):
    other = analyse_primary(tiny, covariance=covariance)
    assert (other.covariance, other.covariance_used) == (covariance, covariance)
    assert other.difference["walking"].se > 0
    assert other.difference["walking"].se != pytest.approx(
        result.difference["walking"].se, rel=1e-9
    )


@pytest.mark.parametrize("inference", INFERENCES)
def test_inference_changes_the_interval_and_not_the_estimate(tiny, result, inference):
    other = analyse_primary(tiny, inference=inference).difference["walking"]
    first = result.difference["walking"]
    assert other.estimate == pytest.approx(first.estimate, rel=1e-12)
    # For this covariance Kenward-Roger is the linear one.
    same = inference == "kenward-roger-linear"
    assert (other.upper == pytest.approx(first.upper, rel=1e-9)) is same


def test_a_covariance_that_cannot_be_estimated_gives_way_and_says_so(tiny):
    # Two patients in each arm carry no six variances and correlations.
    few = tiny.participants.groupby("arm", observed=True)["participant"].head(2)
    cut = dataclasses.replace(tiny, outcomes=tiny.outcomes[tiny.outcomes["participant"].isin(few)])
    result = analyse_primary(cut)
    assert result.covariance == "us"
    assert result.covariance_used != "us"
    assert "Fell back from covariance 'us'" in result.messages[0]
