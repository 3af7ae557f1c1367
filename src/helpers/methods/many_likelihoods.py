"""The REML log-likelihood of many trials at once, and its derivatives.

The formulas are those of ``reml`` and ``covariance_points``, with a leading axis of M trials. All
trials have two arms of the same sizes, T visits, and patients who leave for good: a pattern is a
last visit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.methods.many_covariances import Structures

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class TrialSums:
    """What the likelihood needs of M trials with T visits.

    Attributes
    ----------
    counts
        Patients by last visit and arm, shape (M, T, 2).
    means
        Their mean scores, 0 at visits that they did not reach, shape (M, T, 2, T).
    products
        Products of deviations from those means by last visit, shape (M, T, T, T).
    """

    counts: FloatArray
    means: FloatArray
    products: FloatArray

    def of(self, trials: NDArray[Any]) -> TrialSums:
        """Return the sums of some of the trials."""
        return TrialSums(self.counts[trials], self.means[trials], self.products[trials])

    @property
    def seen(self) -> FloatArray:
        """Visits reached by those with each last visit, shape (T, T)."""
        return np.tri(self.counts.shape[1])


def sum_trials(scores: FloatArray, *, first_arm: int) -> TrialSums:
    """Sum the scores of trials.

    Parameters
    ----------
    scores
        Scores, NaN from the visit that a patient did not reach onward; everybody has the first.
        Shape (M, patients, T), the first arm first.
    first_arm
        Patients of the first arm.
    """
    n_trials, _, n_visits = scores.shape
    reached = ~np.isnan(scores)
    last = reached.sum(axis=2) - 1
    filled = np.where(reached, scores, 0.0)
    counts = np.zeros((n_trials, n_visits, 2))
    means = np.zeros((n_trials, n_visits, 2, n_visits))
    products = np.zeros((n_trials, n_visits, n_visits, n_visits))
    for arm, members in enumerate((slice(None, first_arm), slice(first_arm, None))):
        own = filled[:, members]
        for visit in range(n_visits):
            leaves = (last[:, members] == visit).astype(float)
            counts[:, visit, arm] = leaves.sum(axis=1)
            total = np.matmul(leaves[:, None, :], own)[:, 0]
            mean = total / np.maximum(counts[:, visit, arm], 1.0)[:, None]
            means[:, visit, arm] = mean
            deviation = (own - mean[:, None]) * leaves[:, :, None]
            products[:, visit] += np.matmul(deviation.transpose(0, 2, 1), deviation)
    return TrialSums(counts, means, products)


def arm_designs(n_visits: int) -> FloatArray:
    """Design of each arm, shape (2, T, p): mean, visits, and the second arm's effects."""
    later = np.eye(n_visits)[:, 1:]
    ones = np.ones((n_visits, 1))
    first = np.hstack([ones, later, np.zeros_like(later)])
    return np.stack([first, np.hstack([ones, later, later])])


def pooled_covariance(sums: TrialSums) -> FloatArray:
    """Covariance of the visits over all trials together, pair by pair."""
    seen = sums.seen
    spread = sums.products.sum(axis=(0, 1))
    occupied = (sums.counts > 0).sum(axis=2)
    degrees = (sums.counts.sum(axis=2) - occupied).sum(axis=0)
    pairs = np.einsum("s,st,su->tu", degrees, seen, seen)
    return np.asarray(spread / np.maximum(pairs, 1.0), dtype=float)


