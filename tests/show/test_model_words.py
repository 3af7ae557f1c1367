"""Every model that the book can fit has its words."""

from typing import get_args

import pytest

from helpers.analysis.primary import analyse_primary
from helpers.analysis.primary_model import Inference
from helpers.methods.mixed_models import Covariance
from helpers.show.model_words import (
    covariance_phrase,
    degrees,
    inference_phrase,
    model_sentence,
)
from helpers.show.primary import inference_sentence


def test_every_covariance_and_every_inference_has_words_of_its_own():
    covariances = [covariance_phrase(name) for name in get_args(Covariance)]
    inferences = [inference_phrase(name) for name in get_args(Inference)]
    assert len(set(covariances)) == len(covariances)
    assert len(set(inferences)) == len(inferences)
    short = [covariance_phrase(name, short=True) for name in get_args(Covariance)]
    assert len(set(short)) == len(short)
    assert not any(":" in phrase for phrase in short)


def test_the_model_is_said_with_and_without_covariates():
    assert model_sentence("random_intercept", covariates=()) == (
        "The model has a random intercept for each participant. It has no covariates."
    )
    assert model_sentence("random_intercept", covariates=("age", "sex")).endswith(
        "It is adjusted for age and sex."
    )


@pytest.mark.parametrize(("value", "text"), [(257.34, "257.3"), (float("inf"), "∞")])
def test_degrees_of_freedom_are_printed(value, text):
    assert degrees(value) == text


def test_the_sentence_of_the_inference_names_the_degrees_of_freedom(tiny):
    result = analyse_primary(tiny)
    df = result.difference["walking"].df
    assert inference_sentence(result) == (
        "Intervals and P values rest on standard errors and degrees of freedom by Kenward and "
        f"Roger; the difference at week 8 has {df:.1f} degrees of freedom."
    )


def test_the_normal_distribution_has_no_degrees_of_freedom(tiny):
    assert inference_sentence(analyse_primary(tiny, inference="normal")) == (
        "Intervals and P values rest on the normal distribution in place of Student's t."
    )


def test_with_three_arms_every_difference_has_its_degrees_of_freedom(tiny_real):
    said = inference_sentence(analyse_primary(tiny_real))
    assert "has degrees of freedom" in said
    assert "for thé à la menthe and" in said
    assert said.endswith("for café crème.")
