"""Patients replaced by few pseudo-patients with the same sums of the likelihood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.methods.coded_columns import hash_rows
from helpers.methods.design_reduction import SMALL_PATTERN, compress
from helpers.methods.factored_designs import FactoredDesign

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True)
class Reduced:
    """Pseudo-patients.

    Attributes
    ----------
    design, scores
        Design, its columns divided by ``size``, and scores of the pseudo-patients, 0 at visits
        without a score: shapes (K, T, p) and (K, T).
    owner
        Pattern of each, ascending, shape (K,).
    size
        Lengths of the columns, shape (p,).
    products
        Products of what the scores differ from the patients' by, per pattern, shape (S, T, T).
    """

    design: FloatArray
    scores: FloatArray
    owner: IntArray
    size: FloatArray
    products: FloatArray


def reduce_cells(
    distinct: FloatArray,
    row: IntArray,
    scores: FloatArray,
    *,
    cell: IntArray,
    first: IntArray,
    pattern: IntArray,
    observed: NDArray[np.bool_],
) -> Reduced:
    """Carry every cell of patients as one, then compress the patterns.

    Parameters
    ----------
    distinct
        Distinct rows of the design, shape (u, p).
    row, scores
        Design row, -1 without a score, and score of each patient at each visit, shapes (N, T).
    cell, first, pattern
        Cell of each patient (N,), one patient of each cell (C,), pattern of each patient (N,).
    observed
        Visits of each pattern, shape (S, T).
    """
    count = np.bincount(cell).astype(float)
    mean = scores[first]
    products = np.zeros((len(observed), observed.shape[1], observed.shape[1]))
    if len(first) < len(cell):
        sums = [np.bincount(cell, weights=column) for column in scores.T]
        mean = np.column_stack(sums) / count[:, None]
        deviation = scores - mean[cell]
        order = np.argsort(pattern, kind="stable")
        ends = np.cumsum(np.bincount(pattern, minlength=len(observed)))
        for number, rows in enumerate(np.split(order, ends[:-1])):
            products[number] = deviation[rows].T @ deviation[rows]
    size = _lengths(distinct)
    order = np.argsort(pattern[first], kind="stable")
    owner, weight, own = pattern[first][order], np.sqrt(count)[order], row[first[order]]

    def designs(part: slice, seen: IntArray | slice) -> FloatArray:
        """Weighted designs of some cells; a visit without a score, row -1, is a row of zeros."""
        rows = own[part][:, seen]
        found = distinct[rows]
        found[rows < 0] = 0
        found /= size
        found *= weight[part, None, None]
        return found

    return _by_pattern(
        designs,
        mean[order] * weight[:, None],
        owner=owner,
        observed=observed,
        size=size,
        products=products,
    )


def reduce_factors(
    factors: FactoredDesign,
    row: IntArray,
    scores: FloatArray,
    *,
    pattern: IntArray,
    observed: NDArray[np.bool_],
) -> Reduced:
    """Reduce patients who differ in nothing but continuous covariates, then the patterns.

    Parameters
    ----------
    factors
        Design of each row of the data.
    row, scores
        Row of the data, -1 without a score, and score of each patient at each visit, (N, T).
    pattern, observed
        Pattern of each patient (N,), and visits of each pattern (S, T).
    """
    products = np.zeros((len(observed), observed.shape[1], observed.shape[1]))
    few, values = factors.at(row)
    together, _ = pd.factorize(hash_rows(np.column_stack([pattern, few])), sort=True)
    order = np.argsort(together, kind="stable")
    ends = np.cumsum(np.bincount(together))
    all_designs, all_scores, owners = [], [], []
    for rows in np.split(order, ends[:-1]):
        number = pattern[rows[0]]
        seen = np.flatnonzero(observed[number])
        small, small_scores, left = factors.pseudo_patients(
            few[rows[0], seen], values[:, rows[:, None], seen], scores[rows[:, None], seen]
        )
        products[number][np.ix_(seen, seen)] += left
        all_designs.append(_at_all_visits(small, observed[number]))
        all_scores.append(_at_all_visits(small_scores, observed[number]))
        owners.append(np.full(len(small), number))
    stacked, owner = np.concatenate(all_designs), np.concatenate(owners)
    size = _lengths(stacked.reshape(-1, stacked.shape[2]))
    stacked /= size
    order = np.argsort(owner, kind="stable")
    stacked = stacked[order]
    return _by_pattern(
        lambda part, seen: stacked[part][:, seen],
        np.concatenate(all_scores)[order],
        owner=owner[order],
        observed=observed,
        size=size,
        products=products,
    )


def _lengths(design: FloatArray) -> FloatArray:
    """Lengths of columns: of very different size (days beside 0 and 1) they would blur the rank."""
    size = np.sqrt(np.einsum("ij,ij->j", design, design))
    return np.where(size > 0, size, 1.0)


def _by_pattern(
    designs: Callable[[slice, IntArray | slice], FloatArray],
    scores: FloatArray,
    *,
    owner: IntArray,
    observed: NDArray[np.bool_],
    size: FloatArray,
    products: FloatArray,
) -> Reduced:
    """Compress pseudo-patients pattern by pattern; they are ordered by it.

    What compression leaves of the scores is added to ``products``.
    """
    cells = np.bincount(owner, minlength=len(observed))
    ends = np.cumsum(cells)
    every = slice(None)
    all_designs, all_scores, owners = [], [], []
    done = np.intp(0)
    # One pattern after the other: the designs of all patients at once would not stay in the cache.
    for number in np.flatnonzero(cells > SMALL_PATTERN):
        start, end = ends[number] - cells[number], ends[number]
        seen = np.flatnonzero(observed[number])
        part = slice(start, end)
        small, small_scores, left = compress(designs(part, seen), scores[part][:, seen])
        if left is None:
            continue
        products[number][np.ix_(seen, seen)] += left
        padded = _at_all_visits(small, observed[number])
        padded_scores = _at_all_visits(small_scores, observed[number])
        before = slice(done, start)
        all_designs += [designs(before, every), padded]
        all_scores += [scores[before], padded_scores]
        owners += [owner[before], np.full(len(small), number)]
        done = end
    rest = slice(done, None)
    return Reduced(
        design=np.concatenate([*all_designs, designs(rest, every)]),
        scores=np.concatenate([*all_scores, scores[rest]]),
        owner=np.concatenate([*owners, owner[rest]]),
        size=size,
        products=products,
    )


def _at_all_visits(values: FloatArray, observed: NDArray[np.bool_]) -> FloatArray:
    """Spread what stands at the visits of a pattern (axis 1) over all visits, 0 at the others."""
    out = np.zeros((len(values), len(observed), *values.shape[2:]))
    out[:, observed] = values
    return out
