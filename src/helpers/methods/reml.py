r"""The REML and ML log-likelihood of a linear model with correlated scores, and its derivatives.

The model is y_i = X_i beta + e_i for patient i, with e_i ~ N(0, V_i) and V_i the rows and columns
of Sigma (T x T, one per covariance group) at the visits where patient i was seen. With
W_i = V_i^-1, A = (sum X_i' W_i X_i)^-1, beta = A sum X_i' W_i y_i and r_i = y_i - X_i beta, the
log-likelihood maximised over beta is (Harville 1977, JASA 72:320-338)

    l = -1/2 [ sum log|V_i| + sum r_i' W_i r_i + (n - p) log 2 pi + log|sum X_i' W_i X_i| ]

for REML; ML drops the last term and has n for n - p. SAS, mmrm, lme4 and nlme use the same
constant.

Derivatives are taken in the elements of Sigma. Let E_a be the derivative of Sigma with respect to
element a = (j, k), that is e_j e_k' + e_k e_j' (or e_j e_j'), padded with zeros where a patient has
no score, u_i = W_i r_i, M_a = sum X_i' W_i E_a W_i X_i and h_a = sum X_i' W_i E_a u_i. Then, from
dP/da = -P E_a P for P = W - W X A X' W (Lindstrom & Bates 1988, JASA 83:1014-1022),

    dl/da      = -1/2 [ sum tr(W_i E_a) - tr(A M_a) - sum u_i' E_a u_i ]
    d2l/da db  = 1/2 sum tr(E_a W_i E_b (W_i - 2 C_i - 2 u_i u_i')) + 1/2 tr(A M_a A M_b)
                 + h_a' A h_b
    E[-d2l/da db] = 1/2 sum tr(E_a W_i E_b (W_i - 2 C_i)) + 1/2 tr(A M_a A M_b)

with C_i = W_i X_i A X_i' W_i; ML drops tr(A M_a), C_i and tr(A M_a A M_b). Sigma is linear in its
own elements, so there is no further term; a structure Sigma(theta) enters by the chain rule in
``covariance_points``.

Every sum runs over patterns or pseudo-patients (``patient_cells``), and every sum of products of
T x T matrices is one matrix product of flattened matrices, because
tr(e_j e_k' W e_l e_m' N) = W_kl N_mj.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from helpers.methods.matrix_elements import Elements
from helpers.methods.patient_cells import Cells

FloatArray = NDArray[np.float64]


class Likelihood:
    """The log-likelihood of grouped patients as a function of Sigma.

    Parameters
    ----------
    cells
        Grouped patients.
    reml
        REML (default) or ML.
    """

    def __init__(self, cells: Cells, *, reml: bool = True) -> None:
        self.cells = cells
        self.reml = reml
        self.n_visits = cells.observed.shape[1]
        self.elements = Elements(self.n_visits)
        seen = cells.observed.astype(float)
        self.both = seen[:, :, None] * seen[:, None, :]
        self._absent = np.eye(self.n_visits) * (1 - seen)[:, None, :]
        self.starts = np.searchsorted(cells.pattern, np.arange(len(cells.patients)))
        flat = cells.design.reshape(-1, cells.n_coefficients)
        self._flat_design = np.ascontiguousarray(flat)

    @cached_property
    def n_groups(self) -> int:
        """Number of covariance groups."""
        return int(self.cells.group.max()) + 1

    @cached_property
    def members(self) -> list[NDArray[np.intp]]:
        """Patterns of each group."""
        return [np.flatnonzero(self.cells.group == g) for g in range(self.n_groups)]

    @cached_property
    def owners(self) -> list[NDArray[np.intp]]:
        """Pseudo-patients of each group."""
        group = self.cells.group[self.cells.pattern]
        return [np.flatnonzero(group == g) for g in range(self.n_groups)]

    def at(self, sigma: FloatArray) -> Evaluation | None:
        """Evaluate at Sigma, shape (groups, T, T), in units of ``cells.scale`` squared.

        Returns None when Sigma is not positive definite.
        """
        try:
            np.linalg.cholesky(sigma)
        except np.linalg.LinAlgError:
            return None
        return self.at_marginals(sigma[self.cells.group], sigma)

    def at_marginals(
        self, marginals: FloatArray, sigma: FloatArray | None = None
    ) -> Evaluation | None:
        """Evaluate at the covariance V of each pattern, shape (S, T, T), any value where unseen.

        Returns None when some V is not positive definite.
        """
        cells = self.cells
        marginal = marginals * self.both + self._absent
        try:
            root = np.linalg.cholesky(marginal)
            # A matrix may have a root and, by rounding, no inverse.
            inverse = np.linalg.inv(marginal)
        except np.linalg.LinAlgError:
            return None
        log_determinants = 2 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
        inverse = (inverse + inverse.transpose(0, 2, 1)) * (0.5 * self.both)
        weighted = np.matmul(inverse[cells.pattern], cells.design)
        p = cells.n_coefficients
        flat = weighted.reshape(-1, p)
        try:
            factor = np.linalg.cholesky(self._flat_design.T @ flat)
        except np.linalg.LinAlgError:
            return None
        # Explicit inverses of small matrices: the basis makes X'WX well conditioned.
        root = np.linalg.inv(factor).T
        gamma = root @ (root.T @ (flat.T @ cells.scores.ravel()))
        residual = cells.scores - (self._flat_design @ gamma).reshape(cells.scores.shape)
        squares = np.add.reduceat(residual[:, :, None] * residual[:, None, :], self.starts)
        squares += cells.products
        degrees = cells.n_obs - p if self.reml else cells.n_obs
        deviance = (
            float(cells.patients @ log_determinants)
            + float(np.sum(inverse * squares))
            + degrees * np.log(2 * np.pi * cells.scale**2)
            + cells.log_jacobian
        )
        if self.reml:
            deviance += 2 * float(np.sum(np.log(np.diag(factor)))) + cells.log_determinant
        return Evaluation(
            likelihood=self,
            sigma=np.empty((0, 0, 0)) if sigma is None else sigma,
            loglik=float(-0.5 * deviance),
            gamma=gamma,
            root=root,
            inverse=inverse,
            weighted=weighted,
            residual=residual,
            squares=squares,
        )


@dataclass(frozen=True)
class Evaluation:
    """The log-likelihood at one Sigma, with its derivatives in the elements of Sigma.

    With G groups the elements of the groups' matrices follow each other, q = G T (T + 1) / 2.

    Attributes
    ----------
    sigma
        Where: shape (G, T, T), on the scale of the cells; empty for times by patient.
    loglik
        Log-likelihood, on the scale of the data.
    gamma
        Fixed effects in the orthonormal basis of the cells, shape (p,).
    root
        Upper triangular L with A = L L', A the model-based covariance of gamma.
    inverse
        W of each pattern, shape (S, T, T).
    weighted
        W X of each pseudo-patient, shape (K, T, p).
    residual, squares
        Residuals of the pseudo-patients (K, T); products of residuals by pattern (S, T, T).
    """

    likelihood: Likelihood
    sigma: FloatArray
    loglik: float
    gamma: FloatArray
    root: FloatArray
    inverse: FloatArray
    weighted: FloatArray
    residual: FloatArray
    squares: FloatArray

    @cached_property
    def covariance(self) -> FloatArray:
        """A = (X'WX)^-1 in the orthonormal basis, shape (p, p)."""
        return self.root @ self.root.T

    @cached_property
    def whitened(self) -> FloatArray:
        """W X L of each pseudo-patient, shape (K, T, p)."""
        shape = self.weighted.shape
        return (self.weighted.reshape(-1, shape[2]) @ self.root).reshape(shape)

    @cached_property
    def scores(self) -> FloatArray:
        """U = W r of each pseudo-patient, shape (K, T)."""
        rows = self.inverse[self.likelihood.cells.pattern]
        return np.matmul(rows, self.residual[:, :, None])[:, :, 0]

    @cached_property
    def counted(self) -> FloatArray:
        """N W of each pattern."""
        return self.inverse * self.likelihood.cells.patients[:, None, None]

    @cached_property
    def fitted_products(self) -> FloatArray:
        """Sum of C_i = W X A X' W over each pattern: zero for ML, which does not have it."""
        if not self.likelihood.reml:
            return np.zeros_like(self.inverse)
        products = np.matmul(self.whitened, self.whitened.transpose(0, 2, 1))
        return np.add.reduceat(products, self.likelihood.starts)

    @cached_property
    def scored(self) -> FloatArray:
        """Sum of u u' over each pattern."""
        return self.inverse @ self.squares @ self.inverse

    @cached_property
    def gradient(self) -> FloatArray:
        """dl/da, shape (q,)."""
        inner = -0.5 * (self.counted - self.fitted_products - self.scored)
        size = self.likelihood.n_visits**2
        by_group = [inner[m].sum(axis=0).reshape(size) for m in self.likelihood.members]
        return np.concatenate([self.likelihood.elements.fold(g) for g in by_group])

    def _traces(self, right: FloatArray) -> FloatArray:
        """Sum of tr(E_a W E_b N) over the patterns of each group, shape (q, q)."""
        likelihood = self.likelihood
        size, elements = likelihood.n_visits, likelihood.elements
        count = elements.count
        total = likelihood.n_groups * count
        out = np.zeros((total, total))
        for number, members in enumerate(likelihood.members):
            left = self.inverse[members].reshape(len(members), -1)
            product = left.T @ right[members].reshape(len(members), -1)
            # From (k l, m j) to (j k, l m).
            product = product.reshape((size,) * 4).transpose(3, 0, 1, 2).reshape(size**2, size**2)
            folded = elements.fold(elements.fold(product, axis=0), axis=1)
            block = slice(number * count, (number + 1) * count)
            out[block, block] = 0.5 * (folded + folded.T)
        return out

    @cached_property
    def simple_information(self) -> FloatArray:
        """Expected ML information, 1/2 sum tr(E_a W E_b W): cheap, good for the first steps."""
        return 0.5 * self._traces(self.counted)

    @cached_property
    def moments(self) -> FloatArray:
        """L' M_a L for every element, shape (q, p, p); symmetric.

        A M_a A is the derivative of A with respect to element a, which gives the Satterthwaite
        and Kenward-Roger degrees of freedom.
        """
        p, size = self.likelihood.cells.n_coefficients, self.likelihood.n_visits
        elements = self.likelihood.elements
        blocks = []
        for owners in self.likelihood.owners:
            flat = self.whitened[owners].reshape(len(owners), size * p)
            product = (flat.T @ flat).reshape(size, p, size, p)
            one = product[elements.first, :, elements.second, :]
            other = one.transpose(0, 2, 1) * elements.off_diagonal[:, None, None]
            blocks.append(one + other)
        return np.concatenate(blocks)

    @cached_property
    def _pulls(self) -> FloatArray:
        """L' h_a for every element, shape (q, p)."""
        p, size = self.likelihood.cells.n_coefficients, self.likelihood.n_visits
        blocks = []
        for owners in self.likelihood.owners:
            flat = self.whitened[owners].reshape(len(owners), size * p)
            product = (flat.T @ self.scores[owners]).reshape(size, p, size)
            both = product.transpose(0, 2, 1).reshape(size**2, p)
            blocks.append(self.likelihood.elements.fold(both))
        return np.concatenate(blocks)

    @cached_property
    def _shared(self) -> FloatArray:
        """1/2 tr(A M_a A M_b): zero for ML."""
        if not self.likelihood.reml:
            return np.zeros((1, 1))
        flat = self.moments.reshape(len(self.moments), -1)
        return 0.5 * (flat @ flat.T)

    @cached_property
    def hessian(self) -> FloatArray:
        """d2l/da db, shape (q, q)."""
        right = self.counted - 2 * self.fitted_products - 2 * self.scored
        return 0.5 * self._traces(right) + self._shared + self._pulls @ self._pulls.T

    @cached_property
    def expected_information(self) -> FloatArray:
        """E[-d2l/da db], shape (q, q)."""
        return 0.5 * self._traces(self.counted - 2 * self.fitted_products) + self._shared

    def weighted_products(self, weights: FloatArray) -> FloatArray:
        """Sum over a and b of weights[a, b] L' X' W E_a W E_b W X L, shape (p, p).

        With w spread over entries, the sum of E_a W E_b has the entries
        N_jm = sum over k and l of w[jk, lm] W_kl, one T x T matrix for each pattern.
        """
        likelihood = self.likelihood
        size, elements, count = likelihood.n_visits, likelihood.elements, likelihood.elements.count
        p = self.whitened.shape[2]
        inner = np.zeros_like(self.inverse)
        place = elements.position.ravel()
        for number, members in enumerate(likelihood.members):
            block = slice(number * count, (number + 1) * count)
            by_entry = weights[block, block][place][:, place].reshape((size,) * 4)
            # From (j k, l m) to (k l, j m).
            spread = by_entry.transpose(1, 2, 0, 3).reshape(size**2, size**2)
            flat = self.inverse[members].reshape(len(members), -1) @ spread
            inner[members] = flat.reshape(-1, size, size)
        turned = np.matmul(inner[likelihood.cells.pattern], self.whitened)
        product = self.whitened.reshape(-1, p).T @ turned.reshape(-1, p)
        return 0.5 * (product + product.T)
