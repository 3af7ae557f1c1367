"""The control of the primary result shows each result of the analysis, and grows with no trial."""

from __future__ import annotations

import dataclasses
import json
import re

import numpy as np
import pytest
from bs4 import BeautifulSoup

from helpers.analysis.primary import analyse_primary
from helpers.analysis.primary_settings import CovariateSet, vary_primary
from helpers.show import controls
from helpers.show.control_data import LARGEST, unfolded
from helpers.show.primary_control import (
    primary_control,
    record_primary_settings,
    set_words,
    settings_sentence,
)
from helpers.trial.specification import Variable

LEVEL = 0.7


def shown_section(showing, trial, settings):
    page = showing(trial, lambda _: primary_control(settings))
    (data, metadata) = page.outputs[-1]
    assert metadata["trialbook"]["control"]["name"] == "control-primary"
    section = BeautifulSoup(data["text/html"], "html.parser").section
    return section, json.loads(section.find("script").string)


def sentence_at(section, numbers, chosen):
    """Fill in the sentence of a setting, as the script does."""
    now = [unfolded(column, chosen, numbers["sizes"]) for column in numbers["columns"]]
    return re.sub(r"\{(\d+)\}", lambda slot: str(now[int(slot[1])]), now[-1])


def with_covariates(trial, number):
    """Add baseline measurements with long names."""
    generator = np.random.default_rng(3)
    people = trial.participants.copy()
    added = []
    for at in range(number):
        name = f"measurement_{at}"
        added.append(
            Variable(
                id=name,
                label=f"A measurement with a long name, number {at}",
                kind="continuous",
                unit="points",
                minimum=0,
                maximum=100,
                decimals=1,
            )
        )
        people[name] = generator.normal(50, 10, len(people)).round(1)
    variables = (*trial.specification.variables, *added)
    specification = trial.specification.model_copy(update={"variables": variables})
    return dataclasses.replace(trial, specification=specification, participants=people)


@pytest.fixture(scope="module")
def three_arms(tiny_real):
    """Nine covariates, and a choice and a level of the run's own."""
    return vary_primary(with_covariates(tiny_real, 8), covariates="measurement_3", level=LEVEL)


@pytest.fixture(scope="module")
def hidden(tiny, few_at_the_end):
    """A private trial of which no result may be shown, for a reason that every setting gives."""
    few = few_at_the_end(tiny)
    specification = few.specification.model_copy(update={"public": False})
    return vary_primary(dataclasses.replace(few, specification=specification, small_cells=5))


def test_three_arms_and_many_covariates_are_on_offer_whole(showing, tiny_real, three_arms):
    section, numbers = shown_section(showing, tiny_real, three_arms)
    assert numbers["sizes"] == [12, 7, 4, 5]
    assert len(section.find("script").string.encode()) < LARGEST
    rows = three_arms.grid.query(
        "covariance == 'cs' and inference == 'normal' and covariates == 'scales' and level == 0.9"
    ).set_index("arm")
    chosen = [
        list(dict.fromkeys(three_arms.grid["covariance"])).index("cs"),
        list(dict.fromkeys(three_arms.grid["inference"])).index("normal"),
        list(three_arms.covariate_sets).index("scales"),
        list(three_arms.levels).index(0.9),
    ]
    said = sentence_at(section, numbers, chosen).replace("\N{MINUS SIGN}", "-")
    for arm in ("tea", "coffee"):
        assert (
            f"{rows.loc[arm, 'estimate']:.1f} points (90% CI {rows.loc[arm, 'lower']:.1f}" in said
        )
    assert "A measurement with a long name, A measurement" in said


def test_a_control_too_large_keeps_the_run_s_level(showing, tiny_real, three_arms, monkeypatch):
    monkeypatch.setattr(controls, "LARGEST", 20_000)
    section, numbers = shown_section(showing, tiny_real, three_arms)
    assert numbers["sizes"] == [12, 7, 4]
    assert "these stay as in this run: Confidence level." in section.text
    assert "(70% CI" in section.find(class_="trial-control-said").text


def test_a_trial_without_a_result_says_why_at_every_setting(showing, tiny, hidden):
    section, numbers = shown_section(showing, tiny, hidden)
    assert len(section.find("script").string) < 5_000
    names = list(dict.fromkeys(hidden.grid["covariance"]))
    said = sentence_at(section, numbers, [names.index("toep"), 0, 1, 0])
    assert said == (
        "No result for walking minus stretching with the covariance Toeplitz, degrees of freedom "
        "by Kenward-Roger and covariates: what the allocation balanced (Centre). Fewer than 5 "
        "participants of an arm have a score at Week 8, so the difference is not shown."
    )
    marks = section.find_all(class_="trial-mark")
    assert marks
    assert all(mark.has_attr("data-none") for mark in marks)


def test_the_control_starts_with_the_run(showing, tiny):
    section, _ = shown_section(showing, tiny, vary_primary(tiny))
    found = analyse_primary(tiny).difference["walking"]
    said = section.find(class_="trial-control-said").text.replace("\N{MINUS SIGN}", "-")
    decimals = tiny.specification.primary_outcome.decimals
    assert f": {found.estimate:.{decimals}f} points (95% CI {found.lower:.{decimals}f}" in said


def test_the_sentence_over_all_settings_says_how_far_they_reach(showing, tiny, hidden):
    settings = vary_primary(tiny)
    page = showing(tiny, lambda _: record_primary_settings(settings))
    assert page.records["primary.settings.n"]["value"] == len(settings.grid)
    said = page.records["primary.settings.sentence"]["value"].replace("\N{MINUS SIGN}", "-")
    decimals = settings.decimals
    for value in (settings.fitted["estimate"].min(), settings.fitted["estimate"].max()):
        assert f"{value:.{decimals}f}" in said
    assert settings_sentence(hidden) == "No setting of the model could be fitted."


def test_a_set_of_covariates_in_words():
    labels = ("Age (years)", "Sex, at birth")
    assert set_words(CovariateSet("own", ("age", "sex"), labels)) == "this run's own (Age, Sex)"
    assert set_words(CovariateSet("none", (), ())) == "none"
