import hashlib
import shutil
from pathlib import Path

import pytest

from helpers.errors import AnalysisError
from helpers.trial.synthesis.storing import read_calibration
from helpers.trial.synthesis.writing import recalibrate, write_cohort

FOLDER = Path(__file__).parents[3] / "data" / "impact"
TABLES = ["participants", "outcomes", "screening", "sessions", "adverse_events"]


def content(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(FOLDER, tmp_path / "impact"))


def test_writing_again_gives_the_committed_files_byte_for_byte(tmp_path):
    written = write_cohort(FOLDER, output=tmp_path / "again")
    names = [*(f"{name}_synthetic.csv" for name in TABLES), "checksums.sha256"]
    assert [path.name for path in written] == names
    assert content(tmp_path / "again") == {name: (FOLDER / name).read_bytes() for name in names}


def test_checksums_are_those_of_the_tables():
    lines = (FOLDER / "checksums.sha256").read_text(encoding="utf-8").splitlines()
    sums = dict(reversed(line.split("  ")) for line in lines)
    assert sums == {
        f"{name}_synthetic.csv": hashlib.sha256(
            (FOLDER / f"{name}_synthetic.csv").read_bytes()
        ).hexdigest()
        for name in TABLES
    }


def test_every_row_of_every_table_says_synthetic():
    for name in TABLES:
        header, *rows = (FOLDER / f"{name}_synthetic.csv").read_text("utf-8").splitlines()
        assert header.startswith("data,")
        assert rows
        assert all(row.startswith("synthetic,") for row in rows)


def test_writing_into_the_folder_itself_changes_nothing(folder):
    before = content(folder)
    write_cohort(folder)
    assert content(folder) == before


def test_a_failure_while_writing_leaves_everything_as_it_was(folder, monkeypatch):
    before = content(folder)
    write_bytes = Path.write_bytes

    def full_disk(path, data):
        if path.name == "sessions_synthetic.csv":
            raise OSError(28, "No space left on device")
        return write_bytes(path, data)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_cohort(folder)
    assert content(folder) == before


def test_an_interrupted_or_failed_recalibration_writes_nothing(folder):
    before = content(folder)

    def interrupted(tables, specification):
        raise KeyboardInterrupt

    def fails(tables, specification):
        raise AnalysisError("no optimum")

    for analyse, error in ((interrupted, KeyboardInterrupt), (fails, AnalysisError)):
        with pytest.raises(error):
            recalibrate(folder, analyse=analyse)
    assert content(folder) == before


def test_a_recalibration_that_succeeds_writes_constants_and_cohort(folder, monkeypatch):
    found = read_calibration(folder).model_copy(update={"adjustments": ()})
    lines = []

    def calibrate(settings, *, allocation, targets, analyse, progress):
        progress("searching")
        assert len(targets) == 10
        return found.model_copy(update={"allocation": allocation})

    monkeypatch.setattr("helpers.trial.synthesis.writing.calibrate", calibrate)
    written = recalibrate(folder, analyse=lambda tables, specification: {}, progress=lines.append)
    assert written[0].name == "synthesis.yml"
    assert len(written) == 7
    assert lines == ["searching"]
    assert read_calibration(folder) == found
    again = write_cohort(folder, output=folder / "again")
    assert all(path.read_bytes() == (folder / path.name).read_bytes() for path in again)


def test_the_allocation_list_is_drawn_again_when_a_list_maker_is_given(folder, monkeypatch):
    monkeypatch.setattr(
        "helpers.trial.synthesis.writing.calibrate",
        lambda settings, *, allocation, **others: read_calibration(folder).model_copy(
            update={"allocation": allocation, "adjustments": ()}
        ),
    )

    def list_maker(specification):
        return lambda seed, lengths: {
            centre: (list(specification.arm_ids) * length)[:length]
            for centre, length in lengths.items()
        }

    recalibrate(folder, analyse=lambda tables, specification: {}, list_maker=list_maker)
    arms = read_calibration(folder).allocation.arms
    assert arms["northeast"][:4] == ("acupuncture", "massage", "acupuncture", "massage")
