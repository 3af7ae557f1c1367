"""One value of ours beside one of somebody else's software: the rows of the validation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from helpers.methods.mixed_results import MixedModelFit

Row = dict[str, Any]

# Below this a difference is rounding, which differs from processor to processor: of several such
# terms the first is shown, so that a page made elsewhere shows the same.
ROUNDING = 1e-10

# The kinds of quantity, in the order in which pages show them.
KINDS = (
    "log-likelihood",
    "estimate",
    "standard error",
    "degrees of freedom",
    "F",
    "covariance",
)


@dataclass(frozen=True)
class ReferenceCase:
    """One fit of somebody else's software.

    Attributes
    ----------
    name
        File name without its ending.
    software
        ``"mmrm"``, ``"lme4"``, ``"nlme"`` or ``"SAS"``.
    structure
        Covariance or random effects in words.
    title
        Data, model and inference in words.
    source
        Software, its version and the line of code that made it.
    compare
        Fits the model and yields the rows of the comparison.
    """

    name: str
    software: str
    structure: str
    title: str
    source: str
    compare: Callable[[], Iterator[Row]]


def compared(
    kind: str,
    what: str,
    ours: float,
    reference: float,
    tolerance: float,
    measure: str = "relative",
    *,
    size: float | None = None,
    term: str = "",
    terms: int = 1,
) -> Row:
    """Return the row of one value.

    Parameters
    ----------
    kind
        One of ``KINDS``.
    what
        Name of the quantity.
    ours, reference
        The two values.
    tolerance
        Largest difference that counts as agreement.
    measure
        ``"relative"``, ``"absolute"``, ``"in SE"`` or ``"in SD"``: the unit of difference and
        tolerance.
    size
        That unit; follows from the measure if it is relative or absolute.
    term, terms
        Which of how many terms the row shows, when there are several.
    """
    if size is None:
        size = 1.0 if measure == "absolute" else abs(reference)
    difference = abs(ours - reference) / size
    return {
        "quantity": f"{what} ({term}, of {terms})" if term else what,
        "ours": float(ours),
        "reference": float(reference),
        "difference": float(difference),
        "measure": measure,
        "tolerance": tolerance,
        # Not a number agrees with nothing.
        "agrees": bool(difference <= tolerance),
        "kind": kind,
        "what": what,
        "term": term,
        "terms": terms,
    }


def largest(
    kind: str,
    what: str,
    ours: pd.Series,
    reference: ArrayLike,
    tolerance: float,
    measure: str = "relative",
    unit: np.ndarray | None = None,
) -> Row:
    """Return the row of the term that differs most."""
    found, expected = ours.to_numpy(dtype=float), np.asarray(reference, dtype=float)
    size = np.ones(len(expected)) if measure == "absolute" else np.abs(expected)
    size = size if unit is None else unit
    difference = np.abs(found - expected) / size
    # argmax takes the first of equals, and not-a-number before everything.
    worst = int(np.argmax(np.where(difference < ROUNDING, 0.0, difference)))
    return compared(
        kind,
        what,
        found[worst],
        expected[worst],
        tolerance,
        measure,
        size=float(size[worst]),
        term=str(ours.index[worst]),
        terms=len(expected),
    )


def compared_terms(
    fit: MixedModelFit,
    reference: dict[str, Any],
    tolerance: dict[str, float],
    *,
    se: bool = True,
    df: bool = True,
    covariance: bool = True,
) -> Iterator[Row]:
    """Yield the rows of a fit: log-likelihood, coefficients and covariance."""
    near = tolerance["loglik"]
    loglik = reference["logLik"]
    yield compared("log-likelihood", "log-likelihood", fit.loglik, loglik, near, "absolute")
    table, errors = fit.table, np.array(reference["se"])
    estimates, allowed = table["estimate"], tolerance["estimate"]
    yield largest("estimate", "estimate", estimates, reference["est"], allowed, "in SE", errors)
    if se:
        kind = "standard error"
        yield largest(kind, kind, table["se"], errors, tolerance["se"])
    if df:
        kind = "degrees of freedom"
        yield largest(kind, kind, table["df"], reference["df"], tolerance["df"])
    if covariance:
        # One covariance, or one for each group by its name.
        implied, expected = fit.covariance, reference["Sigma"]
        if isinstance(implied, pd.DataFrame):
            implied, expected = {"": implied}, {"": expected}
        ours = {
            f"{j}, {k}" + (f" in {group}" if group else ""): frame.loc[j, k]
            for group, frame in implied.items()
            for j in fit.visits
            for k in fit.visits
        }
        theirs = np.array([expected[group] for group in implied]).ravel()
        what = "covariance of visits"
        yield largest("covariance", what, pd.Series(ours), theirs, tolerance["covariance"])
    if "AIC" in reference:
        for name, value in (("AIC", fit.aic), ("BIC", fit.bic)):
            yield compared("log-likelihood", name, value, reference[name], 2 * near, "absolute")


def compared_means(
    fit: MixedModelFit, reference: dict[str, Any], tolerance: dict[str, float], *, se: bool
) -> Iterator[Row]:
    """Yield the rows of least-squares means and of their differences."""
    expected = reference["emmeans"]
    keys = list(zip(expected["ARMCD"], expected["AVISIT"], strict=True))
    means = fit.ls_means("ARMCD", by="AVISIT").set_index(["ARMCD", "AVISIT"]).loc[keys]
    pairs = fit.ls_mean_differences("ARMCD", by="AVISIT", reference="PBO").set_index("AVISIT")
    means.index = pd.Index([f"{arm}, {visit}" for arm, visit in keys])
    blocks = (
        (means, expected, "emmean", "LS mean"),
        (pairs, reference["pairs"], "estimate", "difference of LS means"),
    )
    for frame, values, column, what in blocks:
        estimates, errors, allowed = frame["estimate"], np.array(values["SE"]), tolerance
        name = f"{what}, estimate"
        yield largest(
            "estimate", name, estimates, values[column], allowed["estimate"], "in SE", errors
        )
        if se:
            yield largest("standard error", f"{what}, SE", frame["se"], errors, allowed["se"])
        df = values["df"]
        yield largest("degrees of freedom", f"{what}, df", frame["df"], df, allowed["df"])
