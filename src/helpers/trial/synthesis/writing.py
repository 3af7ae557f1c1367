"""Write the cohort's tables and constants: all of them, or none."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path

import pandas as pd

from helpers.trial.reading import read_specification
from helpers.trial.specification import Specification
from helpers.trial.synthesis.allocation_list import Allocate, draw_allocation
from helpers.trial.synthesis.calibration import Progress, calibrate
from helpers.trial.synthesis.cohort import CohortTables, synthesise
from helpers.trial.synthesis.constants import Calibration
from helpers.trial.synthesis.settings import Settings
from helpers.trial.synthesis.storing import (
    FILE,
    read_calibration,
    read_settings,
    with_calibration,
)
from helpers.trial.synthesis.targets import primary_targets

LABEL = "synthetic"
CHECKSUMS = "checksums.sha256"


def write_cohort(folder: Path, *, output: Path | None = None) -> list[Path]:
    """Make the cohort again from ``synthesis.yml`` and write its tables and checksums.

    Parameters
    ----------
    folder
        The trial's folder, which holds ``synthesis.yml``.
    output
        Where to write; the trial's folder when not given.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Raises
    ------
    SpecificationError
        When ``synthesis.yml`` is missing or not valid.
    """
    return _put(cohort_files(read_settings(folder), read_calibration(folder)), output or folder)


def recalibrate(
    folder: Path,
    *,
    analyse: Callable[[CohortTables, Specification], Mapping[str, float]],
    list_maker: Callable[[Specification], Allocate] | None = None,
    output: Path | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Search the constants again for a model, then write ``synthesis.yml`` and the cohort.

    Nothing is written unless the search succeeds, so it may be interrupted at any time.

    Parameters
    ----------
    folder
        The trial's folder, which holds ``trial.yml`` and ``synthesis.yml``.
    analyse
        The model: estimates of a cohort by the names of ``results.json``, for example
        ``helpers.analysis.calibration_target.primary_estimates``.
    list_maker
        When given, the allocation list is drawn again by it; otherwise the stored list is kept.
    output
        Where to write; the trial's folder when not given.
    progress
        Called with one line after each step.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Raises
    ------
    AnalysisError
        When the model cannot meet the published figures.
    """
    specification = read_specification(folder)
    settings = read_settings(folder)
    calibration = calibrate(
        settings,
        allocation=(
            read_calibration(folder).allocation
            if list_maker is None
            else draw_allocation(settings, allocate=list_maker(specification))
        ),
        targets=primary_targets(specification),
        analyse=lambda tables: analyse(tables, specification),
        progress=progress,
    )
    text = (folder / FILE).read_text(encoding="utf-8")
    constants = {FILE: with_calibration(text, calibration).encode()}
    return _put(constants | cohort_files(settings, calibration), output or folder)


def cohort_files(settings: Settings, calibration: Calibration) -> dict[str, bytes]:
    """Return the cohort's files by name: five tables, then their checksums.

    Every row of every table begins with the word ``synthetic``.
    """
    tables = synthesise(settings, calibration)
    files = {
        f"{field.name}_{LABEL}.csv": _csv(getattr(tables, field.name)) for field in fields(tables)
    }
    sums = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()]
    return files | {CHECKSUMS: "".join(sums).encode()}


def _csv(table: pd.DataFrame) -> bytes:
    labelled = table.copy()
    labelled.insert(0, "data", LABEL)
    if "score" in labelled:
        labelled["score"] = [f"{score:g}" for score in labelled["score"]]
    text = labelled.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    return str(text).encode()


def _put(files: Mapping[str, bytes], target: Path) -> list[Path]:
    # Everything is on the disk before the first file is replaced: a full disk changes nothing.
    target.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=target, prefix=".writing-"))
    try:
        for name, content in files.items():
            (staging / name).write_bytes(content)
        for name in files:
            (staging / name).replace(target / name)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return [target / name for name in files]
