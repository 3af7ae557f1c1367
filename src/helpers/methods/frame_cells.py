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


def group_frame(frame: ModelFrame) -> tuple[Patients, Cells]:
    """Lay the rows out by patient and group them into cells.

    Raises
    ------
    AnalysisError
        When columns of the design depend on others; it names them.
    """
    patients = lay_out(
        design=frame.design,
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
        for column, others in error.dependent.items():
            made_of = ", ".join(frame.terms[i] for i in others)
            what = f"a combination of {made_of}" if others else "zero in every row"
            parts.append(f"{frame.terms[column]} ({what})")
        raise AnalysisError(
            "The design is rank-deficient, so the fixed effects are not unique: "
            f"{'; '.join(parts)}. Leave these terms out, or join sparse levels."
        ) from error


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

    ``between`` says which columns keep one value within every patient; None looks at the patients.
    """
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
            inference, effects, terms=frame.terms, reml=reml, between=between
        ),
        "_parameters": parameters,
    }
