"""Type I errors in simulated trials without an effect, and what those trials were."""

from __future__ import annotations

from typing import Any

import pandas as pd

from helpers.analysis.simulated_trials import (
    ALPHA,
    DRIFTING,
    SMALL,
    SMALL_ARM,
    THIS,
    SimulatedErrors,
)
from helpers.methods.type_one_error import TrialWithoutEffect
from helpers.show.figures import Numbers, arm_styles, display_figure
from helpers.show.frame_rows import rows_of
from helpers.show.model_names import INFERENCE_NAMES, MODEL_NAMES
from helpers.show.page_label import simulated
from helpers.show.records import (
    Record,
    count_record,
    interval,
    is_missing,
    number,
    percent,
    publish,
)
from helpers.show.row_plot import Mark, Row, row_figure
from helpers.show.sentences import listed, mid_sentence, sentence_start
from helpers.show.tables import display_table

TITLES = {
    THIS: "This trial without an effect",
    DRIFTING: "A trial whose patients drift apart",
    SMALL: f"A small trial, {SMALL_ARM} per arm",
}
_WHERE = {
    THIS: "In simulated trials like this one, without an effect,",
    DRIFTING: "In simulated trials whose patients drift apart, without an effect,",
    SMALL: f"In simulated trials with {SMALL_ARM} patients in each arm, without an effect,",
}


def record_errors(errors: SimulatedErrors) -> None:
    """Publish every rate and one sentence for each scenario."""
    records = []
    for row in rows_of(errors.rates):
        stem = f"errors.{row.scenario}.{row.covariance}"
        if row.scenario == SMALL:
            stem += f".{row.inference.replace('-', '_')}"
        for part in ("rate", "lower", "upper"):
            value = None if is_missing(getattr(row, part)) else 100 * getattr(row, part)
            records.append(Record(f"{stem}.{part}", value, percent(value)))
        records.append(count_record(f"{stem}.trials", row.trials))
    for scenario in TITLES:
        said = errors_sentence(errors, scenario)
        records.append(Record(f"errors.{scenario}.sentence", said, said))
    for name, said in (
        ("headline", headline_sentence(errors)),
        ("drift", drift_sentence(errors)),
    ):
        records.append(Record(f"errors.{name}.sentence", said, said))
    records.append(count_record("errors.simulations", errors.simulations))
    records.append(count_record("errors.seed", errors.seed))
    records.append(Record("errors.alpha", 100 * ALPHA, percent(100 * ALPHA, decimals=0)))
    publish(records)


def errors_sentence(errors: SimulatedErrors, scenario: str) -> str:
    """Say how often each model found a difference in one scenario."""
    if scenario not in errors.scenarios:
        return f"This trial itself is not simulated. {errors.unidentified}"
    said = [
        f"{percent(100 * row.rate)} ({_row_name(row, scenario)})"
        for row in rows_of(errors.rates)
        if row.scenario == scenario and not is_missing(row.rate)
    ]
    if not said:
        return f"{_WHERE[scenario]} no model could be fitted."
    model = " of the unstructured model" if scenario == SMALL else ""
    return (
        f"{_WHERE[scenario]} the test{model} at the last visit is significant in "
        f"{listed(said)}, where {percent(100 * ALPHA, decimals=0)} is meant."
    )


def headline_sentence(errors: SimulatedErrors) -> str:
    """Say what the page is about, of the random intercept and the unstructured model."""
    scenario = DRIFTING
    rates = errors.rates[errors.rates["scenario"] == scenario].set_index("covariance")["rate"]
    simple, free = rates["random_intercept"], rates["us"]
    if is_missing(simple) or is_missing(free):
        return "The simulation could not be carried out."
    return (
        "In simulated trials without an effect, whose patients drift apart, a model with a random "
        f"intercept alone still finds an effect in {percent(100 * simple, decimals=0)} of the "
        f"trials, and the unstructured model in {percent(100 * free, decimals=0)}, where "
        f"{percent(100 * ALPHA, decimals=0)} is meant."
    )


def drift_sentence(errors: SimulatedErrors) -> str:
    """Say how the spread grows in each scenario, which is what the random intercept misses."""
    said = []
    for name in (THIS, DRIFTING):
        scenario = errors.scenarios.get(name)
        if scenario is None:
            continue
        first, *_, last = scenario.standard_deviations
        title = TITLES[name][0].lower() + TITLES[name][1:]
        said.append(
            f"from {number(first)} at the first to {number(last)} at the last visit in {title}"
        )
    return f"The standard deviation of the scores goes {listed(said)}."


def _row_name(row: object, scenario: str) -> str:
    if scenario == SMALL:
        return INFERENCE_NAMES[row.inference]  # type: ignore[attr-defined]
    return MODEL_NAMES[row.covariance]  # type: ignore[attr-defined]


