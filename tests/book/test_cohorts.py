from __future__ import annotations

from pathlib import Path

import pytest

from helpers.book import cohorts
from helpers.book.cohorts import compare_cohort, make_cohort, recalibrate_cohort
from helpers.errors import DataError, ParameterError, TrialBookError

FILES = {"participants_synthetic.csv": b"data\nsynthetic\n", "outcomes_synthetic.csv": b"data\n"}


@pytest.fixture
def made(book, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a trial whose cohort is made of the files above."""
    monkeypatch.setattr(cohorts, "read_settings", lambda folder: folder)
    monkeypatch.setattr(cohorts, "read_calibration", lambda folder: folder)
    monkeypatch.setattr(cohorts, "cohort_files", lambda settings, calibration: FILES)
    folder = book.root / "data" / "tiny"
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


def test_says_that_the_files_are_what_the_code_makes(book, made: Path) -> None:
    assert compare_cohort(book.project, "tiny") == 2


def test_names_every_file_that_differs_or_is_missing(book, made: Path) -> None:
    (made / "participants_synthetic.csv").write_bytes(b"data\r\nsynthetic\r\n")
    (made / "outcomes_synthetic.csv").unlink()
    with pytest.raises(DataError, match=r"participants_synthetic.csv, outcomes_synthetic.csv in"):
        compare_cohort(book.project, "tiny")


def test_refuses_a_trial_that_is_not_there_or_not_synthetic(book, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="Did you mean 'tiny'"):
        make_cohort(book.project, "tinny", output=tmp_path)
    with pytest.raises(TrialBookError, match=r"synthesis\.yml"):
        make_cohort(book.project, "tiny_real", output=tmp_path)


def test_hands_the_primary_model_to_the_search(
    book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from helpers.analysis.calibration_target import list_maker, primary_estimates

    seen = {}
    monkeypatch.setattr(cohorts, "recalibrate", lambda folder, **options: seen.update(options))
    recalibrate_cohort(book.project, "tiny", output=tmp_path, report=print)
    assert seen == {
        "analyse": primary_estimates,
        "list_maker": list_maker,
        "output": tmp_path,
        "progress": print,
    }
