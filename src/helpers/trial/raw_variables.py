"""Turn the columns that describe patients into variables of a trial."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from helpers.trial.column_units import unit_in, without_unit
from helpers.trial.design_rules import FIXED_COLUMNS, RESERVED_NAMES
from helpers.trial.raw_exclusions import FEW, names_patients, why_no_variable
from helpers.trial.raw_layout import Gathered, Wishes
from helpers.trial.raw_roles import LATER, is_site, role_words
from helpers.trial.raw_table import RawTable
from helpers.trial.raw_values import dates, is_missing, missing_codes, numbers, plain
from helpers.trial.safe_names import safe_codes, safe_id

MANY = 12  # categories up to which each has a line in Table 1
MOST = 60  # categories above which a column of words is free text


@dataclass(frozen=True)
class RawVariable:
    """A variable: its column, its part of ``trial.yml`` and its cells by patient."""

    column: str
    part: dict[str, object]
    cells: dict[str, str]
    later: bool = False


@dataclass
class Variables:
    """The variables of a table, the date of randomisation, and what was left out and why."""

    found: list[RawVariable] = field(default_factory=list)
    randomised_on: dict[str, date] | None = None
    guesses: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def read_variables(
    table: RawTable,
    gathered: Gathered,
    wishes: Wishes,
    *,
    rows: Sequence[str],
    arms: Mapping[str, str],
    columns: Sequence[str],
    taken: Iterable[str],
) -> Variables:
    """Read the columns that describe patients.

    Parameters
    ----------
    table, gathered, wishes
        The table, how it was sorted out, and what the user said.
    rows
        The patient of each row of the table.
    arms
        The arm of each patient, to leave out a column that only says the same.
    columns
        The columns to read.
    taken
        Ids of arms and outcomes, which a variable may not have.
    """
    result = Variables()
    used = {*taken, *FIXED_COLUMNS, *RESERVED_NAMES}
    asked = {name for given in wishes.covariates for name in given.split(",")}
    asked = {table.named(name.strip(), option="--covariate") for name in asked}
    if asked and set(columns) - asked:
        others = len(set(columns) - asked)
        text = f"{others} further columns" if others > 1 else "1 further column"
        result.left_out.append((text, "not named with --covariate"))
    for name in columns:
        if asked and name not in asked:
            continue
        cells = _by_patient(table, name, rows, gathered, wishes)
        if not cells:
            continue
        if _is_randomisation_date(name):
            read = dates(list(cells.values()))
            if read is not None and len(cells) == len(gathered.patients):
                days = dict(zip(cells, read, strict=True))
                result.randomised_on = {who: day for who, day in days.items() if day is not None}
                result.guesses.append(("dates", f"the column {name} is the date of randomisation"))
                continue
            why = "its dates cannot be told, or not for every patient"
            result.left_out.append((name, f"named like the date of randomisation, but {why}"))
            continue
        reason = (
            names_patients(name, cells) if name in asked else why_no_variable(name, cells, arms)
        )
        made = None if reason else _variable(name, cells, used, forced=name in asked)
        if made is None:
            result.left_out.append((name, reason or "free text, or too many different words"))
            continue
        used.add(made.column_id)
        result.found.append(made.variable)
        if made.codes:
            result.guesses.append(("missing", made.codes))
    return result


@dataclass(frozen=True)
class _Made:
    variable: RawVariable
    codes: str | None = None

    @property
    def column_id(self) -> str:
        return str(self.variable.part["id"])


def _by_patient(
    table: RawTable, name: str, rows: Sequence[str], gathered: Gathered, wishes: Wishes
) -> dict[str, str]:
    """Return the cell of each patient that is not missing, the first of several."""
    found: dict[str, str] = {}
    for who, cell in zip(rows, table.columns[name], strict=True):
        if not is_missing(cell, wishes.missing):
            found.setdefault(who, cell)
    return {patient: found[patient] for patient in gathered.patients if patient in found}


def _is_randomisation_date(name: str) -> bool:
    words = role_words(name)
    dated = any(part in words for part in ("date", "datum", "dt", "fecha", "_on", "дата"))
    return dated and any(part in words for part in ("rand", "enrol", "inclusion", "ранд"))


def _variable(name: str, cells: dict[str, str], used: set[str], *, forced: bool) -> _Made | None:
    values = numbers(list(cells.values()))
    column_id = safe_id(without_unit(name), fallback="variable", taken=used)
    label = _label(without_unit(name))
    later = LATER.search(role_words(name)) is not None
    site = is_site(name)
    part: dict[str, object] = {"id": column_id, "label": label}
    if values is not None and not site:
        codes = missing_codes(values)
        said = None
        if codes:
            shown = ", ".join(plain(code) for code in codes)
            said = f"{shown} in {name} is read as missing, far off the rest"
        kept = {
            who: value
            for who, value in zip(cells, values, strict=True)
            if value is not None and value not in codes
        }
        whole = all(value == int(value) for value in kept.values())
        if not (whole and len(set(kept.values())) < FEW):
            part |= {"kind": "continuous"}
            if unit_in(name):
                part |= {"unit": unit_in(name)}
            elif column_id in ("age", "alter", "idade", "edad", "leeftijd"):
                part |= {"unit": "years"}
            part |= {"integer": True} if whole else {}
            written = {who: plain(value) for who, value in kept.items()}
            return _Made(RawVariable(name, part, written, later), said)
        written = {who: plain(value) for who, value in kept.items()}
        order = sorted(set(written.values()), key=float)
        return _coded(name, part, written, order, later, said, numeric=True)
    order = _sorted(set(cells.values()))
    scattered = len(order) > MANY and not site and len(order) > len(cells) / 4
    if (len(order) > MOST or scattered) and not forced:
        return None
    if len(order) > MANY:
        part |= {"table1": False}
    return _coded(name, part, cells, order, later, None, numeric=values is not None)


def _coded(
    name: str,
    part: dict[str, object],
    cells: Mapping[str, str],
    order: Sequence[str],
    later: bool,
    said: str | None,
    *,
    numeric: bool,
) -> _Made | None:
    if len(order) < 2:
        return None
    codes = safe_codes(order)
    labels = {codes[value]: f"Code {value}" if numeric else value for value in order}
    whole = {**part, "kind": "categorical", "codes": labels}
    written = {who: codes[cell] for who, cell in cells.items()}
    return _Made(RawVariable(name, whole, written, later), said)


def _sorted(values: Iterable[str]) -> list[str]:
    """Sort words, those that begin with a number by it."""
    texts = list(values)
    read = numbers(texts)
    if read is not None:
        known = dict(zip(texts, read, strict=True))
        return sorted(texts, key=lambda text: known[text] or 0.0)
    return sorted(texts, key=str.casefold)


def _label(name: str) -> str:
    text = name.replace("_", " ").replace(".", " ").strip() or name
    if text.isalpha() and text.isupper() and (len(text) > 3 or text in ("AGE", "SEX")):
        return text.capitalize()
    return text[:1].upper() + text[1:]
