"""The constrained longitudinal model of a randomised trial, and the contrasts it answers with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from helpers.errors import ParameterError
from helpers.methods.constrained_design import ConstrainedDesign, build_constrained_design
from helpers.methods.random_effects import Covariance, RandomEffectsFit, fit_random_effects

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ConstrainedFit:
    """A fitted constrained longitudinal model.

    Attributes
    ----------
    changes
        Change from baseline: ``arm, visit, estimate, se, df, statistic, p, lower, upper``, one
        row per arm and visit after baseline.
    differences
        Difference in change, arm minus reference: ``arm, reference, visit, estimate, ...``.
    means
        Least-squares means at the covariates' means: ``arm, visit, estimate, se, lower, upper``,
        baseline included (there the arms share one mean).
    coefficients
        Fixed effects: ``term, estimate, se, df, statistic, p, lower, upper``.
    vcov
        Covariance of the fixed effects, term by term.
    covariance
        Model-implied covariance of one participant's scores, visit by visit.
    variance_components
        ``component, value``; ``intercept``, ``slope``, ``intercept_slope`` (covariance) and
        ``residual`` variances. The slope is per whole follow-up (time runs from 0 to 1).
    loglik
        REML log-likelihood.
    n_obs, n_subjects, n_by_arm
        Scores and participants in the model; participants by arm.
    converged, messages
        Whether the optimiser arrived; what the reader must know.
    residuals
        ``subject, visit, arm, observed, fitted, residual, standardised_residual,
        conditional_residual``: fitted is the marginal mean; the standardised residual is divided
        by the model-implied SD at the visit; the conditional one takes the participant's
        predicted random effects off and is divided by the residual SD (missing when only two
        visits make that SD unknowable).
    random_effects
        ``subject, intercept`` and, with a random slope, ``slope``.
    visits, arms, reference, level
        What was compared, in order, and the confidence level.
    """

    changes: pd.DataFrame
    differences: pd.DataFrame
    means: pd.DataFrame
    coefficients: pd.DataFrame
    vcov: pd.DataFrame
    covariance: pd.DataFrame
    variance_components: pd.DataFrame
    loglik: float
    n_obs: int
    n_subjects: int
    n_by_arm: dict[str, int]
    converged: bool
    messages: tuple[str, ...]
    residuals: pd.DataFrame
    random_effects: pd.DataFrame
    visits: tuple[str, ...]
    arms: tuple[str, ...]
    reference: str
    level: float


def fit_clda(
    data: pd.DataFrame,
    *,
    outcome: str,
    subject: str,
    visit: str,
    arm: str,
    time: str,
    baseline: str,
    reference: str,
    covariates: Sequence[str] = (),
    covariance: Covariance = "random_slope",
    level: float = 0.95,
) -> ConstrainedFit:
    """Fit the constrained longitudinal data analysis (cLDA) model by REML.

    The baseline score is an outcome whose mean the arms share; visits are categorical and every
    arm but the reference has its own effect at each later visit. The change of arm ``a`` at visit
    ``v`` is the visit effect plus the arm effect, the difference between arms the arm effect.

    Parameters
    ----------
    data
        One row per participant and visit; rows with a missing score are left out.
    outcome, subject, visit, arm, time
        Column names. ``time`` is numeric, one value per visit; it is scaled to run from 0 at
        baseline to 1 at the last visit.
    baseline, reference
        The baseline's visit id and the arm that is subtracted.
    covariates
        Columns adjusted for by main effects, numeric or categorical, centred at their means.
    covariance
        ``"random_slope"`` (random intercept and slope in time) or ``"random_intercept"``.
    level
        Confidence level, default 0.95.

    Returns
    -------
    ConstrainedFit
        Estimates with normal inference: ``df`` is infinite and ``statistic`` a z value.

    Raises
    ------
    ParameterError
        When ``level`` is not between 0 and 1.
    AnalysisError
        When the data cannot carry the model.

    Notes
    -----
    Liang & Zeger, Sankhya B 2000;62:134-148. Reference: ``lme4::lmer(y ~ visit + d1 + ... +
    (1 + time | subject))`` where ``d1...`` are the products of arm and later visit.
    """
    if not 0 < level < 1:
        raise ParameterError(f"The confidence level must lie between 0 and 1, not {level}.")
    design = build_constrained_design(
        data,
        outcome=outcome,
        subject=subject,
        visit=visit,
        arm=arm,
        time=time,
        baseline=baseline,
        reference=reference,
        covariates=covariates,
    )
    rows = design.rows
    fit = fit_random_effects(
        outcome=rows["outcome"].to_numpy(float),
        design=design.matrix,
        subject=rows["subject"].to_numpy(str),
        time=rows["time"].to_numpy(float),
        covariance=covariance,
    )
    messages = design.messages + fit.messages
    random_design = np.column_stack([np.ones(len(design.visits)), design.visit_times])
    random_design = random_design[:, : len(fit.random_covariance)]
    implied = (
        random_design @ fit.random_covariance @ random_design.T
        + fit.residual_variance * np.eye(len(design.visits))
    )
    # Two visits give three numbers (two variances and a covariance) for four components: the
    # covariance of the scores is known, its split into slope and residual is not.
    unsplit = len(design.visits) == 2 and covariance == "random_slope"
    if unsplit:
        messages = (
            "With one visit after baseline a random slope and the residual cannot be told apart; "
            "together they make an unrestricted covariance of the two visits.",
            *design.messages,
        )
    identity = np.eye(len(design.terms))
    means = _means(design)
    return ConstrainedFit(
        changes=_inference(*_changes(design), fit=fit, level=level),
        differences=_inference(*_differences(design), fit=fit, level=level),
        means=_inference(*means, fit=fit, level=level).drop(columns=["df", "statistic", "p"]),
        coefficients=_inference(
            pd.DataFrame({"term": design.terms}), identity, fit=fit, level=level
        ),
        vcov=pd.DataFrame(fit.vcov, index=list(design.terms), columns=list(design.terms)),
        covariance=pd.DataFrame(implied, index=list(design.visits), columns=list(design.visits)),
        variance_components=_variance_components(fit, unknown=unsplit),
        loglik=fit.loglik,
        n_obs=len(rows),
        n_subjects=len(fit.subjects),
        n_by_arm={
            name: int(rows.loc[rows["arm"] == name, "subject"].nunique()) for name in design.arms
        },
        converged=fit.converged,
        messages=messages,
        residuals=_residuals(design, fit, implied, unknown=unsplit),
        random_effects=_random_effects(fit),
        visits=design.visits,
        arms=design.arms,
        reference=reference,
        level=level,
    )


def _changes(design: ConstrainedDesign) -> tuple[pd.DataFrame, FloatArray]:
    labels, contrasts = [], []
    for arm in design.arms:
        for visit in design.visits[1:]:
            contrast = np.zeros(len(design.terms))
            contrast[design.column(f"visit[{visit}]")] = 1
            if arm != design.arms[0]:
                contrast[design.column(f"arm[{arm}]:visit[{visit}]")] = 1
            labels.append({"arm": arm, "visit": visit})
            contrasts.append(contrast)
    return pd.DataFrame(labels), np.array(contrasts)


def _differences(design: ConstrainedDesign) -> tuple[pd.DataFrame, FloatArray]:
    labels, contrasts = [], []
    for arm in design.arms[1:]:
        for visit in design.visits[1:]:
            contrast = np.zeros(len(design.terms))
            contrast[design.column(f"arm[{arm}]:visit[{visit}]")] = 1
            labels.append({"arm": arm, "reference": design.arms[0], "visit": visit})
            contrasts.append(contrast)
    return pd.DataFrame(labels), np.array(contrasts)


def _means(design: ConstrainedDesign) -> tuple[pd.DataFrame, FloatArray]:
    labels, change = _changes(design)
    at_baseline = pd.DataFrame({"arm": design.arms, "visit": design.visits[0]})
    contrasts = np.vstack([np.zeros((len(design.arms), len(design.terms))), change])
    contrasts[:, design.column("intercept")] = 1
    labels = pd.concat([at_baseline, labels], ignore_index=True)
    order = (
        labels.assign(
            place=labels["arm"].map(design.arms.index),
            when=labels["visit"].map(design.visits.index),
        )
        .sort_values(["place", "when"])
        .index
    )
    return labels.loc[order].reset_index(drop=True), contrasts[order]


def _inference(
    labels: pd.DataFrame, contrasts: FloatArray, *, fit: RandomEffectsFit, level: float
) -> pd.DataFrame:
    """Estimate L beta with normal confidence limits and two-sided p values."""
    estimate = contrasts @ fit.coefficients
    se = np.sqrt(np.einsum("ij,jk,ik->i", contrasts, fit.vcov, contrasts))
    statistic = estimate / se
    margin = stats.norm.ppf((1 + level) / 2) * se
    return labels.assign(
        estimate=estimate,
        se=se,
        df=np.inf,
        statistic=statistic,
        p=2 * stats.norm.sf(np.abs(statistic)),
        lower=estimate - margin,
        upper=estimate + margin,
    )


def _variance_components(fit: RandomEffectsFit, *, unknown: bool) -> pd.DataFrame:
    random = fit.random_covariance
    values: dict[str, Any] = {"intercept": random[0, 0]}
    if len(random) == 2:
        values |= {"slope": random[1, 1], "intercept_slope": random[0, 1]}
    values["residual"] = fit.residual_variance
    frame = pd.DataFrame({"component": list(values), "value": list(values.values())})
    return frame.assign(value=np.nan) if unknown else frame


def _residuals(
    design: ConstrainedDesign, fit: RandomEffectsFit, implied: FloatArray, *, unknown: bool
) -> pd.DataFrame:
    rows = design.rows
    observed = rows["outcome"].to_numpy(float)
    fitted = design.matrix @ fit.coefficients
    residual = observed - fitted
    random_design = np.column_stack([np.ones(len(rows)), rows["time"]])
    number = rows["subject"].map({name: i for i, name in enumerate(fit.subjects)}).to_numpy(int)
    size = fit.random_effects.shape[1]
    predicted = np.sum(random_design[:, :size] * fit.random_effects[number], axis=1)
    conditional = (residual - predicted) / np.sqrt(fit.residual_variance)
    return pd.DataFrame(
        {
            "subject": rows["subject"],
            "visit": rows["visit"].astype(str),
            "arm": rows["arm"],
            "observed": observed,
            "fitted": fitted,
            "residual": residual,
            "standardised_residual": residual
            / np.sqrt(np.diag(implied))[rows["visit"].cat.codes.to_numpy()],
            "conditional_residual": np.nan if unknown else conditional,
        }
    )


def _random_effects(fit: RandomEffectsFit) -> pd.DataFrame:
    names = ["intercept", "slope"][: fit.random_effects.shape[1]]
    frame = pd.DataFrame(fit.random_effects, columns=names)
    frame.insert(0, "subject", list(fit.subjects))
    return frame
