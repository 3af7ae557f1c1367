"""A fitted mixed model and the questions that can be asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import AnalysisError, ParameterError, unknown_name
from helpers.methods.distributions import f_upper, t_quantile, t_two_sided
from helpers.methods.fixed_effects import FixedEffects, Inference
from helpers.methods.inferences import choose_inference
from helpers.methods.ls_means import reference_rows
from helpers.methods.model_formulas import ModelFrame
from helpers.methods.predictions import needed_column, new_design, place

FloatArray = NDArray[np.float64]
ResidualKind = Literal["raw", "pearson", "cholesky"]
Interval = Literal["confidence", "prediction"]


@dataclass(frozen=True)
class ParameterName:
    """A covariance parameter: its group, its name, and the power of the outcome's unit it has."""

    group: Any
    name: str
    power: int


@dataclass(frozen=True)
class MixedModelFit:
    """A linear model with correlated scores, fitted by REML or ML.

    Frames and matrices are computed when first asked for.

    Attributes
    ----------
    formula, covariance_name, inference_name, reml, level
        What was asked for.
    loglik
        (RE)ML log-likelihood, with the constants of SAS, mmrm and lme4.
    n_obs, n_subjects, n_dropped
        Scores and patients in the model; rows left out because something was missing.
    converged, iterations
        Whether the optimiser arrived, and in how many steps. A fit that did not is an error
        unless a fall-back took its place, so that this is True in every result.
    messages
        What the reader must know, one sentence each.
    visits, groups
        Labels of the visits and of the covariance groups, in order.
    """

    formula: str
    covariance_name: str
    inference_name: str
    reml: bool
    level: float
    loglik: float
    n_obs: int
    n_subjects: int
    n_dropped: int
    converged: bool
    iterations: int
    messages: tuple[str, ...]
    visits: tuple[Any, ...]
    groups: tuple[Any, ...]
    _frame: ModelFrame = field(repr=False)
    _index: pd.Index = field(repr=False)
    _effects: FixedEffects = field(repr=False)
    _inference: Inference = field(repr=False)
    _inferred: FixedEffects = field(repr=False)
    _between: NDArray[np.bool_] | None = field(repr=False)
    _parameters: tuple[ParameterName, ...] = field(repr=False)

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """Names of the fixed effects."""
        return self._frame.terms

    @cached_property
    def params(self) -> pd.Series:
        """Fixed effects by term."""
        return pd.Series(self._effects.beta, index=list(self.terms), name="estimate")

    @cached_property
    def table(self) -> pd.DataFrame:
        """Fixed effects: a frame by term with ``estimate, se, df, t, p, lower, upper``."""
        frame = self.estimate(np.eye(len(self.terms)))
        frame.index = pd.Index(self.terms, name="term")
        return frame

    @cached_property
    def vcov(self) -> pd.DataFrame:
        """Covariance of the fixed effects that the standard errors come from, by term."""
        names = list(self.terms)
        return pd.DataFrame(self._inference.covariance, index=names, columns=names)

    @cached_property
    def vcov_model(self) -> pd.DataFrame:
        """Model-based covariance (X'WX)^-1, without small-sample or robust correction."""
        names = list(self.terms)
        return pd.DataFrame(self._effects.covariance, index=names, columns=names)

    @cached_property
    def covariance(self) -> pd.DataFrame | dict[Any, pd.DataFrame]:
        """Covariance of one patient's scores, visit by visit; one frame per group if grouped."""
        sigma = self._effects.point.evaluation.sigma * self._effects.cells.scale**2
        if not len(sigma):
            raise AnalysisError(
                "Patients have times of their own, so there is no covariance of visits; see "
                "`parameters`."
            )
        labels = list(self.visits)
        frames = [pd.DataFrame(s, index=labels, columns=labels) for s in sigma]
        return frames[0] if len(frames) == 1 else dict(zip(self.groups, frames, strict=True))

    @cached_property
    def correlation(self) -> pd.DataFrame | dict[Any, pd.DataFrame]:
        """Correlation of one patient's scores, visit by visit."""

        def scaled(frame: pd.DataFrame) -> pd.DataFrame:
            sd = np.sqrt(np.diag(frame))
            return frame.div(sd, axis=0).div(sd, axis=1)

        covariance = self.covariance
        if isinstance(covariance, dict):
            return {name: scaled(frame) for name, frame in covariance.items()}
        return scaled(covariance)

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """Covariance parameters: ``group, parameter, estimate, se``.

        Standard errors come from the information asked for; missing where it is not positive
        definite.
        """
        powers = np.array([parameter.power for parameter in self._parameters])
        unit = self._effects.cells.scale**powers
        try:
            se = np.sqrt(np.diag(self._effects.parameter_covariance)) * unit
        except AnalysisError:
            se = np.full(len(powers), np.nan)
        return pd.DataFrame(
            {
                "group": [parameter.group for parameter in self._parameters],
                "parameter": [parameter.name for parameter in self._parameters],
                "estimate": self._effects.parameters * unit,
                "se": se,
            }
        )

    @property
    def n_parameters(self) -> int:
        """Number of covariance parameters."""
        return len(self._effects.point.theta)

    @property
    def aic(self) -> float:
        """-2 loglik + 2 m, m the covariance parameters; the fixed effects do not count.

        This is SAS's and mmrm's AIC for REML. It compares covariances, not fixed effects.
        """
        return -2 * self.loglik + 2 * self.n_parameters

    @property
    def bic(self) -> float:
        """-2 loglik + m log(number of patients), as SAS and mmrm."""
        return -2 * self.loglik + float(np.log(self.n_subjects)) * self.n_parameters

    def judged_by(self, inference: str) -> MixedModelFit:
        """Return this fit with another way of inference; nothing is fitted again.

        Parameters
        ----------
        inference
            As for ``mixed_models.fit_mmrm``.

        Raises
        ------
        AnalysisError
            When the name is unknown or the way is not defined for the fit.
        """
        chosen = choose_inference(
            inference,
            self._inferred,
            terms=self.terms,
            reml=self.reml,
            between=self._between,
        )
        return replace(self, inference_name=inference, _inference=chosen)

    def estimate(self, contrasts: FloatArray, *, level: float | None = None) -> pd.DataFrame:
        """Estimate contrasts given as rows of weights.

        Parameters
        ----------
        contrasts
            Weights of the fixed effects, shape (k, p).
        level
            Confidence level; the fit's when None.

        Returns
        -------
        DataFrame
            ``estimate, se, df, t, p, lower, upper``, one row per contrast.
        """
        if not np.all(np.isfinite(contrasts)):
            raise AnalysisError(
                "A contrast has a weight that is not a number; it needs finite weights."
            )
        return pd.DataFrame(self.estimates(contrasts, level=level))

    def estimates(
        self, contrasts: FloatArray, *, level: float | None = None
    ) -> dict[str, FloatArray]:
        """Estimate contrasts as :meth:`estimate` does, without the cost of a frame."""
        level = self._level(level)
        contrasts = np.atleast_2d(np.asarray(contrasts, dtype=float))
        if contrasts.shape[1:] != (len(self.terms),):
            raise AnalysisError(
                f"A contrast has {contrasts.shape[-1]} weights; it needs one for each of the "
                f"{len(self.terms)} fixed effects, 0 for those that take no part."
            )
        estimate = contrasts @ self._effects.beta
        covariance = self._inference.covariance
        se = np.sqrt(np.einsum("ij,ij->i", contrasts @ covariance, contrasts))
        df = self._inference.degrees(contrasts)
        t = estimate / se
        margin = t_quantile(level, df) * se
        return {
            "estimate": estimate,
            "se": se,
            "df": df,
            "t": t,
            "p": t_two_sided(t, df),
            "lower": estimate - margin,
            "upper": estimate + margin,
        }

    def contrast(self, weights: Mapping[str, float], *, level: float | None = None) -> pd.Series:
        """Estimate one weighted sum of fixed effects.

        Parameters
        ----------
        weights
            Weight of each term that takes part, for example ``{"arm[T.b]": 1.0}``.
        level
            Confidence level; the fit's when None.

        Returns
        -------
        Series
            ``estimate, se, df, t, p, lower, upper``.

        Raises
        ------
        AnalysisError
            When a term is unknown, a weight is not finite, or all weights are zero.
        """
        row = self._weights(weights)
        if not row.any():
            raise AnalysisError("The contrast has no weight different from zero.")
        found = self.estimates(row[None, :], level=level)
        return pd.Series({name: values[0] for name, values in found.items()}, name="contrast")

    def joint_test(self, contrasts: Sequence[Mapping[str, float]] | Sequence[str]) -> pd.Series:
        """Test that several contrasts are zero together.

        Parameters
        ----------
        contrasts
            Mappings of weights as for ``contrast``, or names of terms.

        Returns
        -------
        Series
            ``F, num_df, den_df, p``. Contrasts that repeat others do not count twice: ``num_df``
            is the rank.

        Raises
        ------
        AnalysisError
            When a term is unknown, a weight is not finite, or the test does not exist: the
            covariance of the contrasts is not positive definite, or Kenward and Roger's
            approximation has no valid degrees of freedom.
        """
        rows = np.array(
            [self._weights({c: 1.0} if isinstance(c, str) else c) for c in contrasts], dtype=float
        )
        if not len(rows) or not rows.any():
            raise AnalysisError("The joint test has no contrast different from zero.")
        rows = _independent(rows)
        estimate = rows @ self._effects.beta
        covariance = rows @ self._inference.covariance @ rows.T
        if not _is_positive_definite(covariance):
            raise AnalysisError(
                f"The covariance of the {len(rows)} contrasts is not positive definite under "
                f"inference {self.inference_name!r}, so they cannot be tested together; test fewer "
                "of them or use inference='satterthwaite'."
            )
        den_df, factor = self._inference.joint_degrees(rows)
        statistic = factor * float(estimate @ np.linalg.solve(covariance, estimate)) / len(rows)
        return pd.Series(
            {
                "F": statistic,
                "num_df": float(len(rows)),
                "den_df": den_df,
                "p": f_upper(statistic, len(rows), den_df),
            },
            name="joint_test",
        )

    def ls_means(
        self,
        factors: str | Sequence[str],
        *,
        by: str | Sequence[str] | None = None,
        at: Mapping[str, float] | None = None,
        level: float | None = None,
    ) -> pd.DataFrame:
        """Least-squares (estimated marginal) means.

        The mean of the outcome when every level of the other factors is equally frequent and every
        numeric covariate stands at its mean over the rows used (Searle, Speed & Milliken 1980, Am
        Stat 34:216-221; ``emmeans`` in R, LSMEANS in SAS).

        Parameters
        ----------
        factors, by
            Variables of the formula whose levels are crossed.
        at
            Other values for numeric covariates.
        level
            Confidence level; the fit's when None.

        Returns
        -------
        DataFrame
            One row per combination: the variables, then ``estimate, se, df, t, p, lower, upper``.
        """
        names = _names(factors) + _names(by)
        labels, rows = reference_rows(self._frame, names, at=at or {})
        return pd.concat([labels, self.estimate(rows, level=level)], axis=1)

    def ls_mean_differences(
        self,
        factor: str,
        *,
        by: str | Sequence[str] | None = None,
        reference: Any = None,
        at: Mapping[str, float] | None = None,
        level: float | None = None,
    ) -> pd.DataFrame:
        """Differences between least-squares means.

        Parameters
        ----------
        factor
            Variable whose levels are compared.
        by
            Variables within whose levels they are compared.
        reference
            Level that is subtracted from every other; None compares all pairs, later minus
            earlier level.
        at
            Values for numeric covariates other than their means.
        level
            Confidence level; the fit's when None.

        Returns
        -------
        DataFrame
            ``by`` variables, ``factor`` (the level), ``reference`` (the level subtracted),
            ``estimate, se, df, t, p, lower, upper``.
        """
        inner = _names(by)
        labels, rows = reference_rows(self._frame, [*inner, factor], at=at or {})
        levels = list(dict.fromkeys(labels[factor]))
        if reference is not None and reference not in levels:
            raise AnalysisError(
                unknown_name(f"level of {factor}", str(reference), map(str, levels))
            )
        if reference is None:
            pairs = [(high, low) for i, low in enumerate(levels) for high in levels[i + 1 :]]
        else:
            pairs = [(other, reference) for other in levels if other != reference]
        names, contrasts = [], []
        blocks = labels.groupby(inner, sort=False, observed=True).indices if inner else {(): None}
        for key, members in blocks.items():
            within = np.arange(len(labels)) if members is None else members
            place = {labels[factor].iloc[i]: i for i in within}
            keys = key if isinstance(key, tuple) else (key,)
            for high, low in pairs:
                names.append(
                    {**dict(zip(inner, keys, strict=True)), factor: high, "reference": low}
                )
                contrasts.append(rows[place[high]] - rows[place[low]])
        frame = self.estimate(np.array(contrasts), level=level)
        return pd.concat([pd.DataFrame(names), frame], axis=1)

    def residuals(self, kind: ResidualKind = "raw") -> pd.Series:
        """Residuals of the rows used, with the index of the data.

        Parameters
        ----------
        kind
            ``"raw"``: observed minus marginal mean. ``"pearson"``: divided by the model's SD at the
            visit. ``"cholesky"``: K_i^-1 r_i with V_i = K_i K_i', uncorrelated and of variance 1
            (SAS's scaled, mmrm's normalised residuals).
        """
        frame, effects = self._frame, self._effects
        fitted = (frame.design @ effects.beta)[frame.design_row]
        raw = frame.outcome - fitted
        if kind == "raw":
            values = raw
        elif kind == "pearson":
            values = raw / self._sd()
        elif kind == "cholesky":
            values = self._cholesky(raw)
        else:
            raise AnalysisError(unknown_name("residual", kind, ("raw", "pearson", "cholesky")))
        return pd.Series(values, index=self._index, name=f"{kind}_residual")

    def fitted(self) -> pd.Series:
        """Marginal means X beta of the rows used, with the index of the data."""
        values = (self._frame.design @ self._effects.beta)[self._frame.design_row]
        return pd.Series(values, index=self._index, name="fitted")

    def predict(
        self,
        data: pd.DataFrame | None = None,
        *,
        conditional: bool = False,
        interval: Interval = "confidence",
        level: float | None = None,
    ) -> pd.DataFrame:
        """Predict the mean of rows, or of one patient's scores, with limits (``predictions``).

        Parameters
        ----------
        data
            New rows with the variables of the right-hand side, coded as in the fit; None for the
            rows used. What a prediction of patients or scores needs besides (the columns of the
            patient, the visit, the group, the random effects) must be there too.
        conditional
            Add the predicted random effects of the patient, who must be one of the fit's.
        interval
            ``"confidence"``: limits of the mean. ``"prediction"``: limits of one new score.
        level
            Confidence level; the fit's when None.

        Returns
        -------
        DataFrame
            ``estimate, se, df, lower, upper`` with the index of the rows; NaN where something is
            missing. ``se`` is that of the mean, or of the difference between a new score and its
            prediction. Marginal limits use the df of the mean; conditional ones are normal (df
            infinite).

        Raises
        ------
        AnalysisError
            When a column is missing, a level or patient is unknown, or the model has no random
            effects to condition on.
        """
        if interval not in ("confidence", "prediction"):
            raise AnalysisError(unknown_name("interval", interval, ("confidence", "prediction")))
        frame = self._frame
        if data is None:
            distinct, codes, index = frame.design, frame.design_row, self._index
        else:
            distinct, codes = new_design(frame, data), np.arange(len(data))
            index = data.index
        if conditional:
            mean, variance, noise = self._conditional(data, distinct[codes])
            df = np.full(len(mean), np.inf)
        else:
            found = self.estimates(distinct, level=level)
            mean, df = found["estimate"][codes], found["df"][codes]
            variance = found["se"][codes] ** 2
            noise = self._score_variance(data) if interval == "prediction" else np.zeros(len(mean))
        se = np.sqrt(variance + noise) if interval == "prediction" else np.sqrt(variance)
        margin = t_quantile(self._level(level), df) * se
        return pd.DataFrame(
            {"estimate": mean, "se": se, "df": df, "lower": mean - margin, "upper": mean + margin},
            index=index,
        )

    def _conditional(
        self, data: pd.DataFrame | None, rows: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Conditional means, variances of their errors, and of a score about them."""
        raise AnalysisError(
            "This model has no random effects to condition on; use conditional=False, or "
            "fit_random_effects."
        )

    def _score_variance(self, data: pd.DataFrame | None) -> FloatArray:
        """Variance of one score about its marginal mean."""
        if data is None:
            return self._sd() ** 2
        frame = self._frame
        group = np.zeros(len(data), dtype=np.intp)
        if frame.group_name is not None:
            column = needed_column(data, frame.group_name, "a prediction interval")
            group = place(column, self.groups, "covariance group")
        if not len(self._effects.point.evaluation.sigma):
            # With times of their own patients have one variance each group: sp_exp.
            variances = self.parameters.query("parameter == 'variance'")["estimate"].to_numpy()
            return np.where(group >= 0, variances[group], np.nan)
        column = needed_column(data, frame.visit_name, "a prediction interval")
        visit = place(column, self.visits, "visit")
        sigma = self._effects.point.evaluation.sigma * self._effects.cells.scale**2
        found = np.diagonal(sigma, axis1=1, axis2=2)[group, visit]
        return np.where((group >= 0) & (visit >= 0), found, np.nan)

    def _level(self, level: float | None) -> float:
        if level is None:
            return self.level
        if not 0 < level < 1:
            raise ParameterError(f"The confidence level must lie between 0 and 1, not {level}.")
        return level

    def _weights(self, weights: Mapping[str, float]) -> FloatArray:
        row = np.zeros(len(self.terms))
        for name, value in weights.items():
            if name not in self.terms:
                raise AnalysisError(unknown_name("term", str(name), self.terms))
            if not np.isfinite(value):
                raise AnalysisError(
                    f"The weight of term {name!r} is {value}; a contrast needs finite weights."
                )
            row[self.terms.index(name)] = value
        return row

    def _sd(self) -> FloatArray:
        cells, frame = self._effects.cells, self._frame
        variance = np.diagonal(self._effects.visit_marginals, axis1=1, axis2=2)
        pattern = cells.patient_pattern[frame.subject]
        return np.sqrt(variance[pattern, frame.visit]) * cells.scale

    def _cholesky(self, raw: FloatArray) -> FloatArray:
        frame, effects = self._frame, self._effects
        by_patient = np.zeros(effects.patients.row.shape)
        by_patient[frame.subject, frame.visit] = raw / effects.cells.scale
        return effects.whiten_scores(by_patient)[frame.subject, frame.visit]


def _names(value: str | Sequence[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def _is_positive_definite(matrix: FloatArray) -> bool:
    size = np.diag(matrix)
    if not np.all(size > 0) or not np.all(np.isfinite(matrix)):
        return False
    values = np.linalg.eigvalsh(matrix / np.sqrt(np.outer(size, size)))
    return bool(values[0] > 1e-13)


def _independent(rows: FloatArray) -> FloatArray:
    """Contrasts with the same hypothesis and independent rows; unchanged when they are already."""
    left, values, _ = np.linalg.svd(rows, full_matrices=False)
    rank = int(np.sum(values > 1e-10 * values[0]))
    return rows if rank == len(rows) else left[:, :rank].T @ rows
