"""Chapter "Choosing the model": five models of the same scores, side by side."""

from __future__ import annotations

import pandas as pd
from matplotlib.ticker import MaxNLocator

from helpers.analysis.estimates import Estimate
from helpers.analysis.model_comparison import ModelComparison
from helpers.show.covariance_maps import covariance_figure, spread_sentence
from helpers.show.figures import arm_styles, display_figure
from helpers.show.inference_comparison import inference_table, record_inferences
from helpers.show.model_names import MODEL_NAMES
from helpers.show.model_sentences import (
    aic_sentence,
    ancova_sentence,
    estimates_sentence,
    for_each_arm,
    intercept_sentence,
    other_arms,
    pair_of,
    verdicts_sentence,
)
from helpers.show.model_words import degrees
from helpers.show.primary import estimate_records
from helpers.show.records import (
    NOT_AVAILABLE,
    Record,
    count_record,
    estimate_with_interval,
    interval,
    level_text,
    number,
    p_value,
    publish,
)
from helpers.show.row_plot import Mark, Row, row_figure
from helpers.show.sentences import (
    mid_sentence,
    outcome_phrase,
    sentence_start,
    with_unit,
)
from helpers.show.simulated_trials import errors_figure, record_errors, scenarios_table
from helpers.show.tables import display_table

__all__ = [
    "covariance_figure",
    "errors_figure",
    "inference_table",
    "models_figure",
    "models_table",
    "record_errors",
    "record_inferences",
    "record_models",
    "scenarios_table",
]

NOT_FITTED = "not fitted"
# The numbers beside the intervals leave room for few ticks.
_LOCATOR = MaxNLocator(nbins=3)


def record_models(comparison: ModelComparison) -> None:
    """Publish the difference by each model and the sentences that compare them."""
    said = {
        "estimates": for_each_arm(comparison, estimates_sentence),
        "verdicts": for_each_arm(comparison, verdicts_sentence),
        "intercept": for_each_arm(comparison, intercept_sentence),
        "ancova": for_each_arm(comparison, ancova_sentence),
        "aic": aic_sentence(comparison),
        "spread": spread_sentence(comparison),
    }
    outcome = outcome_phrase(comparison.outcome_label, f"higher is {comparison.higher_is}")
    texts = {
        **{f"{name}.sentence": sentence for name, sentence in said.items()},
        "outcome": mid_sentence(comparison.outcome_label),
        "outcome.phrase": outcome,
        "visit.label": mid_sentence(comparison.visit_label),
    }
    records = [Record(f"models.{name}", text, text) for name, text in texts.items()]
    records.append(Record("models.level", comparison.level, level_text(comparison.level)))
    missing = Estimate(*[float("nan")] * 7)
    for model in comparison.models:
        stem = f"models.{model.model}"
        records.append(count_record(f"{stem}.n", model.n))
        records.append(count_record(f"{stem}.parameters", model.n_parameters))
        records.append(Record(f"{stem}.aic", model.aic, number(model.aic, decimals=1)))
        for place, arm in enumerate(other_arms(comparison)):
            found = model.difference.get(arm, missing)
            if place == 0:
                records += estimate_records(stem, found, comparison.decimals)
            records += estimate_records(f"{stem}.{arm}", found, comparison.decimals)
    publish(records)


