"""From a data frame and a formula to design rows, patients and visits.

The formula language is formulaic's, which statsmodels uses too. A design row depends on nothing but
the row's variables, so the formula is evaluated once for each distinct combination of them (20 rows
for 10 visits and 2 arms, whatever the number of patients). Transformations that look at the whole
column, such as ``center(x)`` or ``bs(x)``, are evaluated on all rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import AnalysisError
from helpers.methods.coded_columns import (
    Coded,
    check_columns,
    check_once,
    code_column,
    code_covariate,
    distinct_rows,
    in_order,
    plain,
    renumber,
)
from helpers.methods.factored_designs import FactoredDesign, written_out
from helpers.methods.formula_parsing import ParsedFormula, parse_formula

if TYPE_CHECKING:
    from formulaic import ModelSpec

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

# Numeric variables with no more values than this can be crossed in LS means.
_FEW_VALUES = 12
# Above so many different rows a formula is taken apart by its continuous variables.
MANY_ROWS = 5000


@dataclass(frozen=True)
class ModelFrame:
    """Rows that enter a model.

    Attributes
    ----------
    kept
        Positions in the data of the n rows used.
    n_dropped
        Rows left out because something was missing.
    outcome
        Outcome, shape (n,).
    distinct, design_row
        Distinct design rows (u, p), or what they are made of, and which one each row has (n,).
    terms
        Names of the p columns, formulaic's.
    spec
        Formulaic's model specification, to evaluate the formula on other data; None when the
        design was not made by a formula.
    subject, subjects
        Patient number of each row, and the patients' labels in order of first appearance.
    visit, visits
        Visit number of each row, and the visits' labels in order.
    group, groups
        Covariance group of each patient, and the groups' labels.
    levels
        Levels of each categorical variable of the formula, in order.
    means
        Mean over the rows used of each numeric variable.
    values
        Distinct values of the numeric variables that have few.
    subject_name, visit_name, group_name
        Columns that the patients, visits and groups come from; None when there is none.
    """

    kept: IntArray
    n_dropped: int
    outcome: FloatArray
    distinct: FloatArray | FactoredDesign
    design_row: IntArray
    terms: tuple[str, ...]
    spec: ModelSpec | None
    subject: IntArray
    subjects: NDArray[Any]
    visit: IntArray
    visits: tuple[Any, ...]
    group: IntArray
    groups: tuple[Any, ...]
    levels: dict[str, tuple[Any, ...]]
    means: dict[str, float]
    values: dict[str, tuple[float, ...]]
    subject_name: str | None = None
    visit_name: str | None = None
    group_name: str | None = None

    @property
    def design(self) -> FloatArray:
        """Distinct design rows, shape (u, p)."""
        return written_out(self.distinct)


def build_frame(
    formula: str,
    data: pd.DataFrame,
    *,
    subject: str,
    visit: str | None = None,
    group: str | None = None,
    also: tuple[str, ...] = (),
) -> ModelFrame:
    """Evaluate a formula on the rows that have everything it needs.

    Parameters
    ----------
    formula
        Model formula with an outcome.
    data
        One row per patient and visit, in any order.
    subject, visit
        Columns that name the patient and the visit; without a visit every row gets visit 0.
    group
        Column of the covariance group, constant within a patient; None for one covariance.
    also
        Further columns that must not be missing.

    Raises
    ------
    AnalysisError
        When a column is unknown, no rows are left, a patient has two rows at a visit or changes
        group, or the formula cannot be evaluated.
    """
    parsed = parse_formula(formula)
    keys = [subject, *(name for name in (visit, group) if name is not None)]
    check_columns(data, [*parsed.outcome_variables, *parsed.variables, *keys, *also])
    for name in parsed.variables:
        if data[name].dtype.kind in "mMc":
            raise AnalysisError(
                f"Covariate {name!r} holds {data[name].dtype}; turn it into a number, such as days "
                "since the start."
            )
    known = _outcome_known(parsed, data)
    coded = {name: code_column(data[name]) for name in dict.fromkeys(keys)}
    for name in parsed.variables:
        if name not in coded:
            code = code_column if name in parsed.categorical else code_covariate
            coded[name] = code(data[name])
    for column in coded.values():
        known &= column.codes >= 0
    for name in also:
        known &= data[name].notna().to_numpy()
    kept = np.flatnonzero(known)
    if not len(kept):
        raise AnalysisError(
            "No row of the data has the outcome, the patient, the visit and every covariate; "
            "check for missing values."
        )
    if len(kept) < len(data):
        coded = {name: column.take(kept) for name, column in coded.items()}
    outcome = _outcome(parsed, data if len(kept) == len(data) else data.iloc[kept])
    subject_code, labels = renumber(coded[subject])
    visit_code, visits = np.zeros(len(kept), dtype=np.intp), ()
    if visit is not None:
        visit_code, visits = in_order(coded[visit])
        check_once(subject_code, visit_code, labels, visits, subject, visit)
    group_code, groups = _patient_groups(coded.get(group or ""), group, subject_code, labels)
    row, first = distinct_rows([coded[name] for name in parsed.variables], len(kept))
    levels, means, values = _describe(parsed, coded)
    if not parsed.row_wise:
        row = first = np.arange(len(kept))
    evaluated = None
    if parsed.row_wise and len(first) > MANY_ROWS:
        # Formulaic on so many rows takes longer than everything that follows.
        evaluated = _evaluate_in_parts(parsed, coded, len(first), levels)
        row = row if evaluated is None else np.arange(len(kept))
    design, terms, spec = evaluated or _evaluate(parsed, coded, first, levels)
    return ModelFrame(
        kept=kept,
        n_dropped=len(data) - len(kept),
        outcome=outcome,
        distinct=design,
        design_row=row,
        terms=terms,
        spec=spec,
        subject=subject_code,
        subjects=labels,
        visit=visit_code,
        visits=visits,
        group=group_code,
        groups=groups,
        levels=levels,
        means=means,
        values=values,
        subject_name=subject,
        visit_name=visit,
        group_name=group,
    )


def design_rows(spec: ModelSpec, data: pd.DataFrame) -> FloatArray:
    """Evaluate the right-hand side of a fitted formula on other data, shape (rows, p)."""
    from formulaic.errors import FormulaicError

    try:
        matrix = spec.get_model_matrix(data, context={"np": np}, na_action="ignore", output="numpy")
    except (FormulaicError, KeyError, ValueError) as error:
        raise AnalysisError(f"The formula cannot be evaluated on these data: {error}") from error
    return np.asarray(matrix, dtype=float)


def evaluate_random(random: str, data: pd.DataFrame) -> tuple[FloatArray, ModelSpec]:
    """Evaluate Z on rows without missing values: shape (n, k), and what evaluates it again."""
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        matrix = Formula(random).get_model_matrix(data, context={"np": np}, output="numpy")
    except (FormulaicError, KeyError, ValueError, NameError) as error:
        raise AnalysisError(
            f"The random effects {random!r} cannot be evaluated: {error}"
        ) from error
    if not matrix.model_spec.column_names:
        raise AnalysisError(f"The random effects {random!r} are empty; write '1' or '1 + week'.")
    values = np.asarray(matrix, dtype=float)
    if not np.all(np.isfinite(values)):
        raise AnalysisError(
            f"The random effects {random!r} are missing or infinite in some row; check the column."
        )
    return values, matrix.model_spec


def numeric_column(column: pd.Series, kind: str) -> FloatArray:
    """Read a column as numbers, missing ones as NaN."""
    if not pd.api.types.is_numeric_dtype(column) or column.dtype.kind == "c":
        raise AnalysisError(f"The {kind} {column.name!r} must be numeric.")
    values = column.to_numpy(dtype=float, na_value=np.nan)
    if np.any(np.isinf(values)):
        raise AnalysisError(f"The {kind} {column.name!r} is infinite in some row; check it.")
    return values


def _outcome_known(parsed: ParsedFormula, data: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether a row has every column that the left-hand side needs."""
    known = np.ones(len(data), dtype=bool)
    for name in parsed.outcome_variables:
        known &= data[name].notna().to_numpy()
    return known


