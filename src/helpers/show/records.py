"""Numbers with a name: printed on the page, cited by prose, kept in results.json.

A number is formatted from its ten significant digits and not from its last bit, so that
another processor prints the same text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from numbers import Integral, Real

from helpers.analysis.withheld import NotShown
from helpers.errors import TrialBookError
from helpers.show.outputs import GLUE_PREFIX, emit, glued
from helpers.show.page_label import is_public

RECORD_MIME = "application/vnd.trialbook.record+json"
NOT_AVAILABLE = "not available"
MINUS = "\N{MINUS SIGN}"
INDENT = 3 * "\N{NO-BREAK SPACE}"
"""Begins the label of a row or line that belongs to the one above it."""
SIGNIFICANT_DIGITS = 10

# Digits enough for the largest float that there is.
_ROOM = Context(prec=400)

Value = float | int | str | bool | None

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_PRINTED = re.compile(r"\d+(?:\.(\d+))?|\.(\d+)")
# A hyphen is a minus when a number follows and no word, number or minus precedes it: dates keep
# theirs, and so do words.
_ASCII_MINUS = re.compile(r"(?<![\w\-−])-(?=\.?\d)")


@dataclass(frozen=True)
class Record:
    """A result under its name: ``value`` for machines, ``text`` for readers.

    Parameters
    ----------
    name
        Dotted name, for example ``"primary.difference.estimate"``.
    value
        Number, text, truth value or None. Numbers are kept to ten significant digits;
        not-a-number and infinities become None.
    text
        The printed form, with an ASCII minus. On the page a real minus sign is shown.

    Raises
    ------
    TrialBookError
        When the name could not be cited from prose.
    """

    name: str
    value: Value
    text: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise TrialBookError(
                f"A record is named {self.name!r}: prose can cite only letters, digits, "
                "hyphens and underscores, parted by dots. Rename the record."
            )
        object.__setattr__(self, "value", stored(self.value))
        object.__setattr__(self, "text", self.text.replace(MINUS, "-"))


def stored(value: object) -> Value:
    """Return ``value`` as results.json keeps it: plain Python, ten significant digits."""
    if isinstance(value, str):
        return str(value)
    if is_missing(value):
        return None
    # numpy's truth values are neither bool nor Integral.
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        # Adding zero turns a negative zero into zero.
        return float(f"{float(value):.{SIGNIFICANT_DIGITS}g}") + 0.0
    raise TrialBookError(
        f"A record holds a {type(value).__name__}: expected a number, a text or a truth value."
    )


def is_missing(value: object) -> bool:
    """Say whether ``value`` is None, not a number, infinite or pandas' NA."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, Real) and not math.isfinite(value)


def publish(records: Iterable[Record]) -> None:
    """Glue records, so that prose can cite them and the build can collect them; shows nothing.

    In prose: ``{glue:text}`primary.difference.estimate` ``.

    Parameters
    ----------
    records
        The records; no name may come twice.

    Raises
    ------
    TrialBookError
        When two records have the same name.
    """
    published: set[str] = set()
    for record in list(records):
        kept = record.value if is_public() else as_printed(record)
        if record.name in published:
            raise TrialBookError(
                f"The record {record.name!r} is published twice in one cell: give one another name."
            )
        published.add(record.name)
        emit(
            {
                # myst-nb evaluates the text as a Python literal: without the quotes ".07" would
                # be shown as 0.07.
                GLUE_PREFIX + "text/plain": repr(shown(record.text)),
                RECORD_MIME: {"name": record.name, "value": kept, "text": record.text},
            },
            metadata=glued(record.name),
        )


