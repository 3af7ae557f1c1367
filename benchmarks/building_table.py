"""What the benchmark of building prints: its tables and the project's goals beside them."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from goals import goal
from rebuilding import CHAPTER, PARAMETER, Rebuilds

Times = Mapping[str, Sequence[float]]
"""Seconds of every repeat, by way."""


def times_text(times: Times) -> str:
    """Return the median of each way and its ratio to the plain process, where that was run."""
    lines = [f"{'way':14} {'seconds':>8} {'x plain':>8}"]
    for way, seconds in times.items():
        ratio = _ratio(times, way, "plain")
        shown = f"{ratio:8.2f}" if ratio is not None else f"{'-':>8}"
        lines += [f"{way:14} {statistics.median(seconds):8.1f} {shown}"]
    return "\n".join(lines)


def rebuilds_text(rebuilds: Rebuilds) -> str:
    """Say what each build ran, what it took, and the share of the whole build that this is."""
    whole = rebuilds.whole.seconds
    unchanged = _unchanged(rebuilds)
    ran = sorted({name for each in rebuilds.unchanged for name in each.chapters})
    rows = [
        ("whole book, executed and compiled", whole, rebuilds.whole.chapters),
        ("nothing changed", unchanged, ran),
        (f"{PARAMETER} of {CHAPTER} changed", rebuilds.changed.seconds, rebuilds.changed.chapters),
    ]
    lines = [f"{'build':36} {'seconds':>8} {'% whole':>8}  chapters run"]
    for what, seconds, chapters in rows:
        named = ", ".join(chapters) if len(chapters) <= 3 else str(len(chapters))
        share = 100 * seconds / whole
        lines += [f"{what:36} {seconds:8.2f} {share:8.1f}  {named or 'none'}"]
    return "\n".join(lines)


def building_goals(
    times: Times, rebuilds: Rebuilds | None, *, readers: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Return the project's goals beside what was measured, without those that were not.

    ``readers`` are the chapters that read the results of the others: when these change, so must
    they.
    """
    found = [
        goal(
            "executing the edition: times one plain Python process",
            2,
            _ratio(times, "trialbook", "plain"),
            most=True,
        ),
        goal(
            "executing the edition: times jupyter-book, which executes and compiles it",
            0.5,
            _ratio(times, "trialbook", "jupyter-book"),
            most=True,
        ),
    ]
    if rebuilds is not None:
        others = {*rebuilds.changed.chapters} - {CHAPTER, *readers}
        found += [
            goal(
                "building again with nothing changed: seconds", 1, _unchanged(rebuilds), most=True
            ),
            goal(
                "building again with nothing changed: chapters that run",
                0,
                max((len(each.chapters) for each in rebuilds.unchanged), default=None),
                most=True,
            ),
            goal(
                "one chapter's parameter changed: others that run without reading its results",
                0,
                len(others),
                most=True,
            ),
        ]
    return [each for each in found if each is not None]


def _unchanged(rebuilds: Rebuilds) -> float:
    return statistics.median(each.seconds for each in rebuilds.unchanged)


def _ratio(times: Times, way: str, to: str) -> float | None:
    if not times.get(way) or not times.get(to):
        return None
    return statistics.median(times[way]) / statistics.median(times[to])
