"""The design of a constrained longitudinal model: one baseline mean, arm effects after it.

Randomisation makes the arms' expected baseline scores equal, so the model gives them one mean
and lets arms differ only at later visits (Liang & Zeger 2000, Sankhya B 62:134-148). The columns
are written by hand because no formula drops the arm effect at one visit only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import AnalysisError, unknown_name

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ConstrainedDesign:
    """Rows in use, design matrix and what its columns mean.

    Attributes
    ----------
    rows
        Frame with ``subject, visit, arm, outcome, time`` (time scaled to 0 at baseline and 1 at
        the last visit); visits are sorted within subjects.
    matrix
        Fixed-effects design, one row per row of ``rows``, one column per entry of ``terms``.
    terms
        ``intercept``, ``visit[v]``, ``arm[a]:visit[v]``, then the covariates.
    visits
        Visit ids in order of time, baseline first.
    visit_times
        Scaled time of each visit.
    arms
        Arm ids, reference first.
    messages
        One sentence for everything that was left out.
    """

    rows: pd.DataFrame
    matrix: FloatArray
    terms: tuple[str, ...]
    visits: tuple[str, ...]
    visit_times: FloatArray
    arms: tuple[str, ...]
    messages: tuple[str, ...]

    def column(self, term: str) -> int:
        """Return the position of a term among the columns."""
        return self.terms.index(term)


def build_constrained_design(
    data: pd.DataFrame,
    *,
    outcome: str,
    subject: str,
    visit: str,
    arm: str,
    time: str,
    baseline: str,
    reference: str,
    covariates: Sequence[str] = (),
) -> ConstrainedDesign:
    """Lay out the constrained longitudinal model for long data.

    Parameters
    ----------
    data
        One row per subject and visit; rows without a score are left out.
    outcome, subject, visit, arm, time
        Column names; ``time`` is numeric and has one value per visit.
    baseline, reference
        The baseline's visit id and the reference arm's id.
    covariates
        Columns that enter as main effects, numeric as they are and others as one indicator per
        level but the first. All are centred at their mean over subjects, so that the intercept
        and every mean of the model stand at the covariates' means.

    Raises
    ------
    AnalysisError
        When a column or id is unknown, a subject has two rows at one visit or stands in two
        arms, an arm has no score at a visit, or the columns are not linearly independent.
    """
    needed = [outcome, subject, visit, arm, time, *covariates]
    for name in needed:
        if name not in data.columns:
            raise AnalysisError(unknown_name("column", name, map(str, data.columns)))
    if len(set(needed)) < len(needed):
        raise AnalysisError(
            f"A column is used twice in the mixed model: {', '.join(needed)}. "
            "Name each column once; the arm and the baseline are already in the model."
        )
    scored = data.loc[data[outcome].notna()].reset_index(drop=True)
    for name in (subject, visit, arm):
        if scored[name].isna().any():
            raise AnalysisError(f"Column {name!r} is blank in a row with a score; fill it in.")
    used, messages = _complete_covariates(scored, subject, covariates)
    arms = _levels(used[arm], "arm", reference)
    if len(arms) < 2:
        raise AnalysisError(
            f"The mixed model compares arms but only {', '.join(arms)} has scores; "
            "it needs at least two arms with data."
        )
    visits, visit_times = _ordered_visits(used, visit, time, baseline)
    rows = pd.DataFrame(
        {
            "subject": used[subject].astype(str),
            "visit": pd.Categorical(used[visit].astype(str), categories=visits, ordered=True),
            "arm": used[arm].astype(str),
            "outcome": used[outcome].astype(float),
            "time": used[visit].astype(str).map(dict(zip(visits, visit_times, strict=True))),
        }
    )
    # Participants stay in the order of the data; each one's visits are put in the order of time.
    order = np.lexsort([rows["visit"].cat.codes.to_numpy(), pd.factorize(rows["subject"])[0]])
    rows, used = rows.iloc[order], used.iloc[order]
    _check_rows(rows, arms, visits, baseline)

    columns: dict[str, FloatArray] = {"intercept": np.ones(len(rows))}
    at_visit: dict[str, FloatArray] = {v: _indicator(rows["visit"], v) for v in visits[1:]}
    columns |= {f"visit[{v}]": at_visit[v] for v in visits[1:]}
    for other in arms[1:]:
        in_arm = _indicator(rows["arm"], other)
        columns |= {f"arm[{other}]:visit[{v}]": in_arm * at_visit[v] for v in visits[1:]}
    for name in covariates:
        columns |= _covariate_columns(used[name], used[subject], name)
    matrix = np.column_stack(list(columns.values()))
    terms = tuple(columns)
    _check_rank(matrix, terms)
    return ConstrainedDesign(
        rows=rows.reset_index(drop=True),
        matrix=matrix,
        terms=terms,
        visits=visits,
        visit_times=visit_times,
        arms=arms,
        messages=messages,
    )


def _complete_covariates(
    scored: pd.DataFrame, subject: str, covariates: Sequence[str]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    complete = scored[list(covariates)].notna().all(axis=1)
    lost = scored.loc[~complete, subject].nunique()
    if not lost:
        return scored, ()
    return scored.loc[complete], (
        f"Left out, because a value of {', '.join(covariates)} is missing: {lost} of "
        f"{scored[subject].nunique()} participants.",
    )


def _levels(column: pd.Series, kind: str, first: str) -> tuple[str, ...]:
    """Levels in use, in the category order when there is one, with ``first`` in front."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        present = set(column.dropna().astype(str))
        levels = [str(level) for level in column.cat.categories if str(level) in present]
    else:
        levels = sorted(set(column.dropna().astype(str)))
    if first not in levels:
        raise AnalysisError(unknown_name(kind, first, levels, where="Data with scores"))
    return (first, *(level for level in levels if level != first))


