"""Linear mixed models with a random intercept, or intercept and slope, by REML.

The variance components come from statsmodels' MixedLM and are polished by a second pass on the
same likelihood, written here for people who were seen at the same times together. Coefficients
and standard errors are solved by generalised least squares at those components, as R's lme4 does;
MixedLM's own standard errors come from the Hessian of all parameters together and differ from
these in the third digit.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.optimize import minimize
from statsmodels.regression.mixed_linear_model import MixedLM

from helpers.errors import AnalysisError, unknown_name

FloatArray = NDArray[np.float64]
Covariance = Literal["random_slope", "random_intercept"]
COVARIANCES: tuple[str, ...] = ("random_slope", "random_intercept")

# MixedLM's lbfgs stops when the gradient of the log-likelihood per observation is below 1e-5 and
# offers no tighter setting; on the reference data that leaves estimates 7e-6 standard errors from
# the optimum. The second pass goes on from there.
_GRADIENT_TOLERANCE = 1e-9
# A gradient above this after both passes means that no optimum was found.
_CONVERGED_BELOW = 1e-6
# lme4's isSingular: a diagonal entry of the relative Cholesky factor below 1e-4.
_SINGULAR_BELOW = 1e-4


@dataclass(frozen=True)
class RandomEffectsFit:
    """A fitted mixed model y = X beta + Z b + e, b ~ N(0, D), e ~ N(0, sigma^2).

    Attributes
    ----------
    coefficients, vcov
        beta and (sum X_i' V_i^-1 X_i)^-1 at the REML variance components.
    random_covariance
        D: 1 x 1 (intercept) or 2 x 2 (intercept, slope per unit of ``time``).
    residual_variance
        sigma^2.
    loglik
        REML log-likelihood, with lme4's constants.
    converged, messages
        Whether the optimiser arrived, and what the reader must know about the optimum.
    random_effects
        Predicted b, one row per subject in the order of ``subjects``.
    subjects
        Subject labels in order of first appearance.
    """

    coefficients: FloatArray
    vcov: FloatArray
    random_covariance: FloatArray
    residual_variance: float
    loglik: float
    converged: bool
    messages: tuple[str, ...]
    random_effects: FloatArray
    subjects: tuple[str, ...]


def fit_random_effects(
    *,
    outcome: FloatArray,
    design: FloatArray,
    subject: NDArray[np.str_],
    time: FloatArray,
    covariance: Covariance = "random_slope",
) -> RandomEffectsFit:
    """Fit a linear mixed model by REML.

    Parameters
    ----------
    outcome
        Scores, shape (n,), none missing.
    design
        Fixed-effects matrix of full column rank, shape (n, p).
    subject
        Subject of each row, shape (n,).
    time
        Time of each row, shape (n,), best scaled to lie between 0 and 1.
    covariance
        ``"random_slope"`` (intercept and slope, correlated) or ``"random_intercept"``.

    Raises
    ------
    AnalysisError
        When the outcome does not vary about the design or no optimum is found.

    Notes
    -----
    Reference: ``lme4::lmer(y ~ x + (1 + time | subject), REML = TRUE)``, R 4.2.2.
    """
    if covariance not in COVARIANCES:
        raise AnalysisError(unknown_name("covariance", covariance, COVARIANCES))
    codes, labels = pd.factorize(subject)
    subjects = tuple(str(label) for label in labels)
    random_design = np.column_stack([np.ones(len(time)), time])
    if covariance == "random_intercept":
        random_design = random_design[:, :1]
    leftover = outcome - design @ np.linalg.lstsq(design, outcome, rcond=None)[0]
    if np.linalg.norm(leftover) <= 1e-10 * max(1.0, float(np.linalg.norm(outcome))):
        raise AnalysisError(
            "The scores do not vary beyond what the fixed effects explain, so no variance can be "
            "estimated; check the outcome."
        )
    if len(outcome) == len(subjects):
        raise AnalysisError(
            "No participant has scores at two visits, so the variation between participants "
            "cannot be told from the variation within them; a mixed model needs repeated scores."
        )
    layout = _layout(outcome, design, codes, random_design)
    try:
        factor, gradient = _relative_factor(layout)
    except np.linalg.LinAlgError:
        # The random effects came to explain every score, so that the likelihood has no maximum.
        factor, gradient = np.eye(layout.random_design.shape[1]), np.inf
    if not gradient <= _CONVERGED_BELOW:
        raise AnalysisError(
            f"The mixed model with covariance {covariance} did not converge; use the simpler "
            "random_intercept, fewer covariates or more data."
        )
    best = _profile(factor, layout)
    return RandomEffectsFit(
        coefficients=best.coefficients,
        vcov=best.scale * best.unscaled_vcov,
        random_covariance=best.scale * factor @ factor.T,
        residual_variance=best.scale,
        loglik=-best.deviance / 2,
        converged=True,
        messages=_singularity(factor),
        random_effects=best.random_effects,
        subjects=subjects,
    )


@dataclass(frozen=True)
class _Pattern:
    """Subjects seen at the same times share one covariance V; ``rows`` is subjects x visits."""

    rows: NDArray[np.intp]
    subjects: NDArray[np.intp]
    random_design: FloatArray


@dataclass(frozen=True)
class _Layout:
    outcome: FloatArray
    design: FloatArray
    random_design: FloatArray
    codes: NDArray[np.intp]
    patterns: tuple[_Pattern, ...]


@dataclass(frozen=True)
class _Profile:
    """The REML likelihood at D = scale * factor factor', coefficients and scale at their best."""

    deviance: float
    gradient: FloatArray
    coefficients: FloatArray
    unscaled_vcov: FloatArray
    scale: float
    random_effects: FloatArray


def _layout(
    outcome: FloatArray, design: FloatArray, codes: NDArray[np.intp], random_design: FloatArray
) -> _Layout:
    order = np.argsort(codes, kind="stable")
    rows_by_subject = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
    members: dict[bytes, list[int]] = {}
    for number, rows in enumerate(rows_by_subject):
        members.setdefault(random_design[rows].tobytes(), []).append(number)
    patterns = tuple(
        _Pattern(
            rows=np.array([rows_by_subject[number] for number in numbers]),
            subjects=np.array(numbers),
            random_design=random_design[rows_by_subject[numbers[0]]],
        )
        for numbers in members.values()
    )
    return _Layout(outcome, design, random_design, codes, patterns)


def _profile(factor: FloatArray, layout: _Layout) -> _Profile:
    """Evaluate -2 log REML and its gradient in the lower triangle of ``factor``.

    With W the inverse of I + Z factor factor' Z', C = (X'WX)^-1 and residuals r, the derivative
    by D is M = sum_i [Z'WZ - Z'WX C X'WZ - Z'Wr r'WZ / scale], hence 2 M factor by the factor.
    """
    size = len(factor)
    n, p = layout.design.shape
    white_x, white_y = np.empty_like(layout.design), np.empty_like(layout.outcome)
    white_z = []
    log_determinant = 0.0
    for pattern in layout.patterns:
        spread = pattern.random_design @ factor
        cholesky = np.linalg.cholesky(np.eye(len(spread)) + spread @ spread.T)
        inverse = solve_triangular(cholesky, np.eye(len(spread)), lower=True)
        white_x[pattern.rows] = inverse @ layout.design[pattern.rows]
        white_y[pattern.rows] = layout.outcome[pattern.rows] @ inverse.T
        white_z.append(inverse @ pattern.random_design)
        log_determinant += len(pattern.rows) * 2 * float(np.sum(np.log(np.diag(cholesky))))
    q, r = np.linalg.qr(white_x)
    inverse_r = solve_triangular(r, np.eye(p))
    coefficients = inverse_r @ (q.T @ white_y)
    white_residual = white_y - white_x @ coefficients
    scale = float(white_residual @ white_residual) / (n - p)
    deviance = (
        (n - p) * (np.log(2 * np.pi * scale) + 1)
        + log_determinant
        + 2 * float(np.sum(np.log(np.abs(np.diag(r)))))
    )
    slope = np.zeros((size, size))
    random_effects = np.empty((layout.codes.max() + 1, size))
    for pattern, z in zip(layout.patterns, white_z, strict=True):
        leverage = z.T @ q[pattern.rows]
        pull = white_residual[pattern.rows] @ z
        slope += len(pattern.rows) * z.T @ z
        slope -= np.einsum("iap,ibp->ab", leverage, leverage) + pull.T @ pull / scale
        random_effects[pattern.subjects] = pull @ factor @ factor.T
    return _Profile(
        deviance=deviance,
        gradient=(2 * slope @ factor)[np.tril_indices(size)],
        coefficients=coefficients,
        unscaled_vcov=inverse_r @ inverse_r.T,
        scale=scale,
        random_effects=random_effects,
    )


def _relative_factor(layout: _Layout) -> tuple[FloatArray, float]:
    """Find the Cholesky factor of D / sigma^2 and the largest gradient per observation there."""
    n, size = len(layout.outcome), layout.random_design.shape[1]
    lower = np.tril_indices(size)

    def unpack(theta: FloatArray) -> FloatArray:
        factor = np.zeros((size, size))
        factor[lower] = theta
        return factor

    def objective(theta: FloatArray) -> tuple[float, FloatArray]:
        here = _profile(unpack(theta), layout)
        return here.deviance / n, here.gradient / n

    second = minimize(
        objective,
        _first_pass(layout),
        jac=True,
        method="L-BFGS-B",
        options={"gtol": _GRADIENT_TOLERANCE, "ftol": 1e-16, "maxiter": 500},
    )
    theta = _newton(second.x, lambda at: objective(at)[1])
    return unpack(theta), float(np.max(np.abs(objective(theta)[1])))


def _newton(theta: FloatArray, gradient: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Take Newton steps while they make the gradient smaller.

    A quasi-Newton optimum depends on the path that led there, and the path on a processor's
    rounding; after these steps only the last digits of the estimates do.
    """
    here = gradient(theta)
    while True:
        # The gradient is exact, so that its central differences give the Hessian to ten digits.
        nudges = 1e-5 * np.eye(len(theta))
        hessian = np.array([gradient(theta + dt) - gradient(theta - dt) for dt in nudges]) / 2e-5
        # Least squares takes no step along a ridge, where the likelihood does not change.
        there = theta - np.linalg.lstsq((hessian + hessian.T) / 2, here, rcond=1e-7)[0]
        after = gradient(there)
        if np.max(np.abs(after)) >= np.max(np.abs(here)):
            return theta
        theta, here = there, after


def _first_pass(layout: _Layout) -> FloatArray:
    """Fit statsmodels' MixedLM and return the lower triangle of its relative factor."""
    size = layout.random_design.shape[1]
    lower = np.tril_indices(size)
    model = MixedLM(
        layout.outcome, layout.design, groups=layout.codes, exog_re=layout.random_design
    )
    with warnings.catch_warnings():
        # What MixedLM warns about is decided again here, from the gradient and the components.
        warnings.simplefilter("ignore")
        try:
            fit = model.fit(reml=True, method="lbfgs")
            factor = np.linalg.cholesky(fit.cov_re_unscaled)
        except np.linalg.LinAlgError:
            # MixedLM inverts D and its Hessian, which fails where a variance is zero.
            factor = np.eye(size)
    return factor[lower]


def _singularity(factor: FloatArray) -> tuple[str, ...]:
    diagonal = np.abs(np.diag(factor))
    if diagonal[0] < _SINGULAR_BELOW:
        return (
            "The variation between participants is estimated as zero (singular fit); the "
            "estimates stand, but the model is larger than the data need.",
        )
    if len(diagonal) == 2 and diagonal[1] < _SINGULAR_BELOW:
        return (
            "The random slope is estimated as zero or wholly tied to the intercept (singular "
            "fit); the estimates stand, but random_intercept would be a simpler model.",
        )
    return ()
