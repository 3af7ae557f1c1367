"""A trial is found by its folder or by its name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.errors import SpecificationError
from helpers.trial.folders import find_trial, trial_names


@pytest.fixture
def inside(tiny_trial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the trial ``tiny`` in ``data``, and a folder below it to work in."""
    (tmp_path / "project" / "data").mkdir(parents=True)
    shutil.move(tiny_trial, tmp_path / "project" / "data" / "tiny")
    below = tmp_path / "project" / "chapters" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    return tmp_path / "project"


def test_a_name_is_looked_up_upward(inside: Path) -> None:
    assert find_trial("tiny") == inside / "data" / "tiny"
    assert "tiny" in trial_names()


def test_a_folder_is_taken_as_it_is(inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = inside / "data" / "tiny"
    assert find_trial(folder) == folder
    assert find_trial(str(folder / "trial.yml")) == folder
    monkeypatch.chdir(folder.parent)
    assert find_trial("tiny") == folder
    assert find_trial("./tiny") == folder


def test_an_unknown_name_offers_the_nearest(inside: Path) -> None:
    with pytest.raises(SpecificationError, match="Did you mean 'tiny'"):
        find_trial("tinny")


def test_a_folder_without_a_trial_is_refused(inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SpecificationError, match=r"holds no trial\.yml"):
        find_trial(inside / "chapters")
    # By its name in the working directory, too.
    monkeypatch.chdir(inside / "chapters")
    with pytest.raises(SpecificationError, match=r"The folder 'deep' holds no trial\.yml"):
        find_trial("deep")


def test_what_stands_in_place_of_a_trial_is_named(inside: Path) -> None:
    with pytest.raises(SpecificationError, match="is a file: name the folder"):
        find_trial(inside / "data" / "tiny" / "outcomes_synthetic.csv")
    with pytest.raises(SpecificationError, match="There is no folder"):
        find_trial(inside / "nowhere")
    folder = inside / "data" / "tiny"
    (folder / "trial.yml").rename(folder / "trial.yaml")
    with pytest.raises(SpecificationError, match=r"'trial\.yaml': rename that to trial\.yml"):
        find_trial(folder)
    (folder / "trial.yml").mkdir()
    with pytest.raises(SpecificationError, match=r"is itself a folder.*: rename or delete it"):
        find_trial(folder)
