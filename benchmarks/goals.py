"""The project's goals beside what was measured: one form for every benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def goal(what: str, limit: float, found: float | None, *, most: bool = False) -> Any:
    """Judge a measurement; None where there is none.

    Parameters
    ----------
    what
        The goal in words, with its unit.
    limit
        The least that meets it, or the most.
    found
        What was measured; None when it was not.
    most
        Whether ``limit`` is the most.
    """
    if found is None:
        return None
    met = found <= limit if most else found >= limit
    bound = "at most" if most else "at least"
    return {"goal": what, "bound": bound, "limit": limit, "measured": rounded(found), "met": met}


def rounded(value: float) -> float:
    """Return a number to four significant digits: measurements have no more."""
    return float(f"{value:.4g}")


def goals_text(goals: Sequence[dict[str, Any]]) -> str:
    """Return a line for each goal: what was measured, the limit, and whether it was met."""
    return "\n".join(
        f"{each['goal']}: {each['measured']:g} (goal {each['bound']} {each['limit']:g}, "
        f"{'met' if each['met'] else 'NOT MET'})"
        for each in goals
    )