def _outcome(parsed: ParsedFormula, used: pd.DataFrame) -> FloatArray:
    """Evaluate the left-hand side on rows that have its columns."""
    if parsed.outcome_variables == (parsed.outcome,):
        return numeric_column(used[parsed.outcome], "outcome")
    from formulaic.errors import FormulaicError

    try:
        # What a transformation cannot take, such as the logarithm of 0, is refused below.
        with np.errstate(all="ignore"):
            matrix = parsed.left.get_model_matrix(
                used, context={"np": np}, na_action="ignore", output="numpy"
            )
        values = np.asarray(matrix, dtype=float)
    except (FormulaicError, KeyError, ValueError, NameError, TypeError) as error:
        raise AnalysisError(
            f"The outcome {parsed.outcome!r} cannot be evaluated: {error}"
        ) from error
    if values.shape[1:] != (1,):
        raise AnalysisError(
            f"The outcome {parsed.outcome!r} is not one column of numbers; name a numeric column "
            "or an expression that gives one."
        )
    lost = int(np.sum(~np.isfinite(values)))
    if lost:
        raise AnalysisError(
            f"The outcome {parsed.outcome!r} is missing or infinite in {lost} of {len(values)} "
            "rows whose scores are known; choose a transformation that is defined for every score."
        )
    return values[:, 0]


def _patient_groups(
    coded: Coded | None,
    group: str | None,
    subject: IntArray,
    subjects: NDArray[Any],
) -> tuple[IntArray, tuple[Any, ...]]:
    if coded is None or group is None:
        return np.zeros(len(subjects), dtype=np.intp), ("all",)
    codes, labels = in_order(coded)
    out = np.empty(len(subjects), dtype=np.intp)
    out[subject] = codes
    if np.any(out[subject] != codes):
        wrong = subjects[subject[np.flatnonzero(out[subject] != codes)[0]]]
        raise AnalysisError(
            f"Patient {wrong} has more than one value of {group!r}; a covariance group must be "
            "constant within a patient."
        )
    return out, labels


