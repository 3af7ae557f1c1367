"""The schemas hold what the specification says about each table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pandera.errors import SchemaErrors

from helpers.errors import SpecificationError
from helpers.trial.reading import read_specification
from helpers.trial.tables import TABLE_NAMES, screened_variables, table_schema


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_the_columns_are_those_of_the_file(table: str, tiny_trial: Path) -> None:
    specification = read_specification(tiny_trial)
    file = tiny_trial / specification.tables.files()[table]
    header = file.read_text(encoding="utf-8").splitlines()[0].split(",")
    assert list(table_schema(specification, table).columns) == header


def test_real_patients_have_no_column_that_calls_them_synthetic(tiny_real_trial: Path) -> None:
    specification = read_specification(tiny_real_trial)
    for table in TABLE_NAMES:
        assert "data" not in table_schema(specification, table).columns


def test_every_column_says_what_it_means(tiny_trial: Path, tiny_real_trial: Path) -> None:
    for folder in (tiny_trial, tiny_real_trial):
        specification = read_specification(folder)
        for table in TABLE_NAMES:
            for column in table_schema(specification, table).columns.values():
                assert column.title
                assert column.description
                assert column.metadata["kind"] in {
                    "text",
                    "code",
                    "number",
                    "whole number",
                    "date",
                }


def test_codes_ranges_and_units_come_from_the_specification(tiny_real_trial: Path) -> None:
    columns = table_schema(read_specification(tiny_real_trial), "participants").columns
    assert columns["arm"].metadata["codes"] == {
        "water": "Eau (Größe 2)",
        "tea": "Thé à la menthe",
        "coffee": "Café crème",
    }
    assert list(columns["region"].metadata["codes"]) == ["n", "s", "e"]
    assert columns["age"].metadata["unit"] == "années"
    assert (columns["age"].metadata["minimum"], columns["age"].metadata["maximum"]) == (18, 100)


def test_the_screening_log_has_the_variables_of_the_criteria_first(tiny_trial: Path) -> None:
    specification = read_specification(tiny_trial)
    assert [variable.id for variable in screened_variables(specification)] == ["age", "mobility"]


def test_a_schema_refuses_what_it_says_it_refuses(tiny_trial: Path) -> None:
    schema = table_schema(read_specification(tiny_trial), "adverse_events")
    good = pd.DataFrame(
        {
            "data": ["synthetic"],
            "participant": ["P001"],
            "event": ["blisters"],
            "onset_on": pd.to_datetime(["2020-03-01"]).astype("datetime64[us]"),
            "severity": ["mild"],
            "related": pd.Series([None], dtype="str"),
        }
    )
    schema.validate(good)
    with pytest.raises(SchemaErrors, match="is not one of its codes"):
        schema.validate(good.assign(severity="light"), lazy=True)
    with pytest.raises(SchemaErrors, match="COLUMN_NOT_IN_SCHEMA"):
        schema.validate(good.assign(other=1), lazy=True)


def test_an_unknown_table_names_the_nearest(tiny_trial: Path) -> None:
    with pytest.raises(SpecificationError, match="Did you mean 'outcomes'"):
        table_schema(read_specification(tiny_trial), "outcome")
