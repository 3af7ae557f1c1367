"""Trials that the analyses are tried on; loaded once, since no analysis changes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.trial.loading import Trial, load_trial

FOLDERS = Path(__file__).parents[1] / "trial" / "folders"
DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="session")
def tiny() -> Trial:
    """An invented synthetic trial: two arms, three visits, every table."""
    return load_trial(FOLDERS / "tiny")


@pytest.fixture(scope="session")
def tiny_real() -> Trial:
    """An invented trial: three arms, one visit after baseline, no tables that can be absent."""
    return load_trial(FOLDERS / "tiny_real", small_cells=0)  # its numbers are tested whole


@pytest.fixture(scope="session")
def headache() -> Trial:
    """The acupuncture-for-headache trial with its real patients."""
    return load_trial(DATA / "headache")


@pytest.fixture(scope="session")
def impact() -> Trial:
    """The synthetic cohort of the IMPACT trial."""
    return load_trial(DATA / "impact")
