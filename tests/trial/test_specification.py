"""A specification answers questions about a trial and cannot be changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from helpers.errors import SpecificationError, TrialProblems
from helpers.trial.reading import read_specification
from helpers.trial.specification import Specification, with_visits


@pytest.fixture
def tiny(tiny_trial: Path) -> Specification:
    return read_specification(tiny_trial)


@pytest.fixture
def tiny_real(tiny_real_trial: Path) -> Specification:
    return read_specification(tiny_real_trial)


def test_the_reference_arm_comes_first(tiny: Specification, tiny_real: Specification) -> None:
    assert tiny.arm_ids == ("stretching", "walking")
    assert tiny_real.arm_ids == ("water", "tea", "coffee")
    assert tiny_real.reference_arm.label == "Eau (Größe 2)"
    assert [arm.id for arm in tiny_real.other_arms] == ["tea", "coffee"]


def test_visits_and_the_primary_analysis(tiny: Specification) -> None:
    assert tiny.visit_ids == ("baseline", "week4", "week8")
    assert tiny.baseline_visit.week == 0
    assert [visit.id for visit in tiny.later_visits] == ["week4", "week8"]
    assert tiny.primary_outcome.instrument == "Invented stiffness scale"
    assert tiny.primary_visit.window_days == (-7, 7)


def test_outcomes_are_assessed_at_every_visit_unless_they_say_when(tiny: Specification) -> None:
    assert tiny.outcome_ids == ("stiffness", "wellbeing")
    assert tiny.outcome("stiffness").visits == ("baseline", "week4", "week8")
    assert tiny.outcome("wellbeing").visits == ("baseline", "week8")
    assert [outcome.id for outcome in tiny.secondary_outcomes] == ["wellbeing"]


def test_the_data_label_says_what_the_patients_are(
    tiny: Specification, tiny_real: Specification
) -> None:
    assert (tiny.is_synthetic, tiny.data_label) == (True, "Synthetic cohort")
    assert (tiny_real.is_synthetic, tiny_real.data_label) == (False, "Real patients")


def test_rows_of_patients_stay_private_unless_the_trial_says_otherwise(
    tiny: Specification, tiny_real: Specification
) -> None:
    assert tiny.public is True
    assert tiny_real.public is False


def test_variables_of_every_section_are_found(tiny: Specification) -> None:
    assert tiny.variable("age").unit == "years"
    assert tiny.variable("kept_diary").table1 is False
    assert tiny.variable("mobility").integer is True
    assert list(tiny.variable("sex").codes or ()) == ["female", "male"]


def test_tables_name_their_files_or_the_reason(
    tiny: Specification, tiny_real: Specification
) -> None:
    assert list(tiny.tables.files()) == [
        "participants",
        "outcomes",
        "screening",
        "sessions",
        "adverse_events",
    ]
    assert tiny_real.tables.files() == {
        "participants": "participants.csv",
        "outcomes": "outcomes.csv",
    }
    assert tiny_real.tables.screening.assessed == 70
    assert tiny_real.tables.sessions.absent == "There were no sessions."


def test_numbers_keep_the_digits_that_were_printed(tiny: Specification) -> None:
    assert tiny.published[0].printed["estimate"] == "-1.00"
    assert tiny.published[0].printed["p"] == ".05"


@pytest.mark.parametrize(
    ("ask", "wrong", "near"),
    [
        (lambda spec: spec.arm, "walkin", "walking"),
        (lambda spec: spec.visit, "week_4", "week4"),
        (lambda spec: spec.outcome, "stifness", "stiffness"),
        (lambda spec: spec.variable, "mobilty", "mobility"),
        (lambda spec: spec.population, "completer", "completers"),
        (lambda spec: spec.proportion, "responses", "response"),
        (lambda spec: spec.published_analysis, "stiffness_week_8", "stiffness_week8"),
    ],
    ids=["arm", "visit", "outcome", "variable", "population", "proportion", "analysis"],
)
def test_an_unknown_id_names_the_nearest(
    ask: Callable[[Specification], Callable[[str], object]],
    wrong: str,
    near: str,
    tiny: Specification,
) -> None:
    with pytest.raises(SpecificationError, match=f"{wrong!r}.*Did you mean {near!r}"):
        ask(tiny)(wrong)


def test_a_specification_cannot_be_changed(tiny: Specification) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        tiny.title = "Another trial"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        tiny.arms[0].label = "Another arm"  # type: ignore[misc]


def test_a_specification_survives_being_written_and_read(tiny: Specification) -> None:
    assert Specification.model_validate(tiny.model_dump()) == tiny


def test_filling_in_visits_leaves_the_given_content_alone() -> None:
    given = {"visits": [{"id": "start"}, {"id": "Not valid"}], "outcomes": [{"id": "pain"}, 5]}
    filled = with_visits(given)
    assert filled["outcomes"] == [{"id": "pain", "visits": ["start"]}, 5]
    assert given["outcomes"] == [{"id": "pain"}, 5]


@pytest.mark.parametrize(
    ("written", "language", "english"),
    [
        ("", "en", True),
        ("language: en-GB\n", "en-GB", True),
        ("language: de\n", "de", False),
        ("language: no\n", "no", False),  # Norwegian, which YAML takes for false
    ],
)
def test_the_language_of_the_labels(
    tiny_trial: Path, written: str, language: str, english: bool
) -> None:
    path = tiny_trial / "trial.yml"
    path.write_text(written + path.read_text(encoding="utf-8"), encoding="utf-8")
    trial = read_specification(tiny_trial)
    assert (trial.language, trial.labels_in_english) == (language, english)


def test_a_language_is_a_code(tiny_trial: Path) -> None:
    path = tiny_trial / "trial.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"language: Deutsch, bitte\n{text}", encoding="utf-8")
    with pytest.raises(TrialProblems, match=r"Write the code of a language, for example 'de'"):
        read_specification(tiny_trial)


@pytest.mark.parametrize(("wrong", "near"), [("hoeher", None), ("worst", "worse")])
def test_a_word_far_from_all_others_is_not_taken_for_one(
    tiny_trial: Path, wrong: str, near: str | None
) -> None:
    path = tiny_trial / "trial.yml"
    text = path.read_text(encoding="utf-8")
    assert "higher_is: worse" in text
    path.write_text(text.replace("higher_is: worse", f"higher_is: {wrong}"), encoding="utf-8")
    with pytest.raises(TrialProblems) as caught:
        read_specification(tiny_trial)
    assert ("Did you mean" in str(caught.value)) == (near is not None)
    assert "Write one of: worse, better" in str(caught.value)
