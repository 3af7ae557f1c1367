"""What was written about single patients never becomes a category of a trial."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from helpers.trial.raw_exclusions import names_patients, why_no_variable
from helpers.trial.raw_layout import Wishes
from helpers.trial.scaffolding import scaffold_trial

RARE = {3: "moved to Berlin 3 May 2019", 7: "fell off ladder, Dr Schmidt called", 9: "rash"}


def wide(folder: Path, header: list[str], cells: Any, *, patients: int = 40) -> Path:
    """Write a table of two scores with further columns, whose cells a function returns."""
    rng = random.Random(1)
    lines = [";".join(["id", "arm", "pain_0", "pain_4w", *header])]
    for at in range(patients):
        scores = [str(rng.randint(0, 10)) for _ in range(2)]
        lines.append(";".join([f"Q{at}", "ab"[at % 2], *scores, *map(str, cells(at))]))
    source = folder / "t.csv"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return source


@pytest.mark.parametrize(
    "name",
    ["Comments", "Bemerkungen", "commentaire", "observaciones", "Kommentar", "remark", "備考"],
)
def test_remarks_do_not_become_categories(tmp_path: Path, name: str) -> None:
    made = scaffold_trial(
        "t", wide(tmp_path, [name], lambda at: [RARE.get(at, ("none", "")[at % 2])])
    )
    assert not any("Berlin" in text or "Schmidt" in text for text in made.files.values())
    assert f"{name}: free text, to judge by the name" in " ".join(made.report)


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (lambda at: "seen 3/5/2019" if at == 4 else "yn"[at % 2], "holds dates"),
        (lambda at: "since March 2018" if at == 4 else "yn"[at % 2], "holds dates"),
        (lambda at: "seit 3. Mai" if at == 4 else "yn"[at % 2], "holds dates"),
        (lambda at: RARE[7] if at == 4 else "yn"[at % 2], "as long as a remark"),
        (lambda at: f"diagnosis {at // 4}", "fewer than 5 patients"),
        (lambda at: at // 4 if at < 20 else "", "fewer than 5 patients"),
        (lambda at: f"P{at}", "different for every patient"),
    ],
)
def test_words_of_single_patients_are_left_out(tmp_path: Path, cells: Any, why: str) -> None:
    source = wide(tmp_path, ["status"], lambda at: [cells(at)], patients=40)
    report = " ".join(scaffold_trial("t", source).report)
    assert "left out   status: " in report
    assert why in report


def test_remarks_that_happen_to_go_with_the_arms_are_called_remarks() -> None:
    arms = {"1": "a", "2": "b", "3": "a"}
    why = why_no_variable("Comments", {"1": "moved", "2": "fell"}, arms)
    assert why == "free text, to judge by the name"


def test_reasons_are_kept_where_none_is_rare(tmp_path: Path) -> None:
    source = wide(tmp_path, ["reason"], lambda at: [("moved", "ill")[at // 2 % 2]])
    assert "reason: known only after" in " ".join(scaffold_trial("t", source).report)
    source = wide(tmp_path, ["reason"], lambda at: [("moved", "ill")[at < 3]])
    assert "reason: reasons that few patients had" in " ".join(scaffold_trial("t", source).report)


def test_what_was_left_out_is_taken_when_it_is_asked_for(tmp_path: Path) -> None:
    source = wide(tmp_path, ["grade", "email"], lambda at: [f"g{at // 4}", f"{at // 20}@b.org"])
    assert "grade, email describe" not in " ".join(scaffold_trial("t", source).report)
    made = scaffold_trial("t", source, wishes=Wishes(covariates=("grade", "email")))
    report = " ".join(made.report)
    assert "grade describes the patients" in report
    assert "email: may identify patients" in report
    assert "b.org" not in made.files["trial.yml"]


@pytest.mark.parametrize("name", ["Pat. Code", "chart no", "case_nr", "Fall", "MRN", "subject2 no"])
def test_numbers_of_patients_are_no_variables(name: str) -> None:
    arms = {str(at): "ab"[at % 2] for at in range(60)}
    numbers = {str(at): str(7000 + at * 37 % 61) for at in range(60)}
    assert why_no_variable(name, numbers, arms) is not None
    assert names_patients("weight", numbers) is None


def test_all_different_words_are_ids_however_few_the_patients() -> None:
    cells = {str(at): f"P{at}" for at in range(1, 10)}
    why = names_patients("pt", cells)
    assert why is not None
    assert "different for every patient" in why


@pytest.mark.parametrize("name", ["pt", "Pat. Code", "patient code", "chart_no", "ParticipantNr"])
def test_columns_of_ids_are_known_by_many_names(tmp_path: Path, name: str) -> None:
    source = wide(tmp_path, [], lambda at: [])
    source.write_text(source.read_text(encoding="utf-8").replace("id;", f"{name};", 1))
    report = " ".join(scaffold_trial("t", source).report)
    assert f"from column {name} (its name)" in report


def test_a_weight_at_birth_identifies_nobody() -> None:
    weights = {str(at): str(2500 + at // 2) for at in range(40)}
    assert names_patients("birth_weight", weights) is None
    assert names_patients("birth_date", weights) is not None
