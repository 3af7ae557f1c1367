"""The analyses as the paper made them, shown in chapters 5 and 6."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from helpers.analysis.primary import PublishedAnalysisResult
from helpers.show.records import (
    Record,
    count,
    count_record,
    interval,
    is_missing,
    level_text,
    number,
    p_phrase,
    p_value,
    publish,
)
from helpers.show.sentences import listed, mid_sentence, sentence_start, with_unit
from helpers.show.tables import display_table

NONE = "The description of this trial lists no other analysis of a paper to be repeated here."
FEW = 3  # more findings than these are left to the table


def record(analyses: Sequence[PublishedAnalysisResult], *, sentence: str) -> None:
    """Publish every analysis, and all their sentences together under the name ``sentence``."""
    records = []
    for analysis in analyses:
        stem, decimals = f"ancova.{analysis.id}", analysis.decimals
        found = analysis.difference
        limits = interval(found.lower, found.upper, decimals=decimals)
        said = analysis_sentence(analysis)
        records += [
            *(
                Record(
                    f"{stem}.{part}",
                    value := getattr(found, part),
                    number(value, decimals=decimals),
                )
                for part in ("estimate", "lower", "upper")
            ),
            Record(f"{stem}.se", found.se, number(found.se, decimals=decimals + 1)),
            Record(f"{stem}.p", found.p, p_value(found.p)),
            count_record(f"{stem}.n", analysis.n),
            Record(f"{stem}.interval", limits, limits),
            Record(f"{stem}.sentence", said, said),
        ]
    everything = all_analyses_sentence(analyses)
    publish([*records, Record(sentence, everything, everything)])


def analysis_sentence(analysis: PublishedAnalysisResult) -> str:
    """Say what one analysis found, and in how many."""
    return f"{sentence_start(_finding(analysis))}."


def all_analyses_sentence(analyses: Sequence[PublishedAnalysisResult]) -> str:
    """Say what the analyses of the paper found, in one sentence."""
    if not analyses:
        return NONE
    if len(analyses) > FEW:
        return "The table makes the paper's analyses of these outcomes again, as we read them."
    return f"The paper's own analyses, made again: {'; '.join(map(_finding, analyses))}."


def _finding(analysis: PublishedAnalysisResult) -> str:
    found = analysis.difference
    amount = with_unit(number(found.estimate, decimals=analysis.decimals), analysis.unit)
    limits = interval(found.lower, found.upper, decimals=analysis.decimals)
    return (
        f"{mid_sentence(analysis.label)}, {mid_sentence(analysis.minuend_label)} minus "
        f"{mid_sentence(analysis.subtrahend_label)}, {amount} ({level_text(analysis.level)} CI "
        f"{limits}; {p_phrase(found.p)}; n {_equals(analysis.n)})"
    )


def _equals(n: object) -> str:
    return count(n) if is_missing(n) else f"= {n}"


def published_analyses_table(analyses: Sequence[PublishedAnalysisResult]) -> None:
    """Show the analyses of the paper, made again; nothing when there are none."""
    if not analyses:
        return
    level = analyses[0].level
    rows, notes = [], []
    for analysis in analyses:
        found = analysis.difference
        rows.append(
            {
                "Analysis": analysis.label,
                "Difference": f"{mid_sentence(analysis.minuend_label)} minus "
                f"{mid_sentence(analysis.subtrahend_label)}",
                "Estimate": number(found.estimate, decimals=analysis.decimals),
                f"{level_text(level)} CI": interval(
                    found.lower, found.upper, decimals=analysis.decimals
                ),
                "P": p_value(found.p),
                "n": count(analysis.n),
            }
        )
        used = listed([covariate_text(c) for c in (*analysis.covariates, *analysis.factors)])
        notes.append(
            f"{analysis.label}: {mid_sentence(analysis.population_label)}; adjusted for "
            f"{used or 'nothing'}."
        )
    display_table(
        pd.DataFrame(rows),
        name=f"tab-published-{analyses[0].id.replace('_', '-')}",
        caption="The analyses of the paper, made again as we read them.",
        row_header="Analysis",
        text_columns=["Difference"],
        notes=notes,
    )


def covariate_text(covariate: str) -> str:
    """Name a covariate for readers: ``"baseline:sleep"`` becomes ``"sleep at baseline"``."""
    if covariate == "baseline":
        return "its own baseline score"
    other = covariate.removeprefix("baseline:")
    words = other.replace("_", " ")
    return words if other == covariate else f"{words} at baseline"
