"""Confidence intervals of proportions."""

from __future__ import annotations

from statsmodels.stats.proportion import proportion_confint

from helpers.errors import AnalysisError, ParameterError


def wilson_interval(count: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Give Wilson's score interval for a proportion.

    Parameters
    ----------
    count
        Number of people counted, between 0 and ``n``.
    n
        Number of people among whom they were counted, at least 1.
    level
        Confidence level, default 0.95.

    Returns
    -------
    tuple of float
        Lower and upper limit, between 0 and 1.

    Raises
    ------
    AnalysisError
        When the counts are impossible.
    ParameterError
        When ``level`` is not between 0 and 1.

    Notes
    -----
    Wilson EB. J Am Stat Assoc 1927;22:209-212. R: ``prop.test(count, n, correct = FALSE)``.
    """
    if not 0 < level < 1:
        raise ParameterError(f"The confidence level must lie between 0 and 1, not {level}.")
    if n < 1 or not 0 <= count <= n:
        raise AnalysisError(
            f"A proportion of {count} among {n} is impossible; expected a count between 0 and a "
            "total of at least 1."
        )
    lower, upper = proportion_confint(count, n, alpha=1 - level, method="wilson")
    return float(lower), float(upper)
