"""The result of a constrained longitudinal model: the contrasts that it answers with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import AnalysisError
from helpers.methods.constrained_design import ConstrainedDesign
from helpers.methods.distributions import t_quantile
from helpers.methods.mixed_results import Interval, MixedModelFit
from helpers.methods.random_effects import RandomEffectsFit

FloatArray = NDArray[np.float64]

# Below this share of the residual variance a variance between participants counts as zero:
# the square of the 1e-4 that lme4's isSingular allows a standard deviation.
_NO_VARIATION = 1e-8


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
    joint
        Test that no arm differs from the reference at any visit: ``F, num_df, den_df, p``; missing,
        with a message, where Kenward-Roger has no such test.
    model
        The fitted model, for other residuals and tests.
    variance_components
        Covariance parameters: ``component, value``. With random effects: ``intercept``, ``slope``,
        ``intercept_slope`` (covariance) and ``residual``, the slope per whole follow-up (time runs
        from 0 to 1), missing where the data cannot tell them apart.
    residuals
        ``subject, visit, arm, observed, fitted, residual, standardised_residual,
        scaled_residual, conditional_residual``: fitted is the marginal mean; the standardised
        residual is divided by the model's SD at the visit; the scaled ones are uncorrelated
        (Cholesky); the conditional one takes the predicted random effects off and is divided by
        the residual SD (missing without random effects).
    random_effects
        ``subject, intercept`` and, with a random slope, ``slope``; no rows without random effects.
    n_by_arm
        Participants by arm.
    visits, arms, reference, level
        What was compared, in order, and the confidence level.
    """

    changes: pd.DataFrame
    differences: pd.DataFrame
    means: pd.DataFrame
    coefficients: pd.DataFrame
    joint: pd.Series
    model: MixedModelFit
    variance_components: pd.DataFrame
    n_by_arm: dict[Any, int]
    messages: tuple[str, ...]
    visits: tuple[Any, ...]
    arms: tuple[Any, ...]
    reference: Any
    level: float
    _design: ConstrainedDesign = field(repr=False)

    @cached_property
    def residuals(self) -> pd.DataFrame:
        """Residuals of every score: see the class."""
        return _residuals(self._design, self.model)

    @cached_property
    def random_effects(self) -> pd.DataFrame:
        """Predicted random effects of every participant: see the class."""
        return _random_effects(self.model)

    def differences_by(self, inference: str, *, levels: Sequence[float]) -> pd.DataFrame:
        """Judge the differences in another way, at several levels; nothing is fitted again.

        Parameters
        ----------
        inference
            As for ``mixed_models.fit_clda``.
        levels
            Confidence levels.

        Returns
        -------
        DataFrame
            The columns of ``differences`` and ``level``, one row per level, arm and visit.

        Raises
        ------
        AnalysisError
            When the name is unknown or the way is not defined for the fit.
        """
        labels, rows = self._asked
        found = self.model.judged_by(inference).estimates(rows)
        margins = np.concatenate([t_quantile(level, found["df"]) * found["se"] for level in levels])
        # One frame, made at once: frames cost more than the inference.
        numbers = {name: np.tile(values, len(levels)) for name, values in found.items()}
        return pd.DataFrame(
            {
                **{name: values * len(levels) for name, values in labels.items()},
                **{"statistic" if name == "t" else name: each for name, each in numbers.items()},
                "lower": numbers["estimate"] - margins,
                "upper": numbers["estimate"] + margins,
                "level": np.repeat(levels, len(rows)),
            }
        )

    @cached_property
    def _asked(self) -> tuple[dict[Any, list[Any]], FloatArray]:
        """Labels and weights of the differences."""
        labels, rows = _differences(self._design)
        return labels.to_dict("list"), rows

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the fixed effects."""
        return self.model.terms

    @property
    def params(self) -> pd.Series:
        """Fixed effects by term."""
        return self.model.params

    @property
    def table(self) -> pd.DataFrame:
        """Fixed effects: a frame by term with ``estimate, se, df, t, p, lower, upper``."""
        return self.model.table

    @property
    def parameters(self) -> pd.DataFrame:
        """Covariance parameters: ``group, parameter, estimate, se``."""
        return self.model.parameters

    def contrast(self, weights: Mapping[str, float], *, level: float | None = None) -> pd.Series:
        """Estimate one weighted sum of fixed effects: see ``MixedModelFit.contrast``."""
        return self.model.contrast(weights, level=level)

    def joint_test(self, contrasts: Sequence[Mapping[str, float]] | Sequence[str]) -> pd.Series:
        """Test that several contrasts are zero together: see ``MixedModelFit.joint_test``."""
        return self.model.joint_test(contrasts)

    def predict(
        self,
        *,
        conditional: bool = False,
        interval: Interval = "confidence",
        level: float | None = None,
    ) -> pd.DataFrame:
        """Predict the rows used, with limits: see ``MixedModelFit.predict``.

        The model has no formula that could be evaluated on new rows; their means are in ``means``.
        """
        return self.model.predict(conditional=conditional, interval=interval, level=level)

    @property
    def vcov(self) -> pd.DataFrame:
        """Covariance of the fixed effects, term by term."""
        return self.model.vcov

    @property
    def covariance(self) -> pd.DataFrame | dict[Any, pd.DataFrame]:
        """Covariance of one participant's scores, visit by visit; by arm when grouped."""
        return self.model.covariance

    @property
    def loglik(self) -> float:
        """(RE)ML log-likelihood."""
        return self.model.loglik

    @property
    def aic(self) -> float:
        """Akaike's criterion for the covariance."""
        return self.model.aic

    @property
    def bic(self) -> float:
        """Bayes criterion for the covariance."""
        return self.model.bic

    @property
    def n_obs(self) -> int:
        """Scores in the model."""
        return self.model.n_obs

    @property
    def n_subjects(self) -> int:
        """Participants in the model."""
        return self.model.n_subjects

    @property
    def converged(self) -> bool:
        """Whether the optimiser arrived."""
        return self.model.converged


