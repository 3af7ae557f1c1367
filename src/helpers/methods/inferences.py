"""The ways of inference by name."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helpers.errors import AnalysisError, unknown_name
from helpers.methods.degrees_of_freedom import (
    BetweenWithin,
    FixedDegrees,
    Satterthwaite,
    columns_between,
)
from helpers.methods.fixed_effects import FixedEffects, Inference
from helpers.methods.kenward_roger import KenwardRoger
from helpers.methods.sandwich import Sandwich

INFERENCES = (
    "satterthwaite",
    "kenward-roger",
    "kenward-roger-linear",
    "between-within",
    "residual",
    "sandwich",
    "sandwich-cr0",
    "sandwich-cr2",
    "sandwich-cr3",
    "normal",
)


def choose_inference(
    name: str,
    effects: FixedEffects,
    *,
    terms: tuple[str, ...],
    reml: bool,
    between: NDArray[np.bool_] | None = None,
) -> Inference:
    """Build a way of inference.

    Parameters
    ----------
    name
        One of ``INFERENCES``; ``"sandwich"`` is CR0.
    effects
        Fixed effects at the optimum.
    terms
        Names of the fixed effects; ``"Intercept"`` is recognised.
    reml
        Whether the fit is REML; Kenward-Roger needs it.
    between
        Which columns keep one value within every patient, shape (p,); None looks at the patients.

    Raises
    ------
    AnalysisError
        When the name is unknown or the method is not defined for the fit.
    """
    if name.startswith(("satterthwaite", "kenward")):
        # Refuse here, not when the first standard error is asked for.
        _ = effects.theta_covariance
    if name == "satterthwaite":
        return Satterthwaite(effects)
    if name in ("kenward-roger", "kenward-roger-linear"):
        if not reml:
            raise AnalysisError(
                "Kenward-Roger inference is defined for REML only; use reml=True or "
                "inference='satterthwaite'."
            )
        return KenwardRoger(effects, linear=name.endswith("linear"))
    if name == "between-within":
        intercept = np.array([term.lower() == "intercept" for term in terms])
        if between is None:
            between = columns_between(effects.patients, effects.cells.example)
        return BetweenWithin(effects, between, intercept)
    if name == "residual":
        return FixedDegrees(effects, float(effects.cells.n_obs - effects.cells.n_coefficients))
    if name == "normal":
        return FixedDegrees(effects, np.inf)
    if name in ("sandwich", "sandwich-cr0"):
        return Sandwich(effects, "CR0")
    if name == "sandwich-cr2":
        return Sandwich(effects, "CR2")
    if name == "sandwich-cr3":
        return Sandwich(effects, "CR3")
    raise AnalysisError(unknown_name("inference", name, INFERENCES))
