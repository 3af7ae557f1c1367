r"""How far a reference's optimum is from the top of its own likelihood.

Two programs that maximise the same likelihood can differ because one of them stopped early. The
likelihood itself settles who: at the other program's Sigma we evaluate the same log-likelihood, and
with its gradient g and Hessian H in the elements of Sigma, Newton's step promises a rise of
-1/2 g'H^-1 g. Where that rise equals the distance to our log-likelihood, the other program stopped
short, by that much.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.errors import AnalysisError
from helpers.methods.frame_cells import group_frame
from helpers.methods.mixed_models import fit_mmrm
from helpers.methods.model_formulas import build_frame
from helpers.methods.r_references import FORMULAS, read_data
from helpers.methods.reml import Likelihood

UNPOLISHED = "mmrm_pain_ancova_us_satt_emp"
POLISHED = "mmrm_pain_ancova_us_satt"


@dataclass(frozen=True)
class ReferenceOptimum:
    """Where a reference stopped, seen in our likelihood.

    Attributes
    ----------
    name
        File of the reference.
    loglik, loglik_there
        Log-likelihood that the reference gives, and ours at its Sigma.
    loglik_ours
        Log-likelihood at our optimum.
    gradient
        Largest absolute element of the gradient at its Sigma.
    promised
        Rise of the log-likelihood that Newton's step promises from there.
    """

    name: str
    loglik: float
    loglik_there: float
    loglik_ours: float
    gradient: float
    promised: float

    @property
    def short(self) -> float:
        """How far the reference's log-likelihood lies below ours."""
        return self.loglik_ours - self.loglik


def reference_optimum(folder: Path, name: str) -> ReferenceOptimum:
    """Look at one of mmrm's unstructured REML fits of pain with the baseline as a covariate.

    Parameters
    ----------
    folder
        The references: ``data`` and ``r``.
    name
        File name without its ending: ``UNPOLISHED`` or ``POLISHED``, which are the same model.
    """
    reference = json.loads((folder / "r" / f"{name}.json").read_text(encoding="utf-8"))
    data = read_data(folder / "data")["pain_ancova"]
    formula = FORMULAS["pain_ancova"]
    frame = build_frame(formula, data, subject="id", visit="visitf", group=None)
    _, cells = group_frame(frame)
    sigma = np.array(reference["Sigma"])[None] / cells.scale**2
    there = Likelihood(cells, reml=True).at(sigma)
    if there is None:
        raise AnalysisError(f"The covariance in {name}.json is not positive definite.")
    return ReferenceOptimum(
        name=name,
        loglik=float(reference["logLik"]),
        loglik_there=there.loglik,
        loglik_ours=fit_mmrm(formula, data, subject="id", visit="visitf").loglik,
        gradient=float(np.max(np.abs(there.gradient))),
        promised=float(0.5 * there.gradient @ np.linalg.solve(-there.hessian, there.gradient)),
    )
