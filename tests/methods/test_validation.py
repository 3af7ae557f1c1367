from pathlib import Path

import pandas as pd
import pytest

from helpers.errors import AnalysisError
from helpers.methods.validation import (
    reference_cases,
    reference_data,
    validated_table,
    validation_table,
)

REFERENCES = Path(__file__).parents[1] / "references"
CASES = reference_cases(REFERENCES)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_engine_agrees_with_the_reference(case):
    rows = pd.DataFrame(list(case.compare()))
    assert len(rows) >= 3
    wrong = rows.loc[~rows["agrees"]]
    assert wrong.empty, wrong.to_string()


def test_every_reference_file_is_compared():
    files = {path.stem for path in (REFERENCES / "r").glob("*.json")}
    names = {case.name for case in CASES}
    assert files <= names
    assert len(names - files) == 9  # eight Kenward-Roger fits and one listing of SAS


@pytest.fixture
def few(tmp_path):
    """A folder of references with one of R's files, and a function that changes it."""
    for folder in ("data", "sas"):
        (tmp_path / folder).symlink_to(REFERENCES / folder)
    (tmp_path / "r").mkdir()
    name = "gls_ortho_us.json"

    def change(old="", new=""):
        text = (REFERENCES / "r" / name).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / "r" / name).write_text(text.replace(old, new), encoding="utf-8")
        return tmp_path

    return change


def test_a_wrong_value_shows_as_a_disagreement(few):
    table = validation_table(few("24.9371", "24.9372")).set_index(["case", "quantity"])
    rows = table.loc["gls_ortho_us"]
    assert not rows.loc["estimate (Intercept, of 4)", "agrees"]
    assert rows.loc["log-likelihood", "agrees"]
    assert rows["source"].iloc[0].startswith("R nlme")


def test_a_wrong_value_is_refused_by_name(few):
    with pytest.raises(AnalysisError) as caught:
        validated_table(few("24.9371", "24.9372"))
    said = str(caught.value)
    assert said.startswith("1 of 43 values of the mixed models disagree with R or SAS")
    assert "gls_ortho_us, estimate (Intercept, of 4): ours 24.937" in said
    assert "reference 24.9372" in said
    assert "tolerance 3e-05" in said
    assert "\n" not in said


def test_many_wrong_values_are_counted(few):
    folder = few()
    (folder / "sas").unlink()
    (folder / "sas").mkdir()
    for path in (REFERENCES / "sas").glob("*.csv"):
        frame = pd.read_csv(path)
        frame["estimate"] = pd.to_numeric(frame["estimate"], errors="coerce") + 1
        frame.to_csv(folder / "sas" / path.name, index=False)
    with pytest.raises(AnalysisError, match=r"^11 of 43 values .*; and 6 more\)"):
        validated_table(folder)


def test_what_agrees_is_returned(few):
    table = validated_table(few())
    assert table["agrees"].all()
    assert list(table["software"].unique()) == ["nlme", "SAS"]


def test_a_model_that_cannot_be_fitted_is_named(few):
    folder = few("distance ~ agec*Sex", "distance ~ agec + I(2 * agec)")
    with pytest.raises(AnalysisError, match=r"^Reference case gls_ortho_us: The design is rank"):
        validation_table(folder)


def test_every_case_says_in_words_what_it_is():
    for case in CASES:
        assert case.software in {"mmrm", "lme4", "nlme", "SAS"}
        assert "_" not in case.title + case.structure
    assert len({(case.source, case.name) for case in CASES}) == len(CASES)
    # Two fits of one group with the same words would be one heading of the page.
    told = [(case.software, case.structure, case.title, case.source) for case in CASES]
    assert len(set(told)) == len(told)


def test_the_data_are_counted():
    table = reference_data(REFERENCES).set_index("data")
    assert table["people"].to_dict() == {
        "pain": 298,
        "lung function": 197,
        "dental distance": 27,
        "reaction time": 18,
    }
    assert table.loc["lung function", "scores"] == 537


def test_a_folder_without_references_is_refused(tmp_path):
    with pytest.raises(AnalysisError, match="no references"):
        reference_cases(tmp_path)


def test_variances_and_predictions_of_random_effects_are_compared():
    (case,) = [case for case in CASES if case.name == "lmer_ortho_ris"]
    rows = pd.DataFrame(list(case.compare())).set_index("what")
    assert rows.loc["covariance of random effects", "terms"] == 3
    assert rows.loc["residual variance", "reference"] == pytest.approx(1.716204, abs=1e-6)
    assert rows.loc[["predicted Intercept", "predicted agec"], "measure"].eq("in SD").all()


def test_a_covariance_for_each_group_is_compared_group_by_group():
    (case,) = [case for case in CASES if case.name == "mmrm_fev_us_satt_byarm"]
    rows = pd.DataFrame(list(case.compare())).set_index("what")
    assert rows.loc["covariance of visits", "terms"] == 32
