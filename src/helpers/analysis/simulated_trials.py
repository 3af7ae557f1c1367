"""How often each model finds a difference where there is none: trials like this one, simulated."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from helpers.analysis.model_comparison import MIXED, fit_covariance_of
from helpers.analysis.scores import arm_labels, planned_visits, resolve_outcome, scores_of
from helpers.errors import AnalysisError
from helpers.methods.random_effects import RandomEffectsFit
from helpers.methods.type_one_error import TrialWithoutEffect, type_one_error
from helpers.trial.loading import Trial

ALPHA = 0.05
THIS, DRIFTING, SMALL = "this", "drifting", "small"
SMALL_INFERENCES = ("normal", "satterthwaite", "kenward-roger")
SMALL_ARM = 15

# A declared trial whose participants drift apart: the spread nearly doubles over the follow-up and
# one score in five is lost by its end. Weeks and points are in no trial's unit.
DECLARED = TrialWithoutEffect(
    times=(0.0, 5.0, 10.0, 18.0, 26.0),
    arm_sizes=(150, 150),
    intercept_sd=1.0,
    slope_sd=1.8,
    correlation=0.0,
    residual_sd=1.1,
    dropout=(0.05, 0.05, 0.05, 0.05),
)


@dataclass(frozen=True)
class SimulatedErrors:
    """Type I errors at the last visit.

    Attributes
    ----------
    outcome_label, unit, decimals, last_visit_label
        The outcome whose random-slope model the first scenario follows.
    scenarios
        What was simulated, by name: ``"this"`` trial without an effect (absent when its random
        slope is not identified), a declared ``"drifting"`` trial, and a ``"small"`` trial with
        ``SMALL_ARM`` participants in each arm.
    unidentified
        Why ``"this"`` is absent, or None.
    rates
        ``scenario, covariance, inference, trials, rejections, rate, lower, upper``.
    simulations, seed
        Trials simulated for each scenario, and the seed.
    """

    outcome_label: str
    unit: str
    decimals: int
    last_visit_label: str
    scenarios: dict[str, TrialWithoutEffect]
    unidentified: str | None
    rates: pd.DataFrame
    simulations: int
    seed: int


def simulate_type_one_errors(
    trial: Trial, *, outcome: str = "primary", simulations: int = 1000, seed: int = 1
) -> SimulatedErrors:
    """Simulate trials without an effect and count how often each model finds one.

    Participants have a level and a slope of their own, and each score some noise; they leave at
    random and stay away. In the scenario ``"this"`` all sizes come from the random-slope model of
    the trial at hand: its standard deviations, its visits, its drop-out and the sizes of its
    reference arm and of the first other arm.

    Parameters
    ----------
    trial
        The trial.
    outcome
        Id, ``"primary"`` for the trial's own.
    simulations
        Trials simulated for each scenario.
    seed
        Seed; every scenario has a stream of its own.

    Raises
    ------
    ParameterError
        When the outcome is unknown.

    Notes
    -----
    Intervals of the rates are Wilson's at 95%. Tests at the level ``ALPHA`` with Satterthwaite's
    degrees of freedom; in the small trial z and Kenward-Roger as well.
    """
    asked = resolve_outcome(trial, outcome)
    scenarios: dict[str, TrialWithoutEffect] = {}
    unidentified = None
    try:
        scenarios[THIS] = without_effect(trial, outcome=asked.id)
    except AnalysisError as error:
        unidentified = str(error)
    scenarios[DRIFTING] = DECLARED
    likeness = scenarios.get(THIS, DECLARED)
    scenarios[SMALL] = replace(likeness, arm_sizes=(SMALL_ARM, SMALL_ARM))
    frames = []
    for key, (name, scenario) in enumerate(scenarios.items(), start=1):
        generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(key,)))
        small = name == SMALL
        found = type_one_error(
            scenario,
            simulations,
            generator,
            covariances=("us",) if small else MIXED,
            inferences=SMALL_INFERENCES if small else ("satterthwaite",),
            alpha=ALPHA,
        )
        frames.append(found.assign(scenario=name))
    rates = pd.concat(frames, ignore_index=True)
    last = planned_visits(trial, asked)[-1]
    return SimulatedErrors(
        outcome_label=asked.label,
        unit=asked.unit,
        decimals=asked.decimals,
        last_visit_label=last.label,
        scenarios=scenarios,
        unidentified=unidentified,
        rates=rates[["scenario", *(name for name in rates if name != "scenario")]],
        simulations=simulations,
        seed=seed,
    )


def without_effect(trial: Trial, *, outcome: str) -> TrialWithoutEffect:
    """Describe the trial as its random-slope model sees it, without an effect of treatment.

    Raises
    ------
    AnalysisError
        When the random slope is not identified, or estimated at the edge of its values.
    """
    asked = resolve_outcome(trial, outcome)
    data = scores_of(trial, asked)
    fit = fit_covariance_of(trial, data, "random_slope")
    if not isinstance(fit.model, RandomEffectsFit):
        raise AnalysisError(
            f"{asked.label} has one visit after baseline, which cannot tell a random slope from "
            "noise."
        )
    if fit.model.singular:
        raise AnalysisError(
            f"The random slope of {asked.label} is estimated at the edge of its values."
        )
    parts = fit.variance_components.set_index("component")["value"]
    intercept, slope = np.sqrt(parts["intercept"]), np.sqrt(parts["slope"])
    present = [item for item in planned_visits(trial, asked) if item.id in fit.visits]
    seen = data.groupby("visit")["participant"].nunique()
    shares = np.array([seen[item.id] / fit.n_subjects for item in present])
    # Drop-out is for good in the simulation: who comes back counts as one who never left.
    staying = np.minimum.accumulate(np.append(1.0, shares[1:]))
    first, second = list(arm_labels(trial))[:2]
    return TrialWithoutEffect(
        times=tuple(float(item.week) for item in present),
        arm_sizes=(fit.n_by_arm[first], fit.n_by_arm[second]),
        intercept_sd=float(intercept),
        slope_sd=float(slope),
        correlation=float(parts["intercept_slope"] / (intercept * slope)),
        residual_sd=float(np.sqrt(parts["residual"])),
        dropout=tuple(float(gone) for gone in 1 - staying[1:] / staying[:-1]),
    )
