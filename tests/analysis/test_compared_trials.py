from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from helpers.analysis.compared_trials import compared_trials
from helpers.analysis.comparison import EditionResults, compare_editions
from helpers.analysis.withheld import WORDS
from helpers.trial.reading import read_specification
from helpers.trial.specification import Specification

DATA = Path(__file__).parents[2] / "data"
SAID = {
    "flow.randomised": "401",
    "question.sentence": "Does it help?",
    "primary.outcome": "headache score",
    "primary.visit": "month_12",
    "primary.visit.label": "12 months",
    "primary.label.acupuncture": "Acupuncture",
    "primary.label.usual_care": "Usual care",
}


@pytest.fixture(scope="module")
def headache() -> Specification:
    return read_specification(DATA / "headache")


def edition(name: str, trial: str, said: dict[str, str], **parameters: Any) -> EditionResults:
    return EditionResults(
        name=name,
        title=name,
        trial=trial,
        label="Real patients",
        synthetic=False,
        public=True,
        parameters={"05_primary": parameters},
        results={
            key: {"value": text, "text": text, "chapter": "05_primary"}
            for key, text in said.items()
        },
    )


def one(headache: Specification, said: dict[str, str], **parameters: Any):
    comparison = compare_editions(
        [edition("a", "headache", said, **parameters), edition("b", "other", {})]
    )
    return compared_trials(comparison, {"headache": headache})


def test_what_a_trial_asked_and_whom(headache: Specification) -> None:
    first, second = one(headache, SAID | {"primary.visit": headache.primary.visit})
    assert first.trial == headache.title
    assert first.question == "Does it help?"
    assert first.outcome == "headache score, at 12 months"
    assert first.randomised == "401"
    assert first.arms == ("Usual care", "Acupuncture")  # as trial.yml lists them
    assert (second.trial, second.question, second.outcome, second.randomised) == ("", "", "", "")
    assert second.arms == second.estimates == second.published == ()


def test_the_published_result_stands_beside_the_same_question_only(headache: Specification) -> None:
    same = SAID | {"primary.visit": headache.primary.visit}
    [first, _] = one(headache, same)
    assert first.published
    assert [each.turned for each in first.published] == [True]
    asked = {"outcome": headache.primary.outcome}
    assert one(headache, same, **asked)[0].published == first.published
    assert one(headache, same, outcome="another")[0].published == ()
    assert one(headache, SAID | {"primary.visit": "another"})[0].published == ()


def test_two_counts_of_one_private_trial_are_not_set_side_by_side(headache: Specification) -> None:
    private = [
        replace(edition(name, "headache", {"flow.randomised": "40"}), public=False)
        for name in ("a", "b")
    ]
    comparison = compare_editions([*private, edition("c", "other", {"flow.randomised": "9"})])
    found = compared_trials(comparison, {})
    assert [each.randomised for each in found] == [WORDS, WORDS, "9"]
