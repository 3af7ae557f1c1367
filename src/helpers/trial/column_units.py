"""Read the unit of a column from the brackets in its name: ``kg`` of ``Weight (kg)``."""

from __future__ import annotations

import re

from helpers.trial.visit_words import read_visit

_BRACKETS = re.compile(r"(.*\S)\s*[(\[]([^()\[\]]+)[)\]]")
# What stands in brackets and is no unit: an instrument (VAS, SF-36) or a range (0-10).
_NO_UNIT = re.compile(r"[A-Z]{3,}|[A-Z]{2,}-?\d+|[\d.,\s–-]+")
_SPACED = re.compile(r"/|\b(per|pro|par|por|hg)\b", flags=re.IGNORECASE)


def without_brackets(name: str) -> str:
    """Return a name without the brackets at its end, unless a visit stands in them."""
    found = _split(name)
    return found[0] if found else name


def unit_in(name: str) -> str | None:
    """Return the unit that stands in brackets at the end of a name, alone or after a comma."""
    found = _split(name)
    if found is None:
        return None
    unit = found[1].rpartition(",")[2].strip()
    several = " " in unit and not _SPACED.search(unit)
    return None if not unit or several or _NO_UNIT.fullmatch(unit) else unit


def without_unit(name: str) -> str:
    """Return a name without the brackets at its end where these hold nothing but a unit."""
    found = _split(name)
    return found[0] if found and unit_in(name) == found[1].strip() else name


def _split(name: str) -> tuple[str, str] | None:
    found = _BRACKETS.fullmatch(name)
    if found is None or read_visit(found[2], whole=True).kind != "named":
        return None
    return (found[1], found[2]) if found[2].strip() else None
