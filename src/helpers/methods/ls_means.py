"""The reference grid of least-squares means: which linear function of beta each mean is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import AnalysisError, unknown_name
from helpers.methods.model_formulas import ModelFrame, design_rows

FloatArray = NDArray[np.float64]


def reference_rows(
    frame: ModelFrame, names: Sequence[str], *, at: Mapping[str, float]
) -> tuple[pd.DataFrame, FloatArray]:
    """Average the design over the levels of every factor that is not named.

    Numeric variables that are not named stand at their mean, also those with two values (SAS's
    rule; emmeans would average over the two values with equal weights).

    Parameters
    ----------
    frame
        The fitted model's rows.
    names
        Factors whose levels are crossed, the last varying fastest.
    at
        Values of numeric covariates other than their means.

    Returns
    -------
    DataFrame, array
        Labels of the means, and their weights of the fixed effects, shape (means, p).

    Raises
    ------
    AnalysisError
        When a name is not a factor of the formula or ``at`` names no numeric covariate.
    """
    if frame.spec is None:
        raise AnalysisError(
            "This model was not fitted from a formula, so it has no reference grid; its means and "
            "differences are frames of the result."
        )
    # A numeric variable with few values, such as an arm coded 0 and 1, may be asked for by name.
    levels = {**frame.levels, **{n: frame.values[n] for n in names if n in frame.values}}
    for name in names:
        if name not in levels:
            raise AnalysisError(unknown_name("factor", name, [*frame.levels, *frame.values]))
    for name in at:
        if name not in frame.means:
            raise AnalysisError(unknown_name("numeric covariate", name, frame.means))
    others = [name for name in frame.levels if name not in names]
    wanted = list(product(*(levels[name] for name in names)))
    averaged = list(product(*(levels[name] for name in others)))
    cells = [(*w, *a) for w in wanted for a in averaged]
    grid = pd.DataFrame(cells, columns=[*names, *others])
    for name in grid.columns:
        if name in frame.levels:
            grid[name] = pd.Categorical(grid[name], categories=frame.levels[name])
    for name, mean in frame.means.items():
        if name not in names:
            grid[name] = float(at.get(name, mean))
    rows = design_rows(frame.spec, grid)
    rows = rows.reshape(len(wanted), len(averaged), -1).mean(axis=1)
    return pd.DataFrame(wanted, columns=list(names)), rows
