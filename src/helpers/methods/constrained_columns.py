"""Columns of a constrained longitudinal model: visits, arms after baseline, centred covariates."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.errors import AnalysisError
from helpers.methods.coded_columns import Coded, distinct_rows, in_order
from helpers.methods.factored_designs import FactoredDesign
from helpers.methods.model_formulas import MANY_ROWS

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


def constrained_columns(
    *,
    visit: tuple[IntArray, tuple[Any, ...]],
    arm: tuple[IntArray, tuple[Any, ...]],
    covariates: dict[str, Coded],
    subject: IntArray,
) -> tuple[FloatArray | FactoredDesign, IntArray, tuple[str, ...]]:
    """Write the design of every row.

    Parameters
    ----------
    visit, arm
        Number of each of n rows, and the labels; the first visit is baseline, the first arm the
        reference.
    covariates
        Covariates by name, coded for each row. A numeric one is centred at its mean over subjects,
        another has an indicator, centred too, for every level but the first.
    subject
        Number of each row's subject, shape (n,).

    Returns
    -------
    design, row, terms
        Distinct design rows (u, p), or what they are made of when a covariate has a value for
        nearly every row; which one each row has (n,); names of the p columns.

    Raises
    ------
    AnalysisError
        When a covariate is infinite somewhere or the same for everybody.
    """
    n = len(subject)
    many = {name for name, column in covariates.items() if n > MANY_ROWS and column.continuous}
    few = [column for name, column in covariates.items() if name not in many]
    row, first = distinct_rows([_coded(*visit), _coded(*arm), *few], n)
    blocks, terms = _visit_columns(visit[0][first], arm[0][first], visit[1], arm[1])
    values, places = [], []
    for name, column in covariates.items():
        block, names = _covariate_columns(column, subject, name)
        if name in many:
            places.append(len(terms))
            values.append(block[:, 0])
            blocks.append(np.zeros((len(first), 1)))
        else:
            blocks.append(block[first])
        terms += names
    design = np.hstack(blocks)
    if not values:
        return design, row, tuple(terms)
    slopes = np.zeros((len(values), *design.shape))
    slopes[np.arange(len(values)), :, places] = 1
    return FactoredDesign(design, slopes, row, np.stack(values)), np.arange(n), tuple(terms)


def _coded(codes: IntArray, labels: tuple[Any, ...]) -> Coded:
    return Coded(codes, labels, categorical=True, numeric=False)


def _visit_columns(
    visit: IntArray, arm: IntArray, visits: tuple[Any, ...], arms: tuple[Any, ...]
) -> tuple[list[FloatArray], list[str]]:
    """Intercept, visits after baseline, and arms at those visits."""
    at_visit = (visit[:, None] == np.arange(1, len(visits))).astype(float)
    blocks = [np.ones((len(visit), 1)), at_visit]
    blocks += [at_visit * (arm == a)[:, None] for a in range(1, len(arms))]
    terms = ["intercept", *(f"visit[{v}]" for v in visits[1:])]
    terms += [f"arm[{a}]:visit[{v}]" for a in arms[1:] for v in visits[1:]]
    return blocks, terms


def _covariate_columns(column: Coded, subject: IntArray, name: str) -> tuple[FloatArray, list[str]]:
    """Centre a covariate at its mean over subjects; indicators for all but the first level."""
    if column.numeric:
        block, terms = np.asarray(column.levels, dtype=float)[column.codes, None], [name]
        if not np.all(np.isfinite(block)):
            raise AnalysisError(f"The covariate {name!r} is infinite in some row; check it.")
    else:
        codes, levels = in_order(column)
        if len(levels) < 2:
            raise AnalysisError(
                f"Covariate {name} has the same value for every participant; leave it out."
            )
        block = (codes[:, None] == np.arange(1, len(levels))).astype(float)
        terms = [f"{name}[{level}]" for level in levels[1:]]
    return block - _mean_over_subjects(block, subject), terms


def _mean_over_subjects(block: FloatArray, subject: IntArray) -> FloatArray:
    """Mean over subjects of each subject's own mean over rows, shape (columns,)."""
    rows = np.bincount(subject)
    own = np.column_stack([np.bincount(subject, weights=column) for column in block.T])
    return np.asarray((own / rows[:, None]).mean(axis=0), dtype=float)
