"""A loaded trial is typed, ordered, complete and the same wherever it is loaded."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.errors import TrialProblems
from helpers.trial.loading import load_trial

FOLDER = Path(__file__).parent / "folders" / "tiny"


def written(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_participants_are_typed_and_ordered(tiny_trial: Path) -> None:
    trial = load_trial(tiny_trial)
    people = trial.participants
    rows = written(tiny_trial / "participants_synthetic.csv")
    assert list(people.columns) == list(rows[0])[1:]
    assert people["participant"].tolist() == [row["participant"] for row in rows]
    assert people["arm"].tolist() == [row["arm"] for row in rows]
    assert people["arm"].cat.ordered
    assert people["arm"].cat.categories.tolist() == ["stretching", "walking"]
    assert people["age"].tolist() == [float(row["age"]) for row in rows]
    assert people["randomised_on"].dt.strftime("%Y-%m-%d").tolist() == [
        row["randomised_on"] for row in rows
    ]
    assert people["sex"].cat.categories.tolist() == ["female", "male"]
    assert people["left_after"].cat.categories.tolist() == ["baseline", "week4", "week8"]
    assert people["started_treatment"].dtype == "str"


def test_a_blank_cell_is_missing(tiny_trial: Path) -> None:
    rows = written(tiny_trial / "participants_synthetic.csv")
    people = load_trial(tiny_trial).participants
    for column in ("sex", "left_after", "left_reason", "kept_diary"):
        blank = [row[column] == "" for row in rows]
        assert any(blank)
        assert people[column].isna().tolist() == blank


def test_outcomes_are_typed_and_a_blank_score_has_no_row(tiny_trial: Path) -> None:
    path = tiny_trial / "outcomes_synthetic.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("week4,stiffness,3", "week4,stiffness,", 1), encoding="utf-8")
    scores = load_trial(tiny_trial).outcomes
    rows = [row for row in written(path) if row["score"]]
    assert len(rows) == len(text.splitlines()) - 2
    assert scores["score"].tolist() == [float(row["score"]) for row in rows]
    assert scores["visit"].cat.ordered
    assert scores["visit"].cat.categories.tolist() == ["baseline", "week4", "week8"]
    assert scores["outcome"].cat.categories.tolist() == ["stiffness", "wellbeing"]
    assert scores.index.tolist() == list(range(len(rows)))
    assert str(scores["assessed_on"].dtype) == "datetime64[us]"


def test_the_other_tables_are_typed(tiny_trial: Path) -> None:
    trial = load_trial(tiny_trial)
    assert trial.screening is not None
    assert trial.sessions is not None
    assert trial.adverse_events is not None
    assert trial.screening["participant"].notna().sum() == len(trial.participants)
    assert trial.screening["mobility"].dtype == "float64"
    assert trial.sessions["session"].dtype == "int64"
    assert trial.adverse_events["severity"].cat.categories.tolist() == [
        "mild",
        "moderate",
        "severe",
    ]
    assert "data" not in trial.screening


def test_a_trial_of_real_patients_without_the_tables_it_can_do_without(
    tiny_real_trial: Path,
) -> None:
    trial = load_trial(str(tiny_real_trial))
    assert (trial.screening, trial.sessions, trial.adverse_events) == (None, None, None)
    assert trial.participants["arm"].cat.categories.tolist() == ["water", "tea", "coffee"]
    assert trial.participants["participant"].iloc[0] == "Ñ01"
    assert "wohnt in Köln, allein" in trial.participants["remark"].tolist()
    assert "assessed_on" not in trial.outcomes
    assert trial.folder == tiny_real_trial


def test_a_trial_with_problems_is_not_loaded(tiny_trial: Path) -> None:
    path = tiny_trial / "participants_synthetic.csv"
    text = path.read_text(encoding="utf-8")
    broken = text.replace("P002,walking", "P002,waking").replace("P003,walking", "P003,runing")
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(TrialProblems) as caught:
        load_trial(tiny_trial)
    assert len(caught.value.problems) == 2
    assert "row 3, column arm" in str(caught.value)
    assert "row 4, column arm" in str(caught.value)


@pytest.mark.parametrize(
    "file",
    [
        "trial.yml",
        "participants_synthetic.csv",
        "outcomes_synthetic.csv",
        "screening_synthetic.csv",
        "sessions_synthetic.csv",
        "adverse_events_synthetic.csv",
    ],
)
def test_the_hash_depends_on_every_file_but_not_on_line_ends(file: str, tiny_trial: Path) -> None:
    before = load_trial(tiny_trial).sha256
    content = (tiny_trial / file).read_bytes()
    (tiny_trial / file).write_bytes(content.replace(b"\n", b"\r\n"))
    assert load_trial(tiny_trial).sha256 == before
    (tiny_trial / file).write_bytes(content + b"\n")
    assert load_trial(tiny_trial).sha256 != before


def test_the_hash_does_not_depend_on_the_place(tiny_trial: Path) -> None:
    assert load_trial(tiny_trial).sha256 == load_trial(FOLDER).sha256
    assert len(load_trial(tiny_trial).sha256) == 64


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(range(185)), columns=st.permutations(range(1, 6)))
def test_the_order_of_rows_and_columns_does_not_change_what_is_loaded(
    order: list[int], columns: list[int], tiny_trial: Path
) -> None:
    header, *rows = (FOLDER / "outcomes_synthetic.csv").read_text(encoding="utf-8").splitlines()
    mixed = [header, *(rows[at] for at in order)]
    cells = [line.split(",") for line in mixed]
    text = "\n".join(",".join([row[0], *(row[at] for at in columns)]) for row in cells)
    (tiny_trial / "outcomes_synthetic.csv").write_text(text + "\n", encoding="utf-8")
    loaded = load_trial(tiny_trial).outcomes
    expected = load_trial(FOLDER).outcomes
    keys = ["participant", "visit", "outcome"]
    pd.testing.assert_frame_equal(
        loaded.sort_values(keys, ignore_index=True), expected.sort_values(keys, ignore_index=True)
    )


def test_what_was_loaded_can_be_written_and_loaded_again(tiny_real_trial: Path) -> None:
    first = load_trial(tiny_real_trial)
    first.participants.to_csv(tiny_real_trial / "participants.csv", index=False)
    first.outcomes.to_csv(tiny_real_trial / "outcomes.csv", index=False)
    again = load_trial(tiny_real_trial)
    pd.testing.assert_frame_equal(again.participants, first.participants)
    pd.testing.assert_frame_equal(again.outcomes, first.outcomes)


def test_pandas_and_pandera_are_loaded_only_with_a_trial() -> None:
    program = (
        "import sys\n"
        "from helpers.trial.loading import load_trial, find_trial\n"
        f"find_trial({str(FOLDER)!r})\n"
        "assert not {'pandas', 'pandera', 'numpy'} & set(sys.modules), 'too early'\n"
        f"load_trial({str(FOLDER)!r})\n"
        "assert 'pandera' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
