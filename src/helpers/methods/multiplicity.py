"""Adjustment of P values for the number of comparisons made."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from statsmodels.stats.multitest import multipletests

from helpers.errors import AnalysisError, unknown_name

_METHODS = {"holm": "holm", "bh": "fdr_bh"}


def adjust(
    p_values: Sequence[float] | NDArray[np.float64], *, method: str = "holm"
) -> NDArray[np.float64]:
    """Adjust P values for multiple comparisons.

    Parameters
    ----------
    p_values
        P values of the whole family, shape (m,), none missing; may be empty.
    method
        ``"holm"`` controls the chance of any false claim (Holm 1979), ``"bh"`` the expected share
        of false claims (Benjamini & Hochberg 1995). Default ``"holm"``.

    Returns
    -------
    numpy.ndarray
        Adjusted P values in the order given, at most 1.

    Raises
    ------
    AnalysisError
        When the method is unknown or a value is not a probability.

    Notes
    -----
    R: ``p.adjust(p, method = "holm")`` and ``"BH"``.
    """
    if method not in _METHODS:
        raise AnalysisError(unknown_name("adjustment method", method, _METHODS))
    values = np.asarray(p_values, dtype=float)
    if not np.all((values >= 0) & (values <= 1)):
        raise AnalysisError("P values must lie between 0 and 1 and none may be missing.")
    if not len(values):
        return values
    return np.asarray(multipletests(values, method=_METHODS[method])[1], dtype=float)
