"""Make the folder of a new trial from somebody's CSV file, and say what was guessed.

The file may have one row for each patient and visit (long) or for each patient (wide); the roles
of its columns are guessed from their names and values, and every guess is told, so that the user
can correct it by an option or in ``trial.yml``.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.errors import DataError, SpecificationError, unknown_name
from helpers.trial.gathering_long import gather_long
from helpers.trial.gathering_wide import gather_wide
from helpers.trial.parts import IDENTIFIER_PATTERN
from helpers.trial.raw_layout import Gathered, Wishes
from helpers.trial.raw_patients import find_patients, with_patients
from helpers.trial.raw_roles import arm_values, find_arm, guess_reference, is_site
from helpers.trial.raw_spellings import with_one_spelling
from helpers.trial.raw_table import RawTable, read_raw_table
from helpers.trial.raw_values import is_missing, numbers, plain
from helpers.trial.raw_variables import Variables, read_variables
from helpers.trial.reading import SPECIFICATION_FILE
from helpers.trial.safe_names import latin_of, safe_id
from helpers.trial.scaffold_outcomes import describe_outcomes
from helpers.trial.scaffold_report import report_lines, tasks
from helpers.trial.scaffold_specification import (
    NewTrial,
    likely_ratio,
    patients_in_words,
    specification_text,
)
from helpers.trial.small_arms import small_arms


@dataclass(frozen=True)
class Scaffold:
    """A new trial: the text of each of its files, and what to tell the user.

    Parameters
    ----------
    files
        Text by file name.
    report
        What was read, guessed and left out, line by line.
    to_do
        What the user must fill in.
    """

    files: Mapping[str, str]
    report: tuple[str, ...]
    to_do: tuple[str, ...]


def scaffold_trial(
    name: str, source: Path, *, wishes: Wishes | None = None, encoding: str | None = None
) -> Scaffold:
    """Make a new trial from a CSV file.

    Parameters
    ----------
    name
        The trial's id.
    source
        The CSV file.
    wishes
        What the user said of its columns; None to guess everything.
    encoding
        Encoding of the file; None to find out.

    Raises
    ------
    SpecificationError
        When the name is no id.
    DataError
        When the file cannot be read, or a role cannot be guessed.
    """
    check_name(name)
    table = read_raw_table(source, encoding=encoding)
    try:
        return _scaffold(name, source, table, wishes or Wishes())
    except DataError as error:
        if not table.doubt:
            raise
        # Names that were misread may be all that is wrong.
        raise DataError(f"{error} {table.file} was read as {table.remarks[0]}.") from None


def _scaffold(name: str, source: Path, table: RawTable, asked: Wishes) -> Scaffold:
    ids, patients, why_ids = find_patients(table, asked)
    table, patients, dropped = with_patients(table, patients)
    table, spellings = with_one_spelling(table, besides=ids, missing=asked.missing)
    arm, why_arm = find_arm(table, patients, given=asked.arm)
    besides = [*ids, arm]
    long = len(set(patients)) < len(patients)
    gather = gather_long if long else gather_wide
    gathered = gather(table, patients, asked, besides=besides)
    arms, without = _allocated(table, arm, patients, gathered)
    values = arm_values([arms[who] for who in gathered.patients])
    reference, why_reference = _reference(values, asked.reference)
    new = _new_trial(name, table, gathered, arms, values, reference, arm)
    told_direction = describe_outcomes(new, gathered, asked, arms=arms)
    # Centres that tell equal ids apart still describe the patients.
    parts = {column for column in ids if len(ids) > 1 and is_site(column)}
    taken = {*besides, *gathered.used} - parts
    left = [column for column in table.columns if column not in taken]
    variables = read_variables(
        table,
        gathered,
        asked,
        rows=patients,
        arms=arms,
        columns=left,
        taken=[str(part["id"]) for part in (*new.arms, *new.outcomes)],
    )
    new.variables = [(v.part, f"column {v.column}") for v in variables.found if not v.later]
    new.later = [(v.part, f"column {v.column}") for v in variables.found if v.later]
    new.dated = variables.randomised_on is not None
    counts = Counter(arms[who] for who in gathered.patients)
    shape = "one row for each patient" + (" and visit" if long else "")
    shares = ", ".join(f"{value} ({patients_in_words(counts[value])})" for value in values)
    shown = {arm, *gathered.used, *(variable.column for variable in variables.found)}
    guesses = [
        ("layout", shape),
        ("patients", f"{len(gathered.patients)}, from {why_ids}"),
        ("arms", f"column {arm} ({why_arm}): {shares}"),
        ("reference", f"{reference} is subtracted: {why_reference}"),
        *_few(values, counts),
        *_ratio(new),
        ("visits", ", ".join(f"{v.label} (week {plain(v.week)})" for v in gathered.visits)),
        *(("outcome", text) for text in told_direction),
        *(("spellings", text) for column, text in spellings.items() if column in shown),
        *_left_behind(dropped, without),
    ]
    report = report_lines(table, gathered, variables, guesses, missing=asked.missing)
    files = {
        SPECIFICATION_FILE: specification_text(new, source.name),
        "participants.csv": _participants(new, gathered, arms, variables),
        "outcomes.csv": _outcomes(new, gathered),
    }
    return Scaffold(files, tuple(report), tuple(tasks(new)))


def check_name(name: str) -> None:
    """Raise SpecificationError unless a name can be the id of a trial."""
    if not re.match(IDENTIFIER_PATTERN, name):
        better = safe_id(latin_of(name), fallback="trial")
        raise SpecificationError(
            f"{name!r} cannot be the name of a trial: use small letters, digits and underscores, "
            f"beginning with a letter, for example {better}."
        )


def _allocated(
    table: RawTable, arm: str, patients: Sequence[str], gathered: Gathered
) -> tuple[dict[str, str], int]:
    """Return the arm of each patient, and how many have none, who are left out."""
    found: dict[str, str] = {}
    for who, cell in zip(patients, table.columns[arm], strict=True):
        if not is_missing(cell, ("none",)):
            found.setdefault(who, cell)
    without = [who for who in gathered.patients if who not in found]
    gathered.patients[:] = [who for who in gathered.patients if who in found]
    for outcome in gathered.outcomes:
        for key in [key for key in outcome.scores if key[0] not in found]:
            del outcome.scores[key]
    kept = {who: found[who] for who in gathered.patients}
    return kept, len(without)


def _reference(values: Sequence[str], given: str | None) -> tuple[str, str]:
    if given is None:
        value, why = guess_reference(values)
        return value, f"{why} (or --reference)"
    alike = [value for value in values if value.casefold() == given.casefold()]
    if not alike:
        raise DataError(unknown_name("arm", given, values, where=f"--reference {given}"))
    return alike[0], "as --reference says"


def _few(values: Sequence[str], counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """Name arms of so few patients that they may be misspelt."""
    told = []
    for value, near in small_arms({value: counts[value] for value in values}).items():
        asked = f": is it a misspelling of {near}? Correct it in the file" if near else ""
        told.append(("arms", f"{value} has only {patients_in_words(counts[value])}{asked}"))
    return told


def _ratio(new: NewTrial) -> list[tuple[str, str]]:
    ratio = likely_ratio(new.counts)
    if len(set(ratio.values())) == 1:
        return []
    shares = ", ".join(f"{arm} {part}" for arm, part in ratio.items())
    return [("arms", f"unequal allocation, to judge by the numbers of patients: {shares}")]


def _left_behind(rows: int, patients: int) -> list[tuple[str, str]]:
    counted = ((rows, "row", "without a patient"), (patients, "patient", "without an arm"))
    return [
        ("left out", f"{number} {what}{'' if number == 1 else 's'} {lacking}")
        for number, what, lacking in counted
        if number
    ]


def _new_trial(
    name: str,
    table: RawTable,
    gathered: Gathered,
    arms: Mapping[str, str],
    values: Sequence[str],
    reference: str,
    arm: str,
) -> NewTrial:
    """Give arms and outcomes their ids and labels."""
    coded = numbers(values) is not None
    taken = ["baseline", "all", "overall", "none", "primary", "observed", "randomised", "smd"]
    parts: list[dict[str, object]] = []
    ids: dict[str, str] = {}
    title = arm.replace("_", " ").replace(".", " ")
    for value in values:
        label = f"{title[:1].upper()}{title[1:]} {value}" if coded else value
        ids[value] = safe_id(label, fallback="arm", taken=[*taken, *ids.values()])
        part: dict[str, object] = {"id": ids[value], "label": label}
        parts.append({**part, "reference": True} if value == reference else part)
    counts = Counter(arms[who] for who in gathered.patients)
    return NewTrial(
        name=name,
        arms=parts,
        arm_ids=ids,
        coded_arms=coded,
        visits=[
            {"id": visit.id, "label": visit.label, "week": visit.week} for visit in gathered.visits
        ],
        counts={ids[value]: counts[value] for value in values},
    )


def _participants(
    new: NewTrial, gathered: Gathered, arms: Mapping[str, str], variables: Variables
) -> str:
    dated = {"randomised_on": variables.randomised_on} if variables.randomised_on else {}
    header = ["participant", "arm", *dated, *(str(v.part["id"]) for v in variables.found)]
    rows = []
    for who in gathered.patients:
        days = [days[who].isoformat() for days in dated.values()]
        cells = [variable.cells.get(who, "") for variable in variables.found]
        rows.append([who, new.arm_ids[arms[who]], *days, *cells])
    return _csv(header, rows)


def _outcomes(new: NewTrial, gathered: Gathered) -> str:
    visits = [visit.id for visit in gathered.visits]
    rows = []
    for who in gathered.patients:
        for visit in visits:
            for outcome, part in zip(gathered.outcomes, new.outcomes, strict=True):
                if (who, visit) in outcome.scores:
                    rows.append([who, visit, str(part["id"]), plain(outcome.scores[who, visit])])
    return _csv(["participant", "visit", "outcome", "score"], rows)


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()
