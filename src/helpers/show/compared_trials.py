"""Different trials side by side: what was asked, of whom, and what was found."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from helpers.analysis.compared_trials import ComparedTrial
from helpers.analysis.comparison import ComparedEstimate
from helpers.analysis.published_difference import PublishedDifference
from helpers.show.sentences import listed, mid_sentence, sentence_start, with_unit
from helpers.show.tables import display_table

_REAL = "Real patients"
_SYNTHETIC = "Synthetic cohort: made by a computer"
_MISSING = "–"


def trials_table(trials: Sequence[ComparedTrial]) -> None:
    """Show the trials of editions, one in each column."""
    rows = {
        "Data": [_SYNTHETIC if each.edition.synthetic else _REAL for each in trials],
        "Full name": [each.trial or each.edition.title for each in trials],
        "Question": [each.question for each in trials],
        "Primary outcome": [sentence_start(each.outcome) for each in trials],
        "Randomised": [each.randomised for each in trials],
        "Arms": [listed(each.arms) for each in trials],
        "Primary result here": ["; ".join(map(_found, each.estimates)) for each in trials],
        "Published result": ["; ".join(map(_printed, each.published)) for each in trials],
    }
    names = _names(trials)
    frame = pd.DataFrame(
        [
            {"": what, **dict(zip(names, (text or _MISSING for text in texts), strict=True))}
            for what, texts in rows.items()
            if any(texts)
        ]
    ).rename(columns={"": "Trial"})
    display_table(
        frame,
        name="tab-compared-trials",
        caption="The trials side by side.",
        row_header="Trial",
        text_columns=names,
        notes=[f"{_MISSING}: the edition does not say."] if _MISSING in frame.to_numpy() else [],
    )


def _names(trials: Sequence[ComparedTrial]) -> list[str]:
    """Return what each column is called: the trial, and its edition where it has several here."""
    short = [each.short_title for each in trials]
    return [
        f"{name} ({each.edition.name})" if short.count(name) > 1 else name
        for name, each in zip(short, trials, strict=True)
    ]


def _found(estimate: ComparedEstimate) -> str:
    value, _, limits = estimate.text.partition(" ")
    interval = f"({estimate.level} CI {limits.strip('()')})" if estimate.level else limits
    said = f"{with_unit(value, estimate.unit)} {interval}"
    if estimate.arm and estimate.reference:
        said += f", {mid_sentence(estimate.arm)} minus {mid_sentence(estimate.reference)}"
    return said


def _printed(published: PublishedDifference) -> str:
    text = published.estimate
    more = []
    if published.lower is not None and published.upper is not None:
        more.append(f"{published.lower} to {published.upper}")
    if published.p is not None:
        more.append(f"P {published.p}" if published.p[0] in "<>" else f"P = {published.p}")
    if more:
        text += f" ({'; '.join(more)})"
    if published.own_model:
        text += ", by the paper's own analysis of covariance"
    if published.turned:
        text += "; printed the other way round, and turned here"
    return f"{text}. Source: {published.source}"
