"""Plain words for the choices of a mixed model."""

from __future__ import annotations

import math
from collections.abc import Sequence

from helpers.show.records import number
from helpers.show.sentences import listed

_COVARIANCES = {
    "us": (
        "an unstructured covariance: every visit has its own variance and every pair of visits its "
        "own correlation"
    ),
    "cs": "a compound-symmetric covariance: one variance, and one correlation for all pairs",
    "csh": (
        "a heterogeneous compound-symmetric covariance: every visit has its own variance, all "
        "pairs of visits one correlation"
    ),
    "ar1": (
        "a first-order autoregressive covariance: one variance, and a correlation that shrinks by "
        "the same factor from each visit to the next"
    ),
    "ar1h": (
        "a heterogeneous first-order autoregressive covariance: every visit has its own variance, "
        "and the correlation shrinks by the same factor from each visit to the next"
    ),
    "toep": (
        "a Toeplitz covariance: one variance, and a correlation for each number of visits that "
        "lie between two scores"
    ),
    "toeph": (
        "a heterogeneous Toeplitz covariance: every visit has its own variance, and there is a "
        "correlation for each number of visits that lie between two scores"
    ),
    "ad": (
        "a first-order ante-dependence covariance: one variance, and each step from a visit to "
        "the next has its own correlation"
    ),
    "adh": (
        "a heterogeneous first-order ante-dependence covariance: every visit has its own variance, "
        "and each step from a visit to the next its own correlation"
    ),
    "sp_exp": (
        "a spatial exponential covariance: one variance, and a correlation that falls "
        "exponentially with the weeks between two scores"
    ),
    "random_slope": "a random intercept and a random slope for each participant",
    "random_intercept": "a random intercept for each participant",
}
_INFERENCES = {
    "kenward-roger": "standard errors and degrees of freedom by Kenward and Roger",
    "kenward-roger-linear": (
        "standard errors and degrees of freedom by Kenward and Roger, in the linear form"
    ),
    "satterthwaite": "degrees of freedom by Satterthwaite",
    "between-within": "between-within degrees of freedom",
    "residual": "residual degrees of freedom",
    "sandwich-cr2": "sandwich standard errors (CR2) with degrees of freedom by Bell and McCaffrey",
    "normal": "normal distribution in place of Student's t",
}


def covariance_phrase(covariance: str, *, short: bool = False) -> str:
    """Say in words how a model lets a participant's scores hang together.

    Parameters
    ----------
    covariance
        A covariance of ``helpers.analysis.primary_model``.
    short
        Whether to leave out what follows the colon.
    """
    phrase = _COVARIANCES[covariance]
    return phrase.partition(":")[0] if short else phrase


def inference_phrase(inference: str) -> str:
    """Say in words where standard errors and degrees of freedom come from."""
    return _INFERENCES[inference]


def model_sentence(covariance: str, *, covariates: Sequence[str]) -> str:
    """Say which covariance and which covariates a model has."""
    adjusted = (
        f"It is adjusted for {listed(covariates)}." if covariates else "It has no covariates."
    )
    return f"The model has {covariance_phrase(covariance)}. {adjusted}"


def degrees(value: float) -> str:
    """Print degrees of freedom: ``"257.3"``, ``"∞"`` for the normal distribution."""
    return "∞" if math.isinf(value) else number(value, decimals=1)
