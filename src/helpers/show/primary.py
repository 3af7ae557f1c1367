"""Chapter 5: the primary result, its model and how well the model fits."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from helpers.analysis.estimates import Estimate
from helpers.analysis.primary import PrimaryResult, PublishedAnalysisResult
from helpers.analysis.withheld import NotShown
from helpers.show import published_analyses
from helpers.show.frame_rows import rows_of
from helpers.show.model_checks import checks_figure, spread_table
from helpers.show.model_words import covariance_phrase, degrees, inference_phrase, model_sentence
from helpers.show.primary_control import primary_control, record_primary_settings
from helpers.show.profiles import difference_figure, means_figure
from helpers.show.published_analyses import published_analyses_table
from helpers.show.records import (
    Record,
    count,
    count_record,
    interval,
    is_missing,
    level_text,
    number,
    p_value,
    publish,
)
from helpers.show.sentences import (
    Interval,
    change_sentence,
    counted,
    difference_sentence,
    interpretation_sentence,
    listed,
    mid_sentence,
    outcome_phrase,
)
from helpers.show.tables import display_table

__all__ = [
    "checks_figure",
    "difference_figure",
    "means_figure",
    "primary_control",
    "primary_table",
    "published_analyses_table",
    "record_primary",
    "record_primary_settings",
    "record_published_analyses",
    "spread_table",
]


def record_primary(result: PrimaryResult) -> None:
    """Publish changes, differences and their sentences, and what the model used."""
    outcome = outcome_phrase(
        result.outcome_label, result.instrument, f"higher is {result.higher_is}"
    )
    covariates = listed(list(result.covariates)) or "none"
    sentences = {
        "difference": " ".join(
            arm_difference_sentence(result, arm, again=place > 0)
            for place, arm in enumerate(result.difference)
        ),
        "change": primary_change_sentence(result),
        "interpretation": " ".join(
            arm_interpretation_sentence(result, arm) for arm in result.difference
        ),
        "model": model_sentence(result.covariance_used, covariates=result.covariates),
        "inference": inference_sentence(result),
    }
    texts = {
        "outcome": mid_sentence(result.outcome_label),
        "outcome.phrase": outcome,
        "contributors.phrase": _contributors(result),
        "unit": result.unit,
        "higher_is": result.higher_is,
        "reference": result.reference,
        **{f"label.{arm}": label for arm, label in result.arm_labels.items()},
        "visit": result.visit,
        "visit.label": mid_sentence(result.visit_label),
        "covariance": result.covariance_used,
        "inference": result.inference,
        "covariates": covariates,
    }
    records = [
        *(Record(f"primary.{key}.sentence", text, text) for key, text in sentences.items()),
        *(Record(f"primary.{key}", text, text) for key, text in texts.items()),
        Record("primary.level", result.level, level_text(result.level)),
        count_record("primary.n", result.n),
        count_record("primary.n_scores", result.n_scores),
    ]
    records += [
        count_record(f"primary.{arm}.n", participants)
        for arm, participants in result.n_by_arm.items()
    ]
    for arm, change in result.change.items():
        records += estimate_records(f"primary.change.{arm}", change, result.decimals)
        said = _change_of(result, [arm])
        records.append(Record(f"primary.change.{arm}.sentence", said, said))
    for place, (arm, difference) in enumerate(result.difference.items()):
        if place == 0:
            records += estimate_records("primary.difference", difference, result.decimals)
        records += estimate_records(f"primary.difference.{arm}", difference, result.decimals)
        said = arm_difference_sentence(result, arm)
        records.append(Record(f"primary.difference.{arm}.sentence", said, said))
    publish([*records, *_mean_records(result)])


def _contributors(result: PrimaryResult) -> str:
    """Say how many patients contribute, and how many scores, where that may be told."""
    if isinstance(result.n, NotShown):
        return "patients and scores whose numbers are not shown"
    patients = counted(result.n, "patient")
    if isinstance(result.n_scores, NotShown):
        return f"{patients} (the number of their scores is not shown)"
    return f"{patients} with {counted(result.n_scores, 'score')}"


def _mean_records(result: PrimaryResult) -> list[Record]:
    """Return the records of the model's means, and of the weeks of their visits."""
    shown = result.means.dropna(subset=["estimate"])
    weeks = {str(visit): result.visit_weeks[visit] for visit in shown["visit"].unique()}
    return [
        *(Record(f"primary.week.{visit}", week, f"{week:g}") for visit, week in weeks.items()),
        *(
            Record(
                f"primary.mean.{row.arm}.{row.visit}.{part}",
                value := float(getattr(row, part)),
                number(value, decimals=result.decimals),
            )
            for row in rows_of(shown)
            for part in ("estimate", "lower", "upper")
        ),
    ]


def estimate_records(stem: str, estimate: Estimate, decimals: int) -> list[Record]:
    """Return the records of one estimate: itself, its standard error, P value and interval."""
    limits = interval(estimate.lower, estimate.upper, decimals=decimals)
    return [
        *(
            Record(
                f"{stem}.{part}", value := getattr(estimate, part), number(value, decimals=decimals)
            )
            for part in ("estimate", "lower", "upper")
        ),
        Record(f"{stem}.se", estimate.se, number(estimate.se, decimals=decimals + 1)),
        Record(f"{stem}.df", estimate.df, degrees(estimate.df)),
        Record(f"{stem}.p", estimate.p, p_value(estimate.p)),
        Record(f"{stem}.interval", limits, limits),
    ]


