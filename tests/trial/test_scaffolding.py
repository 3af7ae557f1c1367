"""New trials made from CSV files of many kinds: what is guessed, and that the check passes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import DataError, SpecificationError, TrialBookError
from helpers.trial.checking import check_trial
from helpers.trial.loading import Trial, load_trial
from helpers.trial.raw_layout import Wishes
from helpers.trial.scaffold_writing import write_scaffold
from helpers.trial.scaffolding import scaffold_trial

REFERENCES = Path(__file__).parents[1] / "references"
Rows = Sequence[Sequence[Any]]


def write(path: Path, rows: Rows, *, by: str = ",", encoding: str = "utf-8") -> Path:
    text = "".join(by.join(map(str, row)) + "\n" for row in rows)
    path.write_bytes(text.encode(encoding))
    return path


def made(source: Path, **wishes: Any) -> tuple[Trial, str]:
    """Make a trial of a file, check it, and return it with what was told of it."""
    scaffold = scaffold_trial("my_trial", source, wishes=Wishes(**wishes))
    folder = source.parent / "made" / "my_trial"
    write_scaffold(scaffold.files, folder)
    assert check_trial(folder).problems == ()
    return load_trial(folder), "\n".join(scaffold.report)


def weeks(trial: Trial) -> list[float]:
    return [visit.week for visit in trial.specification.visits]


def long_rows(visits: Sequence[Any], *, arms: Sequence[str] = ("drug", "placebo")) -> Rows:
    rng = random.Random(1)
    rows: list[list[Any]] = [["id", "arm", "visit", "pain"]]
    for number in range(24):
        rows += [
            [f"P{number:02d}", arms[number % len(arms)], visit, rng.randint(0, 10)]
            for visit in visits
        ]
    return rows


def wide_rows(columns: Sequence[str], *, arms: Sequence[str] = ("drug", "placebo")) -> Rows:
    rng = random.Random(1)
    rows: list[list[Any]] = [["id", "arm", *columns]]
    for number in range(24):
        scores = [rng.randint(0, 10) for _ in columns]
        rows.append([f"P{number:02d}", arms[number % len(arms)], *scores])
    return rows


def two_valued(rows: Rows, first: int) -> Rows:
    """Return rows whose scores, which begin at a column, are 0 and 1 only."""
    kept = [[*row[:first], *(int(score > 4) for score in row[first:])] for row in rows[1:]]
    return [rows[0], *kept]


def with_second(rows: Rows, second: Sequence[str]) -> Rows:
    """Return rows with another one under the header."""
    return [rows[0], second, *rows[1:]]


def test_a_long_table_keeps_every_score(tmp_path: Path) -> None:
    rows = long_rows(["Baseline", "Week 2", "Week 6"])
    trial, told = made(write(tmp_path / "t.csv", rows))
    assert weeks(trial) == [0, 2, 6]
    assert trial.specification.reference_arm.label == "placebo"
    assert trial.specification.patients == "real"
    assert not trial.specification.public
    outcomes = trial.outcomes
    found = {
        (row.participant, str(row.visit)): row.score for row in outcomes.itertuples(index=False)
    }
    ids = {"Baseline": "baseline", "Week 2": "week2", "Week 6": "week6"}
    assert found == {(row[0], ids[row[2]]): float(row[3]) for row in rows[1:]}
    assert "one row for each patient and visit" in told


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        (["Baseline", "Week 2", "Week 6"], [0, 2, 6]),
        (["0", "4", "12"], [0, 4, 12]),
        (["Screening", "Baseline", "Month 3", "Month 12"], [0, 13, 52]),
        (["BL", "6w", "12w"], [0, 6, 12]),
        (["pre", "post"], [0, 1]),
        (["Visit 1", "Visit 2", "Visit 3"], [0, 1, 2]),
        (["Day 0", "Day 14", "Day 28"], [0, 2, 4]),
        (["Ausgangswert", "Woche 4", "Monat 6"], [0, 4, 26]),
        (["Исходно", "Неделя 2", "Неделя 8"], [0, 2, 8]),
        (["Baseline", "Week 4", "End of treatment"], [0, 4, 8]),
        (["T0", "T1", "T2"], [0, 1, 2]),
        (["Week -2", "Week 0", "Week 4"], [0, 4]),
        (["m0", "m1.5", "m3"], [0, 6, 13]),
    ],
)
def test_visits_are_read_in_many_words(
    tmp_path: Path, visits: list[str], expected: list[float]
) -> None:
    trial, _ = made(write(tmp_path / "t.csv", long_rows(visits)))
    assert weeks(trial) == expected


@pytest.mark.parametrize(
    ("columns", "expected", "outcomes"),
    [
        (["pain_0", "pain_4w", "pain_12w"], [0, 4, 12], ["pain"]),
        (["pain.baseline", "pain.m3", "pain.m12"], [0, 13, 52], ["pain"]),
        (["baseline", "week 6", "m3"], [0, 6, 13], ["score"]),
        (["lead0", "lead1", "lead4", "lead6"], [0, 1, 4, 6], ["lead"]),
        (["Prewt", "Postwt"], [0, 1], ["wt"]),
        (["bdi", "bdi_3m", "bdi_6m"], [0, 13, 26], ["bdi"]),
        (["week0_pain", "week8_pain"], [0, 8], ["pain"]),
        (["painBaseline", "painWeek6"], [0, 6], ["pain"]),
        (["pain_bl", "pain_w4", "qol_bl", "qol_w4"], [0, 4], ["pain", "qol"]),
        (["Schmerz Ausgangswert", "Schmerz 4 Wochen"], [0, 4], ["schmerz"]),
        (["nrs_pre", "nrs_post", "nrs_followup"], [0, 1, 2], ["nrs"]),
        (["t0", "t0.5", "t1", "t1.5", "t2"], [0, 0.5, 1, 1.5, 2], ["score"]),
        (["lead0", "lead1", "lead1.5", "lead4"], [0, 1, 1.5, 4], ["lead"]),
    ],
)
def test_columns_of_wide_tables_are_split_into_score_and_visit(
    tmp_path: Path, columns: list[str], expected: list[float], outcomes: list[str]
) -> None:
    trial, told = made(write(tmp_path / "t.csv", wide_rows(columns)))
    assert weeks(trial) == expected
    assert list(trial.specification.outcome_ids) == outcomes
    assert len(trial.outcomes) == 24 * len(columns)
    assert "one row for each patient\n" in told


def test_a_german_spreadsheet_is_read(tmp_path: Path) -> None:
    rows = [["Patientennr", "Gruppe", "Größe", "Schmerz Ausgangswert", "Schmerz 4 Wochen"]]
    for at in range(20):
        arm = ("Übungen", "Placebo")[at % 2]
        rows.append([f"P{at}", arm, f"1,{60 + at}", f"{at % 9},5", f"{at % 7},25"])
    trial, told = made(write(tmp_path / "t.csv", rows, by=";", encoding="cp1252"))
    assert "Windows-1252" in told
    assert "semicolons" in told
    assert [arm.id for arm in trial.specification.arms] == ["ubungen", "placebo"]
    assert trial.specification.arm("ubungen").label == "Übungen"
    assert trial.participants["grosse"].iloc[0] == pytest.approx(1.60)
    assert trial.outcomes["score"].iloc[1] == pytest.approx(0.25)


@pytest.mark.parametrize("labels", [("治療", "対照"), ("Größe 1", "Größe-1"), ("Привет", "é")])
def test_labels_of_every_language_are_kept_beside_safe_ids(
    tmp_path: Path, labels: tuple[str, str]
) -> None:
    rows = wide_rows(["x_0", "x_4w"], arms=labels)
    trial, _ = made(write(tmp_path / "t.csv", rows, encoding="utf-8-sig"))
    arms = trial.specification.arms
    assert [arm.label for arm in arms] == list(labels)
    assert len({arm.id for arm in arms}) == 2


def test_the_public_reference_sets_are_read(tmp_path: Path) -> None:
    fev, told = made(Path(_copied(REFERENCES / "data" / "fev_data.csv", tmp_path)))
    assert fev.specification.reference_arm.label == "PBO"
    assert "FEV1_BL holds each patient's baseline score" in told
    assert len(fev.participants) == 200
    # 200 baseline scores from their own column, and those of the four visits that are not NA.
    assert len(fev.outcomes) == 737
    assert list(fev.specification.outcome_ids) == ["fev1"]


@pytest.mark.parametrize(("repeats", "visits"), [(True, 3), (False, 4)])
def test_a_baseline_column_that_repeats_the_first_visit_adds_none(
    tmp_path: Path, repeats: bool, visits: int
) -> None:
    rows = [list(row) for row in long_rows(["1", "2", "3"])]
    rows[0].append("base")
    for at, row in enumerate(rows[1:]):
        first = rows[1 + at - at % 3][3]
        row.append(first if repeats else (at // 3) % 9)
    trial, _ = made(write(tmp_path / "t.csv", rows))
    assert len(trial.specification.visits) == visits
    assert trial.specification.variables == ()


def test_what_describes_a_patient_may_stand_in_any_of_the_rows(tmp_path: Path) -> None:
    rows = [[*row, ""] for row in long_rows(["Baseline", "Week 4"])]
    rows[0][-1] = "age"
    for at, row in enumerate(rows[1:]):
        row[-1] = str(20 + at) if at % 2 else ""
    trial, _ = made(write(tmp_path / "t.csv", rows))
    assert trial.participants["age"].tolist() == [float(21 + 2 * at) for at in range(24)]


def test_visits_that_were_not_planned_are_left_out(tmp_path: Path) -> None:
    rows = [*long_rows(["Baseline", "Week 4"]), *[["P01", "placebo", "Unscheduled", 3]] * 2]
    rows.append(["P01", "placebo", "Unscheduled", 9])
    rows.append(["P02", "drug", "Early Termination", 9])
    trial, told = made(write(tmp_path / "t.csv", rows))
    assert weeks(trial) == [0, 4]
    assert "Unscheduled, Early Termination: not a planned visit" in told


def test_a_word_among_scores_is_asked_about_and_elsewhere_is_none(tmp_path: Path) -> None:
    rows = [[*row, "3"] for row in wide_rows(["x_0", "x_4w"])]
    rows[0][-1], rows[3][-1] = "dose", "three"
    rows.append(["", "", "12", "14", ""])  # a line of totals
    trial, told = made(write(tmp_path / "t.csv", rows))
    assert len(trial.participants) == 24
    assert "1 row without a patient" in told
    rows[5][3] = "refused"
    source = write(tmp_path / "u.csv", rows)
    with pytest.raises(DataError, match="line 6: 'refused' in the column of scores 'x_4w'"):
        scaffold_trial("my_trial", source)
    scaffold = scaffold_trial("my_trial", source, wishes=Wishes(missing=("refused",)))
    assert scaffold.files["outcomes.csv"].count("\n") == 48


def test_the_columns_of_a_score_may_be_listed(tmp_path: Path) -> None:
    source = write(tmp_path / "t.csv", wide_rows(["cd40", "cd420", "cd496", "cd80"]))
    trial, _ = made(source, scores=("cd40,cd420,cd496",), weeks=(0.0, 20.0, 96.0))
    assert [visit.label for visit in trial.specification.visits] == [
        "Baseline",
        "Week 20",
        "Week 96",
    ]
    assert list(trial.specification.outcome_ids) == ["cd"]
    assert len(trial.outcomes) == 72


def test_units_in_brackets_are_units(tmp_path: Path) -> None:
    columns = ["Baseline HbA1c (%)", "HbA1c Week 12 (%)", "Age (years)"]
    trial, _ = made(write(tmp_path / "t.csv", wide_rows(columns)))
    outcome = trial.specification.primary_outcome
    assert (outcome.label, outcome.unit) == ("HbA1c", "%")
    assert trial.specification.variable("age").unit == "years"


@pytest.mark.parametrize(
    ("visits", "baseline"), [(["Week 4", "Week 8"], "Week 4"), (["Day 1", "Day 29"], None)]
)
def test_a_first_visit_may_be_the_baseline_all_the_same(
    tmp_path: Path, visits: list[str], baseline: str | None
) -> None:
    trial, _ = made(write(tmp_path / "t.csv", long_rows(visits)), baseline=baseline)
    assert len(trial.specification.visits) == 2


@pytest.mark.parametrize(
    ("columns", "wishes"),
    [
        (["before", "x_4w", "x_8w"], {}),
        (["before", "x_4w"], {}),
        (["before", "x"], {"scores": ("x",)}),
    ],
)
def test_the_baseline_of_a_wide_table_may_have_another_name(
    tmp_path: Path, columns: list[str], wishes: dict[str, Any]
) -> None:
    source = write(tmp_path / "t.csv", wide_rows(columns))
    trial, _ = made(source, baseline="before", **wishes)
    assert trial.specification.visits[0].label == "Baseline"
    assert list(trial.specification.outcome_ids) == ["x"]
    assert len(trial.outcomes) == 24 * len(columns)


@pytest.mark.parametrize(
    ("columns", "label", "unit"),
    [
        (["Pain (VAS, mm) Base", "Pain (VAS, mm) wk 4"], "Pain (VAS, mm)", "mm"),
        (["Pain Base (VAS, mm)", "Pain wk 4 (VAS, mm)"], "Pain", "mm"),
        (["Mood Base (BDI)", "Mood wk 4 (BDI)"], "Mood", "units"),
        (["Rescue meds (tabs/wk) bl", "Rescue meds (tabs/wk) wk 4"], "Rescue meds", "tabs/wk"),
        (["Rescue meds tabs wk Base", "Rescue meds tabs wk wk 4"], "Rescue meds tabs", "units"),
    ],
)
def test_labels_keep_what_the_columns_say(
    tmp_path: Path, columns: list[str], label: str, unit: str
) -> None:
    trial, _ = made(write(tmp_path / "t.csv", wide_rows(columns), by=";"))
    outcome = trial.specification.primary_outcome
    assert (outcome.label, outcome.unit) == (label, unit)
    assert trial.specification.visits[0].label == "Baseline"


def test_a_variable_keeps_brackets_that_are_no_unit(tmp_path: Path) -> None:
    columns = ["x_0", "x_4w", "Severity (VAS, mm)", "Mood (BDI)", "Age (years)"]
    trial, _ = made(write(tmp_path / "t.csv", wide_rows(columns), by=";"))
    found = [(variable.label, variable.unit) for variable in trial.specification.variables]
    assert found == [("Severity (VAS, mm)", "mm"), ("Mood (BDI)", None), ("Age", "years")]


@pytest.mark.parametrize(
    ("columns", "labels"),
    [
        (["痛み 0週", "痛み 12週"], ["0週", "12週"]),
        (["pain first", "pain last"], ["First", "Last"]),
    ],
)
def test_visits_of_listed_columns_are_named_without_the_score(
    tmp_path: Path, columns: list[str], labels: list[str]
) -> None:
    source = write(tmp_path / "t.csv", wide_rows(columns))
    trial, _ = made(source, scores=(",".join(columns),))
    assert [visit.label for visit in trial.specification.visits] == labels


def test_a_first_patient_without_numbers_is_a_patient(tmp_path: Path) -> None:
    rows = with_second(wide_rows(["x_0", "x_4w"]), ["P99", "drug", "gone", "gone"])
    trial, _ = made(write(tmp_path / "t.csv", rows), missing=("gone",))
    assert len(trial.participants) == 25


@pytest.mark.parametrize("unnamed", ["", "Unnamed: 0"])
def test_numbers_of_rows_are_no_data_in_any_order(tmp_path: Path, unnamed: str) -> None:
    rows = [[unnamed, *long_rows(["0", "4"])[0]]]
    for at, row in enumerate(long_rows(["0", "4"])[1:]):
        rows.append([1 + at * 7 % 48 * 2, *row])
    trial, told = made(write(tmp_path / "t.csv", rows))
    assert list(trial.specification.outcome_ids) == ["pain"]
    assert len(trial.participants) == 24
    assert "the numbers of the rows were left out" in told


def test_columns_that_repeat_each_other_are_read_once(tmp_path: Path) -> None:
    rows = [[*row, row[2]] for row in wide_rows(["x_0", "x_4w"])]
    _, told = made(write(tmp_path / "t.csv", rows))
    assert "columns that stand there twice were read once: x_0" in told


def test_weeks_come_from_another_column(tmp_path: Path) -> None:
    trial, told = made(Path(_copied(REFERENCES / "data" / "pain_rct.csv", tmp_path)))
    assert weeks(trial) == [0, 1, 2, 4, 6, 8, 12, 16, 20, 26]
    assert "weeks are those of the column week" in told
    assert "base: repeats pain at the baseline" in told


def test_a_table_without_ids_counts_its_rows(tmp_path: Path) -> None:
    trial, told = made(Path(_copied(REFERENCES / "drug_test.csv", tmp_path)))
    assert trial.participants["participant"].iloc[0] == "row01"
    assert len(trial.specification.arms) == 3
    assert "for want of a column of ids" in told


def test_the_outcome_of_each_row_may_stand_in_a_column(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["USUBJID", "TRT01P", "PARAMCD", "AVISIT", "AVAL", "BASE", "CHG"]]
    for at in range(20):
        for code, base in (("HAMD", 20), ("CGI", 5)):
            for visit, change in (("Baseline", 0), ("Week 4", -at % 4), ("Week 8", -at % 5)):
                arm = ("Placebo", "Drug 10 mg")[at % 2]
                rows.append([f"S{at}", arm, code, visit, base + change, base, change])
    trial, _ = made(write(tmp_path / "t.csv", rows))
    assert list(trial.specification.outcome_ids) == ["hamd", "cgi"]
    assert len(trial.outcomes) == 120


def test_rows_at_actual_times_are_given_to_planned_weeks(tmp_path: Path) -> None:
    rng = random.Random(2)
    rows: list[list[Any]] = [["id", "treatment", "week", "logcd4"]]
    for at in range(30):
        for week in (0, 8, 16):
            rows.append([at, at % 2, week and round(week + rng.uniform(-2, 2), 3), rng.random()])
    source = write(tmp_path / "t.csv", rows)
    with pytest.raises(DataError, match="--weeks"):
        made(source)
    trial, _ = made(source, weeks=(0.0, 8.0, 16.0))
    assert weeks(trial) == [0, 8, 16]
    assert len(trial.outcomes) == 90


def test_missing_codes_and_words_are_told(tmp_path: Path) -> None:
    rows = [list(row) for row in long_rows(["Baseline", "Week 2"])]
    rows[1][3], rows[2][3], rows[3][3], rows[4][3] = -99, "NA", ".", 999
    trial, told = made(write(tmp_path / "t.csv", rows))
    assert len(trial.outcomes) == 44
    assert "-99, 999 in pain" in told


def test_columns_that_describe_patients_become_variables(tmp_path: Path) -> None:
    header = ["id", "arm", "age", "sex", "site", "email", "notes", "completed", "x_0", "x_4w"]
    rows: list[list[Any]] = [header]
    rng = random.Random(3)
    for at in range(40):
        person = [20 + at % 30, "fm"[at % 3 % 2], f"Site {at % 14}", f"a{at}@b.org", f"text {at}"]
        rows.append([at, at % 2, *person, at % 2 + at % 3, rng.random(), rng.random()])
    trial, told = made(write(tmp_path / "t.csv", rows))
    kinds = {variable.id: variable.kind for variable in trial.specification.variables}
    assert kinds == {"age": "continuous", "sex": "categorical", "site": "categorical"}
    assert not trial.specification.variable("site").table1
    assert [variable.id for variable in trial.specification.later_variables] == ["completed"]
    assert "email: may identify patients" in told
    assert "notes: free text" in told
    assert trial.specification.randomisation.ratio == {"arm_0": 1, "arm_1": 1}


def test_rare_categories_and_words_for_missing_values_are_named(tmp_path: Path) -> None:
    rows = [["id", "arm", "group", "smoker", "x_0", "x_4w"]]
    for at in range(30):
        group = ("north", "south", "east")[0 if at == 7 else 1 + at % 2]
        score = ("NA", "gone", ".")[at % 7] if at % 7 < 3 else at
        rows.append([at, "ab"[at // 2 % 2], group, "yn"[at % 3 % 2], at + 0.5, score])
    _, told = made(write(tmp_path / "t.csv", rows), missing=("gone",))
    said = " ".join(told.split())
    assert "group: fewer than 5 patients are north; joined to another category" in said
    assert "smoker: fewer" not in said
    assert "cells that say NA (5), gone (5), . (4) count as missing" in said


def test_dates_of_randomisation_are_kept_when_everybody_has_one(tmp_path: Path) -> None:
    rows = [list(row) for row in wide_rows(["x_0", "x_4w"])]
    rows[0].append("date_randomised")
    for at, row in enumerate(rows[1:], start=1):
        row.append(f"{at:02d}.03.2021")
    trial, _ = made(write(tmp_path / "t.csv", rows))
    assert str(trial.participants["randomised_on"].iloc[4].date()) == "2021-03-05"


def test_spellings_of_one_word_are_read_as_one(tmp_path: Path) -> None:
    rows = [[*row, "Yes"] for row in long_rows(["Baseline", "Week 2"], arms=("active", "control"))]
    rows[0][-1] = "smoker"
    for row in rows[1:]:
        row[-1] = "no" if row[0] < "P09" else row[-1]
    for at in (1, 2):
        rows[at][1], rows[at][-1] = "ACTIVE", "NO"
    rows[4][2] = "week  2"
    trial, told = made(write(tmp_path / "t.csv", rows))
    assert [arm.label for arm in trial.specification.arms] == ["active", "control"]
    assert set(trial.participants["smoker"]) == {"no", "Yes"}
    assert weeks(trial) == [0, 2]
    assert len(trial.outcomes) == 48
    assert "'ACTIVE' in arm read as 'active'" in told
    assert "'NO' in smoker read as 'no'" in told


def test_an_arm_of_few_patients_is_asked_about(tmp_path: Path) -> None:
    rows = [list(row) for row in wide_rows(["x_0", "x_4w"], arms=("Exercise", "Rest"))]
    rows[1][1] = "Exercize"
    source = write(tmp_path / "t.csv", rows)
    scaffold = scaffold_trial("my_trial", source)
    assert "Exercize has only 1 patient: is it a misspelling of Exercise?" in "\n".join(
        scaffold.report
    )
    assert "  # 1 patient\n" in scaffold.files["trial.yml"]
    write_scaffold(scaffold.files, tmp_path / "my_trial")
    said = check_trial(tmp_path / "my_trial").summary().splitlines()
    assert said[-2] == (
        "The arm 'exercize' has only 1 participant: is it a misspelling of 'exercise'?"
    )
    assert said[-1] == "Valid."


@pytest.mark.parametrize("long", [True, False])
def test_ids_that_begin_anew_in_each_centre_are_told(tmp_path: Path, long: bool) -> None:
    rows: list[list[Any]] = [["Center", "SubjID", "Sex", "Arm", *(["Visit", "pain"] * long)]]
    rows[0] += [] if long else ["pain_0", "pain_4w"]
    for at in range(40):
        # Within each centre the arms alternate, but not in the same order.
        person = ["North" if at < 20 else "South", at % 20, "fm"[at % 3 % 2]]
        person.append(("new", "old")[(at + at // 20) % 2])
        scores = [at % 9, at % 7]
        rows += (
            [[*person, visit, score] for visit, score in zip((0, 4), scores, strict=True)]
            if long
            else [[*person, *scores]]
        )
    source = write(tmp_path / "t.csv", rows)
    with pytest.raises(DataError, match=r'again in each .Center.: .* --id "Center,SubjID"'):
        scaffold_trial("my_trial", source)
    trial, _ = made(source, ids=("Center,SubjID",))
    assert len(trial.participants) == 40
    assert [variable.id for variable in trial.specification.variables] == ["center", "sex"]


def test_unequal_allocation_is_noticed(tmp_path: Path) -> None:
    rows = wide_rows(["x_0", "x_4w"], arms=("new", "new", "old"))
    trial, told = made(write(tmp_path / "t.csv", rows))
    assert trial.specification.randomisation.ratio == {"new": 2, "old": 1}
    assert "unequal allocation" in told


def test_nothing_on_a_page_is_made_up(tmp_path: Path) -> None:
    source = write(tmp_path / "t.csv", wide_rows(["x_0", "x_4w"]))
    trial, _ = made(source)
    spec = trial.specification
    assert spec.title == spec.short_title == "my_trial"
    assert spec.citation.text is None
    assert spec.registration.number is None
    assert spec.randomisation.method == "unknown"
    assert spec.eligibility == ()
    assert spec.published == ()
    assert spec.primary_outcome.meaningful_change.value is None


HEADER = ["id", "arm", "visit", "pain"]
TWO_ROWS = [HEADER, ["1", "a", "0", 3], ["1", "a", "0", 4], ["2", "b", "0", 1], ["2", "b", "4", 1]]
ONE_VISIT = [HEADER, ["1", "a", "0", 3], ["1", "a", "0", 4], ["2", "b", "0", 1]]
BLANK_IDS = [
    ["Pat-Nr", "Behandlungsarm", "visit", "pain"],
    *([each, "ab"[at % 2], str(at // 2), at] for at, each in enumerate(("1", "", "", ""))),
]
CHANGING_ARM = [
    ["id", "sex", "arm", "visit", "pain"],
    *([each, sex, "ab"[week > 0], str(week), 3] for each, sex in ("1f", "2m") for week in (0, 4)),
]


@pytest.mark.parametrize(
    ("rows", "wishes", "says"),
    [
        ([["id", "x_0", "x_4w"], ["a", 1, 2], ["b", 2, 3]], {}, ["treatment arm", "--arm"]),
        (wide_rows(["x_0", "x_4w"], arms=("one",)), {}, ["one arm only", "--arm"]),
        (BLANK_IDS, {}, ["'Pat-Nr' is named like one, but is blank in 3 of 4 rows", "--id"]),
        (CHANGING_ARM, {}, ["'arm' is named like one", "changes within patient '1'", "be sex)"]),
        (TWO_ROWS, {}, ["patient '1'", "lines 2 and 3", "--visit"]),
        (ONE_VISIT, {}, ["one visit only", "--visit"]),
        (wide_rows(["x", "y"]), {}, ["--score", "--visit"]),
        (wide_rows(["x_0", "x_4w"]), {"arm": "arn"}, ["Did you mean 'arm'"]),
        (wide_rows(["x_0", "x_4w"]), {"reference": "plasebo"}, ["Did you mean 'placebo'"]),
        (wide_rows(["x_0", "x_4w"]), {"scores": ("z",)}, ["--score z", "Valid names: x"]),
        (wide_rows(["x_0", "x_4w"]), {"higher_is": ("good",)}, ["worse", "better"]),
        (wide_rows(["x_0", "x_4w"]), {"weeks": (1.0, 2.0, 3.0)}, ["3 weeks", "2 visits"]),
        (wide_rows(["x_0", "x_4w"]), {"baseline": "x_9"}, ["--baseline x_9"]),
        (long_rows(["Baseline", "Week 2"]), {"visit": "vist"}, ["Did you mean 'visit'"]),
        (long_rows(["Baseline", "Week 2"]), {"scores": ("arm",)}, ["'drug'", "--missing"]),
        (long_rows(["Week 4", "Week 8"]), {}, ["'Week 4'", "score before treatment", "--baseline"]),
        (wide_rows(["x_4w", "x_8w"]), {}, ["first visit is '4w'", "--baseline"]),
        (long_rows(["1", "2"]), {"weeks": (4.0, 8.0)}, ["'1' (week 4)", "--baseline"]),
        (wide_rows(["x_6mo", "x_6mo"]), {}, ["line 1", "columns 3 and 4", "'x_6mo'"]),
        (wide_rows(["age", "x_6mo"]), {}, ["one visit only (x_6mo)", "--baseline BEFORE"]),
        (wide_rows(["a", "x"]), {"scores": ("x",)}, ["one visit only (x)", "--baseline BEFORE"]),
        (wide_rows(["age", "x"]), {"scores": ("age,x",)}, ["'age' is no score before treatment"]),
        (two_valued(long_rows(["0", "4"]), 3), {}, ["pain of t.csv could be", "only 0 and 1"]),
        (two_valued(wide_rows(["x_0", "x_4w"]), 2), {}, ["x_0, x_4w of", "want a score"]),
        (with_second(wide_rows(["x_0", "x_4w"]), ["", "", "mm", "mm"]), {}, ["line 2", "(mm, mm)"]),
        (with_second(long_rows(["0", "4"]), ["", "", "", "mm"]), {}, ["line 2", "delete it"]),
        ([["1", "2", "3"], ["4", "5", "6"]], {}, ["header row"]),
        ([["only"], ["a"], ["b"]], {}, ["single column"]),
        ([["id", "arm", "x_0", "x_4w"]], {}, ["no rows"]),
        ([], {}, ["empty"]),
        ([["id", "arm", "x"], ["1", "a", "2", "3", "4"]], {}, ["line 2", "5 cells"]),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(
    tmp_path: Path, rows: Rows, wishes: dict[str, Any], says: list[str]
) -> None:
    source = write(tmp_path / "t.csv", rows)
    with pytest.raises(TrialBookError) as caught:
        made(source, **wishes)
    for words in says:
        assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04rest", "Excel"),
        (b"\xd0\xcf\x11\xe0rest", "Excel"),
        (b"a,b\x00c\n", "not text"),
        (b"<html></html>", "web page"),
        (b"$FL2@(#)", "SPSS"),
    ],
)
def test_other_kinds_of_files_are_named(tmp_path: Path, content: bytes, says: str) -> None:
    source = tmp_path / "t.xlsx"
    source.write_bytes(content)
    with pytest.raises(DataError, match=says) as caught:
        scaffold_trial("my_trial", source)
    assert "CSV" in str(caught.value)


def test_a_missing_file_and_a_bad_name_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no file"):
        scaffold_trial("my_trial", tmp_path / "none.csv")
    with pytest.raises(SpecificationError, match="my_trial"):
        scaffold_trial("My Trial", tmp_path / "none.csv")


def test_an_existing_folder_is_never_touched(tmp_path: Path) -> None:
    scaffold = scaffold_trial("my_trial", write(tmp_path / "t.csv", wide_rows(["x_0", "x_4w"])))
    folder = tmp_path / "my_trial"
    folder.mkdir()
    (folder / "kept.txt").write_text("mine")
    with pytest.raises(SpecificationError, match="exists already"):
        write_scaffold(scaffold.files, folder)
    assert [path.name for path in folder.iterdir()] == ["kept.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my_trial", "t.csv"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    scaffold = scaffold_trial("my_trial", write(tmp_path / "t.csv", wide_rows(["x_0", "x_4w"])))
    folder = tmp_path / "my_trial"
    folder.mkdir()
    write_scaffold(scaffold.files, folder)
    assert {path.name for path in folder.iterdir()} == set(scaffold.files)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my_trial", "t.csv"]
    blocked = tmp_path / "blocked"
    blocked.write_text("mine")
    with pytest.raises(SpecificationError, match="exists already"):
        write_scaffold(scaffold.files, blocked)


LABELS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
CELLS = LABELS.filter(lambda text: not set(text) & set(",;|\"'#") and text.strip() == text)


@pytest.mark.slow
@settings(max_examples=25)
@given(
    arms=st.lists(CELLS, min_size=2, max_size=4, unique_by=str.casefold),
    name=st.from_regex(r"[a-z]{3,8}", fullmatch=True),
    weeks=st.lists(st.integers(1, 200), min_size=1, max_size=5, unique=True).map(sorted),
    low=st.sampled_from([-1e6, -5.0, 0.0, 3.5]),
    span=st.sampled_from([0.01, 1.0, 10.0, 1e6]),
    seed=st.integers(0, 1000),
)
def test_any_sane_table_becomes_a_trial_that_passes_its_check(
    tmp_path_factory: pytest.TempPathFactory,
    arms: list[str],
    name: str,
    weeks: list[int],
    low: float,
    span: float,
    seed: int,
) -> None:
    rng = random.Random(seed)
    rows: list[list[Any]] = [["id", "arm", "week", name]]
    for number in range(6 * len(arms)):
        for week in (0, *weeks):
            score = "" if rng.random() < 0.1 and number > 11 else low + span * rng.random()
            rows.append([number, f"{arms[number % len(arms)]} x", week, score])
    source = write(tmp_path_factory.mktemp("any") / "t.csv", rows)
    trial, _ = made(source, arm="arm", visit="week", scores=(name,), ids=("id",))
    assert len(trial.specification.arms) == len(arms)
    assert len(trial.specification.visits) == len(weeks) + 1


def _copied(source: Path, folder: Path) -> Path:
    target = folder / source.name
    target.write_bytes(source.read_bytes())
    return target