def _label(row: Any, scenario: str) -> str:
    if scenario == SMALL:
        return f"Unstructured, {INFERENCE_NAMES[row.inference]}"
    return sentence_start(MODEL_NAMES[row.covariance])


@simulated()
def errors_figure(errors: SimulatedErrors) -> None:
    """Show the type I error of every model, with its interval and a line at the nominal rate."""
    colour = arm_styles(["all"])["all"].colour
    rows, said, reach = [], [], 10.0
    for scenario in errors.scenarios:
        rows.append(Row(TITLES[scenario], (), numbers=("rate (95% CI)",), bold=True))
        for row in rows_of(errors.rates[errors.rates["scenario"] == scenario]):
            label = _label(row, scenario)
            if is_missing(row.rate):
                rows.append(Row(label, (), numbers=("no trial fitted",)))
                continue
            rate, lower, upper = (100 * value for value in (row.rate, row.lower, row.upper))
            reach = max(reach, upper)
            text = f"{percent(rate)} ({interval(lower, upper, decimals=1)})"
            mark = Mark(rate, lower, upper, colour=colour)
            rows.append(Row(label, (mark,), numbers=(text,)))
            said.append(f"{TITLES[scenario]}, {label}: {text}")
    lost = errors.simulations - errors.rates["trials"]
    missed = (
        " Up to "
        f"{lost.max()} trials of a scenario, in which a model could not be fitted, do not count."
        if lost.max()
        else ""
    )
    nominal = percent(100 * ALPHA, decimals=0)
    display_figure(
        row_figure(
            rows,
            x_label="Significant without an effect (%)",
            x_limits=(0, reach * 1.05),
            guides=(100 * ALPHA,),
        ),
        name="fig-errors",
        caption=(
            "Type I error at the last visit in "
            f"{errors.simulations} trials of each kind, with 95% intervals; dashed, the {nominal} "
            "that is meant. Satterthwaite's degrees of freedom where no other are named."
            f"{missed}"
        ),
        alt=(f"One row for each model, with a dashed line at {nominal}. {'; '.join(said)}."),
        numbers=_numbers(errors),
    )


def _numbers(errors: SimulatedErrors) -> Numbers:
    """Arrange the rates by kind of trial and model."""
    rows = []
    for scenario in errors.scenarios:
        for row in rows_of(errors.rates[errors.rates["scenario"] == scenario]):
            known = not is_missing(row.rate)
            rate, lower, upper = (100 * value for value in (row.rate, row.lower, row.upper))
            rows.append(
                {
                    "Trials": TITLES[scenario],
                    "Model": _label(row, scenario),
                    "Fitted": str(row.trials),
                    "Rate": percent(rate) if known else "no trial fitted",
                    "95% CI, %": interval(lower, upper, decimals=1) if known else "",
                }
            )
    return Numbers(
        pd.DataFrame(rows),
        of="how often the test at the last visit is significant without an effect",
        group="Trials",
    )


@simulated()
def scenarios_table(errors: SimulatedErrors) -> None:
    """Show what was simulated."""
    described = {
        TITLES[name]: _described(scenario, errors.decimals)
        for name, scenario in errors.scenarios.items()
    }
    frame = pd.DataFrame(described).rename_axis("Quantity").reset_index()
    source = (
        f"This trial: sizes of the random-slope model of {mid_sentence(errors.outcome_label)}, "
        f"{errors.unit}, up to {mid_sentence(errors.last_visit_label)}; participants of the "
        "reference arm and of the first other arm."
        if THIS in errors.scenarios
        else f"This trial is not simulated. {errors.unidentified}"
    )
    display_table(
        frame,
        name="tab-scenarios",
        caption="What was assumed of the simulated trials.",
        row_header="Quantity",
        notes=[
            source,
            "The trial whose patients drift apart is declared, the same in every edition. The "
            "small trial is that of the first column with fewer patients.",
            f"{errors.simulations} trials of each kind, seed {errors.seed}. SD: standard "
            "deviation. Slopes are over the whole follow-up.",
        ],
    )


def _described(scenario: TrialWithoutEffect, decimals: int) -> dict[str, str]:
    spread = scenario.standard_deviations
    return {
        "Visits (weeks)": ", ".join(f"{time:g}" for time in scenario.times),
        "Patients in the arms": " and ".join(str(size) for size in scenario.arm_sizes),
        "SD of the patients' levels": number(scenario.intercept_sd, decimals=decimals),
        "SD of their slopes": number(scenario.slope_sd, decimals=decimals),
        "Correlation of level and slope": number(scenario.correlation),
        "SD of a score about its line": number(scenario.residual_sd, decimals=decimals),
        "SD of scores, first visit": number(spread[0], decimals=decimals),
        "SD of scores, last visit": number(spread[-1], decimals=decimals),
        "Leave before each later visit": ", ".join(
            percent(100 * share) for share in scenario.dropout
        ),
    }
