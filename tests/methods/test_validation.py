from pathlib import Path

import pandas as pd
import pytest

from helpers.errors import AnalysisError
from helpers.methods.validation import reference_cases, validation_table

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


def test_a_wrong_value_shows_as_a_disagreement(tmp_path):
    for folder in ("data", "sas"):
        (tmp_path / folder).symlink_to(REFERENCES / folder)
    (tmp_path / "r").mkdir()
    text = (REFERENCES / "r" / "gls_ortho_us.json").read_text(encoding="utf-8")
    (tmp_path / "r" / "gls_ortho_us.json").write_text(
        text.replace("24.9371", "24.9372"), encoding="utf-8"
    )
    table = validation_table(tmp_path).set_index(["case", "quantity"])
    rows = table.loc["gls_ortho_us"]
    assert not rows.loc["estimate (Intercept, of 4)", "agrees"]
    assert rows.loc["log-likelihood", "agrees"]
    assert rows["source"].iloc[0].startswith("R nlme")


def test_a_folder_without_references_is_refused(tmp_path):
    with pytest.raises(AnalysisError, match="no references"):
        reference_cases(tmp_path)
