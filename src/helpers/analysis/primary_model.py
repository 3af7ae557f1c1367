"""The primary model of the book: what its chapters assume unless they are told otherwise."""

from __future__ import annotations

from typing import Literal, get_args

import pandas as pd

from helpers.errors import ParameterError, unknown_name
from helpers.methods.constrained_models import ConstrainedFit
from helpers.methods.mixed_models import RANDOM_COVARIANCES, Covariance, fit_clda

Inference = Literal[
    "kenward-roger",
    "kenward-roger-linear",
    "satterthwaite",
    "between-within",
    "residual",
    "sandwich-cr2",
    "normal",
]
COVARIANCE: Covariance = "us"
INFERENCE: Inference = "kenward-roger"


def check_model(*, covariance: str, inference: str) -> None:
    """Refuse a covariance or a way of inference that the book does not have.

    Raises
    ------
    ParameterError
        With the nearest name.
    """
    if covariance not in get_args(Covariance):
        raise ParameterError(unknown_name("covariance", covariance, get_args(Covariance)))
    if inference not in get_args(Inference):
        raise ParameterError(unknown_name("inference", inference, get_args(Inference)))


def fit_scores(
    data: pd.DataFrame,
    *,
    baseline: str,
    reference: str,
    covariance: Covariance = COVARIANCE,
    inference: Inference = INFERENCE,
    covariates: tuple[str, ...] = (),
    level: float = 0.95,
    fallback: bool = True,
) -> ConstrainedFit:
    """Fit the book's primary model to the scores of one outcome.

    A constrained longitudinal model: visits as categories, one baseline mean for all arms, an
    effect of every arm but the reference at each later visit; REML. A covariance of visits that
    cannot be estimated gives way to the next one of
    ``helpers.methods.structured_models.FALLBACK_ORDER``, and the messages of the fit say so.

    Parameters
    ----------
    data
        ``participant, arm, visit, week, score`` and the covariates, one row per score.
    baseline, reference
        Ids of the baseline visit and of the arm that is subtracted.
    covariance, inference, covariates, level
        As in :func:`helpers.methods.mixed_models.fit_clda`.
    fallback
        Whether another covariance may take the place of one that cannot be estimated.
    """
    return fit_clda(
        data,
        outcome="score",
        subject="participant",
        visit="visit",
        arm="arm",
        time="week",
        baseline=baseline,
        reference=reference,
        covariates=covariates,
        covariance=covariance,
        inference=inference,
        fallback=fallback and covariance not in RANDOM_COVARIANCES,
        level=level,
    )
