"""The primary analysis: change from baseline by a mixed model of all scores."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.analysis.estimates import Estimate
from helpers.analysis.missingness import seen_by_visit
from helpers.analysis.primary_model import (
    COVARIANCE,
    INFERENCE,
    Inference,
    check_model,
    fit_scores,
)
from helpers.analysis.published_analyses import PublishedAnalysisResult, published_analyses
from helpers.analysis.scores import (
    arm_labels,
    check_planned,
    planned_visits,
    resolve_covariates,
    resolve_outcome,
    resolve_visit,
    score_table,
    scores_of,
)
from helpers.analysis.small_counts import Count, Counts, count_by_arm, least_in_figure
from helpers.analysis.withheld import NOT_SHOWN, NotShown
from helpers.errors import AnalysisError
from helpers.methods.constrained_models import ConstrainedFit
from helpers.methods.mixed_models import Covariance
from helpers.trial.loading import Trial
from helpers.trial.specification import Outcome, Visit

_COUNTED = re.compile(r": \d+ of \d+ participants\.$")
_COUNTING = ("between-within", "residual")

__all__ = [
    "PrimaryResult",
    "PublishedAnalysisResult",
    "analyse_primary",
    "fit_outcome",
    "published_analyses",
]


@dataclass(frozen=True)
class PrimaryResult:
    """The constrained longitudinal model of one outcome, read at one visit.

    Attributes
    ----------
    outcome, outcome_label, instrument, unit, higher_is, decimals, visit, visit_label
        What was analysed.
    covariance, inference, covariates, level
        How it was asked for.
    covariance_used
        The covariance that the data could carry: another one than ``covariance`` when that could
        not be estimated, and then a message says so.
    arms, arm_labels, reference, visit_labels, visit_weeks
        Arms (reference first) and the visits in the model, with baseline.
    change
        Change from baseline at the visit, by arm.
    difference
        Difference in change, arm minus reference, by arm other than the reference.
    changes, differences, means
        The same at every visit, as in :class:`helpers.methods.constrained_models.ConstrainedFit`.
    n, n_scores, n_by_arm, n_by_visit
        Participants and scores in the model; withheld where the trial is not public and they are
        small or would tell what is.
    least_in_figure
        How many participants a point of a figure must stand for; 0 when one will do.
    messages
        What the reader must know of the fit.
    fit
        The whole fit.
    """

    outcome: str
    outcome_label: str
    instrument: str
    unit: str
    higher_is: str
    decimals: int
    visit: str
    visit_label: str
    covariance: str
    covariance_used: str
    inference: str
    covariates: tuple[str, ...]
    level: float
    arms: tuple[str, ...]
    arm_labels: dict[str, str]
    reference: str
    visit_labels: dict[str, str]
    visit_weeks: dict[str, float]
    change: dict[str, Estimate]
    difference: dict[str, Estimate]
    changes: pd.DataFrame
    differences: pd.DataFrame
    means: pd.DataFrame
    n: Count
    n_scores: Count
    n_by_arm: dict[str, Count]
    n_by_visit: dict[str, Count]
    least_in_figure: int
    messages: tuple[str, ...]
    fit: ConstrainedFit


def analyse_primary(
    trial: Trial,
    *,
    outcome: str = "primary",
    visit: str = "primary",
    covariance: Covariance = COVARIANCE,
    inference: Inference = INFERENCE,
    covariates: str | Sequence[str] = (),
    level: float = 0.95,
) -> PrimaryResult:
    """Estimate change from baseline and its difference between arms by a mixed model.

    All scores of the outcome are in the model, those after the visit of interest too; nobody is
    left out for a missing baseline or a missing visit (missing at random is assumed).

    Parameters
    ----------
    trial
        The trial.
    outcome, visit
        Ids, ``"primary"`` for the trial's own.
    covariance
        How a participant's scores hang together: ``"us"`` (default), another covariance of
        :func:`helpers.methods.mixed_models.fit_mmrm`, ``"random_slope"`` or
        ``"random_intercept"``.
    inference
        Standard errors and degrees of freedom: ``"kenward-roger"`` (default),
        ``"satterthwaite"``, ``"normal"`` and others, see ``helpers.analysis.primary_model``.
    covariates
        Baseline variables to adjust for, as a sequence or one text with commas.
    level
        Confidence level, default 0.95.

    Raises
    ------
    ParameterError
        When a parameter is not valid.
    AnalysisError
        When the outcome was not planned at the visit or the data cannot carry the model.

    Notes
    -----
    :func:`helpers.analysis.primary_model.fit_scores`.
    """
    check_model(covariance=covariance, inference=inference)
    asked, at = resolve_outcome(trial, outcome), resolve_visit(trial, visit)
    check_planned(trial, asked, at)
    names = resolve_covariates(trial, covariates)
    return fit_outcome(
        trial,
        asked,
        at,
        covariance=covariance,
        inference=inference,
        covariates=names,
        level=level,
    )


def fit_outcome(
    trial: Trial,
    outcome: Outcome,
    visit: Visit,
    *,
    covariance: Covariance,
    inference: Inference,
    covariates: tuple[str, ...],
    level: float,
) -> PrimaryResult:
    """Fit the mixed model of one outcome; parameters as in :func:`analyse_primary`, resolved."""
    specification = trial.specification
    labels = arm_labels(trial)
    data, partial = model_rows(trial, outcome, visit, covariates=covariates)
    try:
        fit = fit_scores(
            data,
            baseline=specification.baseline_visit.id,
            reference=specification.reference_arm.id,
            covariance=covariance,
            inference=inference,
            covariates=covariates,
            level=level,
        )
    except np.linalg.LinAlgError as error:
        raise AnalysisError(
            f"The scores of {outcome.label} do not determine the model with the covariance "
            f"{covariance!r}; choose one with fewer parameters, such as 'cs', or another outcome."
        ) from error
    planned = {item.id: item for item in planned_visits(trial, outcome)}
    unseen = tuple(
        f"{item.label} has no scores of {outcome.label} and is not in the model."
        for item in planned.values()
        if item.id not in fit.visits and item.id not in partial
    )
    few = few_scores(data, trial)
    all_changes, all_differences, means = (
        _without_few(frame, few, fit.reference)
        for frame in (fit.changes, fit.differences, fit.means)
    )
    changes = all_changes.loc[all_changes["visit"] == visit.id]
    differences = all_differences.loc[all_differences["visit"] == visit.id]
    in_model = _in_model(trial, outcome, data, covariates)
    by_visit = _by_visit(trial, outcome, data, in_model)
    n_scores = NOT_SHOWN if any(isinstance(n, NotShown) for n in by_visit.values()) else fit.n_obs
    # These degrees of freedom are a count less the number of means, and would tell it.
    told = NotShown in {type(n_scores), type(in_model.of("model"))} and inference in _COUNTING
    not_shown = tuple(
        f"{planned[at].label}: fewer than {trial.threshold} participants of an arm have a score of "
        f"{outcome.label}; estimates that rest on them are not shown."
        for at in dict.fromkeys(at for _, at in few)
    )
    return PrimaryResult(
        outcome=outcome.id,
        outcome_label=outcome.label,
        instrument=outcome.instrument,
        unit=outcome.unit,
        higher_is=outcome.higher_is,
        decimals=outcome.decimals,
        visit=visit.id,
        visit_label=visit.label,
        covariance=covariance,
        covariance_used=fit.model.covariance_name,
        inference=inference,
        covariates=covariates,
        level=level,
        arms=tuple(labels),
        arm_labels=labels,
        reference=fit.reference,
        visit_labels={name: planned[name].label for name in fit.visits},
        visit_weeks={name: float(planned[name].week) for name in fit.visits},
        change=_by_arm(changes, told=told),
        difference=_by_arm(differences, told=told),
        changes=all_changes,
        differences=all_differences,
        means=means,
        n=in_model.of("model"),
        n_scores=n_scores,
        n_by_arm={arm: in_model.of("model", arm) for arm in labels},
        n_by_visit=by_visit,
        least_in_figure=least_in_figure(trial),
        messages=unseen + tuple(partial.values()) + not_shown + messages_shown(fit.messages, trial),
        fit=fit,
    )


def model_rows(
    trial: Trial, outcome: Outcome, visit: Visit, *, covariates: tuple[str, ...]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the scores that the model of an outcome is fitted to.

    Returns
    -------
    tuple
        ``participant, arm, visit, week, score`` and the covariates, one row per score; and by
        visit that is left out, what the reader must know.

    Raises
    ------
    AnalysisError
        When an arm or the visit has no scores, or all scores are the same; and when an arm of a
        trial that is not public has too few at baseline.
    """
    data = scores_of(trial, outcome)
    _check_scores(data, trial, outcome, visit)
    _check_small_arms(data, trial, outcome)
    data, partial = _without_partial_visits(data, trial, outcome, visit)
    known = trial.participants.set_index("participant")[list(covariates)]
    arms = pd.Categorical(data["arm"], categories=list(arm_labels(trial)))
    return data.join(known, on="participant").assign(arm=arms), partial