def models_table(comparison: ModelComparison) -> None:
    """Show the difference by each model."""
    limits = f"{level_text(comparison.level)} CI"
    several = len(other_arms(comparison)) > 1
    rows = []
    for arm in other_arms(comparison):
        for model in comparison.models:
            found = model.difference.get(arm)
            rows.append(
                {
                    "Comparison": sentence_start(pair_of(comparison, arm)),
                    "Model": sentence_start(MODEL_NAMES[model.model]),
                    **_cells(found, comparison.decimals, limits),
                    "n": "" if model.n is None else str(model.n),
                    "Parameters": "" if model.n_parameters is None else str(model.n_parameters),
                    "AIC": "" if model.aic is None else number(model.aic, decimals=1),
                }
            )
    frame = pd.DataFrame(rows)
    pair = "" if several else f", {pair_of(comparison, other_arms(comparison)[0])}"
    display_table(
        frame if several else frame.drop(columns="Comparison"),
        name="tab-models",
        caption=(
            f"{comparison.outcome_label} ({comparison.unit}): difference at "
            f"{mid_sentence(comparison.visit_label)}{pair}, by five models of the same scores."
        ),
        row_header="Model",
        group="Comparison" if several else None,
        notes=[
            "Random intercept, random slope, unstructured and AR(1): constrained longitudinal "
            "models with REML and Kenward-Roger. ANCOVA: least squares with the baseline score as "
            "covariate, t with the residual degrees of freedom.",
            "n: participants in the model. Parameters: of the covariance. AIC: lower is better; it "
            "compares the mixed models, which have the same means and the same scores, and has no "
            "meaning beside ANCOVA, which has neither.",
            *_remarks(comparison),
        ],
    )


def _cells(found: Estimate | None, decimals: int, limits: str) -> dict[str, str]:
    if found is None:
        return {"Estimate": NOT_FITTED, limits: "", "SE": "", "df": "", "P": ""}
    return {
        "Estimate": number(found.estimate, decimals=decimals),
        limits: interval(found.lower, found.upper, decimals=decimals),
        "SE": number(found.se, decimals=decimals + 1),
        "df": degrees(found.df),
        "P": p_value(found.p),
    }


def _remarks(comparison: ModelComparison) -> list[str]:
    """Say what the reader must know of each model, with its name."""
    said = []
    for model in comparison.models:
        name = sentence_start(MODEL_NAMES[model.model])
        said += [f"{name}: {message}" for message in model.messages]
        if model.problem:
            said.append(f"{name}: {NOT_FITTED}. {model.problem}")
    return said


def models_figure(comparison: ModelComparison) -> None:
    """Show the difference by each model on one axis."""
    others = other_arms(comparison)
    styles = arm_styles([comparison.reference, *others])
    reference = mid_sentence(comparison.arm_labels[comparison.reference])
    rows, said = [], []
    low = high = 0.0
    for arm in others:
        for model in comparison.models:
            label = sentence_start(MODEL_NAMES[model.model])
            if len(others) > 1:
                label += f", {mid_sentence(comparison.arm_labels[arm])}"
            found = model.difference.get(arm)
            if found is None:
                rows.append(Row(label, (), numbers=(NOT_AVAILABLE,)))
                said.append(f"{label}: {NOT_FITTED}")
                continue
            low, high = min(low, found.lower), max(high, found.upper)
            style = styles[arm]
            mark = Mark(
                found.estimate, found.lower, found.upper, colour=style.colour, marker=style.marker
            )
            text = estimate_with_interval(
                found.estimate, found.lower, found.upper, decimals=comparison.decimals
            )
            error = number(found.se, decimals=comparison.decimals + 1)
            rows.append(Row(label, (mark,), numbers=(text,), remark=f"SE {error}"))
            said.append(f"{label}: {text}, SE {error}")
    other = mid_sentence(comparison.arm_labels[others[0]]) if len(others) == 1 else "other arm"
    left, right = (other, reference) if comparison.higher_is == "worse" else (reference, other)
    edge = 0.05 * (high - low) or 1.0
    display_figure(
        row_figure(
            rows,
            x_label=with_unit("Difference", f"({comparison.unit})" if comparison.unit else None),
            x_limits=(low - edge, high + edge),
            ticks=[tick for tick in _LOCATOR.tick_values(low, high) if low <= tick <= high],
            zero=0.0,
            sides=(f"◂ favours {left}", f"favours {right} ▸"),
        ),
        name="fig-models",
        caption=(
            f"{comparison.outcome_label}: the difference at "
            f"{mid_sentence(comparison.visit_label)} by five models, with "
            f"{level_text(comparison.level)} intervals and standard errors (SE). The scores are "
            "the same; what the models take for granted is not."
        ),
        alt=f"One row for each model, with a line at zero. {'; '.join(said)}.",
        numbers="tab-models",
    )
