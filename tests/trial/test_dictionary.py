"""The data dictionary describes the files as they are."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from helpers.trial.dictionary import data_dictionary
from helpers.trial.reading import read_specification


@pytest.fixture
def dictionary(tiny_trial: Path) -> pd.DataFrame:
    return data_dictionary(read_specification(tiny_trial))


def entry(dictionary: pd.DataFrame, table: str, column: str) -> dict[str, str]:
    found = dictionary[(dictionary["table"] == table) & (dictionary["column"] == column)]
    assert len(found) == 1
    return {str(name): str(cell) for name, cell in found.iloc[0].items()}


def test_every_column_of_every_file_has_one_entry_in_order(
    dictionary: pd.DataFrame, tiny_trial: Path
) -> None:
    wanted = []
    for table, file in read_specification(tiny_trial).tables.files().items():
        header = (tiny_trial / file).read_text(encoding="utf-8").splitlines()[0]
        wanted += [(table, column) for column in header.split(",")]
    assert list(zip(dictionary["table"], dictionary["column"], strict=True)) == wanted


def test_nothing_is_left_undescribed(dictionary: pd.DataFrame) -> None:
    assert list(dictionary.columns) == [
        "table",
        "column",
        "meaning",
        "kind",
        "values",
        "unit",
        "required",
    ]
    assert (dictionary["meaning"] != "").all()
    assert dictionary.notna().all(axis=None)


def test_entries_say_what_the_specification_says(dictionary: pd.DataFrame) -> None:
    age = entry(dictionary, "participants", "age")
    assert (age["meaning"], age["kind"], age["values"], age["unit"]) == (
        "Age",
        "number",
        "18 to 100",
        "years",
    )
    assert age["required"] == "may be blank"
    arm = entry(dictionary, "participants", "arm")
    assert arm["values"] == "stretching = Stretching; walking = Walking"
    assert arm["required"] == "always"
    assert entry(dictionary, "participants", "left_reason")["required"] == "optional column"
    assert entry(dictionary, "screening", "mobility")["kind"] == "whole number"
    assert entry(dictionary, "sessions", "session")["values"] == "at least 1"
    assert entry(dictionary, "outcomes", "assessed_on")["kind"] == "date"
    assert entry(dictionary, "outcomes", "data")["values"] == "synthetic = Synthetic"


def test_tables_that_a_trial_does_not_have_are_not_described(tiny_real_trial: Path) -> None:
    dictionary = data_dictionary(read_specification(tiny_real_trial))
    assert dictionary["table"].unique().tolist() == ["participants", "outcomes"]
    assert "data" not in dictionary["column"].tolist()
    assert entry(dictionary, "participants", "region")["values"] == (
        "n = Nørrebro; s = Sør-Trøndelag; e = Öst"
    )
