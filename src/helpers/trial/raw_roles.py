"""Find which column of somebody's table holds patients, arms, visits and parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from helpers.errors import DataError
from helpers.trial.raw_table import RawTable
from helpers.trial.raw_values import is_missing, numbers, words_of

MOST_ARMS = 8

# For each role, the names of its columns, the surest first; a name is taken word by word.
_ARM = (
    "arm treatment_arm arm_label trt01p trta trtp armcd actarm treatment_group treatmentgroup "
    "study_arm studyarm treatment group trt treat tx grp therapy allocation allocated assignment "
    "assigned randomised_to randomized_to randomisation_group randomized_group random randgroup "
    "intervention condition drug rx gruppe studiengruppe behandlungsgruppe behandlungsarm "
    "studienarm therapiearm behandlung "
    "therapiegruppe therapie groupe bras traitement grupo tratamiento gruppo trattamento groep "
    "behandeling группа лечение терапия"
)
_VISIT = (
    "visit avisit visit_name visitname visitn avisitn timepoint time_point tp visit_week week "
    "weeks visit_month month months visit_day day days time wave occasion assessment zeitpunkt "
    "messzeitpunkt visite termin woche monat tag temps semaine mois jour tiempo semana periodo "
    "period event redcap_event_name визит неделя месяц время year phase"
)
_PARAMETER = (
    "paramcd param parameter outcome outcome_name measure measurement scale test testcd test_name "
    "instrument endpoint variable"
)

LATER = re.compile(
    r"complet|withdr|dropout|dropped|drop_out|discontin|adverse|death|died|dead|follow|change|chg|"
    r"respon|final|(^|_)(fu|end|post|ae|aes|last|reason|total|improve\w*)(_|$)|abbruch|"
    r"fumeds|attended|sessions|compli|adher"
)
IDENTIFYING = re.compile(
    r"(^|_)(name|names|surname|firstname|lastname|vorname|nachname|nom|prenom|initials|initialen|"
    r"email|mail|phone|tel|telefon|mobile|address|adresse|street|zip|postcode|plz|dob|"
    r"birth(?!_?(weight|wt|length|order))\w*|geb\w*|ssn|nhs|mrn|insurance|ip)(_|$)|"
    r"date_of_birth|geburt|birthdate"
)

_SITES = (
    *("site", "centre", "center", "practice", "hospital", "clinic", "country", "region"),
    *("zentrum", "klinik", "praxis", "centro", "hôpital", "hopital", "investigator", "therapist"),
)


def is_site(name: str) -> bool:
    """Tell whether a column is named like the place of treatment, or who gave it."""
    return any(word in role_words(name) for word in _SITES)


def role_words(name: str) -> str:
    """Return the name of a column as it is compared: small letters, words joined by ``_``."""
    return "_".join(words_of(name))


def ranked(names: Iterable[str], role: str) -> list[str]:
    """Return the columns whose names fit a role, the surest first."""
    known = role.split()
    found: list[tuple[int, str]] = []
    for name in names:
        plain, joined = role_words(name), role_words(name).replace("_", "")
        place = next(
            (at for at, word in enumerate(known) if word in (plain, joined)),
            None,
        )
        if place is None:
            # A role's word among others ("treatment received") is less sure than alone.
            parts = plain.split("_")
            long = [at for at, word in enumerate(known) if len(word) > 2 and word in parts]
            place = 100 + min(long) if long else None
        if place is not None:
            found.append((place, name))
    return [name for _, name in sorted(found, key=lambda item: item[0])]


def visit_candidates(table: RawTable) -> list[str]:
    """Return the columns that may name the visits."""
    return ranked(table.columns, _VISIT)


def parameter_candidates(table: RawTable) -> list[str]:
    """Return the columns that may say which outcome a row holds."""
    found = ranked(table.columns, _PARAMETER)
    return [name for name in found if numbers(table.columns[name]) is None]


def arm_candidates(table: RawTable) -> list[str]:
    """Return the columns that are named like arms."""
    return ranked(table.columns, _ARM)


def arm_values(cells: Sequence[str]) -> list[str]:
    """Return the different values of a column of arms, in the order of their appearance."""
    return list(dict.fromkeys(cell for cell in cells if not is_missing(cell, ("none",))))


def find_arm(table: RawTable, ids: Sequence[str], *, given: str | None) -> tuple[str, str]:
    """Return the column of the arms and why it was chosen.

    Parameters
    ----------
    table, ids
        The table and the patient of each row.
    given
        The column that an option named.

    Raises
    ------
    DataError
        When there is no such column, or it does not hold arms.
    """
    if given is not None:
        name = table.named(given, option="--arm")
        _check_arm(table, name, ids)
        return name, "as --arm says"
    named = [name for name in ranked(table.columns, _ARM) if _varies_little(table, name)]
    single = [name for name in named if len(arm_values(table.columns[name])) == 1]
    fitting = [
        name
        for name in named
        if len(arm_values(table.columns[name])) > 1 and _constant(table.columns[name], ids)
    ]
    if fitting:
        return fitting[0], "its name, and one value for each patient"
    if single:
        _check_arm(table, single[0], ids)
    others = [
        name
        for name, cells in table.columns.items()
        if _varies_little(table, name)
        and len(arm_values(cells)) > 1
        and _constant(cells, ids)
        and list(cells) != list(ids)
    ]
    hint = f" (it could be {_listed(others[:5])})" if others else ""
    alike = ranked(table.columns, _ARM)
    if alike and (why := _not_arms(table.columns[alike[0]], ids)):
        raise DataError(
            f"No column of {table.file} can be the treatment arm: {alike[0]!r} is named like one, "
            f"but {why}; name the right column with --arm{hint}, or the patients' with --id."
        )
    raise DataError(
        f"No column of {table.file} is named like a treatment arm: name it with --arm{hint}."
    )


def _not_arms(cells: Sequence[str], ids: Sequence[str]) -> str:
    """Say why a column cannot hold the arms; empty where it can."""
    values = arm_values(cells)
    if not values:
        return "it is empty"
    if len(values) > MOST_ARMS:
        return f"it has {len(values)} different values (arms are at most {MOST_ARMS})"
    patient = _inconstant(cells, ids)
    return "" if patient is None else f"it changes within patient {patient!r}"


def _varies_little(table: RawTable, name: str) -> bool:
    return 1 <= len(arm_values(table.columns[name])) <= MOST_ARMS


def _check_arm(table: RawTable, name: str, ids: Sequence[str]) -> None:
    cells = table.columns[name]
    values = arm_values(cells)
    if len(values) == 1:
        raise DataError(
            f"The column {name!r} of {table.file} holds one arm only ({values[0]!r}), and a trial "
            "compares at least two: name another column with --arm, or export all arms."
        )
    if len(values) > MOST_ARMS:
        raise DataError(
            f"The column {name!r} of {table.file} has {len(values)} different values, too many "
            f"for arms (at most {MOST_ARMS}): name another column with --arm."
        )
    if not _constant(cells, ids):
        patient = _inconstant(cells, ids)
        raise DataError(
            f"The column {name!r} of {table.file} changes within patient {patient!r}, but a "
            "patient has one arm: name another column with --arm, or the patients' with --id."
        )


def _constant(cells: Sequence[str], ids: Sequence[str]) -> bool:
    return _inconstant(cells, ids) is None


def _inconstant(cells: Sequence[str], ids: Sequence[str]) -> str | None:
    """Return the first patient with two different values that are not missing."""
    first: dict[str, str] = {}
    for name, cell in zip(ids, cells, strict=True):
        if not is_missing(cell) and first.setdefault(name, cell) != cell:
            return name
    return None


def constant_columns(table: RawTable, ids: Sequence[str]) -> list[str]:
    """Return the columns that hold one value for each patient (blank cells do not count)."""
    return [name for name, cells in table.columns.items() if _constant(cells, ids)]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + (" or " if len(names) > 1 else "") + names[-1]


_REFERENCE = (
    r"placebo|pbo|плацебо|plazebo|platzebo|安慰|プラセボ|^p$",
    r"control|kontroll|contrôle|controle|контрол|対照|对照|ctrl|\bctl\b|\bcont?\b",
    r"usual|standard|\bsoc\b|\btau\b|\bstd\b|üblich|habituel|стандарт|routine|conventional",
    r"wait|sham|attention|no[ -]?treatment|untreated|observation|ohne|\bnone\b|nothing|vehicle",
    r"comparator|reference|referenz|\bpla\b",
)


def guess_reference(values: Sequence[str]) -> tuple[str, str]:
    """Return which arm is subtracted, and why."""
    for pattern in _REFERENCE:
        found = [value for value in values if re.search(pattern, value.casefold())]
        if len(found) == 1:
            return found[0], "its name"
    read = numbers(values)
    if read is not None:
        least = min(range(len(values)), key=lambda at: read[at] or 0.0)
        return values[least], "the smallest code; the file has no key to it"
    first = min(values, key=str.casefold)
    return first, "only because it comes first in the alphabet"