def _ordered_visits(
    used: pd.DataFrame, visit: str, time: str, baseline: str
) -> tuple[tuple[str, ...], FloatArray]:
    times = used[time].astype(float).groupby(used[visit].astype(str)).agg(["min", "max"])
    if times.isna().any(axis=None) or (times["min"] != times["max"]).any():
        raise AnalysisError(f"Column {time!r} must hold one known time for each visit.")
    ordered = times["min"].sort_values()
    visits = tuple(ordered.index)
    if baseline not in visits:
        raise AnalysisError(unknown_name("visit", baseline, visits, where="Data with scores"))
    if visits[0] != baseline or len(visits) < 2 or ordered.duplicated().any():
        raise AnalysisError(
            f"The visits with scores are {', '.join(visits)}; the mixed model needs the baseline "
            f"{baseline!r} first and at least one visit after it, each at its own time."
        )
    scaled = (ordered - ordered.iloc[0]) / (ordered.iloc[-1] - ordered.iloc[0])
    return visits, scaled.to_numpy(float)


def _check_rows(
    rows: pd.DataFrame, arms: tuple[str, ...], visits: tuple[str, ...], baseline: str
) -> None:
    twice = rows.loc[rows.duplicated(["subject", "visit"])]
    if len(twice):
        row = twice.iloc[0]
        raise AnalysisError(
            f"Participant {row['subject']} has two scores at visit {row['visit']}; keep one."
        )
    in_arms = rows.groupby("subject")["arm"].nunique()
    if (in_arms > 1).any():
        raise AnalysisError(
            f"Participant {in_arms.idxmax()} stands in more than one arm; keep one."
        )
    counts = pd.crosstab(rows["arm"], rows["visit"].astype(str))
    for name in arms:
        for at in visits:
            if at != baseline and counts.loc[name, at] == 0:
                raise AnalysisError(
                    f"Arm {name} has no score at visit {at}, so its change there cannot be "
                    "estimated; choose another outcome or leave that visit out."
                )


def _covariate_columns(values: pd.Series, subjects: pd.Series, name: str) -> dict[str, FloatArray]:
    """Centre a covariate at its mean over subjects; indicators for all but the first level."""
    one_per_subject = ~subjects.astype(str).duplicated()
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if numeric:
        raw = {name: values.to_numpy(float)}
    else:
        if isinstance(values.dtype, pd.CategoricalDtype):
            present = set(values)
            levels = [level for level in values.cat.categories if level in present]
        else:
            levels = sorted(set(values))
        raw = {f"{name}[{level}]": _indicator(values, level) for level in levels[1:]}
        if not raw:
            raise AnalysisError(
                f"Covariate {name} has the same value for every participant; leave it out."
            )
    return {
        term: column - column[one_per_subject.to_numpy()].mean() for term, column in raw.items()
    }


def _indicator(values: pd.Series, level: Any) -> FloatArray:
    return np.asarray(values == level, dtype=np.float64)


def _check_rank(matrix: FloatArray, terms: tuple[str, ...]) -> None:
    if len(matrix) <= len(terms):
        raise AnalysisError(
            f"The mixed model has {len(terms)} coefficients but only {len(matrix)} scores; "
            "use fewer covariates or more data."
        )
    # Column by column, so that the error can name the first column that adds nothing.
    scaled = matrix / np.where(norms := np.linalg.norm(matrix, axis=0), norms, 1.0)
    if np.linalg.matrix_rank(scaled) == len(terms):
        return
    for last in range(1, len(terms) + 1):
        if np.linalg.matrix_rank(scaled[:, :last]) < last:
            raise AnalysisError(
                f"Term {terms[last - 1]} of the mixed model repeats what other terms say or does "
                "not vary, so the coefficients are not unique; leave that covariate out."
            )