class Points:
    """The log-likelihood and its derivatives at one theta of each trial.

    Parameters
    ----------
    sums
        The trials.
    structure
        The covariance.
    theta
        Its parameters in each trial, shape (M, k).
    designs
        Design of each arm, as from ``arm_designs``.
    """

    def __init__(
        self, sums: TrialSums, structure: Structures, theta: FloatArray, designs: FloatArray
    ) -> None:
        self.sums, self.structure, self.theta = sums, structure, theta
        counts, seen = sums.counts, sums.seen
        both = seen[:, :, None] * seen[:, None, :]
        absent = np.eye(len(seen)) * (1 - seen)[:, None, :]
        marginal = structure.matrix(theta)[:, None] * both + absent
        self.inverse = np.linalg.inv(marginal) * both
        self.n = counts.sum(axis=2)
        by_arm = np.einsum("msa,mstu->matu", counts, self.inverse)
        crossed = np.einsum("atp,matu,auq->mpq", designs, by_arm, designs, optimize=True)
        totals = counts[..., None] * sums.means
        pulled = np.einsum("mstu,msau->mat", self.inverse, totals)
        self.covariance = np.linalg.inv(crossed)
        right = np.einsum("atp,mat->mp", designs, pulled)
        self.beta = np.matmul(self.covariance, right[..., None])[..., 0]
        fitted = np.einsum("atp,mp->mat", designs, self.beta)
        self.residual = (sums.means - fitted[:, None]) * seen[:, None, :]
        weighted = counts[..., None] * self.residual
        self.squares = sums.products + np.matmul(weighted.transpose(0, 1, 3, 2), self.residual)
        deviance = np.sum(self.n * np.linalg.slogdet(marginal)[1], axis=1)
        deviance += np.sum(self.inverse * self.squares, axis=(1, 2, 3))
        deviance += np.linalg.slogdet(crossed)[1]
        self.loglik = -0.5 * deviance
        self.designs = designs

    def derive(self) -> None:
        """Work out gradient, Hessian and expected information: see ``reml``."""
        counts, inverse = self.sums.counts, self.inverse
        n_trials, n_visits = inverse.shape[:2]
        jacobian = self.structure.jacobian(self.theta)
        root = np.linalg.cholesky(self.covariance)
        size = root.shape[1]
        white = np.matmul(self.designs, root[:, None])
        rooted = np.sqrt(counts)[..., None, None]
        # Scaled W X L of each arm and last visit, and the same of the residuals.
        scaled = np.matmul(inverse[:, :, None], white[:, None]) * rooted
        flat = scaled.reshape(n_trials, 2 * n_visits, n_visits * size)
        fitted = np.einsum("msatp,msaup->mstu", scaled, scaled, optimize=True)
        scored = inverse @ self.squares @ inverse
        counted = self.n[..., None, None] * inverse
        inner = -0.5 * (counted - fitted - scored).sum(axis=1)
        self.gradient = np.matmul(jacobian, inner.reshape(n_trials, -1, 1))[..., 0]
        whole = (n_trials, n_visits, size, n_visits, size)
        moments = np.matmul(flat.transpose(0, 2, 1), flat).reshape(whole)
        moments = moments.transpose(0, 1, 3, 2, 4).reshape(n_trials, n_visits**2, size**2)
        self.moments = np.matmul(jacobian, moments)
        shared = 0.5 * np.matmul(self.moments, self.moments.transpose(0, 2, 1))
        pulls = np.matmul(inverse[:, :, None], self.residual[..., None])[..., 0] * rooted[..., 0]
        pulls = np.matmul(
            flat.transpose(0, 2, 1), pulls.reshape(n_trials, 2 * n_visits, n_visits)
        ).reshape(n_trials, n_visits, size, n_visits)
        pulls = pulls.transpose(0, 1, 3, 2).reshape(n_trials, n_visits**2, size)
        pulls = np.matmul(jacobian, pulls)
        simple = counted - 2 * fitted
        self.expected = 0.5 * self._traces(simple, jacobian) + shared
        self.hessian = 0.5 * self._traces(simple - 2 * scored, jacobian) + shared
        self.hessian += np.matmul(pulls, pulls.transpose(0, 2, 1))
        self.hessian += self.structure.curve(self.theta, inner)
        self.root, self.scaled = root, scaled

    def _traces(self, right: FloatArray, jacobian: FloatArray) -> FloatArray:
        """Sum over last visits of tr(V_i W V_j N), shape (M, k, k)."""
        n_trials, n_visits = right.shape[:2]
        left = self.inverse.reshape(n_trials, n_visits, -1)
        product = np.matmul(left.transpose(0, 2, 1), right.reshape(n_trials, n_visits, -1))
        # From (a b, c x) to (x a, b c).
        product = product.reshape((n_trials,) + (n_visits,) * 4).transpose(0, 4, 1, 2, 3)
        product = product.reshape(n_trials, n_visits**2, n_visits**2)
        out = jacobian @ product @ jacobian.transpose(0, 2, 1)
        return np.asarray(0.5 * (out + out.transpose(0, 2, 1)), dtype=float)

    def last_visit(self, usable: BoolArray) -> dict[str, FloatArray]:
        """Difference at the last visit with its standard errors and degrees of freedom."""
        omega = np.linalg.inv(-self.hessian[usable])
        white = self.root[usable, -1]
        variance = np.sum(white**2, axis=1)
        n_trials, size = white.shape
        moments = self.moments[usable].reshape(n_trials, -1, size, size)
        turned = np.einsum("mkpq,mq->mkp", moments, white)
        slope = np.einsum("mkp,mp->mk", turned, white)
        spread = np.einsum("mk,mkl,ml->m", slope, omega, slope)
        found = {
            "estimate": self.beta[usable, -1],
            "se": np.sqrt(variance),
            "df": 2 * variance**2 / spread,
        }
        if self.structure.basis is not None:
            n_visits = self.structure.n_visits
            jacobian = self.structure.jacobian(self.theta)[usable]
            weights = jacobian.transpose(0, 2, 1) @ omega @ jacobian
            shape = (n_trials,) + (n_visits,) * 4
            # Entries (x a, b c) to (x c, a b): the sum of w V_i W V_j for each last visit.
            weights = weights.reshape(shape).transpose(0, 1, 4, 2, 3)
            weights = weights.reshape(n_trials, n_visits**2, n_visits**2)
            inverse = self.inverse[usable].reshape(n_trials, n_visits, -1)
            inner = np.matmul(weights, inverse.transpose(0, 2, 1)).transpose(0, 2, 1)
            inner = inner.reshape((n_trials,) + (n_visits,) * 3)
            reach = np.einsum("msatp,mp->msat", self.scaled[usable], white)
            products = np.einsum("msat,mstu,msau->m", reach, inner, reach, optimize=True)
            mixed = np.einsum("mkp,mkl,mlp->m", turned, omega, turned, optimize=True)
            adjusted = variance + 2 * (products - mixed)
            # In a trial of a few patients the correction can exceed the variance.
            found["adjusted"] = np.sqrt(np.where(adjusted > 0, adjusted, np.nan))
        return found