def as_printed(record: Record) -> Value:
    """Return a number no more exactly than its text has it; of a bound (``"< .001"``), the bound.

    Ten digits of a mean, or of an interval, would let a reader work out sums and counts that the
    page withholds.
    """
    if not isinstance(record.value, float):
        return record.value
    text = _THOUSANDS.sub("", record.text)
    found = _PRINTED.search(text)
    if found is None:
        return round(record.value, 3)
    printed = float(found[0])
    if text.startswith(("<", ">")):
        return printed
    decimals = len(found[1] or found[2] or "")
    # A share is kept as a part of one where its text is in percent.
    share = text[found.end() :].startswith("%") and abs(record.value) <= 1 < printed
    return round(record.value, decimals + 2 if share else decimals)


def shown(text: str) -> str:
    """Return ``text`` as the page shows it: with minus signs in place of hyphens."""
    return _ASCII_MINUS.sub(MINUS, text)


def number(value: object, *, decimals: int = 2) -> str:
    """Print a number with a fixed count of decimals: ``"-0.48"``, never ``"-0.00"``; ``"1,008.5"``.

    Halves are rounded away from zero, as tables in journals are. What may not be shown is said so.
    """
    if isinstance(value, NotShown):
        return str(value)
    if is_missing(value):
        return NOT_AVAILABLE
    return _fixed(_decimal(value), decimals)


def count(value: object) -> str:
    """Print a count: ``"298"``."""
    return number(value, decimals=0)


def count_record(name: str, value: object) -> Record:
    """Return the record of a count."""
    return Record(name, stored(value), count(value))


def p_value(value: object) -> str:
    """Print a P value as JAMA does: ``".07"``, ``".003"``, ``"< .001"``, ``"> .99"``.

    Two decimals from .01 upward, three below. A value below .05 is never printed as .05.
    """
    if is_missing(value):
        return NOT_AVAILABLE
    exact = _decimal(value)
    if exact < Decimal("0.001"):
        return "< .001"
    if exact > Decimal("0.99"):
        return "> .99"
    decimals = 3 if exact < Decimal("0.01") else 2
    while exact < Decimal("0.05") <= Decimal(_fixed(exact, decimals)):
        decimals += 1
    return _fixed(exact, decimals).removeprefix("0")


def p_phrase(value: object) -> str:
    """Print a P value within a sentence: ``"P = .07"``, ``"P < .001"``."""
    text = p_value(value)
    if text == NOT_AVAILABLE:
        return f"P {text}"
    return f"P {text}" if text[0] in "<>" else f"P = {text}"


def interval(lower: object, upper: object, *, decimals: int = 2) -> str:
    """Print an interval: ``"-0.98 to 0.03"``."""
    if is_missing(lower) or is_missing(upper):
        return str(lower) if isinstance(lower, NotShown) else NOT_AVAILABLE
    return f"{number(lower, decimals=decimals)} to {number(upper, decimals=decimals)}"


def estimate_with_interval(
    estimate: object, lower: object, upper: object, *, decimals: int = 2
) -> str:
    """Print an estimate and its interval: ``"-0.48 (-0.98 to 0.03)"``."""
    if is_missing(estimate):
        return number(estimate)
    limits = interval(lower, upper, decimals=decimals)
    return f"{number(estimate, decimals=decimals)} ({limits})"


def percent(value: object, *, decimals: int = 1) -> str:
    """Print a percentage, given from 0 to 100: ``"67.1%"``."""
    text = number(value, decimals=decimals)
    return text if is_missing(value) else f"{text}%"


def level_text(level: float) -> str:
    """Print a confidence level, given from 0 to 1: ``"95%"``, ``"97.5%"``."""
    return f"{100 * level:.10g}%"


def _decimal(value: object) -> Decimal:
    if isinstance(value, Integral):
        return Decimal(int(value))
    return Decimal(f"{float(value):.{SIGNIFICANT_DIGITS}g}")  # type: ignore[arg-type]


def _fixed(exact: Decimal, decimals: int) -> str:
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _ROOM)
    # Comparing with zero drops the sign of "-0.00".
    return f"{abs(rounded) if rounded == 0 else rounded:,f}"
