"""Load a trial: its description and its tables, checked and typed, in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.errors import ParameterError, TrialProblems
from helpers.trial.folders import find_trial
from helpers.trial.specification import Specification

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SMALL_CELLS", "Trial", "find_trial", "load_trial"]

SMALL_CELLS = 5
"""Counts of participants below this are withheld when a trial is not public."""


@dataclass(frozen=True, eq=False)
class Trial:
    """A trial, valid as a whole.

    Parameters
    ----------
    folder
        Where it was read from.
    specification
        Its description.
    participants
        One row for each randomised participant: ``participant`` (str), ``arm`` (ordered
        categorical, reference arm first), ``randomised_on`` (datetime64, NaT throughout when not
        recorded), the variables (continuous float64, categorical ordered in the order of their
        codes, text str), and where the file has them ``started_treatment`` (str yes/no),
        ``left_after`` (categorical of visits) and ``left_reason`` (str).
    outcomes
        One row for each score that is not missing: ``participant`` (str), ``visit`` (ordered
        categorical), ``outcome`` (categorical), ``score`` (float64), and where the file has it
        ``assessed_on`` (datetime64).
    screening, sessions, adverse_events
        The other tables, or None when the trial has none.
    sha256
        Hash of the contents of ``trial.yml`` and the tables.
    restriction
        Changed criteria to which the tables were cut down; empty for the whole trial.
    randomised
        How many the trial randomised, when the tables hold fewer.
    small_cells
        Counts of participants below this are withheld, unless the trial is public.

    The column ``data`` of synthetic tables is checked and then left out:
    ``specification.is_synthetic`` says the same of all of them.
    """

    folder: Path
    specification: Specification
    participants: pd.DataFrame
    outcomes: pd.DataFrame
    screening: pd.DataFrame | None
    sessions: pd.DataFrame | None
    adverse_events: pd.DataFrame | None
    sha256: str
    restriction: str = ""
    randomised: int | None = None
    small_cells: int = SMALL_CELLS

    @property
    def threshold(self) -> int:
        """The least count of participants that may be shown; 0 when all may be."""
        return 0 if self.specification.public else self.small_cells


def load_trial(trial: str | Path, *, small_cells: int = SMALL_CELLS) -> Trial:
    """Load a trial and check it.

    Parameters
    ----------
    trial
        The trial's folder, or its name.
    small_cells
        Counts of participants from 1 below this are withheld when the trial is not public;
        0 withholds none.

    Raises
    ------
    ParameterError
        When ``small_cells`` is negative.
    SpecificationError
        When there is no such trial.
    TrialProblems
        With every problem found in its folder.
    """
    if small_cells < 0:
        raise ParameterError(f"small_cells must be 0 or more, not {small_cells}; 5 is usual.")
    # Loading pandas and pandera takes most of a second; naming a trial must not.
    from helpers.trial.checking import examine_trial

    folder = find_trial(trial)
    found = examine_trial(folder)
    if found.specification is None or not found.report.valid:
        raise TrialProblems(found.report.problems)
    tidy = {
        table: _tidy(frame, found.specification, table) for table, frame in found.tables.items()
    }
    return Trial(
        folder=folder,
        specification=found.specification,
        participants=tidy["participants"],
        outcomes=tidy["outcomes"].dropna(subset=["score"]).reset_index(drop=True),
        screening=tidy.get("screening"),
        sessions=tidy.get("sessions"),
        adverse_events=tidy.get("adverse_events"),
        sha256=found.sha256,
        small_cells=small_cells,
    )


def _tidy(frame: pd.DataFrame, specification: Specification, table: str) -> pd.DataFrame:
    """Give a checked table its categories and a plain index."""
    import pandas as pd

    tidy = frame.drop(columns="data", errors="ignore").reset_index(drop=True)
    for name, codes in _categories(specification, table).items():
        if name in tidy:
            kind = pd.CategoricalDtype(list(codes), ordered=name != "outcome")
            tidy[name] = tidy[name].astype(kind)
    if table == "participants" and "randomised_on" not in tidy:
        tidy.insert(2, "randomised_on", pd.Series(pd.NaT, tidy.index, dtype="datetime64[us]"))
    if table == "sessions":
        tidy["session"] = tidy["session"].astype("int64")
    return tidy


def _categories(specification: Specification, table: str) -> Mapping[str, Sequence[str]]:
    if table == "outcomes":
        return {"visit": specification.visit_ids, "outcome": specification.outcome_ids}
    if table == "adverse_events":
        return {"severity": ("mild", "moderate", "severe")}
    if table == "sessions":
        return {}
    categorical = {
        variable.id: tuple(variable.codes)
        for variable in specification.all_variables
        if variable.codes is not None
    }
    if table == "participants":
        return {
            "arm": specification.arm_ids,
            "left_after": specification.visit_ids,
            **categorical,
        }
    return categorical
