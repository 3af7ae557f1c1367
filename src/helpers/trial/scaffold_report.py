"""Tell what was guessed of a new trial, and what its user must fill in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from helpers.trial.loading import SMALL_CELLS
from helpers.trial.raw_layout import Gathered
from helpers.trial.raw_table import RawTable
from helpers.trial.raw_values import is_missing
from helpers.trial.raw_variables import Variables
from helpers.trial.scaffold_specification import NewTrial

_TOPICS = (
    *("layout", "patients", "arms", "reference", "visits", "outcome", "baseline", "later"),
    *("dates", "spellings", "missing", "left out"),
)


def report_lines(
    table: RawTable,
    gathered: Gathered,
    variables: Variables,
    guesses: Sequence[tuple[str, str]],
    *,
    missing: Sequence[str] = (),
) -> list[str]:
    """Say line by line what was read, guessed and left out.

    Parameters
    ----------
    table, gathered, variables
        The table and what was found in it.
    guesses
        Further topics with what was guessed about them.
    missing
        Words that the user named as signs of a missing value.
    """
    first = f"Read {table.file}: {len(table)} rows, {len(table.columns)} columns; "
    lines = [first + "; ".join(table.remarks) + ". Guessed:"]
    told = [*guesses, *gathered.guesses, *variables.guesses]
    known = [each.column for each in variables.found if not each.later]
    if known:
        verb = "describes" if len(known) == 1 else "describe"
        told.append(("baseline", f"{', '.join(known)} {verb} the patients at baseline"))
    told += [("baseline", text) for text in _rare_categories(variables)]
    told += _blank_words(table, missing)
    after = ", ".join(each.column for each in variables.found if each.later)
    if after:
        told.append(("later", f"{after}: known only after randomisation, to judge by the name"))
    reasons: dict[str, list[str]] = {}
    for name, reason in [*gathered.left_out, *variables.left_out]:
        reasons.setdefault(reason, []).append(name)
    told += [("left out", f"{', '.join(names)}: {why}") for why, names in reasons.items()]
    told.sort(key=lambda guess: _TOPICS.index(guess[0]))
    return lines + [f"  {topic:<10} {text}" for topic, text in told]


def _rare_categories(variables: Variables) -> list[str]:
    """Name the categories of so few patients that a private trial's book hides them."""
    told = []
    for variable in variables.found:
        labels = variable.part.get("codes")
        if not isinstance(labels, dict):
            continue
        counts = Counter(variable.cells.values())
        rare = [str(label) for code, label in labels.items() if 0 < counts[code] < SMALL_CELLS]
        if rare:
            told.append(
                f"{variable.column}: fewer than {SMALL_CELLS} patients are {' or '.join(rare)}; "
                "joined to another category they would not be hidden"
            )
    return told


def _blank_words(table: RawTable, missing: Sequence[str]) -> list[tuple[str, str]]:
    """Name the words that were read as missing, and in how many cells they stand."""
    counts: Counter[str] = Counter()
    for cells in table.columns.values():
        counts.update(cell for cell in cells if cell and is_missing(cell, missing))
    said = ", ".join(f"{word} ({number:,})" for word, number in counts.most_common())
    return [("missing", f"cells that say {said} count as missing")] if said else []


def tasks(new: NewTrial) -> list[str]:
    """List what only the user can know."""
    listed = [
        "title, short_title, objective, design, citation, registration, licence: from the protocol "
        "or the paper",
        "primary: its outcome and its visit"
        + (" (the last visit with scores in every arm was taken)" if len(new.visits) > 2 else ""),
        "each outcome: label, instrument, unit, minimum and maximum, higher_is, meaningful_change",
    ]
    if new.coded_arms:
        listed.append("arms: what their codes mean")
    listed += [
        "visits: labels and weeks",
        "variables: labels, units, what codes mean; those known only later go to later_variables",
        "eligibility and randomisation",
    ]
    return listed
