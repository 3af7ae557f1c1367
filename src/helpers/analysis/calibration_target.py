"""What the calibration of the synthetic cohort is handed: the primary model, and the list maker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpers.analysis.primary_model import COVARIANCE, INFERENCE, Inference, fit_scores
from helpers.methods.allocation import stratified_list
from helpers.methods.mixed_models import Covariance
from helpers.trial.specification import Specification
from helpers.trial.synthesis.allocation_list import Allocate
from helpers.trial.synthesis.cohort import CohortTables

PARTS = ("estimate", "lower", "upper", "p")


def primary_estimates(
    tables: CohortTables,
    specification: Specification,
    *,
    covariance: Covariance = COVARIANCE,
    inference: Inference = INFERENCE,
) -> dict[str, float]:
    """Analyse a cohort by the primary model and name the results as ``results.json`` does.

    Estimates are of the change from baseline of each arm, and of the difference of the first other
    arm minus the reference arm, at the primary visit.

    Parameters
    ----------
    tables
        A synthetic cohort.
    specification
        Says which outcome, visit and arms.
    covariance, inference
        As in :func:`helpers.analysis.primary.analyse_primary`.

    Returns
    -------
    dict
        ``primary.change.<arm>.estimate``, ``primary.difference.p``, and so on.
    """
    outcome = specification.primary.outcome
    scores = tables.outcomes[tables.outcomes["outcome"] == outcome]
    arms = tables.participants[["participant", "arm"]]
    weeks = {visit.id: visit.week for visit in specification.visits}
    data = scores.merge(arms, on="participant").assign(week=lambda rows: rows["visit"].map(weeks))
    fit = fit_scores(
        data,
        baseline=specification.baseline_visit.id,
        reference=specification.reference_arm.id,
        covariance=covariance,
        inference=inference,
    )
    visit = specification.primary.visit
    first = specification.other_arms[0].id
    rows = [
        (f"primary.change.{row['arm']}", row)
        for row in fit.changes.to_dict("records")
        if row["visit"] == visit
    ] + [
        ("primary.difference", row)
        for row in fit.differences.to_dict("records")
        if row["visit"] == visit and row["arm"] == first
    ]
    return {f"{name}.{part}": float(row[part]) for name, row in rows for part in PARTS}


def list_maker(specification: Specification) -> Allocate:
    """Return the maker of allocation lists that the specification's randomisation declares.

    Parameters
    ----------
    specification
        A trial randomised by permuted blocks, stratified by one variable.

    Returns
    -------
    callable
        Seed and patients per stratum in, arms per stratum out.
    """
    rule = specification.randomisation

    def allocate(seed: int, lengths: Mapping[str, int]) -> Mapping[str, Sequence[str]]:
        return stratified_list(
            lengths=lengths,
            arms=specification.arm_ids,
            ratio=rule.ratio,
            block_sizes=rule.block_sizes,
            seed=seed,
        )

    return allocate
