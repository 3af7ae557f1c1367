"""Fitting a model whose covariance is a structure over visits or over times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import AnalysisError, unknown_name
from helpers.methods.covariance_fitting import check_identified, fit_covariance
from helpers.methods.covariance_structures import COVARIANCES, covariance_structure
from helpers.methods.fixed_effects import FixedEffects, Information
from helpers.methods.frame_cells import group_frame, result_fields
from helpers.methods.irregular_covariances import ExponentialTimes
from helpers.methods.irregular_times import evaluate_irregular
from helpers.methods.mixed_results import MixedModelFit, ParameterName
from helpers.methods.model_formulas import ModelFrame
from helpers.methods.newton import Optimum, maximise
from helpers.methods.patient_cells import Cells, Patients
from helpers.methods.random_layout import lay_out_random
from helpers.methods.reml import Likelihood

FloatArray = NDArray[np.float64]

# Tried in this order when ``fallback=True``: from structures with a variance for each visit and a
# flexible correlation to ever fewer parameters. An order fixed before the data are seen is what
# trial protocols ask for.
FALLBACK_ORDER = ("toeph", "adh", "ar1h", "csh", "toep", "ar1", "cs")


def fit_structured(
    frame: ModelFrame,
    index: pd.Index,
    *,
    formula: str,
    covariance: str,
    times: FloatArray | None,
    reml: bool,
    inference: str,
    information: Information,
    fallback: bool | str | Sequence[str],
    level: float,
    messages: tuple[str, ...],
) -> MixedModelFit:
    """Fit a structured covariance to the rows of a model.

    Parameters
    ----------
    frame, index
        Rows of the model, and the index of the data that they come from.
    formula
        What to call the model.
    covariance
        One of ``COVARIANCES``.
    times
        Time of each row, shape (n,); for ``sp_exp``.
    reml, inference, information, fallback, level, messages
        As for ``mixed_models.fit_mmrm``.
    """
    attempts = _attempts(covariance, fallback)
    if covariance == "sp_exp" and times is None:
        raise AnalysisError(
            "Covariance 'sp_exp' needs the time of each row; name the column: time=."
        )
    for name in attempts:
        try:
            found = _fit(frame, name, times, reml=reml)
        except AnalysisError as error:
            if name == attempts[-1]:
                raise
            messages = (*messages, f"Fell back from covariance {name!r}. {error}")
            continue
        used, patients, cells, optimum, parameters, notes = found
        effects = FixedEffects(optimum.point, cells, patients, information)
        return MixedModelFit(
            **result_fields(
                formula=formula,
                index=index,
                frame=used,
                effects=effects,
                optimum=optimum,
                parameters=parameters,
                covariance=name,
                inference=inference,
                reml=reml,
                level=level,
                messages=(*messages, *notes),
            )
        )
    raise AssertionError("the last attempt returns or raises")


def _attempts(covariance: str, fallback: bool | str | Sequence[str]) -> tuple[str, ...]:
    order = FALLBACK_ORDER if fallback is True else tuple(fallback or ())
    if isinstance(fallback, str):
        order = (fallback,)
    for name in (covariance, *order):
        if name not in COVARIANCES:
            raise AnalysisError(unknown_name("covariance", name, COVARIANCES))
    return (covariance, *(name for name in order if name != covariance))


_Found = tuple[ModelFrame, Patients, Cells, Optimum, tuple[ParameterName, ...], tuple[str, ...]]


def _fit(frame: ModelFrame, name: str, times: FloatArray | None, *, reml: bool) -> _Found:
    """Fit one structure."""
    visit_times = None
    if name == "sp_exp":
        assert times is not None
        visit_times = _constant_times(frame, times)
        if visit_times is None:
            return _fit_own_times(frame, times, reml=reml)
    patients, cells = group_frame(frame)
    structures = tuple(
        covariance_structure(name, n_visits=len(frame.visits), times=visit_times)
        for _ in frame.groups
    )
    optimum, notes = fit_covariance(
        cells, structures, name=name, visits=frame.visits, groups=frame.groups, reml=reml
    )
    if visit_times is not None:
        _check_range(optimum.point.theta[1::2], visit_times)
    parameters = tuple(
        ParameterName(group, parameter, power)
        for group, structure in zip(frame.groups, structures, strict=True)
        for parameter, power in zip(structure.names, structure.powers, strict=True)
    )
    return frame, patients, cells, optimum, parameters, notes


def _constant_times(frame: ModelFrame, times: FloatArray) -> FloatArray | None:
    """Time of each visit, or None when a visit has more than one."""
    by_visit = np.full(len(frame.visits), np.nan)
    by_visit[frame.visit] = times
    constant = np.array_equal(by_visit[frame.visit], times)
    return by_visit if constant and len(set(by_visit)) == len(by_visit) else None


def _fit_own_times(frame: ModelFrame, times: FloatArray, *, reml: bool) -> _Found:
    """Spatial exponential covariance for patients who are seen at times of their own."""
    layout = lay_out_random(times[:, None], frame.subject, times, most_positions=0)
    assert layout.group_design is not None
    key = pd.DataFrame({"subject": frame.subject, "time": times})
    if key.duplicated().any():
        twice = key.loc[key.duplicated()].iloc[0]
        raise AnalysisError(
            f"Patient {frame.subjects[int(twice['subject'])]} has two scores at time "
            f"{twice['time']:g}, which sp_exp would make identical; give them different times."
        )
    n_sets = len(layout.group_design)
    used = replace(
        frame,
        visit=layout.position,
        visits=layout.labels,
        group=frame.group * n_sets + layout.group,
    )
    patients, cells = group_frame(used)
    check_identified(cells, name="sp_exp", visits=(), groups=("all",), remedy="use fewer terms")
    own_group, own_set = np.divmod(cells.group, n_sets)
    covariance = ExponentialTimes(layout.group_design[own_set, :, 0], own_group)
    evaluate_at = partial(evaluate_irregular, Likelihood(cells, reml=reml), covariance)
    typical = float(np.median(np.abs(np.diff(np.unique(times))))) if len(times) > 1 else 1.0
    span = float(np.ptp(times)) or 1.0
    optimum = None
    for reach in (span / 4, span, 4 * typical, typical):
        start = np.tile([1.0, reach], len(frame.groups))
        optimum = maximise(evaluate_at, start)
        if optimum is not None and optimum.converged:
            break
    if optimum is None or not optimum.converged:
        raise AnalysisError(
            "The covariance 'sp_exp' did not converge; the scores may be uncorrelated in time. "
            "Choose another covariance, such as 'cs'."
        )
    _check_range(optimum.point.theta[1::2], times)
    parameters = tuple(
        ParameterName(group, parameter, power)
        for group in frame.groups
        for parameter, power in (("variance", 2), ("range", 0))
    )
    return used, patients, cells, optimum, parameters, ()


def _check_range(ranges: FloatArray, times: FloatArray) -> None:
    """Refuse a range so short that no two scores are correlated: the edge of its values."""
    gaps = np.diff(np.unique(times))
    if len(gaps) and np.any(np.median(gaps) / ranges > 15):
        raise AnalysisError(
            "The range of the covariance 'sp_exp' is estimated as zero: scores of a patient are "
            "not correlated the more the closer they are in time. Choose another covariance, such "
            "as 'cs', or a random intercept."
        )
