"""Fitting a covariance structure: starting values, the optimum, and whether it can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.errors import AnalysisError
from helpers.methods.covariance_points import evaluate
from helpers.methods.covariance_structures import Structure
from helpers.methods.newton import Optimum, maximise
from helpers.methods.patient_cells import Cells
from helpers.methods.reml import Likelihood

FloatArray = NDArray[np.float64]

# Correlation matrices with an eigenvalue below this are reported as nearly singular.
_NEARLY_SINGULAR = 1e-6
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
        When the covariance is not identified or no maximum is found.
    """
    check_identified(cells, name=name, visits=visits, groups=groups, remedy=remedy)
    evaluate_at = partial(evaluate, Likelihood(cells, reml=reml), tuple(structures))
    best: Optimum | None = None
    for sigma in starting_covariances(cells):
        start = np.concatenate([s.start(sigma[g]) for g, s in enumerate(structures)])
        found = maximise(evaluate_at, start)
        if found is not None and (best is None or found.converged):
            best = found
        if best is not None and best.converged:
            break
    if best is None or not best.converged:
        reason = _why_not(best)
        raise AnalysisError(
            f"The covariance {name!r} did not converge ({reason}): {cells.n_subjects} patients "
            f"with {cells.n_obs} scores do not determine its "
            f"{sum(len(s.names) for s in structures)} parameters; {remedy}."
        )
    return best, _describe_optimum(best, cells, name=name, groups=groups)


def _why_not(best: Optimum | None) -> str:
    """Say why there is no optimum."""
    if best is None:
        return "no starting value gives a covariance matrix"
    lowest = min(_lowest_eigenvalue(sigma) for sigma in best.point.evaluation.sigma)
    if lowest < _TOWARDS_SINGULAR:
        return "the likelihood rises without end as the covariance becomes singular"
    return best.reason


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


def starting_covariances(cells: Cells) -> list[FloatArray]:
    """Covariances to start from, best guess first, each of shape (groups, T, T).

    The pairwise covariances of the least-squares residuals, shrunk towards compound symmetry (visit
    variances and the average correlation); then that; then independence.
    """
    n_groups, n_visits = int(cells.group.max()) + 1, cells.observed.shape[1]
    gamma = np.einsum("ktp,kt->p", cells.design, cells.scores)
    residual = cells.scores - cells.design @ gamma
    out = np.empty((3, n_groups, n_visits, n_visits))
    for g in range(n_groups):
        owners = cells.group[cells.pattern] == g
        members = cells.group == g
        products = residual[owners].T @ residual[owners] + cells.products[members].sum(axis=0)
        seen = cells.observed[members].astype(float)
        pairs = (seen * cells.patients[members, None]).T @ seen
        pairwise = products / np.maximum(pairs, 1)
        variance = np.diag(pairwise).copy()
        variance[variance <= 1e-8] = 1.0
        sd = np.sqrt(variance)
        correlation = pairwise / np.outer(sd, sd)
        upper = np.triu_indices(n_visits, 1)
        weight = pairs[upper]
        average = float(correlation[upper] @ weight / weight.sum()) if weight.sum() else 0.0
        average = min(max(average, 0.0), 0.9)
        even = np.full((n_visits, n_visits), average)
        np.fill_diagonal(even, 1.0)
        shrunk = 0.95 * np.clip(correlation, -0.95, 0.95) + 0.05 * even
        np.fill_diagonal(shrunk, 1.0)
        lowest = float(np.linalg.eigvalsh(shrunk)[0])
        if lowest < 0.02:
            shrunk = (shrunk + (0.02 - lowest) * np.eye(n_visits)) / (1.02 - lowest)
        for number, matrix in enumerate((shrunk, even, np.eye(n_visits))):
            out[number, g] = matrix * np.outer(sd, sd)
    return list(out)


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
