"""Every mistake in a trial's tables is reported with its file, row, column and a remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.errors import SpecificationError
from helpers.trial.checking import check_trial
from helpers.trial.loading import load_trial
from helpers.trial.problems import Problem

PARTICIPANTS = "participants_synthetic.csv"
OUTCOMES = "outcomes_synthetic.csv"
SCREENING = "screening_synthetic.csv"
SESSIONS = "sessions_synthetic.csv"
EVENTS = "adverse_events_synthetic.csv"
FILES = (PARTICIPANTS, OUTCOMES, SCREENING, SESSIONS, EVENTS)

FOLDER = Path(__file__).parent / "folders" / "tiny"
CATALOGUE = Path(__file__).parent / "broken" / "tables.yml"
BROKEN = {case["mistake"]: case for case in yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))}


def report_after(folder: Path, file: str, old: str, new: str) -> tuple[Problem, ...]:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return check_trial(folder).problems


def break_it(folder: Path, case: str) -> tuple[Problem, ...]:
    return report_after(folder, BROKEN[case]["file"], BROKEN[case]["from"], BROKEN[case]["to"])


@pytest.mark.parametrize("case", BROKEN)
def test_a_mistake_is_reported_with_its_row_and_a_remedy(case: str, tiny_trial: Path) -> None:
    wanted = BROKEN[case]
    found = break_it(tiny_trial, case)
    said = "\n".join(map(str, found))
    place = (wanted.get("shown_in", wanted["file"]), wanted["row"], wanted["column"])
    assert [
        problem
        for problem in found
        if (problem.file, problem.line, problem.column) == place
        and wanted["says"] in problem.message
        and wanted["remedy"] in problem.remedy
    ], said
    for problem in found:
        assert problem.message.endswith("."), said
        assert problem.remedy.endswith("."), said


# Mistakes of one cell, which nothing else follows from.
ALONE = [case for case in BROKEN if case.startswith(("date ", "number ", "word ", "score that"))]


@pytest.mark.parametrize("case", ALONE)
def test_a_cell_that_cannot_be_read_is_reported_once(case: str, tiny_trial: Path) -> None:
    assert len(break_it(tiny_trial, case)) == 1


def test_the_untouched_trials_are_valid(tiny_trial: Path, tiny_real_trial: Path) -> None:
    assert check_trial(tiny_trial).problems == ()
    assert check_trial(tiny_real_trial).problems == ()


def test_a_report_says_what_it_found_valid(tiny_trial: Path) -> None:
    report = check_trial(tiny_trial)
    assert report.valid
    lines = [
        len((tiny_trial / file).read_text(encoding="utf-8").splitlines()) - 1 for file in FILES
    ]
    tables = ("participants", "outcomes", "screening", "sessions", "adverse_events")
    assert [report.counted[table] for table in tables] == lines
    arms = (tiny_trial / PARTICIPANTS).read_text(encoding="utf-8")
    assert report.counted["participants.walking"] == arms.count(",walking,")
    summary = report.summary()
    assert "Synthetic cohort" in summary
    assert f"participants: {lines[0]} rows (stretching 20, walking 20)" in summary
    assert summary.endswith("Valid.")


def test_a_report_of_problems_counts_them(tiny_trial: Path) -> None:
    report_after(tiny_trial, PARTICIPANTS, "42.7", "old")
    report = check_trial(tiny_trial)
    assert not report.valid
    assert report.summary().endswith("1 problem found.")


def test_every_problem_of_every_file_is_reported_in_order(tiny_trial: Path) -> None:
    chosen = ["arm unknown", "word for a number", "score of a stranger", "screening number twice"]
    chosen += ["session number zero", "severity unknown"]
    for case in chosen:
        break_it(tiny_trial, case)
    found = check_trial(tiny_trial).problems
    places = {(problem.file, problem.line) for problem in found}
    assert {(BROKEN[case]["file"], BROKEN[case]["row"]) for case in chosen} <= places
    order = [FILES.index(problem.file) for problem in found]
    assert order == sorted(order)
    assert len(set(found)) == len(found)


def test_one_mistake_in_every_row_is_reported_for_every_row(tiny_trial: Path) -> None:
    path = tiny_trial / PARTICIPANTS
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",north,", ",North,"), encoding="utf-8")
    found = check_trial(tiny_trial).problems
    assert len(found) == text.count(",north,")
    assert {problem.column for problem in found} == {"centre"}


def test_the_tables_are_read_even_when_the_description_is_wrong(tiny_trial: Path) -> None:
    for file, old, new in (
        ("trial.yml", "short_title: TINY", "short_title: 5"),
        ("trial.yml", "sessions: sessions_synthetic.csv", "sessions: session_synthetic.csv"),
        (PARTICIPANTS, "42.7", "old"),  # only the description can tell that it is wrong
        (PARTICIPANTS, "synthetic,P003,", "synthetic,P002,"),
        (PARTICIPANTS, "left_after,left_reason\n", "left_after,left_after\n"),
        (SCREENING, "S002,", "S002,,"),
        (OUTCOMES, "P001", "P\u00e4001"),
    ):
        report_after(tiny_trial, file, old, new)
    path = tiny_trial / OUTCOMES
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    path = tiny_trial / EVENTS
    path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    report = check_trial(tiny_trial)
    found = [(problem.file, problem.line, problem.column) for problem in report.problems]
    assert found == [
        ("trial.yml", 4, None),
        (PARTICIPANTS, 1, "left_after"),
        (PARTICIPANTS, 4, "participant"),
        (OUTCOMES, 2, None),
        (SCREENING, 3, None),
        ("session_synthetic.csv", None, None),
        (EVENTS, 1, None),
    ]
    said = [problem.message for problem in report.problems]
    assert said[2] == "The row repeats participant 'P002' of row 3."
    assert "separated by semicolons" in said[-1]
    assert not report.fully
    assert "The tables were not fully checked, because trial.yml" in report.summary()
    assert report.summary().endswith("7 problems found.")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tables:\n", "tables: {\n"),
        ("tables:\n", "tabels:\n"),
        ("participants: participants_synthetic.csv", "participants: [1]"),
        ("participants: participants_synthetic.csv", "participants: ../participants.csv"),
    ],
)
def test_tables_that_the_description_does_not_name_are_found_by_their_usual_names(
    old: str, new: str, tiny_trial: Path
) -> None:
    report_after(tiny_trial, "trial.yml", old, new)
    before = len(check_trial(tiny_trial).problems)
    (tiny_trial / PARTICIPANTS).write_bytes(b"")
    found = check_trial(tiny_trial).problems
    assert len(found) == before + 1
    assert (found[-1].file, found[-1].message) == (PARTICIPANTS, "The file is empty.")


def test_a_table_said_to_be_absent_is_not_looked_for(tiny_trial: Path) -> None:
    report_after(tiny_trial, "trial.yml", "short_title: TINY", "short_title: 5")
    report_after(
        tiny_trial, "trial.yml", "sessions: sessions_synthetic.csv", "sessions: {absent: Lost}"
    )
    (tiny_trial / SESSIONS).write_bytes(b"")
    assert {problem.file for problem in check_trial(tiny_trial).problems} == {"trial.yml"}


def test_a_missing_file_names_a_similar_one(tiny_trial: Path) -> None:
    (tiny_trial / SCREENING).rename(tiny_trial / "screened_synthetic.csv")
    (only,) = check_trial(tiny_trial).problems
    assert (only.file, only.line) == (SCREENING, None)
    assert "missing" in only.message
    assert "screened_synthetic.csv" in only.remedy


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\xef\xbb\xbf"], ids=["nothing", "lines", "mark"]
)
def test_an_empty_file_is_reported(content: bytes, tiny_trial: Path) -> None:
    (tiny_trial / SESSIONS).write_bytes(content)
    (only,) = check_trial(tiny_trial).problems
    assert (only.file, only.message) == (SESSIONS, "The file is empty.")


def test_a_folder_in_place_of_a_table_is_reported(tiny_trial: Path) -> None:
    (tiny_trial / OUTCOMES).unlink()
    (tiny_trial / OUTCOMES).mkdir()
    (found,) = check_trial(tiny_trial).problems
    assert str(found).startswith(f"{OUTCOMES}: A folder lies where the file of the table outcomes")


def test_a_header_alone_is_reported_where_rows_are_needed(tiny_trial: Path) -> None:
    for file in (SCREENING, EVENTS):
        header = (tiny_trial / file).read_text(encoding="utf-8").splitlines()[0]
        (tiny_trial / file).write_text(header + "\n", encoding="utf-8")
    empty = [
        problem for problem in check_trial(tiny_trial).problems if "no rows" in problem.message
    ]
    assert [problem.file for problem in empty] == [SCREENING]


def test_a_table_that_is_not_utf8_names_the_row(tiny_real_trial: Path) -> None:
    path = tiny_real_trial / "participants.csv"
    text = path.read_text(encoding="utf-8").replace("“", "").replace("”", "").replace("ż", "z")
    path.write_bytes(text.encode("latin-1"))
    first = check_trial(tiny_real_trial).problems[0]
    assert (first.file, first.line) == ("participants.csv", 2)
    assert "UTF-8" in first.remedy


def test_an_arm_without_participants_is_reported(tiny_real_trial: Path) -> None:
    path = tiny_real_trial / "participants.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",coffee,", ",tea,"), encoding="utf-8")
    (only,) = check_trial(tiny_real_trial).problems
    assert "'coffee'" in only.message
    assert only.column == "arm"


def test_real_patients_may_not_carry_the_mark_of_synthetic_ones(tiny_real_trial: Path) -> None:
    path = tiny_real_trial / "participants.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    marked = ["data," + lines[0], *("synthetic," + line for line in lines[1:])]
    path.write_text("\n".join(marked) + "\n", encoding="utf-8")
    (only,) = check_trial(tiny_real_trial).problems
    assert (only.line, only.column) == (1, "data")
    assert "patients: synthetic" in only.remedy


def test_starting_treatment_must_be_recorded_when_it_is_asked_for(tiny_trial: Path) -> None:
    path = tiny_trial / PARTICIPANTS
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    without = [",".join([*row[:8], *row[9:]]) for row in rows]
    path.write_text("\n".join(without) + "\n", encoding="utf-8")
    (only,) = check_trial(tiny_trial).problems
    assert (only.line, only.column) == (1, "started_treatment")
    assert "'treated'" in only.message


def test_an_event_under_another_spelling_is_reported(tiny_trial: Path) -> None:
    path = tiny_trial / EVENTS
    path.write_text(
        path.read_text(encoding="utf-8").replace("blisters", "blister"), encoding="utf-8"
    )
    (only,) = check_trial(tiny_trial).problems
    assert "did you mean 'blister'" in only.message


def test_a_quoted_cell_with_a_line_break_keeps_the_rows_right(tiny_trial: Path) -> None:
    path = tiny_trial / PARTICIPANTS
    text = path.read_text(encoding="utf-8").replace("moved away", '"moved\naway"')
    path.write_text(text, encoding="utf-8")
    assert check_trial(tiny_trial).valid
    line = text[: text.index("synthetic,P013")].count("\n") + 1
    (only,) = report_after(tiny_trial, PARTICIPANTS, "P013,walking", "P013,waking")
    assert only.line == line


COLUMNS = [
    (file, column)
    for file in FILES
    for column in (FOLDER / file).read_text(encoding="utf-8").splitlines()[0].split(",")
]
# Columns that a trial can do without.
OPTIONAL = {
    (OUTCOMES, "assessed_on"),
    (PARTICIPANTS, "left_reason"),
    (PARTICIPANTS, "randomised_on"),
}


@pytest.mark.parametrize(("file", "column"), COLUMNS)
def test_a_column_that_is_left_out_is_reported(file: str, column: str, tiny_trial: Path) -> None:
    rows = [
        line.split(",") for line in (tiny_trial / file).read_text(encoding="utf-8").splitlines()
    ]
    at = rows[0].index(column)
    without = [",".join([*row[:at], *row[at + 1 :]]) for row in rows]
    (tiny_trial / file).write_text("\n".join(without) + "\n", encoding="utf-8")
    found = check_trial(tiny_trial).problems
    if (file, column) in OPTIONAL:
        assert found == ()
    elif (file, column) == (PARTICIPANTS, "left_after"):
        assert {problem.column for problem in found} == {"left_reason"}
    else:
        (only,) = found
        assert (only.file, only.line, only.column) == (file, 1, column)
        assert "is missing" in only.message


def test_rows_after_an_open_quote_are_not_taken_for_missing(tiny_trial: Path) -> None:
    (only,) = break_it(tiny_trial, "quote left open")
    assert (only.file, only.line) == (PARTICIPANTS, 3)


def test_a_problem_is_one_line_that_begins_with_its_place(tiny_trial: Path) -> None:
    (only,) = break_it(tiny_trial, "arm unknown")
    assert str(only) == (
        "participants_synthetic.csv, row 3, column arm: 'waking' is not one of its codes. "
        "Did you mean 'walking'? Write one of: stretching, walking."
    )


def test_a_folder_without_a_trial_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SpecificationError, match=r"holds no trial\.yml"):
        check_trial(tmp_path)


# A value that no cell of the column can hold, for every column that restricts its cells.
IMPOSSIBLE = {
    PARTICIPANTS: {
        "data": "real",
        "participant": " ",
        "arm": "sitting",
        "randomised_on": "13.01.2020",
        "age": "17",
        "sex": "f",
        "centre": "east",
        "kept_diary": "maybe",
        "started_treatment": "later",
        "left_after": "week5",
    },
    OUTCOMES: {
        "data": "",
        "visit": "Week 4",
        "outcome": "pain",
        "score": "-0.5",
        "assessed_on": "2020-13-01",
    },
    SCREENING: {
        "screened_on": "yesterday",
        "age": "1e9",
        "mobility": "40.5",
        "consented": "YES",
        "participant": "nobody",
    },
    SESSIONS: {
        "participant": "nobody",
        "session": "1.5",
        "kind": "",
        "planned_week": "-1",
        "held_on": "1899-12-31",
        "attended": "",
    },
    EVENTS: {"event": "two words", "onset_on": "2019-02-29", "severity": "", "related": "unknown"},
}

ROWS = {file: (FOLDER / file).read_text(encoding="utf-8").splitlines() for file in FILES}


@st.composite
def corrupted_cells(draw: st.DrawFn) -> tuple[str, int, str, str]:
    file = draw(st.sampled_from(sorted(IMPOSSIBLE)))
    column = draw(st.sampled_from(sorted(IMPOSSIBLE[file])))
    line = draw(st.integers(2, len(ROWS[file])))
    return file, line, column, IMPOSSIBLE[file][column]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cell=corrupted_cells())
def test_an_impossible_value_is_always_reported_at_its_cell(
    cell: tuple[str, int, str, str], tmp_path: Path
) -> None:
    file, line, column, value = cell
    folder = tmp_path / "trial"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(FOLDER, folder)
    rows = [row.split(",") for row in ROWS[file]]
    rows[line - 1][rows[0].index(column)] = value
    (folder / file).write_text("\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
    found = check_trial(folder).problems
    assert (file, line, column) in {
        (problem.file, problem.line, problem.column) for problem in found
    }
    # Nothing else in the same table is suspected because of one cell.
    assert {problem.line for problem in found if problem.file == file} == {line}


def test_a_workbook_under_the_name_of_a_table_is_told(tiny_trial: Path) -> None:
    (tiny_trial / OUTCOMES).write_bytes(b"PK\x03\x04\x00\xff")
    (only,) = check_trial(tiny_trial).problems
    assert "workbook" in only.message
    assert "CSV" in only.remedy


def test_a_missing_table_is_not_taken_for_another_one(tiny_real_trial: Path) -> None:
    (tiny_real_trial / "outcomes.csv").unlink()
    (only,) = check_trial(tiny_real_trial).problems
    assert "Did you mean" not in only.remedy


def test_dates_of_randomisation_may_be_unknown(tiny_real_trial: Path) -> None:
    path = tiny_real_trial / "participants.csv"
    lines = [line.split(",", 3) for line in path.read_text(encoding="utf-8").splitlines()]
    text = "\n".join(",".join([*cells[:2], *cells[3:]]) for cells in lines) + "\n"
    path.write_text(text, encoding="utf-8")
    trial = load_trial(tiny_real_trial)
    assert trial.participants["randomised_on"].isna().all()


def test_a_primary_visit_that_nobody_attended_is_a_problem(tiny_real_trial: Path) -> None:
    path = tiny_real_trial / "outcomes.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if ",later,alertness" not in line]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    (only,) = check_trial(tiny_real_trial).problems
    assert only.message == "No participant has a 'alertness' score at 'later'."


def test_a_participant_without_a_baseline_score_is_no_problem(tiny_real_trial: Path) -> None:
    path = tiny_real_trial / "outcomes.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], *lines[2:]]) + "\n", encoding="utf-8")
    assert check_trial(tiny_real_trial).valid
