"""Where the climb to the maximum of the likelihood starts, and where it starts again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from helpers.methods.covariance_points import Point
from helpers.methods.newton import Optimum
from helpers.methods.patient_cells import Cells

FloatArray = NDArray[np.float64]

# Starts that look for another maximum: random correlations (the same in every fit), and steps of
# so many standard errors from a maximum along the directions in which it is flattest.
_RANDOM_STARTS = 2
_FLAT_DIRECTIONS = 1
_STANDARD_ERRORS = 4.0
_HALVINGS = 6


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


def scattered_covariances(independent: FloatArray) -> Iterator[FloatArray]:
    """Covariances with the variances of ``independent`` and correlations of every kind.

    Serial correlation that falls and that changes its sign, then random correlation matrices L L'
    with a standard normal T x (T + 1) matrix L, drawn from a fixed seed so that the same data
    always have the same estimate.

    Parameters
    ----------
    independent
        Diagonal covariances, shape (groups, T, T).
    """
    n_visits = independent.shape[1]
    lag = np.abs(np.subtract.outer(np.arange(n_visits), np.arange(n_visits)))
    sd = np.sqrt(np.diagonal(independent, axis1=1, axis2=2))
    unit = sd[:, :, None] * sd[:, None, :]
    for serial in (0.8, -0.5):
        yield unit * serial**lag
    generator = np.random.default_rng(0)
    for _ in range(_RANDOM_STARTS):
        factor = generator.normal(size=(n_visits, n_visits + 1))
        factor /= np.linalg.norm(factor, axis=1)[:, None]
        yield unit * (factor @ factor.T)


def steps_from(
    optimum: Optimum, evaluate_at: Callable[[FloatArray], Point | None]
) -> Iterator[FloatArray]:
    """Thetas on both sides of a maximum along the directions in which it is flattest."""
    theta, information = optimum.point.theta, -optimum.point.hessian
    size = 1 / np.sqrt(np.diag(information))
    values, vectors = np.linalg.eigh(information * np.outer(size, size))
    for number in range(min(_FLAT_DIRECTIONS, len(values))):
        step = _STANDARD_ERRORS * size * vectors[:, number] / np.sqrt(values[number])
        for sign in (1.0, -1.0):
            for halving in range(_HALVINGS):
                start = theta + sign * step / 2**halving
                if evaluate_at(start) is not None:
                    yield start
                    break
