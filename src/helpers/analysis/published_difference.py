"""The difference between arms that the paper printed, turned the way that the book's own lies."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.trial.specification import Outcome, Published, Specification, Visit


@dataclass(frozen=True)
class PublishedDifference:
    """A printed difference, arm minus reference.

    Attributes
    ----------
    estimate, lower, upper, p
        As printed; the limits and the P value are None when the paper gives none.
    turned
        Whether the paper prints the reference minus the arm, so that signs and limits were
        turned.
    own_model
        Whether the paper analysed the outcome in another way than the book's primary model.
    label, source
        What was printed, and where.
    """

    estimate: str
    lower: str | None
    upper: str | None
    p: str | None
    turned: bool
    own_model: bool
    label: str
    source: str


def published_differences(
    specification: Specification, outcome: Outcome, visit: Visit
) -> dict[str, PublishedDifference]:
    """Return what the paper printed of the differences at a visit, by arm.

    Parameters
    ----------
    specification
        The trial's description.
    outcome, visit
        What the arms are compared in, and when.

    Returns
    -------
    dict
        Empty for arms of which ``trial.yml`` knows no published difference in this outcome at
        this visit. The primary model's own row comes before an analysis of the paper's.
    """
    reference = specification.reference_arm.id
    others = [arm for arm in specification.arm_ids if arm != reference]
    found: dict[str, PublishedDifference] = {}
    for row in specification.published:
        if "estimate" not in row.printed or row.result is None:
            continue
        arm, turned, own = _meant(row.result, specification, outcome, visit, others)
        if arm and (arm not in found or (found[arm].own_model and not own)):
            found[arm] = _difference(row, turned=turned, own=own)
    return found


def _meant(
    result: str, specification: Specification, outcome: Outcome, visit: Visit, others: list[str]
) -> tuple[str, bool, bool]:
    """Return the arm that a row is about (empty: none), whether it is turned, and whose model."""
    primary = specification.primary
    if result == "primary.difference" or result.startswith("primary.difference."):
        arm = result.removeprefix("primary.difference").removeprefix(".") or others[0]
        at_hand = (outcome.id, visit.id) == (primary.outcome, primary.visit)
        return (arm if at_hand and arm in others else ""), False, False
    for analysis in specification.published_analyses:
        if result != f"ancova.{analysis.id}":
            continue
        if (analysis.outcome, analysis.visit) != (outcome.id, visit.id):
            continue
        reference = specification.reference_arm.id
        if analysis.subtrahend == reference:
            return analysis.minuend, False, True
        if analysis.minuend == reference:
            return analysis.subtrahend, True, True
    return "", False, False


def _difference(row: Published, *, turned: bool, own: bool) -> PublishedDifference:
    plain = {
        part: text.replace("\N{MINUS SIGN}", "-").removeprefix("+")
        for part, text in row.printed.items()
    }
    estimate, lower, upper = plain["estimate"], plain.get("lower"), plain.get("upper")
    if turned:
        estimate = _opposite(estimate)
        lower, upper = upper and _opposite(upper), lower and _opposite(lower)
    return PublishedDifference(
        estimate=estimate,
        lower=lower,
        upper=upper,
        p=row.printed.get("p"),
        turned=turned,
        own_model=own,
        label=row.label,
        source=row.source,
    )


def _opposite(printed: str) -> str:
    """Change the sign of a printed number and nothing else."""
    if not printed.strip("-0."):
        return printed  # there is no minus zero
    return printed[1:] if printed.startswith("-") else f"-{printed}"
