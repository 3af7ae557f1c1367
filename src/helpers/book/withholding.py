"""What a chapter of a trial that is not public may say when it fails, and print while it runs.

The message of an error, and a warning, may quote a participant's id or a value of a row. Where the
trial is not public they stay out of the notebooks that are kept and out of the console.
"""

from __future__ import annotations

import copy
import csv
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from helpers.book.project import SPECIFICATION
from helpers.errors import DataError, TrialBookError, TrialProblems
from helpers.trial.positions import read_document

_OF_SOMEBODY = re.compile(
    r"\b(participant|patient|subject) \S*\d|\b(Participant|Patient) \S|\d complete rows"
    r"|\b\d{4}-\d\d-\d\d\b"
)
_IDS = ("participant", "screening_id")
_LONGEST_COUNT = 3
"""Digits of a number that may be a count as well as somebody's id."""
_QUOTING = {error.__name__ for error in (DataError, TrialProblems)}


def is_private(trial: Path) -> bool:
    """Tell whether a trial is not declared public; one that cannot be read is not."""
    try:
        text = (trial / SPECIFICATION).read_text(encoding="utf-8")
        content = read_document(text, file=SPECIFICATION).content
    except (OSError, UnicodeDecodeError, TrialBookError):
        return True
    return not (isinstance(content, dict) and content.get("public") in (True, "true"))


def people_of(trial: Path) -> frozenset[str] | None:
    """Return the ids in the tables of a trial that is not public; None for a public one.

    Numbers that are short enough to be counts are left out: they stand in messages for other
    reasons.
    """
    if not is_private(trial):
        return None
    found: set[str] = set()
    for table in sorted(trial.glob("*.csv")):
        try:
            with table.open(encoding="utf-8-sig", errors="replace", newline="") as file:
                for row in csv.DictReader(file):
                    found.update(str(row.get(name) or "").strip() for name in _IDS)
        except (OSError, csv.Error):
            continue
    return frozenset(
        each for each in found if each and not (each.isdecimal() and len(each) <= _LONGEST_COUNT)
    )


def may_quote(name: str, message: str, own: set[str], people: Collection[str] = ()) -> bool:
    """Tell whether the message of an error may hold something of the rows.

    The package's own errors are about names and parameters, but for those that report problems of
    the tables; what a library says is not known.

    Parameters
    ----------
    name, message
        Of the error.
    own
        Names of the package's own errors.
    people
        Ids in the trial's tables.
    """
    if name not in own or name in _QUOTING or _OF_SOMEBODY.search(message):
        return True
    words = re.split(r"[^\w.-]+", message)
    return not {part for word in words for part in (word, word.strip(".-"))}.isdisjoint(people)


def withheld_message(name: str) -> str:
    """Say that an error's message is withheld, and how to see it."""
    if name in _QUOTING:
        return (
            "The tables of the trial have problems, which are not quoted here because the trial is "
            "not public; run `trialbook check` to read them."
        )
    return (
        f"{name}. Its message is not kept because the trial is not public and it may quote a "
        "patient; run the chapter in JupyterLab to read it."
    )


def without_rows(
    notebook: dict[str, Any], own: set[str], people: Collection[str] = ()
) -> dict[str, Any]:
    """Return an executed notebook without printed streams and without quoting errors."""
    kept = copy.deepcopy(notebook)
    for cell in kept["cells"]:
        if "outputs" not in cell:
            continue
        cell["outputs"] = [each for each in cell["outputs"] if each["output_type"] != "stream"]
        for output in cell["outputs"]:
            if output["output_type"] == "error":
                if may_quote(output["ename"], output["evalue"], own, people):
                    output["evalue"] = withheld_message(output["ename"])
                output["traceback"] = [f"{output['ename']}: {output['evalue']}"]
        cell["metadata"].get("papermill", {}).pop("exception", None)
    kept["metadata"].get("papermill", {}).pop("exception", None)
    return kept