def answer(
    design: ConstrainedDesign, model: MixedModelFit, *, messages: tuple[str, ...], unsplit: bool
) -> ConstrainedFit:
    """Ask a fitted constrained model for changes, differences and means.

    Parameters
    ----------
    design
        The constrained design.
    model
        The model fitted to it.
    messages
        What the reader must know.
    unsplit
        Whether variance components were asked for that the data cannot tell apart.
    """
    change_labels, changes = _changes(design)
    difference_labels, differences = _differences(design)
    mean_labels, means = _means(design, change_labels, changes)
    arm = np.empty(len(design.frame.subjects), dtype=np.intp)
    arm[design.frame.subject] = design.arm
    terms = design.frame.terms
    effects = [term for term in terms if term.startswith("arm[")]
    try:
        joint = model.joint_test(effects)
    except AnalysisError as error:
        # A trial of few patients may have no joint test; the single differences stand.
        joint = pd.Series(dict.fromkeys(("F", "num_df", "den_df", "p"), np.nan), name="joint_test")
        messages = (*messages, str(error))
    return ConstrainedFit(
        changes=_labelled(change_labels, model, changes),
        differences=_labelled(difference_labels, model, differences),
        means=_labelled(mean_labels, model, means).drop(columns=["df", "statistic", "p"]),
        coefficients=_labelled(pd.DataFrame({"term": list(terms)}), model, np.eye(len(terms))),
        joint=joint,
        model=model,
        variance_components=_components(model, unsplit=unsplit),
        n_by_arm={name: int(np.sum(arm == i)) for i, name in enumerate(design.arms)},
        messages=messages,
        visits=design.visits,
        arms=design.arms,
        reference=design.arms[0],
        level=model.level,
        _design=design,
    )


def singularity(model: RandomEffectsFit) -> tuple[str, ...]:
    """Say what a singular fit of random intercepts, or intercepts and slopes, means.

    Parameters
    ----------
    model
        The fitted random effects; the intercept comes first.

    Returns
    -------
    tuple of str
        One sentence; nothing when the fit is not singular.
    """
    if not model.singular:
        return ()
    known = "".join(f" {sentence}" for sentence in model.rank_taken_as_known())
    random = model.random_covariance.to_numpy()
    if len(random) == 1 or random[0, 0] < _NO_VARIATION * model.residual_variance:
        return (
            "The variation between participants is estimated as zero (singular fit); the "
            f"estimates stand, but the model is larger than the data need.{known}",
        )
    return (
        "The random slope is estimated as zero or wholly tied to the intercept (singular "
        f"fit); the estimates stand, but random_intercept would be a simpler model.{known}",
    )


