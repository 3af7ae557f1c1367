import shutil
from pathlib import Path

import pytest
import yaml

from helpers.errors import SpecificationError
from helpers.trial.synthesis.storing import (
    FILE,
    MARK,
    read_calibration,
    read_settings,
    with_calibration,
)

FOLDER = Path(__file__).parents[3] / "data" / "impact"


@pytest.fixture
def folder(tmp_path):
    shutil.copy(FOLDER / FILE, tmp_path / FILE)
    return tmp_path


def test_constants_survive_writing_and_reading(folder, calibration):
    text = (folder / FILE).read_text(encoding="utf-8")
    fewer = calibration.model_copy(update={"adjustments": calibration.adjustments[:2]})
    (folder / FILE).write_text(with_calibration(text, fewer), encoding="utf-8")
    assert read_calibration(folder) == fewer


def test_the_committed_file_is_as_the_generator_writes_it(calibration):
    text = (FOLDER / FILE).read_text(encoding="utf-8")
    assert with_calibration(text, calibration) == text


def test_what_is_declared_by_hand_is_kept_with_its_comments(folder, calibration):
    text = (folder / FILE).read_text(encoding="utf-8")
    none = calibration.model_copy(update={"adjustments": ()})
    written = with_calibration(text, none)
    assert written.split(MARK)[0] == text.split(MARK)[0]
    assert "# " in text.split(MARK)[0]
    assert yaml.safe_load(written)["calibration"]["adjustments"] == []


def test_a_file_that_was_never_calibrated_says_what_to_do(folder):
    text = (folder / FILE).read_text(encoding="utf-8").split(MARK)[0]
    (folder / FILE).write_text(text, encoding="utf-8")
    read_settings(folder)
    with pytest.raises(SpecificationError, match=r"no part named 'calibration'.*--recalibrate"):
        read_calibration(folder)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  seed: ", "  sead: ", r"settings\.(seed|sead)"),
        ("residual_sd: 1", "residual_sd: -1", r"settings\.pain\.start\.residual_sd: .*greater"),
        ("settings:", "settings: [", "not valid YAML"),
    ],
)
def test_what_is_not_valid_is_named(folder, old, new, message):
    text = (folder / FILE).read_text(encoding="utf-8")
    assert old in text
    (folder / FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SpecificationError, match=message):
        read_settings(folder)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SpecificationError, match=r"synthesis\.yml: the file is missing"):
        read_settings(tmp_path)
