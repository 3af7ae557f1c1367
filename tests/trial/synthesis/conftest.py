"""The committed settings, constants and cohort, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.trial.reading import read_specification
from helpers.trial.specification import Specification
from helpers.trial.synthesis.cohort import CohortTables, synthesise
from helpers.trial.synthesis.constants import Calibration
from helpers.trial.synthesis.settings import Settings
from helpers.trial.synthesis.storing import read_calibration, read_settings

FOLDER = Path(__file__).parents[3] / "data" / "impact"


@pytest.fixture(scope="session")
def settings() -> Settings:
    return read_settings(FOLDER)


@pytest.fixture(scope="session")
def calibration() -> Calibration:
    return read_calibration(FOLDER)


@pytest.fixture(scope="session")
def cohort(settings, calibration) -> CohortTables:
    return synthesise(settings, calibration)


@pytest.fixture(scope="session")
def specification() -> Specification:
    return read_specification(FOLDER)
