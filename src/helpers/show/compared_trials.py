"""Different trials side by side: what was asked, of whom, and what was found."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from helpers.analysis.compared_trials import ComparedTrial
from helpers.analysis.comparison import ComparedEstimate
from helpers.show.sentences import listed, mid_sentence, sentence_start, with_unit
from helpers.show.tables import display_table
from helpers.trial.planned import Published

_REAL = "Real patients"
_SYNTHETIC = "Synthetic cohort: made by a computer"
_MISSING = "–"


def trials_table(trials: Sequence[ComparedTrial]) -> None:
    """Show the trials of editions, one in each column."""
    rows = {
        "Data": [_SYNTHETIC if each.edition.synthetic else _REAL for each in trials],
        "Trial": [each.trial or each.edition.title for each in trials],
        "Question": [each.question for each in trials],
        "Primary outcome": [sentence_start(each.outcome) for each in trials],
        "Randomised": [each.randomised for each in trials],
        "Arms": [listed(each.arms) for each in trials],
        "Primary result here": ["; ".join(map(_found, each.estimates)) for each in trials],
        "Published result": ["; ".join(map(_printed, each.published)) for each in trials],
    }
    names = [each.edition.name for each in trials]
    frame = pd.DataFrame(
        [
            {"": what, **dict(zip(names, (text or _MISSING for text in texts), strict=True))}
            for what, texts in rows.items()
            if any(texts)
        ]
    ).rename(columns={"": "Edition"})
    display_table(
        frame,
        name="tab-compared-trials",
        caption="The trials of the editions.",
        row_header="Edition",
        text_columns=names,
        notes=[f"{_MISSING}: the edition does not say."] if _MISSING in frame.to_numpy() else [],
    )


def _found(estimate: ComparedEstimate) -> str:
    value, _, limits = estimate.text.partition(" ")
    interval = f"({estimate.level} CI {limits.strip('()')})" if estimate.level else limits
    said = f"{with_unit(value, estimate.unit)} {interval}"
    if estimate.arm and estimate.reference:
        said += f", {mid_sentence(estimate.arm)} minus {mid_sentence(estimate.reference)}"
    return said


def _printed(published: Published) -> str:
    printed = published.printed
    more = []
    if "lower" in printed and "upper" in printed:
        more.append(f"{printed['lower']} to {printed['upper']}")
    if "p" in printed:
        more.append(_p(printed["p"]))
    within = f" ({'; '.join(more)})" if more else ""
    return f"{published.label}: {printed['estimate']}{within}. Source: {published.source}"


def _p(printed: str) -> str:
    return f"P {printed}" if printed[0] in "<>" else f"P = {printed}"
