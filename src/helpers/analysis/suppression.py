"""Which counts of patients may be shown: none that is small, and none from which one follows.

A count from 1 to ``threshold - 1`` is hidden. So are enough others that no hidden count can be
worked out from those that are shown and the sums that bind them (complementary suppression).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from scipy.optimize import linprog

Key = TypeVar("Key", bound=Hashable)


def hidden_counts(
    counts: Mapping[Key, int],
    sums: Sequence[tuple[Key, Sequence[Key]]],
    *,
    threshold: int,
    shown: Iterable[Key] = (),
    hidden: Iterable[Key] = (),
) -> frozenset[Key]:
    """Return the keys of the counts that may not be shown.

    Parameters
    ----------
    counts
        Numbers of people.
    sums
        What binds them: a total and the parts that add up to it.
    threshold
        Counts from 1 below it are hidden; 0 and 1 hide nothing.
    shown, hidden
        Counts whose fate was decided elsewhere. One of ``shown`` is hidden only where nothing
        else protects a small count.

    Returns
    -------
    frozenset
        With what is left, whatever is known to be no less than zero, every small count could be
        anything in a range as wide as ``threshold``.

    Notes
    -----
    Hundepool A et al. Statistical Disclosure Control. Wiley 2012, chapter 4. The choice of
    further cells is greedy (the total first, then the smallest part); the audit is exact, a
    linear programme for the least and the largest value that each cell can have.
    """
    fixed = frozenset(shown)
    small = frozenset(key for key, count in counts.items() if 0 < count < threshold)
    found = set(hidden) | (small - fixed)
    while True:
        _close(found, counts, sums, fixed)
        exposed = next(
            (key for key in counts if _exposed(key, small, found, sums, counts, threshold)), None
        )
        if exposed is None:
            return frozenset(found)
        visible = _visible_near(exposed, found, sums)
        if not visible:
            return frozenset(found)
        found.add(min(visible, key=lambda key: (key in fixed, counts[key] == 0, counts[key])))


def _close(
    found: set[Key],
    counts: Mapping[Key, int],
    sums: Sequence[tuple[Key, Sequence[Key]]],
    fixed: frozenset[Key],
) -> None:
    """Hide a second count in every sum in which just one is hidden, until there is no such sum."""
    changed = True
    while changed:
        changed = False
        for total, parts in sums:
            members = [total, *parts]
            if sum(member in found for member in members) != 1:
                continue
            free = [member for member in members if member not in found]
            if free:
                found.add(
                    min(
                        free,
                        key=lambda key: (
                            key in fixed,
                            counts[key] == 0,
                            key != total,
                            counts[key],
                        ),
                    )
                )
                changed = True


def _exposed(
    key: Key,
    small: frozenset[Key],
    found: set[Key],
    sums: Sequence[tuple[Key, Sequence[Key]]],
    counts: Mapping[Key, int],
    threshold: int,
) -> bool:
    """Tell whether a small count that is hidden can be narrowed down too far."""
    if key not in small or key not in found:
        return False
    least, most = possible_range(key, found, sums, counts)
    return most - least < threshold


def possible_range(
    key: Key,
    hidden: Iterable[Key],
    sums: Sequence[tuple[Key, Sequence[Key]]],
    counts: Mapping[Key, int],
) -> tuple[float, float]:
    """Return the least and the largest value that a hidden count can have, given the others."""
    names = list(dict.fromkeys(hidden))
    place = {name: at for at, name in enumerate(names)}
    rows, values = [], []
    for total, parts in sums:
        if not any(member in place for member in (total, *parts)):
            continue
        row, known = np.zeros(len(names)), 0
        for sign, member in [(1, total), *((-1, part) for part in parts)]:
            if member in place:
                row[place[member]] += sign
            else:
                known -= sign * counts[member]
        rows.append(row)
        values.append(known)
    if not any(row[place[key]] for row in rows):
        return 0.0, float("inf")
    ends = []
    for sign in (1, -1):
        aim = np.zeros(len(names))
        aim[place[key]] = sign
        solved = linprog(aim, A_eq=np.array(rows), b_eq=np.array(values), bounds=(0, None))
        ends.append(sign * solved.fun if solved.status == 0 else float("inf"))
    return ends[0], ends[1]


def _visible_near(
    key: Key, found: set[Key], sums: Sequence[tuple[Key, Sequence[Key]]]
) -> list[Key]:
    """Return the counts shown in the sums that a hidden count hangs on, the nearest sums first."""
    reached = {key}
    while True:
        near = [
            member
            for total, parts in sums
            if not reached.isdisjoint((total, *parts))
            for member in (total, *parts)
        ]
        visible = [member for member in near if member not in found]
        wider = reached | {member for member in near if member in found}
        if visible or wider == reached:
            return visible
        reached = wider
