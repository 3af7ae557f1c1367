"""The committed IMPACT trial: valid, and as published where something is published."""

from pathlib import Path

import pytest

from helpers.analysis.primary import analyse_primary
from helpers.analysis.proportions import analyse_proportions
from helpers.analysis.randomization import regenerate_allocation
from helpers.trial.checking import check_trial
from helpers.trial.loading import load_trial
from helpers.trial.synthesis.storing import read_settings

FOLDER = Path(__file__).parents[2] / "data" / "impact"


@pytest.fixture(scope="module")
def trial():
    return load_trial(FOLDER)


@pytest.fixture(scope="module")
def primary(trial):
    return analyse_primary(trial)


def test_the_trial_is_valid():
    assert check_trial(FOLDER).problems == ()


def test_settings_and_description_agree(trial):
    settings, described = read_settings(FOLDER), trial.specification
    assert settings.arms == described.arm_ids
    assert dict(zip(settings.visit_ids, settings.weeks, strict=True)) == {
        visit.id: visit.week for visit in described.visits
    }
    assert settings.pain.outcome == described.primary.outcome
    assert settings.pain.responder_fraction == described.primary_outcome.meaningful_change.value
    assert list(settings.secondary) == [outcome.id for outcome in described.secondary_outcomes]
    assert list(settings.screening.failed) == [rule.variable for rule in described.eligibility]
    assert settings.allocation.block_sizes == described.randomisation.block_sizes
    assert list(settings.characteristics.centre) == list(described.variable("centre").codes)


def test_the_primary_analysis_gives_the_published_figures(primary):
    # JAMA abstract, to the printed digits.
    printed = {
        "acupuncture": ("-2.53", "-2.92", "-2.15"),
        "massage": ("-3.01", "-3.38", "-2.63"),
    }
    found = {
        arm: tuple(f"{value:.2f}" for value in (row.estimate, row.lower, row.upper))
        for arm, row in primary.change.items()
    }
    assert found == printed
    difference = primary.difference["massage"]
    assert f"{difference.estimate:.2f}" == "-0.48"
    assert (f"{difference.lower:.2f}", f"{difference.upper:.2f}") == ("-0.98", "0.03")
    assert f"{difference.p:.2f}" == "0.07"


def test_published_figures_do_not_hang_on_a_rounding(primary):
    # 5e-4 from the edge of every rounding window: more than another optimiser could move them.
    difference = primary.difference["massage"]
    values = [
        value
        for row in (*primary.change.values(), difference)
        for value in (row.estimate, row.lower, row.upper)
    ] + [difference.p]
    edges = [abs((100 * value) % 1 - 0.5) / 100 for value in values]
    assert min(edges) > 5e-4


def test_proportions_are_as_published(trial):
    rows = analyse_proportions(trial).rows.set_index(["id", "arm"])
    counts = rows[["n", "denominator"]].apply(tuple, axis=1)
    assert counts["response", "acupuncture"] == (64, 116)  # 55.2%
    assert counts["response", "massage"] == (83, 126)  # 65.9%
    assert counts["bruising", "acupuncture"] == (9, 139)  # 6.5%
    assert counts["soreness", "massage"] == (22, 146)  # 15.1%
    assert counts["opioids_reduced", "acupuncture"] == (15, 53)  # 28%
    assert counts["opioids_reduced", "massage"] == (16, 45)  # 36%


def test_the_allocation_column_is_what_the_seed_gives(trial):
    made = regenerate_allocation(trial)
    assert made.possible
    assert made.equal


@pytest.mark.parametrize("outcome", ["fatigue", "insomnia", "physical_health", "mental_health"])
def test_secondary_outcomes_improve_in_both_arms_and_do_not_differ(trial, outcome):
    # JAMA abstract: improved in both arms without significant between-group differences.
    result = analyse_primary(trial, outcome=outcome)
    better = -1 if trial.specification.outcome(outcome).higher_is == "worse" else 1
    for row in result.change.values():
        assert better * row.estimate > 0
        assert row.p < 0.05
    assert (result.differences["p"] > 0.05).all()


def test_earlier_visits_show_no_larger_difference_than_the_published_one(primary):
    earlier = primary.differences[primary.differences["visit"] != "week26"]
    assert (earlier["estimate"].abs() < 0.48).all()


def test_the_readme_lists_exactly_the_assumptions(trial):
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    section = text.split("## Assumptions\n")[1].split("\n## ")[0]
    listed = [line for line in section.splitlines() if line.startswith("- ")]
    assert listed == [
        f"- **{part.topic}.** {part.statement} *Why:* {part.reason}"
        for part in trial.specification.assumptions
    ]


def test_the_readme_names_every_file():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for path in FOLDER.iterdir():
        assert path.name == "README.md" or f"`{path.name}`" in text


def test_numbers_in_the_assumptions_are_those_of_the_settings(trial):
    settings = read_settings(FOLDER)
    said = {part.topic: part.statement for part in trial.specification.assumptions}
    failed, declined = sum(settings.screening.failed.values()), settings.screening.declined
    assert said["Screening log"].startswith(
        f"{failed + declined + 298} patients were screened: {failed} did not meet a criterion, "
        f"{declined} declined"
    )
    course = settings.pain.course
    for visit in ("week5", "week10", "week18"):
        for arm in settings.arms:
            assert f"{course[arm][visit]:.0%}" in said["Course of pain"]
    karnofsky = settings.characteristics.karnofsky
    assert all(f"{score} in {n}" in said["Karnofsky status"] for score, n in karnofsky.items())
    assert f"{settings.dropout.log_weight_per_point:.2f}" in said["Missing data"]
    for kind in ("treatment", "booster"):
        assert f"{settings.sessions.attendance[kind]:.0%}" in said["Sessions"]