def _labelled(labels: pd.DataFrame, model: MixedModelFit, rows: FloatArray) -> pd.DataFrame:
    frame = model.estimate(rows).rename(columns={"t": "statistic"})
    return pd.concat([labels, frame], axis=1)


def _changes(design: ConstrainedDesign) -> tuple[pd.DataFrame, FloatArray]:
    labels, rows = [], []
    for arm in design.arms:
        for visit in design.visits[1:]:
            row = np.zeros(len(design.frame.terms))
            row[design.column(f"visit[{visit}]")] = 1
            if arm != design.arms[0]:
                row[design.column(f"arm[{arm}]:visit[{visit}]")] = 1
            labels.append({"arm": arm, "visit": visit})
            rows.append(row)
    return pd.DataFrame(labels), np.array(rows)


def _differences(design: ConstrainedDesign) -> tuple[pd.DataFrame, FloatArray]:
    labels, rows = [], []
    for arm in design.arms[1:]:
        for visit in design.visits[1:]:
            row = np.zeros(len(design.frame.terms))
            row[design.column(f"arm[{arm}]:visit[{visit}]")] = 1
            labels.append({"arm": arm, "reference": design.arms[0], "visit": visit})
            rows.append(row)
    return pd.DataFrame(labels), np.array(rows)


def _means(
    design: ConstrainedDesign, change_labels: pd.DataFrame, changes: FloatArray
) -> tuple[pd.DataFrame, FloatArray]:
    later = len(design.visits) - 1
    labels, rows = [], []
    for number, arm in enumerate(design.arms):
        own = slice(number * later, (number + 1) * later)
        block = np.vstack([np.zeros(changes.shape[1]), changes[own]])
        block[:, design.column("intercept")] = 1
        rows.append(block)
        labels += [{"arm": arm, "visit": visit} for visit in design.visits]
    return pd.DataFrame(labels), np.vstack(rows)


def _components(model: MixedModelFit, *, unsplit: bool) -> pd.DataFrame:
    if unsplit:
        names = ["intercept", "slope", "intercept_slope", "residual"]
        return pd.DataFrame({"component": names, "value": np.nan})
    if not isinstance(model, RandomEffectsFit):
        frame = model.parameters
        return frame.rename(columns={"parameter": "component", "estimate": "value"})[
            ["component", "value"]
        ]
    random = model.random_covariance.to_numpy()
    values = {"intercept": random[0, 0]}
    if len(random) == 2:
        values |= {"slope": random[1, 1], "intercept_slope": random[0, 1]}
    values["residual"] = model.residual_variance
    return pd.DataFrame({"component": list(values), "value": list(values.values())})


def _residuals(design: ConstrainedDesign, model: MixedModelFit) -> pd.DataFrame:
    frame = design.frame
    fitted = model.fitted().to_numpy()
    conditional: FloatArray | float = np.nan
    if isinstance(model, RandomEffectsFit):
        conditional = model.conditional_residuals().to_numpy()
    out = pd.DataFrame(
        {
            "subject": frame.subjects[frame.subject],
            "visit": np.array(design.visits, dtype=object)[frame.visit],
            "arm": np.array(design.arms, dtype=object)[design.arm],
            "observed": frame.outcome,
            "fitted": fitted,
            "residual": frame.outcome - fitted,
            "standardised_residual": model.residuals("pearson").to_numpy(),
            "scaled_residual": model.residuals("cholesky").to_numpy(),
            "conditional_residual": conditional,
        }
    )
    for name in ("visit", "arm"):
        out[name] = out[name].infer_objects()
    # Participants in the order of the data, each one's visits in the order of time.
    return out.iloc[np.lexsort([frame.visit, frame.subject])].reset_index(drop=True)


def _random_effects(model: MixedModelFit) -> pd.DataFrame:
    if not isinstance(model, RandomEffectsFit):
        return pd.DataFrame({"subject": [], "intercept": []})
    return model.random_effects.reset_index()
