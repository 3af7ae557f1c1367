"""Say what differs between the things from which a chapter was made at two moments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_MANY = 3
"""Names listed before the rest is only counted."""


def what_changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Say, ingredient by ingredient, what has changed since a chapter ran.

    Parameters
    ----------
    before, now
        What :meth:`helpers.book.fingerprints.Fingerprints.ingredients` returned.
    """
    if before.get("source") != now["source"]:
        yield "source"
    for name, kind in (
        ("parameters", "parameter"),
        ("helpers", "helper"),
        ("data", "data file"),
        ("reads", "file that it reads"),
    ):
        changed = differing(before.get(name, {}), now[name])
        if changed:
            several = len(changed) > 1 and name != "reads"
            yield f"{kind}{'s' if several else ''} {listed_briefly(changed)}"
    changed = differing(before.get("environment", {}), now["environment"])
    if changed:
        yield listed_briefly(changed)


def differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the keys that were added, taken away or given another value, sorted."""
    missing = object()
    keys = {*before, *now}
    return sorted(key for key in keys if before.get(key, missing) != now.get(key, missing))


def listed_briefly(names: list[str]) -> str:
    """Return a few names, and how many more there are."""
    shown = ", ".join(names[:_MANY])
    more = len(names) - _MANY
    return f"{shown} and {more} more" if more > 0 else shown
