"""The design of a constrained longitudinal model: one baseline mean, arm effects after it.

Randomisation makes the arms' expected baseline scores equal, so the model gives them one mean
and lets arms differ only at later visits (Liang & Zeger 2000, Sankhya B 62:134-148). The columns
are written by hand because no formula drops the arm effect at one visit only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import AnalysisError, unknown_name
from helpers.methods.coded_columns import (
    check_columns,
    check_once,
    code_column,
    code_covariate,
    in_order,
    renumber,
)
from helpers.methods.constrained_columns import constrained_columns
from helpers.methods.model_formulas import ModelFrame, numeric_column

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True)
class ConstrainedDesign:
    """Rows in use and what the columns of their design mean.

    Attributes
    ----------
    frame
        Rows for the engine; terms are ``intercept``, ``visit[v]``, ``arm[a]:visit[v]``, then the
        covariates.
    arm
        Arm number of each row, 0 for the reference.
    arms, visits
        Arm labels, reference first; visit labels, baseline first.
    visit_times
        Time of each visit; None without a time column.
    messages
        One sentence for everything that was left out.
    """

    frame: ModelFrame
    arm: IntArray
    arms: tuple[Any, ...]
    visits: tuple[Any, ...]
    visit_times: FloatArray | None
    messages: tuple[str, ...]

    def column(self, term: str) -> int:
        """Return the position of a term among the columns."""
        return self.frame.terms.index(term)


def build_constrained_design(
    data: pd.DataFrame,
    *,
    outcome: str,
    subject: str,
    visit: str,
    arm: str,
    baseline: Any,
    reference: Any = None,
    time: str | None = None,
    covariates: Sequence[str] = (),
) -> ConstrainedDesign:
    """Lay out the constrained longitudinal model for long data.

    Parameters
    ----------
    data
        One row per subject and visit; rows without a score are left out.
    outcome, subject, visit, arm
        Column names.
    baseline, reference
        The baseline's visit and the reference arm; the first arm when None.
    time
        Numeric column with one value per visit; orders the visits. Without it they follow their
        categories, or their labels.
    covariates
        Columns that enter as main effects, numeric as they are and others as one indicator per
        level but the first. All are centred at their mean over subjects, so that the intercept
        and every mean of the model stand at the covariates' means. A covariate that changes over
        time is centred at the mean over subjects of each subject's own mean over rows.

    Raises
    ------
    AnalysisError
        When a column or id is unknown, a subject has two rows at one visit or stands in two
        arms, or an arm has no score at a visit.
    """
    named = [outcome, subject, visit, arm, *covariates]
    check_columns(data, [*named, *([time] if time else [])])
    if len(set(named)) < len(named):
        raise AnalysisError(
            f"A column is used twice in the mixed model: {', '.join(named)}. "
            "Name each column once; the arm and the baseline are already in the model."
        )
    kept, messages = _rows(data, outcome, subject, visit, arm, covariates)
    used = data if len(kept) == len(data) else data.iloc[kept]
    coded = [code_column(used[name]) for name in (visit, arm)]
    coded += [code_covariate(used[name]) for name in covariates]
    subject_code, subjects = renumber(code_column(used[subject]))
    arm_code, arms = _reference_first(*in_order(coded[1]), reference, "arm")
    visit_code, visits = in_order(coded[0])
    visit_code, visits, times = _baseline_first(visit_code, visits, baseline, used, time)
    check_once(subject_code, visit_code, subjects, visits, subject, visit)
    _check_arms(arm_code, arms, visit_code, visits, subject_code, subjects)
    design, row, terms = constrained_columns(
        visit=(visit_code, visits),
        arm=(arm_code, arms),
        covariates=dict(zip(covariates, coded[2:], strict=True)),
        subject=subject_code,
    )
    frame = ModelFrame(
        kept=kept,
        n_dropped=len(data) - len(kept),
        outcome=used[outcome].to_numpy(dtype=float, na_value=np.nan),
        distinct=design,
        design_row=row,
        terms=terms,
        spec=None,
        subject=subject_code,
        subjects=subjects,
        visit=visit_code,
        visits=visits,
        group=np.zeros(len(subjects), dtype=np.intp),
        groups=("all",),
        levels={},
        means={},
        values={},
    )
    return ConstrainedDesign(frame, arm_code, arms, visits, times, messages)


def group_by_arm(design: ConstrainedDesign) -> ConstrainedDesign:
    """Give every arm a covariance of its own."""
    group = np.empty(len(design.frame.subjects), dtype=np.intp)
    group[design.frame.subject] = design.arm
    return replace(design, frame=replace(design.frame, group=group, groups=design.arms))


def _rows(
    data: pd.DataFrame,
    outcome: str,
    subject: str,
    visit: str,
    arm: str,
    covariates: Sequence[str],
) -> tuple[IntArray, tuple[str, ...]]:
    """Positions of the rows with a score and every covariate."""
    scored = ~np.isnan(numeric_column(data[outcome], "outcome"))
    if not scored.any():
        raise AnalysisError(f"No row of the data has a value of {outcome!r}.")
    for name in (subject, visit, arm):
        if data.loc[scored, name].isna().any():
            raise AnalysisError(f"Column {name!r} is blank in a row with a score; fill it in.")
    known = scored.copy()
    for name in covariates:
        known &= data[name].notna().to_numpy()
    kept = np.flatnonzero(known)
    if len(kept) == scored.sum():
        return kept, ()
    before, after = data.loc[scored, subject].nunique(), data.iloc[kept][subject].nunique()
    if not after:
        raise AnalysisError(f"No row has a score and every covariate ({', '.join(covariates)}).")
    return kept, (
        f"Left out, because a value of {', '.join(covariates)} is missing: {before - after} of "
        f"{before} participants.",
    )


def _reference_first(
    codes: IntArray, labels: tuple[Any, ...], first: Any, kind: str
) -> tuple[IntArray, tuple[Any, ...]]:
    """Renumber so that one label comes first; None leaves the order as it is."""
    if first is None:
        return codes, labels
    names = [str(label) for label in labels]
    if first in labels:
        start = labels.index(first)
    elif str(first) in names:
        start = names.index(str(first))
    else:
        raise AnalysisError(unknown_name(kind, str(first), names, where="Data with scores"))
    order = [start, *(i for i in range(len(labels)) if i != start)]
    place = np.empty(len(labels), dtype=np.intp)
    place[order] = np.arange(len(labels))
    return place[codes], tuple(labels[i] for i in order)


def _baseline_first(
    codes: IntArray,
    visits: tuple[Any, ...],
    baseline: Any,
    used: pd.DataFrame,
    time: str | None,
) -> tuple[IntArray, tuple[Any, ...], FloatArray | None]:
    times = None
    if time is not None:
        values = numeric_column(used[time], "time")
        times = np.full(len(visits), np.nan)
        times[codes] = values
        if not np.array_equal(times[codes], values):
            raise AnalysisError(f"Column {time!r} must hold one known time for each visit.")
        order = np.argsort(times, kind="stable")
        place = np.empty(len(visits), dtype=np.intp)
        place[order] = np.arange(len(visits))
        codes, times = place[codes], times[order]
        visits = tuple(visits[i] for i in order)
    shown = visits
    codes, visits = _reference_first(codes, visits, baseline, "visit")
    late = time is not None and shown[0] != visits[0]
    if late or len(visits) < 2 or (times is not None and np.any(np.diff(times) == 0)):
        raise AnalysisError(
            f"The visits with scores are {', '.join(map(str, shown))}; the mixed model needs the "
            f"baseline {baseline!r} first and at least one visit after it, each at its own time."
        )
    return codes, visits, times


def _check_arms(
    arm: IntArray,
    arms: tuple[Any, ...],
    visit: IntArray,
    visits: tuple[Any, ...],
    subject: IntArray,
    subjects: NDArray[Any],
) -> None:
    if len(arms) < 2:
        raise AnalysisError(
            f"The mixed model compares arms but only {', '.join(map(str, arms))} has scores; "
            "it needs at least two arms with data."
        )
    own = np.empty(len(subjects), dtype=np.intp)
    own[subject] = arm
    if np.any(own[subject] != arm):
        wrong = subjects[subject[np.flatnonzero(own[subject] != arm)[0]]]
        raise AnalysisError(f"Participant {wrong} stands in more than one arm; keep one.")
    count = np.bincount(arm * len(visits) + visit, minlength=len(arms) * len(visits))
    count = count.reshape(len(arms), len(visits))
    empty = np.argwhere(count[:, 1:] == 0)
    if len(empty):
        a, v = empty[0]
        raise AnalysisError(
            f"Arm {arms[a]} has no score at visit {visits[v + 1]}, so its change there cannot be "
            "estimated; choose another outcome or leave that visit out."
        )
    if not count[:, 0].any():
        raise AnalysisError(f"No participant has a score at the baseline {visits[0]}.")