def _describe(
    parsed: ParsedFormula, coded: dict[str, Coded]
) -> tuple[dict[str, tuple[Any, ...]], dict[str, float], dict[str, tuple[float, ...]]]:
    """Levels of the categorical variables; means, and values if few, of the numeric ones."""
    levels: dict[str, tuple[Any, ...]] = {}
    means: dict[str, float] = {}
    few: dict[str, tuple[float, ...]] = {}
    for name in parsed.variables:
        column = coded[name]
        count = np.bincount(column.codes, minlength=len(column.levels))
        if column.numeric and name not in parsed.categorical:
            numbers = np.asarray(column.levels)
            # A level without a row may be missing: a continuous covariate has one for each row.
            means[name] = float(count[count > 0] @ numbers[count > 0] / len(column.codes))
            if np.count_nonzero(count) <= _FEW_VALUES:
                few[name] = tuple(sorted(plain(v) for v in numbers[count > 0]))
            continue
        used = [column.levels[i] for i in np.flatnonzero(count)]
        if not column.categorical:
            # Formulaic sorts plainly; the first level is the reference of treatment coding.
            try:
                used = sorted(used)
            except TypeError as error:
                raise AnalysisError(
                    f"Column {name!r} mixes labels of different kinds, such as text and numbers, "
                    "so its levels have no order; make it text or an ordered categorical."
                ) from error
        levels[name] = tuple(plain(v) for v in used)
    return levels, means, few


def _evaluate_in_parts(
    parsed: ParsedFormula,
    coded: dict[str, Coded],
    n_distinct: int,
    levels: dict[str, tuple[Any, ...]],
) -> tuple[FactoredDesign, tuple[str, ...], ModelSpec] | None:
    """Evaluate a formula that is linear in its continuous variables without visiting every row.

    In a row-wise formula a continuous variable stands by itself or multiplied by others. Where no
    term has two of them, the design row is B_0 + z_1 B_1 + z_2 B_2 + ... in the continuous z, and
    the few rows of each B come from the formula evaluated at zeros and ones.

    Returns
    -------
    tuple or None
        The design of every row, else as :func:`_evaluate`; None when there is nothing to gain over
        ``n_distinct`` rows or a term has two of them.
    """
    many = [
        name
        for name in parsed.variables
        if coded[name].continuous and name not in parsed.categorical
    ]
    continuous = frozenset(many)
    if not many or any(
        sum(factor.expr in continuous for factor in term.factors) > 1 for term in parsed.right
    ):
        return None
    n = len(coded[many[0]].codes)
    row, first = distinct_rows([coded[v] for v in parsed.variables if v not in continuous], n)
    if len(first) > n_distinct / 10:
        return None
    few, every = {name: column.take(first) for name, column in coded.items()}, np.arange(len(first))

    def at(values: dict[str, float]) -> dict[str, Coded]:
        constant = {
            name: Coded(np.zeros_like(every), np.array([value]), False, True)
            for name, value in values.items()
        }
        return {**few, **constant}

    none = dict.fromkeys(many, 0.0)
    base, terms, spec = _evaluate(parsed, at(none), every, levels)
    slopes = [_evaluate(parsed, at({**none, name: 1.0}), every, levels)[0] - base for name in many]
    values = [np.asarray(coded[v].levels, dtype=float)[coded[v].codes] for v in many]
    return FactoredDesign(base, np.stack(slopes), row, np.stack(values)), terms, spec


def _evaluate(
    parsed: ParsedFormula,
    coded: dict[str, Coded],
    first: IntArray,
    levels: dict[str, tuple[Any, ...]],
) -> tuple[FloatArray, tuple[str, ...], ModelSpec]:
    """Evaluate the right-hand side on the rows ``first``."""
    from formulaic.errors import FormulaicError

    columns: dict[str, Any] = {}
    for name in parsed.variables:
        column = coded[name]
        taken = column.levels.take(column.codes[first])
        # Levels without a row would be columns of zeros; text gets its levels here too, so that
        # every kind of text column is read alike.
        columns[name] = taken if column.numeric else pd.Categorical(taken, categories=levels[name])
    frame = pd.DataFrame(columns, index=range(len(first)))
    try:
        matrix = parsed.right.get_model_matrix(
            frame, context={"np": np}, na_action="ignore", output="numpy"
        )
    except (FormulaicError, KeyError, ValueError, NameError) as error:
        raise AnalysisError(f"The formula cannot be evaluated: {error}") from error
    values = np.asarray(matrix, dtype=float)
    terms = tuple(matrix.model_spec.column_names)
    if not len(terms):
        raise AnalysisError("The formula has no fixed effects; it needs at least an intercept.")
    if not np.all(np.isfinite(values)):
        bad = terms[int(np.flatnonzero(~np.isfinite(values).all(axis=0))[0])]
        raise AnalysisError(
            f"Term {bad} of the formula is missing or infinite in some row; check its "
            "variables and the transformation."
        )
    return values, terms, matrix.model_spec