def _without_partial_visits(
    data: pd.DataFrame, trial: Trial, outcome: Outcome, visit: Visit
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Leave out visits at which an arm has no score: its mean there cannot be estimated.

    Returns the data and, by visit, what the reader must know.
    """
    seen = {(arm, at) for arm, at in zip(data["arm"], data["visit"], strict=True)}
    present = {at for _, at in seen}
    messages: dict[str, str] = {}
    for planned in planned_visits(trial, outcome)[1:]:
        without = [
            label for arm, label in arm_labels(trial).items() if (arm, planned.id) not in seen
        ]
        if not without or planned.id not in present:
            continue
        if planned.id == visit.id:
            raise AnalysisError(
                f"No participant of {without[0]} has a score of {outcome.label} at "
                f"{visit.label}, so the arms cannot be compared there; choose another visit."
            )
        messages[planned.id] = (
            f"{planned.label} is not in the model: no participant of {' and '.join(without)} has "
            f"a score of {outcome.label} there."
        )
    return data.loc[~data["visit"].isin(list(messages))], messages


def messages_shown(messages: tuple[str, ...], trial: Trial) -> tuple[str, ...]:
    """Leave out of the model's messages how many a covariate costs, which may be a few."""
    if not trial.threshold:
        return messages
    return tuple(
        f"{said.rpartition(':')[0]}: their number is not shown." if _COUNTED.search(said) else said
        for said in messages
    )


def _by_arm(rows: pd.DataFrame, *, told: bool) -> dict[str, Estimate]:
    found = {str(row["arm"]): Estimate.from_row(row) for _, row in rows.iterrows()}
    if not told:
        return found
    return {arm: dataclasses.replace(one, df=NOT_SHOWN) for arm, one in found.items()}


def _in_model(
    trial: Trial, outcome: Outcome, data: pd.DataFrame, covariates: tuple[str, ...]
) -> Counts:
    """Count the participants in the model, and those with a score who are not."""
    scored = set(scores_of(trial, outcome)["participant"])
    used = set(data.dropna(subset=list(covariates))["participant"])
    return count_by_arm(trial, {"model": used, "left out": scored - used, "never": ()})


def _by_visit(
    trial: Trial, outcome: Outcome, data: pd.DataFrame, in_model: Counts
) -> dict[str, Count]:
    """Count the scores in the model at each visit."""
    known = data["visit"].value_counts()
    if not trial.threshold:
        return {str(visit): int(n) for visit, n in known.items()}
    seen = seen_by_visit(trial, score_table(trial, outcome).notna())
    everyone = in_model.of("left out") == 0
    return {
        str(visit): seen[str(visit)].inside() if everyone else NOT_SHOWN for visit in known.index
    }


def few_scores(data: pd.DataFrame, trial: Trial) -> list[tuple[str, str]]:
    """Return the arms and visits after baseline with too few scores to show anything of them."""
    if not trial.threshold:
        return []
    counts = data.groupby(["arm", "visit"], observed=True).size().rename("n").reset_index()
    baseline = trial.specification.baseline_visit.id
    few = counts.loc[(counts["n"] < trial.threshold) & (counts["visit"] != baseline)]
    pairs = [(str(arm), str(at)) for arm, at in zip(few["arm"], few["visit"], strict=True)]
    order = list(trial.specification.visit_ids)
    return sorted(pairs, key=lambda pair: order.index(pair[1]))


def _without_few(frame: pd.DataFrame, few: list[tuple[str, str]], reference: str) -> pd.DataFrame:
    """Take out the estimates that rest on a few participants of an arm, or differ from theirs."""
    if not few:
        return frame
    gone = set(few) | ({(arm, at) for arm in frame["arm"] for who, at in few if who == reference})
    rows = [
        (str(arm), str(at)) in gone for arm, at in zip(frame["arm"], frame["visit"], strict=True)
    ]
    numbers = [name for name in frame.columns if name not in {"arm", "visit", "reference"}]
    changed = frame.copy()
    changed[numbers] = changed[numbers].astype(float)
    changed.loc[rows, numbers] = np.nan
    return changed


def _check_small_arms(data: pd.DataFrame, trial: Trial, outcome: Outcome) -> None:
    """Refuse a model whose common baseline would tell that of a few participants.

    The model gives all arms one baseline mean. Whoever knows it, and the means of the other arms,
    knows the mean of the smallest: of an arm of one participant, that participant's score.
    """
    if not trial.threshold:
        return
    baseline = trial.specification.baseline_visit
    known = data.loc[data["visit"] == baseline.id, "arm"].value_counts()
    for arm, label in arm_labels(trial).items():
        if known.get(arm, 0) < trial.threshold:
            # Without a number: among ids that are numbers it could be taken for a patient's.
            raise AnalysisError(
                f"Fewer participants of {label} than small_cells have a score of {outcome.label} "
                f"at {baseline.label}, and the model would tell what theirs are: look whether the "
                "arm is misspelt in the tables, join it to another or leave it out of the trial, "
                "or give small_cells a lower value."
            )


def _check_scores(data: pd.DataFrame, trial: Trial, outcome: Outcome, visit: Visit) -> None:
    baseline = trial.specification.baseline_visit
    for needed in (baseline, visit):
        if needed.id not in outcome.visits or not (data["visit"] == needed.id).any():
            raise AnalysisError(
                f"{outcome.label} has no scores at {needed.label}, which the model of its change "
                "needs; choose another outcome or visit."
            )
    if data["score"].min() == data["score"].max():
        same = f"{data['score'].iloc[0]:g}" if trial.specification.public else "the same"
        raise AnalysisError(
            f"Every score of {outcome.label} is {same}, so there is nothing to "
            "compare; choose another outcome."
        )
    for arm, label in arm_labels(trial).items():
        if not (data["arm"] == arm).any():
            raise AnalysisError(
                f"No participant of {label} has a score of {outcome.label}, so the arms cannot be "
                "compared; choose another outcome or looser criteria."
            )
