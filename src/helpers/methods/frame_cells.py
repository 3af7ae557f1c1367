"""From the rows of a model to grouped patients and to the fields of a result."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import AnalysisError, ParameterError, unknown_name
from helpers.methods.design_reduction import DependentColumnsError
from helpers.methods.fixed_effects import FixedEffects
from helpers.methods.inferences import INFERENCES, choose_inference
from helpers.methods.mixed_results import ParameterName
from helpers.methods.model_formulas import ModelFrame
from helpers.methods.newton import Optimum
from helpers.methods.patient_cells import Cells, Patients, group_patients, lay_out

# Dependent columns, and columns that make one up, that an error names.
_MOST_NAMED = 5
# The variance of a variance has the fourth power of the outcome's unit: 1e280 is still a number.
_LARGEST = 1e70


def group_frame(frame: ModelFrame) -> tuple[Patients, Cells]:
    """Lay the rows out by patient and group them into cells.

    Raises
    ------
    AnalysisError
        When columns of the design depend on others; it names them.
    """
    most = float(np.max(np.abs(frame.outcome)))
    if most > _LARGEST or 0 < most < 1 / _LARGEST:
        raise AnalysisError(
            f"The outcome is as {'large' if most > 1 else 'small'} as {most:.0e}, beyond what can "
            "be squared in floating point; measure it in another unit."
        )
    patients = lay_out(
        design=frame.distinct,
        design_row=frame.design_row,
        scores=frame.outcome,
        subject=frame.subject,
        visit=frame.visit,
        group=frame.group,
        n_visits=len(frame.visits),
    )
    try:
        return patients, group_patients(patients)
    except DependentColumnsError as error:
        parts = []
        shown = list(error.dependent.items())[:_MOST_NAMED]
        for column, others in shown:
            named = [frame.terms[i] for i in others[:_MOST_NAMED]]
            rest = len(others) - len(named)
            made_of = ", ".join(named) + (f" and {rest} more" if rest else "")
            what = f"a combination of {made_of}" if others else "zero in every row"
            parts.append(f"{frame.terms[column]} ({what})")
        more = len(error.dependent) - len(shown)
        and_more = f"; and {more} more" if more else ""
        raise AnalysisError(
            "The design is rank-deficient, so the fixed effects are not unique: "
            f"{'; '.join(parts)}{and_more}. Leave these terms out, or join sparse levels."
            f"{_numbers_as_text(frame)}"
        ) from error


def _numbers_as_text(frame: ModelFrame) -> str:
    """Hint at a factor whose labels are all text that reads as numbers; empty without one."""
    found = [
        name
        for name, levels in frame.levels.items()
        if len(levels) > _MOST_NAMED and all(_is_number(level) for level in levels)
    ]
    if not found:
        return ""
    return (
        f" Column {found[0]!r} holds numbers as text, so that each of its "
        f"{len(frame.levels[found[0]])} values is a level; turn it into numbers, as by "
        "pandas.to_numeric, if it is a covariate."
    )


def _is_number(label: Any) -> bool:
    if not isinstance(label, str):
        return False
    try:
        float(label)
    except ValueError:
        return False
    return True


def check_options(*, inference: str, information: str, level: float) -> None:
    """Refuse options that do not exist."""
    if inference not in INFERENCES:
        raise AnalysisError(unknown_name("inference", inference, INFERENCES))
    if information not in ("observed", "expected"):
        raise AnalysisError(unknown_name("information", information, ("observed", "expected")))
    if not 0 < level < 1:
        raise ParameterError(f"The confidence level must lie between 0 and 1, not {level}.")


def result_fields(
    *,
    formula: str,
    index: pd.Index,
    frame: ModelFrame,
    effects: FixedEffects,
    inferred: FixedEffects | None = None,
    optimum: Optimum,
    parameters: tuple[ParameterName, ...],
    covariance: str,
    inference: str,
    reml: bool,
    level: float,
    messages: tuple[str, ...],
    between: NDArray[np.bool_] | None = None,
) -> dict[str, Any]:
    """Fields that every fitted mixed model has.

    ``inferred`` are the fixed effects with the covariance parameters that inference takes, when
    they are not the same; both have the same V.
    ``between`` says which columns keep one value within every patient; None looks at the patients.
    """
    inferred = inferred or effects
    return {
        "formula": formula,
        "covariance_name": covariance,
        "inference_name": inference,
        "reml": reml,
        "level": level,
        "loglik": optimum.point.loglik,
        "n_obs": effects.cells.n_obs,
        "n_subjects": effects.cells.n_subjects,
        "n_dropped": frame.n_dropped,
        "converged": optimum.converged,
        "iterations": optimum.iterations,
        "messages": messages,
        "visits": frame.visits,
        "groups": frame.groups,
        "_frame": frame,
        "_index": index[frame.kept],
        "_effects": effects,
        "_inference": choose_inference(
            inference, inferred, terms=frame.terms, reml=reml, between=between
        ),
        "_inferred": inferred,
        "_between": between,
        "_parameters": parameters,
    }