def inference_sentence(result: PrimaryResult) -> str:
    """Say where the uncertainty comes from, and how much the data know of it."""
    phrase = inference_phrase(result.inference)
    of = [
        f"{degrees(difference.df)} for {mid_sentence(result.arm_labels[arm])}"
        for arm, difference in result.difference.items()
    ]
    only = degrees(next(iter(result.difference.values())).df)
    if only == "∞":
        return f"Intervals and P values rest on the {phrase}."
    if all(is_missing(difference.df) for difference in result.difference.values()):
        return (
            f"Intervals and P values rest on {phrase}; the degrees of freedom of the difference "
            "are not shown."
        )
    told = f"{only} degrees of freedom" if len(of) == 1 else f"degrees of freedom {listed(of)}"
    return (
        f"Intervals and P values rest on {phrase}; the difference at "
        f"{mid_sentence(result.visit_label)} has {told}."
    )


def primary_change_sentence(result: PrimaryResult) -> str:
    """Say how far the score moved in each arm."""
    return _change_of(result, list(result.change))


def _change_of(result: PrimaryResult, arms: Sequence[str]) -> str:
    return change_sentence(
        outcome=result.outcome_label,
        visit=result.visit_label,
        changes=[(result.arm_labels[arm], _interval(result.change[arm])) for arm in arms],
        unit=result.unit,
        level=result.level,
        decimals=result.decimals,
    )


def arm_difference_sentence(result: PrimaryResult, arm: str, *, again: bool = False) -> str:
    """Say how far one arm differs from the reference arm.

    In what, and when, is left out where the sentence before it said so (``again``).
    """
    difference = result.difference[arm]
    at = f" in {mid_sentence(result.outcome_label)} at {mid_sentence(result.visit_label)}"
    return difference_sentence(
        arm=result.arm_labels[arm],
        reference=result.arm_labels[result.reference],
        difference=_interval(difference),
        p=difference.p,
        unit=result.unit,
        level=result.level,
        decimals=result.decimals,
        what="The difference" + ("" if again else at),
    )


def arm_interpretation_sentence(result: PrimaryResult, arm: str) -> str:
    """Say what the interval of one difference holds."""
    return interpretation_sentence(
        arm=result.arm_labels[arm],
        reference=result.arm_labels[result.reference],
        difference=_interval(result.difference[arm]),
        higher_is=result.higher_is,
        unit=result.unit,
        level=result.level,
        decimals=result.decimals,
        named=len(result.difference) > 1,
    )


def _interval(estimate: Estimate) -> Interval:
    return Interval(estimate.estimate, estimate.lower, estimate.upper)


def primary_table(result: PrimaryResult) -> None:
    """Show the change in each arm and the differences at the visit of interest."""
    limits = f"{level_text(result.level)} CI"
    reference = mid_sentence(result.arm_labels[result.reference])
    rows = []
    for arm, change in result.change.items():
        rows.append(
            {
                "Part": "Change from baseline",
                "Comparison": result.arm_labels[arm],
                "n": count(result.n_by_arm[arm]),
                **_cells(change, result.decimals, limits),
                "P": "",
            }
        )
    for arm, difference in result.difference.items():
        rows.append(
            {
                "Part": "Difference between arms",
                "Comparison": f"{result.arm_labels[arm]} minus {reference}",
                "n": count(result.n_by_arm[arm] + result.n_by_arm[result.reference]),
                **_cells(difference, result.decimals, limits),
                "P": p_value(difference.p),
            }
        )
    adjusted = f", adjusted for {listed(list(result.covariates))}" if result.covariates else ""
    display_table(
        pd.DataFrame(rows),
        name="tab-primary",
        caption=(
            f"{result.outcome_label} ({result.unit}): change from baseline to "
            f"{mid_sentence(result.visit_label)} in each arm, and the difference between arms."
        ),
        row_header="Comparison",
        group="Part",
        notes=[
            "Constrained longitudinal model with categorical visits, "
            f"{covariance_phrase(result.covariance_used, short=True)}{adjusted}; REML; "
            f"{inference_phrase(result.inference)}. "
            "n: participants in the model; df: degrees of freedom.",
            *result.messages,
        ],
    )


def _cells(estimate: Estimate, decimals: int, limits: str) -> dict[str, str]:
    return {
        "Estimate": number(estimate.estimate, decimals=decimals),
        limits: interval(estimate.lower, estimate.upper, decimals=decimals),
        "SE": number(estimate.se, decimals=decimals + 1),
        "df": degrees(estimate.df),
    }


def record_published_analyses(analyses: Sequence[PublishedAnalysisResult]) -> None:
    """Publish the analyses of the paper and the sentence ``ancova.sentence``."""
    published_analyses.record(analyses, sentence="ancova.sentence")
