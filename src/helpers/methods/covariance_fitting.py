"""Fitting a covariance structure: starting values, the optimum, and whether it can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.errors import AnalysisError
from helpers.methods.covariance_climbs import Climbs
from helpers.methods.covariance_points import evaluate
from helpers.methods.covariance_structures import Structure
from helpers.methods.newton import Optimum
from helpers.methods.patient_cells import Cells
from helpers.methods.reml import Likelihood

FloatArray = NDArray[np.float64]

# Correlation matrices with an eigenvalue below this are reported as nearly singular.
_NEARLY_SINGULAR = 1e-6
# With fewer scores for each covariance parameter the likelihood is climbed from several sides.
# Of 1168 fits to simulated trials of 8 to 48 patients and four visits the usual starts missed the
# highest maximum in five, all of them with fewer than 11 scores for each parameter.
_FEW_SCORES = 12
# A climb that ends below this without an optimum was on its way to a singular matrix.
_TOWARDS_SINGULAR = 1e-3


def fit_covariance(
    cells: Cells,
    structures: Sequence[Structure],
    *,
    name: str,
    visits: Sequence[Any],
    groups: Sequence[Any],
    reml: bool,
    remedy: str = "choose a covariance with fewer parameters, such as 'ar1h' or 'cs'",
) -> tuple[Optimum, tuple[str, ...]]:
    """Find the (RE)ML estimate of the covariance parameters.

    A likelihood of few scores can have several maxima. With fewer than 12 scores (less the fixed
    effects) for each covariance parameter, and whenever the usual start leads nowhere, it is
    climbed from half a dozen further starts (``covariance_starts``); the highest maximum is kept,
    and a message says when there are others.

    Parameters
    ----------
    cells
        Grouped patients.
    structures
        One structure for each covariance group.
    name, visits, groups
        What to call the structure, the visits and the groups in messages.
    reml
        REML or ML.
    remedy
        What to do when the covariance cannot be estimated.

    Returns
    -------
    Optimum, messages
        The optimum and what the reader must know about it.

    Raises
    ------
    AnalysisError
        When the covariance is not identified or no start leads to a maximum.
    """
    check_identified(cells, name=name, visits=visits, groups=groups, remedy=remedy)
    evaluate_at = partial(evaluate, Likelihood(cells, reml=reml), tuple(structures))
    count = sum(len(s.names) for s in structures)
    climbs = Climbs(evaluate_at, structures)
    climbs.from_usual_starts(cells)
    if climbs.best is None or cells.n_obs - cells.n_coefficients < _FEW_SCORES * count:
        climbs.from_everywhere(cells)
    best = climbs.best
    if best is None:
        raise AnalysisError(
            f"The covariance {name!r} did not converge ({_why_not(climbs.found)}): "
            f"{cells.n_subjects} patients with {cells.n_obs} scores do not determine its "
            f"{count} parameters; {remedy}."
        )
    described = _describe_optimum(best, cells, name=name, groups=groups)
    return best, (*described, *_describe_climbs(climbs, name=name))


def _why_not(found: Sequence[Optimum]) -> str:
    """Say why there is no optimum."""
    if not found:
        return "no starting value gives a covariance matrix"
    highest = max(found, key=lambda optimum: optimum.point.loglik)
    lowest = min(_lowest_eigenvalue(sigma) for sigma in highest.point.evaluation.sigma)
    if lowest < _TOWARDS_SINGULAR:
        return "the likelihood rises without end as the covariance becomes singular"
    return highest.reason


def _lowest_eigenvalue(sigma: FloatArray) -> float:
    """Smallest eigenvalue of the correlation matrix."""
    sd = np.sqrt(np.diag(sigma))
    return float(np.linalg.eigvalsh(sigma / np.outer(sd, sd))[0])


def check_identified(
    cells: Cells, *, name: str, visits: Sequence[Any], groups: Sequence[Any], remedy: str
) -> None:
    """Refuse data that cannot determine the covariance.

    Raises
    ------
    AnalysisError
        When there are no more scores than fixed effects, the scores do not vary, no patient has
        two scores, or (unstructured) two visits are never seen in the same patient.
    """
    if cells.n_obs <= cells.n_coefficients:
        raise AnalysisError(
            f"The model has {cells.n_coefficients} fixed effects but only {cells.n_obs} scores; "
            "use fewer covariates or more data."
        )
    spread = float(np.sum(cells.products)) + float(np.sum(cells.scores**2))
    if not spread > 0 or cells.scale < 1e-10 * _size(cells):
        raise AnalysisError(
            "The scores do not vary beyond what the fixed effects explain, so no variance can be "
            "estimated; check the outcome."
        )
    for number, group in enumerate(groups):
        members = cells.group == number
        seen = cells.observed[members].astype(float)
        weight = cells.patients[members]
        pairs = (seen * weight[:, None]).T @ seen
        place = "" if len(groups) == 1 else f" in group {group}"
        for j in range(len(visits)):
            if pairs[j, j] == 0 and name == "us":
                raise AnalysisError(
                    f"Visit {visits[j]} has no score{place}, so its variance cannot be estimated; "
                    f"leave the visit out or {remedy}."
                )
        if name != "us":
            continue
        for j in range(len(visits)):
            for k in range(j):
                if pairs[j, k] == 0:
                    raise AnalysisError(
                        f"No patient{place} has scores at both visit {visits[k]} and visit "
                        f"{visits[j]}, so the unstructured covariance has no data for that pair; "
                        f"{remedy}, or leave one of the visits out."
                    )


def _size(cells: Cells) -> float:
    """Root mean square of the scores, on the scale of the data."""
    squares = float(np.sum(cells.scores**2) + np.trace(cells.products.sum(axis=0)))
    return cells.scale * float(np.sqrt(squares / cells.n_obs))


def _describe_optimum(
    optimum: Optimum, cells: Cells, *, name: str, groups: Sequence[Any]
) -> tuple[str, ...]:
    """Say what the reader must know about the optimum."""
    messages = []
    count = len(optimum.point.theta)
    if count > cells.n_subjects:
        messages.append(
            f"The covariance {name!r} has {count} parameters for {cells.n_subjects} patients; its "
            "estimate and the degrees of freedom are unreliable. Consider fewer parameters."
        )
    for number, group in enumerate(groups):
        lowest = _lowest_eigenvalue(optimum.point.evaluation.sigma[number])
        if lowest < _NEARLY_SINGULAR:
            place = "" if len(groups) == 1 else f" of group {group}"
            messages.append(
                f"The estimated covariance{place} is nearly singular (smallest eigenvalue of the "
                f"correlation matrix {lowest:.1e}); consider a covariance with fewer parameters."
            )
    return tuple(messages)


def _describe_climbs(climbs: Climbs, *, name: str) -> tuple[str, ...]:
    """Say when the likelihood has other maxima, or rises beyond the one that is reported."""
    maxima, messages = climbs.maxima, []
    if len(maxima) > 1:
        messages.append(
            f"The likelihood of the covariance {name!r} has {len(maxima)} maxima (log-likelihood "
            f"{', '.join(f'{value:.4f}' for value in maxima)}); the highest is reported. The data "
            "hardly determine the covariance; consider one with fewer parameters."
        )
    if climbs.rises_beyond:
        messages.append(
            f"The likelihood of the covariance {name!r} rises above the maximum that is reported "
            f"(log-likelihood {maxima[0]:.4f}) towards covariances where it has none; consider one "
            "with fewer parameters."
        )
    return tuple(messages)
