"""Import the published workbook of the acupuncture-for-headache trial into tables of this book.

The workbook is Additional file 1 of Vickers AJ, Trials 2006;7:15; ``source/`` holds an export of
its data sheet, byte for byte. ``data/headache/README.md`` tells the reader what is wrong in the
workbook and what the import does about it; this module is where it is done. Write the tables
again, from the top of the repository, with::

    python -m helpers.trial.headache_source
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from helpers.errors import DataError, TrialBookError

FOLDER = Path("data/headache")
SOURCE = FOLDER / "source" / "vickers2004_full.csv"

ARMS = {"0": "usual_care", "1": "acupuncture"}

#: Visit of this book, by the pack of questionnaires that column names end with.
PACKS = {"1": "baseline", "2": "month3", "5": "month12"}

#: Outcome of this book, by the column of the workbook without its pack.
OUTCOMES = {
    "pk": "headache_score",
    "f": "headache_days",
    "pf": "physical_functioning",
    "rlp": "role_physical",
    "rle": "role_emotional",
    "ef": "energy_fatigue",
    "ewb": "emotional_wellbeing",
    "sf": "social_functioning",
    "p": "bodily_pain",
    "gen": "general_health",
    "hc": "health_change",
}

#: Last visit completed, by the last pack returned. Packs 3 and 4, sent between 3 and 12 months,
#: hold no outcome, so the last visit of those patients is the one at 3 months. Pack 5 is the end.
LAST_VISITS = {"1": "baseline", "2": "month3", "3": "month3", "4": "month3", "5": ""}

#: Columns of participants.csv that the workbook already holds as they are wanted.
COPIED = {
    "age": "age",
    "sex": "sex",
    "migraine": "migraine",
    "chronicity": "chronicity",
    "acupuncturist": "acupuncturist",
    "practice_id": "practice",
    "painmedspk1": "medication_score",
}

_USED = (
    ["id", "group", "date_randomized", "acuptreatments", "withdrawalafter", "withdrawal_reason"]
    + list(COPIED)
    + [outcome + pack for outcome in OUTCOMES for pack in PACKS]
)


def import_headache(source: Path) -> dict[str, pd.DataFrame]:
    """Turn the export of the workbook into the tables of a trial.

    Parameters
    ----------
    source
        The export: UTF-8, comma separated, one row per randomised patient, blank for missing.

    Returns
    -------
    dict of DataFrame
        ``participants`` (one row per patient) and ``outcomes`` (one row per patient, visit and
        outcome that was observed), in the order of the export. Identifiers, dates (ISO 8601) and
        codes are text, ``""`` where missing; age, chronicity, medication score and sessions are
        integers; scores are floats.

    Raises
    ------
    DataError
        When the export cannot be read, lacks a column, or holds a code or date of no known form.

    Notes
    -----
    Source: Vickers AJ. Trials 2006;7:15, Additional file 1.
    """
    workbook = _read_export(source)
    return {"participants": _participants(workbook), "outcomes": _outcomes(workbook)}


def write_headache(source: Path, folder: Path) -> tuple[Path, ...]:
    """Write the imported tables and the checksums of everything they rest on.

    Parameters
    ----------
    source
        The export of the workbook, in ``folder / "source"`` beside its dictionary.
    folder
        The trial's folder.

    Returns
    -------
    tuple of Path
        The files written: ``participants.csv``, ``outcomes.csv`` and ``checksums.sha256``, which
        ``sha256sum --check`` reads. The same export gives the same bytes.

    Raises
    ------
    DataError
        As :func:`import_headache`; nothing is written then.
    """
    tables = import_headache(source)
    written = []
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        # Ten digits give back every score as the workbook has it, and 10 rather than 10.0.
        table.to_csv(path, index=False, float_format="%.10g", lineterminator="\n", encoding="utf-8")
        written.append(path)
    checksums = folder / "checksums.sha256"
    sources = sorted((folder / "source").glob("*.csv"))
    checksums.write_text(_checksums([*sources, *written], folder), encoding="utf-8", newline="\n")
    return (*written, checksums)


def _read_export(source: Path) -> pd.DataFrame:
    """Read the export as text: nothing may be guessed before the traps are dealt with."""
    try:
        workbook = pd.read_csv(source, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise DataError(
            f"{source} cannot be read as the export of the workbook ({error}). "
            "Copy it anew from the article's Additional file 1, or from this book's repository."
        ) from error
    if missing := [column for column in _USED if column not in workbook.columns]:
        raise DataError(
            f"{source} lacks the columns {', '.join(missing)} of the workbook. "
            "Export the whole data sheet with its header row."
        )
    return workbook


def _participants(workbook: pd.DataFrame) -> pd.DataFrame:
    arm = _recoded(workbook["group"], ARMS)
    sessions = _whole_numbers(workbook["acuptreatments"])
    left_after = _recoded(workbook["withdrawalafter"], LAST_VISITS)
    # Two patients are said to have returned the first pack only, yet have a score at 3 months.
    returned_month3 = _number(workbook["pk2"]).notna()
    left_after = left_after.mask((left_after == "baseline") & returned_month3, "month3")
    started = sessions.gt(0).map({True: "yes", False: "no"}).fillna("").astype(str)
    copied = workbook[list(COPIED)].rename(columns=COPIED)
    for column in ("age", "chronicity", "medication_score"):
        copied[column] = _whole_numbers(copied[column])
    return pd.concat(
        [
            workbook["id"].rename("participant"),
            arm.rename("arm"),
            _dates(workbook["date_randomized"]).rename("randomised_on"),
            copied,
            sessions.rename("sessions_received"),
            started.rename("started_treatment"),
            left_after.rename("left_after"),
            workbook["withdrawal_reason"].rename("left_reason"),
        ],
        axis="columns",
    )


def _outcomes(workbook: pd.DataFrame) -> pd.DataFrame:
    blocks = []
    for pack, visit in PACKS.items():
        scored = _number(workbook[f"pk{pack}"]).notna()
        for column, outcome in OUTCOMES.items():
            score = _number(workbook[column + pack])
            if outcome == "headache_days":
                # A frequency of 0 stands for "missing" wherever there is no severity score.
                score = score.where(scored)
            block = {"participant": workbook["id"], "visit": visit, "outcome": outcome}
            blocks.append(pd.DataFrame(block | {"score": score}))
    # The index is the patient's row: a stable sort by it keeps visits and outcomes in order.
    return pd.concat(blocks).dropna().sort_index(kind="stable").reset_index(drop=True)


def _dates(written: pd.Series) -> pd.Series:
    """Give back the day of randomisation as ISO text.

    The days were typed DD/MM/YYYY. A spreadsheet with American settings read those whose day is
    at most 12 as MM/DD, and shows them as YYYY-MM-DD 00:00:00 with day and month exchanged; the
    others it could not read and left as text. Both are put right here.
    """
    typed = pd.to_datetime(written, format="%d/%m/%Y", errors="coerce")
    exchanged = pd.to_datetime(written, format="%Y-%d-%m 00:00:00", errors="coerce")
    days = typed.fillna(exchanged)
    if days.isna().any():
        _refuse(days.isna(), written, "DD/MM/YYYY or YYYY-DD-MM 00:00:00")
    return days.dt.strftime("%Y-%m-%d")


def _recoded(codes: pd.Series, meanings: dict[str, str]) -> pd.Series:
    unknown = ~codes.isin(list(meanings))
    if unknown.any():
        _refuse(unknown, codes, "one of " + ", ".join(meanings))
    return codes.map(meanings)


def _number(text: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(text.replace("", None), errors="coerce")
    unreadable = numbers.isna() & (text != "")
    if unreadable.any():
        _refuse(unreadable, text, "a number or nothing")
    return numbers


def _whole_numbers(text: pd.Series) -> pd.Series:
    numbers = _number(text)
    if (numbers % 1 > 0).any():
        _refuse(numbers % 1 > 0, text, "a whole number")
    return numbers.astype("Int64")


def _refuse(wrong: pd.Series, written: pd.Series, expected: str) -> None:
    first = int(wrong.to_numpy().argmax())
    raise DataError(
        f"Workbook, row {first + 2}, column {written.name}: found {written.iloc[first]!r}, "
        f"expected {expected}. Compare the row with the published workbook."
    )


def _checksums(paths: Iterable[Path], folder: Path) -> str:
    lines = []
    for path in paths:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines.append(f"{digest}  {path.relative_to(folder).as_posix()}\n")
    return "".join(lines)


def main() -> int:
    """Import the workbook from and to ``data/headache`` under the working directory."""
    try:
        written = write_headache(SOURCE, FOLDER)
    except TrialBookError as error:
        print(error, file=sys.stderr)
        return 1
    for path in written:
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
