r"""Random-intercept and random-slope models.

y_i = X_i beta + Z_i b_i + e_i with b_i ~ N(0, D) and e_i ~ N(0, s I) has the marginal covariance
V_i = Z_i D Z_i' + s I (Laird & Ware 1982, Biometrics 38:963-974), linear in the elements of D and
s. statsmodels' MixedLM finds the neighbourhood of the optimum; Newton's method with the exact
Hessian ends there, and standard errors are those of generalised least squares, (X'WX)^-1, as in
lme4. MixedLM's own ``bse_fe`` come from the Hessian of all parameters together and differ in the
third digit.

When the best D is singular (a variance of zero, or effects wholly tied to each other), D = A A' of
lower rank is fitted instead, where the optimum is an inner point; that is lme4's "singular fit",
and the result says so. At such an edge no theory gives degrees of freedom. The observed information
exists for the reduced D only, whose rank then counts as known. The expected information exists for
all elements of D too; pbkrtest takes that, and so does ``information="expected"`` here.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import AnalysisError
from helpers.methods.degrees_of_freedom import columns_between
from helpers.methods.fixed_effects import FixedEffects, Information
from helpers.methods.frame_cells import group_frame, result_fields
from helpers.methods.mixed_results import MixedModelFit, ParameterName
from helpers.methods.model_formulas import ModelFrame, design_rows
from helpers.methods.predictions import conditional_parts, needed_column, place
from helpers.methods.random_layout import lay_out_random
from helpers.methods.random_models import RandomModel
from helpers.methods.random_optimum import fit_random_covariance
from helpers.methods.random_rescaled import pattern_design
from helpers.methods.reml import Likelihood

if TYPE_CHECKING:
    from formulaic import ModelSpec

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Start = Literal["statsmodels", "moments"]

# Ways of inference that need the information of the covariance parameters.
_NEED_INFORMATION = ("satterthwaite", "kenward")
_RANK_KNOWN = (
    "Degrees of freedom take the reduced rank as known, unlike those of pbkrtest, which "
    "information='expected' gives."
)
# Where the residual is very small the fit is in coordinates of its own.
_RANK_KNOWN_HERE = "Degrees of freedom take the reduced rank as known, unlike those of pbkrtest."


@dataclass(frozen=True)
class RandomEffectsFit(MixedModelFit):
    """A fitted random-effects model: everything of ``MixedModelFit``, and the random effects.

    Attributes
    ----------
    random_covariance
        D, by random effect.
    residual_variance
        s.
    singular
        Whether D has less than full rank.
    """

    random_covariance: pd.DataFrame
    residual_variance: float
    singular: bool
    _row_design: FloatArray = field(repr=False)
    _pattern_design: FloatArray = field(repr=False)
    _visit_design: FloatArray | None = field(repr=False)
    _random_spec: ModelSpec | None = field(repr=False)

    def rank_taken_as_known(self) -> tuple[str, ...]:
        """Say so when the degrees of freedom take the reduced rank of D as known."""
        if not self.singular or not self.inference_name.startswith(_NEED_INFORMATION):
            return ()
        if self._effects.cells.to_old is not None:
            return (_RANK_KNOWN_HERE,)
        return (_RANK_KNOWN,) if self._effects.information == "observed" else ()

    @cached_property
    def covariance(self) -> pd.DataFrame:
        """Covariance Z D Z' + s I of one patient's scores, position by position."""
        design = self._visit_design
        if design is None:
            raise AnalysisError(
                "Patients have times of their own, so there is no covariance of visits; see "
                "`random_covariance` and `residual_variance`."
            )
        sigma = design @ self.random_covariance.to_numpy() @ design.T
        labels = list(self.visits)
        np.fill_diagonal(sigma, np.diag(sigma) + self.residual_variance)
        return pd.DataFrame(sigma, index=labels, columns=labels)

    @cached_property
    def random_effects(self) -> pd.DataFrame:
        """Best linear unbiased predictors D Z_i' V_i^-1 (y_i - X_i beta), a row per patient."""
        effects, frame = self._effects, self._frame
        if effects.cells.to_old is None:
            residual = np.zeros(effects.patients.row.shape)
            raw = frame.outcome - (frame.design @ effects.beta)[frame.design_row]
            residual[frame.subject, frame.visit] = raw
        else:
            # In their own coordinates patients are cells, which hold the residuals.
            residual = effects.point.evaluation.residual[effects.cells.cell]
        inverse = effects.point.evaluation.inverse / effects.cells.scale**2
        weights = inverse @ self._pattern_design @ self.random_covariance.to_numpy()
        values = np.matmul(residual[:, None, :], weights[effects.cells.patient_pattern])[:, 0, :]
        return pd.DataFrame(
            values,
            index=pd.Index(frame.subjects, name="subject"),
            columns=self.random_covariance.columns,
        )

    def _conditional(
        self, data: pd.DataFrame | None, rows: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        if data is None:
            frame = self._frame
            mean, variance = conditional_parts(self, rows, self._row_design, frame.subject)
            return mean, variance, np.full(len(mean), self.residual_variance)
        who = place(
            needed_column(data, self._frame.subject_name, "a conditional prediction"),
            self._frame.subjects,
            "patient",
        )
        z = self._new_random(data)
        known = (who >= 0) & np.isfinite(z).all(axis=1) & np.isfinite(rows).all(axis=1)
        mean, variance = np.full((2, len(rows)), np.nan)
        mean[known], variance[known] = conditional_parts(self, rows[known], z[known], who[known])
        return mean, variance, np.full(len(mean), self.residual_variance)

    def _score_variance(self, data: pd.DataFrame | None) -> FloatArray:
        if data is None:
            return self._sd() ** 2
        z = self._new_random(data)
        spread = np.einsum("nk,kl,nl->n", z, self.random_covariance.to_numpy(), z)
        return spread + self.residual_variance

    def _new_random(self, data: pd.DataFrame) -> FloatArray:
        """Z of new rows."""
        if self._random_spec is None:
            raise AnalysisError(
                "This model was not fitted from a formula, so it cannot be evaluated on new rows."
            )
        for variable in self._random_spec.required_variables:
            needed_column(data, str(variable), "a random effect")
        return design_rows(self._random_spec, data)

    def conditional_residuals(self) -> pd.Series:
        """Y - X beta - Z b, divided by the residual standard deviation."""
        frame = self._frame
        predicted = np.sum(self._row_design * self.random_effects.to_numpy()[frame.subject], axis=1)
        raw = self.residuals("raw")
        return ((raw - predicted) / np.sqrt(self.residual_variance)).rename("conditional_residual")


def statsmodels_start(
    outcome: FloatArray,
    design: FloatArray,
    random_design: FloatArray,
    subject: IntArray,
    *,
    reml: bool,
) -> tuple[FloatArray, float] | None:
    """D and s by statsmodels' MixedLM, or None when it fails.

    Its ``method="lbfgs"`` ends much nearer to the optimum than the default.

    Parameters
    ----------
    outcome, design, random_design, subject
        y (n,), X (n, p), Z (n, k) and the patient number of each row (n,).
    reml
        REML or ML.
    """
    # MixedLM takes longer to import than to fit; only this start needs it.
    from statsmodels.regression.mixed_linear_model import MixedLM

    model = MixedLM(outcome, design, groups=subject, exog_re=random_design)
    with warnings.catch_warnings():
        # Convergence is judged after the refinement.
        warnings.simplefilter("ignore")
        try:
            fit = model.fit(reml=reml, method="lbfgs")
        except (np.linalg.LinAlgError, ValueError):
            return None
    random, residual = np.asarray(fit.cov_re, dtype=float), float(fit.scale)
    if not np.all(np.isfinite(random)) or not residual > 0:
        return None
    return random, residual


def fit_random(
    frame: ModelFrame,
    index: pd.Index,
    random_design: FloatArray,
    names: tuple[str, ...],
    *,
    labels: NDArray[Any] | None,
    visit_design: FloatArray | None = None,
    random_spec: ModelSpec | None = None,
    formula: str,
    covariance: str,
    correlated: bool,
    reml: bool,
    inference: str,
    information: Information,
    start: Start,
    level: float,
    messages: tuple[str, ...],
) -> RandomEffectsFit:
    """Fit random effects to the rows of a model.

    Parameters
    ----------
    frame, index
        Rows of the model, and the index of the data that they come from.
    random_design, names
        Z of each row, shape (n, k), and names of its columns.
    labels
        What to call a row of Z, shape (n,); not used when ``visit_design`` is given.
    visit_design
        Z at each visit of the frame, shape (T, k), when visits are the positions; None finds
        positions from the rows of Z.
    random_spec
        Formulaic's specification of Z, to evaluate it on new rows.
    formula, covariance
        What to call the model and its covariance.
    correlated, reml, inference, information, start, level, messages
        As for ``mixed_models.fit_random_effects``.
    """
    design, by_group = visit_design, None
    if design is None:
        assert labels is not None
        layout = lay_out_random(random_design, frame.subject, labels)
        frame = replace(frame, visit=layout.position, visits=layout.labels, group=layout.group)
        design, by_group = layout.design, layout.group_design
    patients, cells = group_frame(frame)
    if by_group is not None:
        design = by_group[cells.group]
    assert design is not None
    model = RandomModel(design, correlated)
    first = None
    if start == "statsmodels":
        rows = frame.design[frame.design_row]
        first = statsmodels_start(frame.outcome, rows, random_design, frame.subject, reml=reml)
    found = fit_random_covariance(
        cells, model, names=names, reml=reml, start=first, patients=patients
    )
    by_pattern = pattern_design(cells, model)
    to_parameters, between = None, columns_between(patients, cells.example)
    if found.rescaled is not None:
        patients, cells = found.rescaled.patients, found.rescaled.cells
        by_pattern = found.rescaled.design
        to_parameters = found.model.turned(found.rescaled.loadings, found.rescaled.unit)
    effects = FixedEffects(found.optimum.point, cells, patients, information, to_parameters)
    inferred = effects
    if found.singular and information == "expected" and found.rescaled is None:
        unit = cells.scale**2
        theta = model.pack(found.random / unit, found.residual / unit)
        whole = model.evaluator(Likelihood(cells, reml=reml))(theta)
        assert whole is not None
        inferred = FixedEffects(whole, cells, patients, information)
    fields = result_fields(
        formula=formula,
        index=index,
        frame=frame,
        effects=effects,
        inferred=inferred,
        optimum=found.optimum,
        parameters=tuple(
            ParameterName("all", name, power)
            for name, power in zip(*found.model.described, strict=True)
        ),
        covariance=covariance,
        inference=inference,
        reml=reml,
        level=level,
        messages=(*messages, *found.messages),
        between=between,
    )
    labelled = pd.DataFrame(found.random, index=list(names), columns=list(names))
    fit = RandomEffectsFit(
        **fields,
        random_covariance=labelled,
        residual_variance=found.residual,
        singular=found.singular,
        _row_design=random_design,
        _pattern_design=by_pattern,
        _visit_design=design if design.ndim == 2 else None,
        _random_spec=random_spec,
    )
    return replace(fit, messages=(*fit.messages, *fit.rank_taken_as_known()))
