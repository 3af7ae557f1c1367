"""Compare what this run of the book found with what was published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from helpers.trial.loading import Trial
from helpers.trial.specification import Published

MATCH = "match"
MISMATCH = "mismatch"
NOT_IN_DATA = "not in the data"
NOT_IN_RUN = "not in this run"
# The values of parameters with which published results are compared.
AS_PUBLISHED: dict[str, object] = {
    "eligibility": "",
    "outcome": "primary",
    "visit_of_interest": "primary",
    "covariance": "us",
    "inference": "kenward-roger",
    "covariates": "",
    "level": 0.95,
}
# Room for the last bit of a sum in binary, far below any printed digit.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class ReproducedPart:
    """One printed number beside the book's.

    Attributes
    ----------
    key, name
        Key of the printed number, and the name of the book's result (None when there is none).
    printed
        As published.
    value, text, chapter
        The book's number, as it prints it, and where; None when there is none.
    difference
        Value minus printed; None for ``"< .001"`` and when there is no value.
    status
        ``match``, ``mismatch``, ``not in the data`` or ``not in this run``.
    """

    key: str
    name: str | None
    printed: str
    value: float | None
    text: str | None
    chapter: str | None
    difference: float | None
    status: str


@dataclass(frozen=True)
class ReproducedRow:
    """One published row: it matches when all its parts do; ``sentence`` says how it stands."""

    name: str
    label: str
    result: str | None
    source: str
    explanation: str | None
    parts: tuple[ReproducedPart, ...]
    status: str
    sentence: str


@dataclass(frozen=True)
class Reproduction:
    """Every published row, and how many of them stand how.

    ``changed`` lists the parameters of the run that differ from those with which the published
    results are compared, as ``"level = 0.9 (05_primary)"``.
    """

    rows: tuple[ReproducedRow, ...]
    matched: int
    mismatched: int
    not_in_data: int
    not_in_run: int
    changed: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Number of published rows."""
        return len(self.rows)

    def frame(self) -> pd.DataFrame:
        """Return one line per printed number, with its row's name, label, source and status."""
        columns = ["row", "label", "source", "row_status", *ReproducedPart.__dataclass_fields__]
        lines = [
            {"row": row.name, "label": row.label, "source": row.source, "row_status": row.status}
            | vars(part)
            for row in self.rows
            for part in row.parts
        ]
        return pd.DataFrame(lines, columns=columns)


def compare_with_published(trial: Trial, results: Mapping[str, Mapping[str, Any]]) -> Reproduction:
    """Compare the results of a run with the published numbers of ``trial.yml``.

    A number matches when it rounds to the printed digits: |value - printed| is at most half a
    unit of the last printed digit. A P value printed as ``< .001`` matches when it is smaller.

    Parameters
    ----------
    trial
        The trial with its published rows.
    results
        Flat mapping from result name to ``{"value", "text", "chapter"}``.

    Returns
    -------
    Reproduction
        ``mismatched`` counts rows with any mismatch, ``not_in_run`` rows without one whose
        results this run did not make, ``not_in_data`` rows that no analysis of these data can
        give.
    """
    rows = tuple(_row(published, results) for published in trial.specification.published)
    count = {
        status: sum(row.status == status for row in rows)
        for status in (MATCH, MISMATCH, NOT_IN_DATA, NOT_IN_RUN)
    }
    return Reproduction(
        rows=rows,
        matched=count[MATCH],
        mismatched=count[MISMATCH],
        not_in_data=count[NOT_IN_DATA],
        not_in_run=count[NOT_IN_RUN],
        changed=changed_parameters(results),
    )


def changed_parameters(results: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """List the parameters of a run whose values are not those of the published results.

    Parameters
    ----------
    results
        The run's results; chapters record their parameters as ``provenance.<chapter>.<name>``.
    """
    found: dict[str, list[str]] = {}
    for name, record in results.items():
        start, _, rest = name.partition(".")
        chapter, _, parameter = rest.partition(".")
        value = record.get("value")
        known = start == "provenance" and parameter in AS_PUBLISHED
        if known and value != AS_PUBLISHED[parameter]:
            found.setdefault(f"{parameter} = {value}", []).append(chapter)
    return tuple(f"{what} ({', '.join(sorted(where))})" for what, where in found.items())


def _row(published: Published, results: Mapping[str, Mapping[str, Any]]) -> ReproducedRow:
    parts = tuple(
        _part(key, printed, published.result, results) for key, printed in published.printed.items()
    )
    found = {part.status for part in parts}
    status = next(one for one in (MISMATCH, NOT_IN_DATA, NOT_IN_RUN, MATCH) if one in found)
    return ReproducedRow(
        name=published.name,
        label=published.label,
        result=published.result,
        source=published.source,
        explanation=published.explanation,
        parts=parts,
        status=status,
        sentence=_sentence(published, parts, status),
    )


def _part(
    key: str, printed: str, stem: str | None, results: Mapping[str, Mapping[str, Any]]
) -> ReproducedPart:
    if stem is None:
        return ReproducedPart(key, None, printed, None, None, None, None, NOT_IN_DATA)
    name = f"{stem}.{key}"
    record = results.get(name)
    value = None if record is None else record.get("value")
    if record is None or isinstance(value, (str, bool)) or value is None:
        return ReproducedPart(key, name, printed, None, None, None, None, NOT_IN_RUN)
    matches, difference = compare_printed(float(value), printed)
    return ReproducedPart(
        key=key,
        name=name,
        printed=printed,
        value=float(value),
        text=None if record.get("text") is None else str(record["text"]),
        chapter=None if record.get("chapter") is None else str(record["chapter"]),
        difference=difference,
        status=MATCH if matches else MISMATCH,
    )


def compare_printed(value: float, printed: str) -> tuple[bool, float | None]:
    """Tell whether a value agrees with a printed number, and by how much it differs.

    Parameters
    ----------
    value
        The value at full precision.
    printed
        For example ``"-0.48"``, ``".07"``, ``"298"``, ``"< .001"`` or ``"> .99"``.

    Returns
    -------
    tuple of bool and float or None
        No difference is given for a bound.
    """
    text = printed.replace("−", "-").replace(" ", "")
    if text[0] == "<":
        return value < float(text[1:]), None
    if text[0] == ">":
        return value > float(text[1:]), None
    decimals = len(text.partition(".")[2])
    difference = value - float(text)
    return abs(difference) <= 0.5 * 10**-decimals + _ROUNDING, difference


def _sentence(published: Published, parts: tuple[ReproducedPart, ...], status: str) -> str:
    if status == MATCH:
        return (
            f"{published.label}: all {len(parts)} published numbers are reproduced."
            if (len(parts) > 1)
            else f"{published.label}: the published number is reproduced."
        )
    if status == NOT_IN_DATA:
        return f"{published.label}: these data cannot give it."
    if status == NOT_IN_RUN:
        return f"{published.label}: this run did not compute it."
    wrong = [
        f"{part.key} (published {part.printed}, here {part.text or part.value})"
        for part in parts
        if part.status == MISMATCH
    ]
    return f"{published.label}: {len(wrong)} of {len(parts)} published numbers do not match: " + (
        f"{', '.join(wrong)}."
    )
