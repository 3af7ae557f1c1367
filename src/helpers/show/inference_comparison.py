"""Ways of inference for one model, in the whole trial and in a small one."""

from __future__ import annotations

import pandas as pd

from helpers.analysis.estimates import Estimate
from helpers.analysis.inference_comparison import SMALL, WHOLE, InferenceComparison
from helpers.show.model_names import INFERENCE_NAMES, inference_heading
from helpers.show.model_words import degrees
from helpers.show.primary import estimate_records
from helpers.show.records import (
    Record,
    count_record,
    interval,
    level_text,
    number,
    p_value,
    percent,
    publish,
)
from helpers.show.sentences import listed, mid_sentence
from helpers.show.tables import display_table


def record_inferences(comparison: InferenceComparison) -> None:
    """Publish every way of inference and the sentences that compare z and Kenward-Roger."""
    records = []
    missing = Estimate(*[float("nan")] * 7)
    first = _others(comparison)[0]
    for row in comparison.rows:
        stem = f"inference.{row.part}.{row.inference.replace('-', '_')}"
        records += estimate_records(stem, row.difference.get(first, missing), comparison.decimals)
    for part in (WHOLE, SMALL):
        said = widening_sentence(comparison, part)
        records.append(Record(f"inference.{part}.sentence", said, said))
        records.append(count_record(f"inference.{part}.n", comparison.n[part]))
        wider = comparison.widening(part, first)
        share = None if wider is None else 100 * wider
        records.append(Record(f"inference.{part}.wider", share, percent(share)))
    records.append(count_record("inference.per_arm", comparison.per_arm))
    publish(records)


def widening_sentence(comparison: InferenceComparison, part: str) -> str:
    """Say how z and Kenward-Roger differ in one of the two trials."""
    where = (
        f"In the whole trial, {comparison.n[part]} participants,"
        if part == WHOLE
        else f"In the small one, {comparison.n[part]} participants,"
    )
    several = len(_others(comparison)) > 1
    said = []
    for arm in _others(comparison):
        plain = comparison.row(part, "normal").difference.get(arm)
        careful = comparison.row(part, "kenward-roger").difference.get(arm)
        wider = comparison.widening(part, arm)
        if plain is None or careful is None or wider is None:
            continue
        digits = comparison.decimals + 2
        named = f" for {mid_sentence(comparison.arm_labels[arm])}" if several else ""
        said.append(
            f"z has a standard error of {number(plain.se, decimals=digits)}{named} and "
            f"Kenward-Roger {number(careful.se, decimals=digits)} with "
            f"{degrees(careful.df)} degrees of freedom, which makes the interval "
            f"{percent(100 * wider)} wider"
        )
    if not said:
        return f"{where} z and Kenward-Roger cannot be compared."
    return f"{where} {listed(said)}."


def _others(comparison: InferenceComparison) -> list[str]:
    return [arm for arm in comparison.arm_labels if arm != comparison.reference]


def inference_table(comparison: InferenceComparison) -> None:
    """Show every way of inference in the whole trial and in the small one."""
    limits = f"{level_text(comparison.level)} CI"
    several = len(_others(comparison)) > 1
    titles = {
        WHOLE: f"Whole trial, {comparison.n[WHOLE]} participants",
        SMALL: f"Small trial, {comparison.n[SMALL]} participants",
    }
    rows, problems = [], []
    for row in comparison.rows:
        name = inference_heading(row.inference)
        if row.problem:
            problems.append(f"{titles[row.part]}, {INFERENCE_NAMES[row.inference]}: {row.problem}")
        for arm in _others(comparison):
            found = row.difference.get(arm)
            label = f"{name}, {mid_sentence(comparison.arm_labels[arm])}" if several else name
            rows.append(
                {
                    "Part": titles[row.part],
                    "Inference": label,
                    **_cells(found, comparison.decimals, limits),
                }
            )
    reference = mid_sentence(comparison.arm_labels[comparison.reference])
    other = mid_sentence(comparison.arm_labels[_others(comparison)[0]])
    pair = f"each arm minus {reference}" if several else f"{other} minus {reference}"
    display_table(
        pd.DataFrame(rows),
        name="tab-inference",
        caption=(
            f"{comparison.outcome_label} ({comparison.unit}): difference at "
            f"{mid_sentence(comparison.visit_label)}, {pair}, by the unstructured model and five "
            "ways of inference."
        ),
        row_header="Inference",
        group="Part",
        notes=[
            f"Small trial: {comparison.per_arm} participants of each arm, or all where there are "
            f"fewer, drawn at random with seed {comparison.seed}.",
            "SE: standard error. df: degrees of freedom of the t distribution. CI: confidence "
            "interval. CR2: the sandwich with the small-sample correction of that name.",
            *problems,
        ],
    )


def _cells(found: Estimate | None, decimals: int, limits: str) -> dict[str, str]:
    if found is None:
        return {"Estimate": "not fitted", "SE": "", "df": "", limits: "", "P": ""}
    return {
        "Estimate": number(found.estimate, decimals=decimals),
        "SE": number(found.se, decimals=decimals + 2),
        "df": degrees(found.df),
        limits: interval(found.lower, found.upper, decimals=decimals),
        "P": p_value(found.p),
    }
