r"""Mixed models for repeated measures: what an analysis calls.

All three functions fit y_i = X_i beta + e_i, e_i ~ N(0, V_i), for patients i. They differ in where
X and V come from: a formula and a covariance of the visits (``fit_mmrm``), a formula and random
effects (``fit_random_effects``), or the constrained longitudinal model of a randomised trial
(``fit_clda``).

Where each part is described:

==============================================  ================================================
formula, rows, patients                         ``formula_parsing``; ``model_formulas``;
                                                ``constrained_design``
grouping of patients                            ``patient_cells``; ``design_reduction``
the likelihood and its derivatives              ``reml``; ``covariance_points``
patients with times of their own                ``irregular_times``; ``irregular_covariances``
random effects: models, optimum, small residual ``random_models``; ``random_optimum``;
                                                ``random_rescaled``
covariance structures and their parameters      ``covariance_structures``; ``random_structures``
the optimiser, and where it starts              ``newton``; ``covariance_climbs``;
                                                ``covariance_starts``
Satterthwaite, between-within                   ``degrees_of_freedom``
Kenward-Roger                                   ``kenward_roger``
sandwich                                        ``sandwich``
least-squares means                             ``ls_means``
predictions, for patients known and new         ``predictions``
every reference value beside ours               ``validation``
==============================================  ================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from helpers.errors import AnalysisError, unknown_name
from helpers.methods.constrained_design import build_constrained_design, group_by_arm
from helpers.methods.constrained_models import ConstrainedFit, answer, singularity
from helpers.methods.covariance_structures import COVARIANCES, ORDERED
from helpers.methods.fixed_effects import Information
from helpers.methods.formula_parsing import random_variables
from helpers.methods.frame_cells import check_options
from helpers.methods.mixed_results import MixedModelFit
from helpers.methods.model_formulas import (
    ModelFrame,
    build_frame,
    evaluate_random,
    numeric_column,
)
from helpers.methods.random_effects import RandomEffectsFit, Start, fit_random
from helpers.methods.structured_models import fit_structured

RANDOM_COVARIANCES = ("random_intercept", "random_slope")
# Every covariance of ``fit_clda``.
Covariance = Literal[
    "us",
    "cs",
    "csh",
    "ar1",
    "ar1h",
    "toep",
    "toeph",
    "ad",
    "adh",
    "sp_exp",
    "random_intercept",
    "random_slope",
]


def fit_mmrm(
    formula: str,
    data: pd.DataFrame,
    *,
    subject: str,
    visit: str,
    covariance: str = "us",
    group: str | None = None,
    time: str | None = None,
    reml: bool = True,
    inference: str = "satterthwaite",
    information: Information = "observed",
    fallback: bool | str | Sequence[str] = False,
    level: float = 0.95,
) -> MixedModelFit:
    r"""Fit a mixed model for repeated measures (MMRM).

    The estimand is whatever contrast of beta is asked for, typically the difference between arms
    in the mean at a visit. Scores of one patient have the covariance Sigma(theta) at the visits
    where the patient was seen; theta maximises the REML (or ML) log-likelihood and beta is the
    generalised least squares estimate (X'WX)^-1 X'Wy, W = V^-1. Estimates are valid when scores are
    missing at random given the observed ones.

    Parameters
    ----------
    formula
        Outcome and fixed effects in formulaic's language, as in statsmodels: ``"pain ~ arm *
        visit + age"``. Text and categorical columns are factors; write ``C(visit)`` for a numeric
        one. Covariates may change over time.
    data
        One row per patient and visit, in any order, with any pattern of missing rows. Rows without
        outcome or covariate are left out and counted (``n_dropped``).
    subject, visit
        Columns that name patient and visit. The order of visits, which only ``ar1``, ``toep``,
        ``ad`` and their kin depend on, is that of the categories, else of the labels with numbers
        by size.
    covariance
        ``"us"`` (default), ``"cs"``, ``"csh"``, ``"ar1"``, ``"ar1h"``, ``"toep"``, ``"toeph"``,
        ``"ad"``, ``"adh"`` or ``"sp_exp"``: see ``covariance_structures``.
    group
        Column, constant within a patient, whose levels get a covariance of their own.
    time
        Numeric column of times, in any unit, for ``"sp_exp"``; patients may have times of their
        own.
    reml
        REML (default) or ML.
    inference
        ``"satterthwaite"`` (default), ``"kenward-roger"``, ``"kenward-roger-linear"``,
        ``"between-within"``, ``"residual"``, ``"normal"``, or ``"sandwich"`` (CR0),
        ``"sandwich-cr2"``, ``"sandwich-cr3"`` with Bell-McCaffrey df.
    information
        Information of theta that Satterthwaite and Kenward-Roger use: ``"observed"`` (default, as
        SAS and mmrm) or ``"expected"`` (as pbkrtest).
    fallback
        A structure, or structures to try in this order, when the covariance cannot be estimated;
        True takes ``structured_models.FALLBACK_ORDER``. The result's messages say when it happened.
    level
        Confidence level.

    Returns
    -------
    MixedModelFit
        ``table``, ``contrast``, ``joint_test``, ``ls_means`` and more; ``messages`` holds what the
        reader must know.

    Raises
    ------
    AnalysisError
        When a name is unknown, the design is rank-deficient, the data cannot determine the
        covariance, or no maximum is found. Nothing is returned that did not converge.
    ParameterError
        When ``level`` is not between 0 and 1.

    Notes
    -----
    Reference: ``mmrm::mmrm(FEV1 ~ RACE + SEX + ARMCD * AVISIT + us(AVISIT | USUBJID))`` and PROC
    MIXED with ``repeated / type=un subject=``. SAS's ``ddfm=kr`` is ``"kenward-roger"``.

    Mallinckrodt CH et al. Recommendations for the primary analysis of continuous endpoints in
    longitudinal clinical trials. Drug Inf J 2008;42:303-319.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame(
    ...     {
    ...         "patient": [1, 1, 2, 2, 3, 3, 4, 4, 5, 5],
    ...         "visit": ["v1", "v2"] * 5,
    ...         "arm": ["a"] * 4 + ["b"] * 6,
    ...         "pain": [5.0, 4.0, 6.0, 4.5, 5.5, 3.0, 4.0, 2.5, 6.0, 3.5],
    ...     }
    ... )
    >>> fit = fit_mmrm("pain ~ arm * visit", scores, subject="patient", visit="visit")
    >>> print(round(fit.contrast({"arm[T.b]:visit[T.v2]": 1}).estimate, 3))
    -0.917
    """
    check_options(inference=inference, information=information, level=level)
    if covariance not in COVARIANCES:
        raise AnalysisError(unknown_name("covariance", covariance, COVARIANCES))
    also = (time,) if time else ()
    frame = build_frame(formula, data, subject=subject, visit=visit, group=group, also=also)
    times = numeric_column(data[time], "time")[frame.kept] if time else None
    return fit_structured(
        frame,
        data.index,
        formula=formula,
        covariance=covariance,
        times=times,
        reml=reml,
        inference=inference,
        information=information,
        fallback=fallback,
        level=level,
        messages=(*_dropped(frame, data), *_order_of_visits(frame, data[visit], covariance)),
    )


def fit_random_effects(
    formula: str,
    data: pd.DataFrame,
    *,
    subject: str,
    random: str = "1",
    correlated: bool = True,
    reml: bool = True,
    inference: str = "satterthwaite",
    information: Information = "observed",
    start: Start = "statsmodels",
    level: float = 0.95,
) -> RandomEffectsFit:
    r"""Fit a random-intercept or random-slope model.

    y_i = X_i beta + Z_i b_i + e_i with b_i ~ N(0, D) and independent e_i ~ N(0, s): the model of
    Laird & Ware (1982, Biometrics 38:963-974). statsmodels' MixedLM (``method="lbfgs"``) finds the
    neighbourhood of the optimum and Newton's method ends there; standard errors are those of
    generalised least squares at the estimated D and s, as lme4's.

    Parameters
    ----------
    formula
        Outcome and fixed effects, as for ``fit_mmrm``.
    data
        One row per score; patients may have any number of scores at any times.
    subject
        Column that names the patient.
    random
        Random effects as a formula: ``"1"`` (intercept, default), ``"1 + week"`` (intercept and
        slope), ``"0 + week"``. Random effects of visit indicators (``"0 + visit"``) with a
        residual are not identified and are refused; use ``fit_mmrm``.
    correlated
        Whether the random effects may be correlated; False is lme4's ``||``.
    reml, inference, information, level
        As for ``fit_mmrm``. lmerTest's Satterthwaite df are the default here; pbkrtest's
        Kenward-Roger is ``inference="kenward-roger", information="expected"``. In a singular fit
        the observed information takes the reduced rank of D as known, and only the expected one is
        pbkrtest's.
    start
        ``"statsmodels"`` (default) or ``"moments"``, a simple guess that leaves MixedLM out; the
        optimum is the same.

    Returns
    -------
    RandomEffectsFit
        A ``MixedModelFit`` with ``random_covariance`` (D), ``residual_variance`` (s),
        ``random_effects`` (predicted b) and ``singular``.

    Raises
    ------
    AnalysisError
        As for ``fit_mmrm``, and when the data cannot tell the random effects apart.

    Notes
    -----
    Reference: ``lme4::lmer(Reaction ~ Days + (1 + Days | Subject))`` with lmerTest and pbkrtest.
    """
    check_options(inference=inference, information=information, level=level)
    if start not in ("statsmodels", "moments"):
        raise AnalysisError(unknown_name("start", start, ("statsmodels", "moments")))
    needed = random_variables(random)
    frame = build_frame(formula, data, subject=subject, also=needed)
    used = data if len(frame.kept) == len(data) else data.iloc[frame.kept]
    random_design, random_spec = evaluate_random(random, used)
    names = tuple(random_spec.column_names)
    labels = used[needed[0]].to_numpy() if len(needed) == 1 else np.arange(len(used))
    return fit_random(
        frame,
        data.index,
        random_design,
        names,
        labels=labels,
        random_spec=random_spec,
        formula=formula,
        covariance=f"random {random}" + ("" if correlated else ", uncorrelated"),
        correlated=correlated,
        reml=reml,
        inference=inference,
        information=information,
        start=start,
        level=level,
        messages=_dropped(frame, data),
    )


def fit_clda(
    data: pd.DataFrame,
    *,
    outcome: str,
    subject: str,
    visit: str,
    arm: str,
    baseline: Any,
    reference: Any = None,
    time: str | None = None,
    covariates: Sequence[str] = (),
    covariance: Covariance = "us",
    group_by: Literal["arm"] | None = None,
    inference: str = "kenward-roger",
    information: Information = "observed",
    reml: bool = True,
    fallback: bool | str | Sequence[str] = False,
    level: float = 0.95,
) -> ConstrainedFit:
    r"""Fit the constrained longitudinal data analysis (cLDA) model of a randomised trial.

    The baseline score is an outcome whose mean the arms share, because they were randomised;
    visits are categorical and every arm but the reference has its own effect at each later visit:

        E(y at visit v in arm a) = mu + visit_v + effect_av + covariates, effect_av = 0 at baseline.

    The change of arm a at visit v is visit_v + effect_av, the difference between arms effect_av.
    Unlike an analysis of covariance it keeps patients without a baseline or without later scores.

    Parameters
    ----------
    data
        One row per participant and visit; rows with a missing score are left out.
    outcome, subject, visit, arm
        Column names.
    baseline, reference
        The baseline's visit and the arm that is subtracted (the first arm when None).
    time
        Numeric column with one value per visit, which orders the visits; needed for ``sp_exp`` and
        ``random_slope``.
    covariates
        Columns adjusted for by main effects, numeric or categorical, centred at their mean over
        participants; of one that changes over time each participant's mean over rows counts.
    covariance
        One of ``fit_mmrm``'s (default ``"us"``), ``"random_intercept"`` or ``"random_slope"``
        (intercept and slope in time, scaled to run from 0 to 1).
    group_by
        ``"arm"`` gives every arm a covariance of its own; not with random effects.
    inference, information, reml, fallback, level
        As for ``fit_mmrm``; the default is Kenward-Roger.

    Returns
    -------
    ConstrainedFit
        Frames ``changes``, ``differences``, ``means``, ``coefficients`` and more.

    Raises
    ------
    AnalysisError
        When the data cannot carry the model.
    ParameterError
        When ``level`` is not between 0 and 1.

    Notes
    -----
    Liang KY, Zeger SL. Longitudinal data analysis of continuous and discrete responses for
    pre-post designs. Sankhya B 2000;62:134-148. Lu K. On efficiency of constrained longitudinal
    data analysis versus longitudinal analysis of covariance. Biometrics 2010;66:891-896.

    Reference: ``mmrm::mmrm(y ~ visit + d1 + d2 + ... + us(visit | subject))`` with d1, d2, ... the
    products of arm and later visit.
    """
    check_options(inference=inference, information=information, level=level)
    if covariance not in (*COVARIANCES, *RANDOM_COVARIANCES):
        raise AnalysisError(
            unknown_name("covariance", covariance, (*COVARIANCES, *RANDOM_COVARIANCES))
        )
    design = build_constrained_design(
        data,
        outcome=outcome,
        subject=subject,
        visit=visit,
        arm=arm,
        baseline=baseline,
        reference=reference,
        time=time,
        covariates=covariates,
    )
    if group_by == "arm":
        design = group_by_arm(design)
    frame, messages = design.frame, design.messages
    formula = f"constrained longitudinal model of {outcome}"
    shared: dict[str, Any] = {
        "formula": formula,
        "reml": reml,
        "inference": inference,
        "information": information,
        "level": level,
    }
    # Two visits give three numbers (two variances and a covariance) for four components: the
    # covariance of the scores is known, its split into slope and residual is not.
    unsplit = covariance == "random_slope" and len(design.visits) == 2
    model: MixedModelFit
    if covariance in RANDOM_COVARIANCES and not unsplit:
        if group_by is not None:
            raise AnalysisError("Random effects have one covariance for all arms; drop group_by.")
        scaled = np.zeros(len(frame.visits))
        if covariance == "random_slope":
            if design.visit_times is None:
                raise AnalysisError(
                    "Covariance 'random_slope' needs the time of each visit; name its column: time="
                )
            scaled = design.visit_times - design.visit_times[0]
            scaled = scaled / scaled[-1]
        slope = covariance == "random_slope"
        at_visit = np.column_stack([np.ones(len(scaled)), scaled])[:, : 1 + slope]
        random = fit_random(
            frame,
            data.index,
            at_visit[frame.visit],
            ("intercept", "slope")[: 1 + slope],
            labels=None,
            visit_design=at_visit,
            covariance=covariance,
            correlated=True,
            start="moments",
            messages=messages,
            **shared,
        )
        model, messages = random, messages + singularity(random)
    else:
        if unsplit:
            covariance = "us"
            messages = (
                "With one visit after baseline a random slope and the residual cannot be told "
                "apart; together they make an unrestricted covariance of the two visits.",
                *messages,
            )
        times = None if design.visit_times is None else design.visit_times[frame.visit]
        model = fit_structured(
            frame,
            data.index,
            covariance=covariance,
            times=times,
            fallback=fallback,
            messages=messages,
            **shared,
        )
        messages = model.messages
    return answer(design, model, messages=messages, unsplit=unsplit)


def _dropped(frame: ModelFrame, data: pd.DataFrame) -> tuple[str, ...]:
    if not frame.n_dropped:
        return ()
    return (
        f"{frame.n_dropped} of {len(data)} rows were left out because the outcome, a covariate or "
        "another column of the model was missing.",
    )


def _order_of_visits(frame: ModelFrame, visit: pd.Series, covariance: str) -> tuple[str, ...]:
    """Say which order was taken when it matters and nobody set it."""
    set_by_user = isinstance(visit.dtype, pd.CategoricalDtype)
    if covariance not in ORDERED or set_by_user or pd.api.types.is_numeric_dtype(visit):
        return ()
    return (
        f"Covariance {covariance!r} depends on the order of the visits, taken from their labels: "
        f"{', '.join(map(str, frame.visits))}. Use an ordered categorical to set it.",
    )
