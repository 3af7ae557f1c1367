"""Where scores of a random-effects model share a row of Z."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.methods.coded_columns import plain

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

# With more positions than this the elements of their covariance outnumber what they save.
MOST_POSITIONS = 30


@dataclass(frozen=True)
class RandomLayout:
    """Positions of the scores and Z there.

    Attributes
    ----------
    position
        Position of each row, shape (n,).
    labels
        Label of each of T positions.
    design
        Z at each position (T, k); None when patients have times of their own.
    group
        For patients with times of their own, a number for each distinct set of times (N,); zeros
        otherwise.
    group_design
        Z of each of those sets, shape (groups, T, k); None otherwise.
    """

    position: IntArray
    labels: tuple[Any, ...]
    design: FloatArray | None
    group: IntArray
    group_design: FloatArray | None


def lay_out_random(
    random_design: FloatArray,
    subject: IntArray,
    names: FloatArray,
    *,
    most_positions: int = MOST_POSITIONS,
) -> RandomLayout:
    """Find the positions at which scores share a row of Z.

    Two scores of one patient with the same row of Z (always so for a random intercept alone) take
    different positions, because their residuals are independent.

    Parameters
    ----------
    random_design, subject
        Z (n, k) and patient number (n,) of each row.
    names
        What to call a row of Z, shape (n,), for example its time.
    most_positions
        With more, every set of times gets a design of its own.
    """
    rows, first, kind = _distinct(random_design)
    n_subjects = int(subject.max()) + 1
    key = pd.Series(subject * len(rows) + kind)
    repeat = key.groupby(key).cumcount().to_numpy()
    most = int(repeat.max()) + 1
    code = kind * most + repeat
    used = np.flatnonzero(np.bincount(code))
    lookup = np.zeros(len(rows) * most, dtype=np.intp)
    lookup[used] = np.arange(len(used))
    position = lookup[code]
    if len(used) <= most_positions:
        kinds, repeats = np.divmod(used, most)
        labels = tuple(
            plain(names[first[k]]) if most == 1 else (plain(names[first[k]]), int(r) + 1)
            for k, r in zip(kinds, repeats, strict=True)
        )
        return RandomLayout(
            position, labels, rows[kinds], np.zeros(n_subjects, dtype=np.intp), None
        )
    order = np.lexsort([repeat, kind, subject])
    place = np.empty(len(subject), dtype=np.intp)
    place[order] = pd.Series(subject[order]).groupby(subject[order]).cumcount().to_numpy()
    n_places = int(place.max()) + 1
    kinds_by_patient = np.full((n_subjects, n_places), -1)
    kinds_by_patient[subject, place] = kind
    sets, group = np.unique(kinds_by_patient, axis=0, return_inverse=True)
    padded = np.vstack([rows, np.zeros(rows.shape[1])])
    labels = tuple(range(1, n_places + 1))
    return RandomLayout(place, labels, None, group.ravel(), padded[sets])


def _distinct(rows: FloatArray) -> tuple[FloatArray, IntArray, IntArray]:
    """Distinct rows in sorted order, a row that shows each, and the number of each row's own."""
    code = np.zeros(len(rows), dtype=np.intp)
    for column in rows.T:
        own, values = pd.factorize(column)
        code, _ = pd.factorize(code * len(values) + own)
    first = np.empty(code.max() + 1, dtype=np.intp)
    first[code[::-1]] = np.arange(len(rows))[::-1]
    shown = rows[first]
    order = np.lexsort(shown.T[::-1])
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    return shown[order], first[order], place[code]
