"""Chapter 5: the primary result under every setting of its model, to be tried in the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from helpers.analysis.primary_settings import CovariateSet, PrimarySettings
from helpers.analysis.published_difference import PublishedDifference
from helpers.show.control_parts import Axis, Behind, Line, Point, Setting, literal
from helpers.show.controls import display_control
from helpers.show.model_names import INFERENCE_NAMES, MODEL_NAMES
from helpers.show.model_words import degrees
from helpers.show.records import (
    Record,
    interval,
    is_missing,
    level_text,
    number,
    p_phrase,
    p_value,
    publish,
)
from helpers.show.sentences import mid_sentence, sentence_start, with_unit

_SETS = {
    "none": "none",
    "balanced": "what the allocation balanced",
    "scales": "all that is measured on a scale",
    "own": "this run's own",
}


def record_primary_settings(settings: PrimarySettings) -> None:
    """Publish how far the result moves over all settings: ``primary.settings.sentence``."""
    said = settings_sentence(settings)
    tried = len(settings.grid) // max(len(settings.arm_labels) - 1, 1)
    publish(
        [
            Record("primary.settings.sentence", said, said),
            Record("primary.settings.n", tried, str(tried)),
        ]
    )


def settings_sentence(settings: PrimarySettings) -> str:
    """Say how far the difference and its P value move over all settings, arm by arm."""
    parts = []
    for arm, rows in settings.fitted.groupby("arm", sort=False):
        # The level changes neither the estimate nor the P value.
        ways = rows.drop_duplicates(["covariance", "inference", "covariates"])
        low, high = (
            number(value, decimals=settings.decimals)
            for value in (ways["estimate"].min(), ways["estimate"].max())
        )
        below = int((ways["p"] < 0.05).sum())
        parts.append(
            f"Over {len(ways)} ways of analysing the same scores the difference, "
            f"{_pair(settings, str(arm))}, runs from {low} to {with_unit(high, settings.unit)}, "
            f"and the P value {_run_of_p(ways['p'])}; it is below .05 in {below} of them."
        )
    return " ".join(parts) or "No setting of the model could be fitted."


def _run_of_p(values: pd.Series) -> str:
    least, most = p_value(values.min()), p_value(values.max())
    return f"is {least} in all" if least == most else f"from {least} to {most}"


def primary_control(settings: PrimarySettings) -> None:
    """Show the difference between arms under each setting, the published result behind it."""
    arms = [arm for arm in settings.arm_labels if arm != settings.reference]
    wide = wide_grid(settings)
    words_of_levels = {level: level_text(level) for level in settings.levels}
    offered = [
        Setting("covariance", "Covariance", {key: MODEL_NAMES[key] for key in _kept(wide)}),
        Setting("inference", "Degrees of freedom", _inferences(wide)),
        Setting(
            "covariates",
            "Covariates",
            {key: set_words(each) for key, each in settings.covariate_sets.items()},
        ),
        Setting("level", "Confidence level", words_of_levels, True),
    ]
    below, above = "the other arm", settings.arm_labels[settings.reference]
    if len(arms) == 1:
        below = settings.arm_labels[arms[0]]
    sides = (below, above) if settings.higher_is == "worse" else (above, below)
    left, right = (f"favours {mid_sentence(side)}" for side in sides)
    behind = published_behind(settings, arms)
    unit = f" ({settings.unit})" if settings.unit else ""
    visit = mid_sentence(settings.visit_label)
    display_control(
        wide,
        name="control-primary",
        title="What if the same scores had been analysed in another way?",
        settings=offered,
        start=settings.start,  # type: ignore[arg-type]
        lines=[
            Line(
                literal(sentence_start(_pair(settings, arm))),
                f"{{estimate_{arm}}} ({{lower_{arm}}} to {{upper_{arm}}})",
                Point(f"value_{arm}", f"from_{arm}", f"to_{arm}"),
            )
            for arm in arms
        ],
        axis=Axis(
            f"Difference in change at {visit}{unit}",
            *_reach(settings, behind),
            zero=True,
            sides=(f"←\N{NO-BREAK SPACE}{left}", f"{right}\N{NO-BREAK SPACE}→"),
        ),
        behind=behind,
        sentence=" ".join(_sentence(settings, arm) for arm in arms)
        + " Covariance: {covariance}; degrees of freedom: {inference}; covariates: {covariates}."
        "{note}",
        instead="instead",
        columns={
            header: f"{part}_{arm}"
            for arm in arms
            for header, part in _headers(settings, arm, named=len(arms) > 1).items()
        },
        caption=(
            f"{settings.outcome_label}: the difference between arms in the change to {visit}, with "
            "its interval, under the chosen setting of the model"
            + (", and the published result behind it." if behind else ".")
        ),
        notes=_notes(settings),
    )


def wide_grid(settings: PrimarySettings) -> pd.DataFrame:
    """Return one row for each setting, with the numbers and the printed texts of every arm.

    What is drawn is what is printed, to its decimals.
    """
    decimals = settings.decimals
    keys = ["covariance", "inference", "covariates", "level"]
    rows: dict[tuple[object, ...], dict[str, object]] = {}
    for found in settings.grid.to_dict("records"):
        arm = found["arm"]
        key = tuple(found[name] for name in keys)
        row = rows.setdefault(key, dict(zip(keys, key, strict=True)))
        fitted = not found["problem"]
        for part, name in (("value", "estimate"), ("from", "lower"), ("to", "upper")):
            row[f"{part}_{arm}"] = round(found[name], decimals) if fitted else None
            row[f"{name}_{arm}"] = number(found[name], decimals=decimals)
        df = found["df"]
        row |= {
            f"p_{arm}": p_value(found["p"]),
            f"said_p_{arm}": p_phrase(found["p"]),
            f"df_{arm}": "not shown" if fitted and _unknown(df) else degrees(df),
            f"interval_{arm}": interval(found["lower"], found["upper"], decimals=decimals),
            f"zero_{arm}": "excludes" if found["lower"] * found["upper"] > 0 else "includes",
            "note": f" {found['note']}" if found["note"] else "",
        }
        problem = _problem(found, settings) if not fitted else ""
        row["instead"] = " ".join(filter(None, [str(row.get("instead", "")), problem]))
    return pd.DataFrame(list(rows.values()))


def _unknown(df: float) -> bool:
    """Tell degrees of freedom that are withheld from those of the normal distribution."""
    return is_missing(df) and df != float("inf")


def _problem(found: Mapping[Any, Any], settings: PrimarySettings) -> str:
    """Say why there is no result; the setting is filled in, for the page would carry it often."""
    return (
        f"No result for {literal(_pair(settings, str(found['arm'])))} with the covariance "
        "{covariance}, degrees of freedom by {inference} and covariates: {covariates}. "
        f"{literal(str(found['problem']))}"
    )


def _kept(wide: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(wide["covariance"]))


def _inferences(wide: pd.DataFrame) -> dict[str, str]:
    return {key: INFERENCE_NAMES[key] for key in dict.fromkeys(wide["inference"])}


def set_words(chosen: CovariateSet) -> str:
    """Return a set of covariates in words."""
    # Labels keep their capitals: some begin with a name.
    names = ", ".join(label.split(",")[0].split(" (")[0] for label in chosen.labels)
    return f"{_SETS[chosen.key]} ({names})" if names else _SETS[chosen.key]


def _pair(settings: PrimarySettings, arm: str) -> str:
    return (
        f"{mid_sentence(settings.arm_labels[arm])} minus "
        f"{mid_sentence(settings.arm_labels[settings.reference])}"
    )


def _sentence(settings: PrimarySettings, arm: str) -> str:
    said = with_unit(f"{{estimate_{arm}}}", literal(settings.unit))
    return (
        f"{literal(sentence_start(_pair(settings, arm)))}: {said} ({{level}} CI {{lower_{arm}}} to "
        f"{{upper_{arm}}}; {{said_p_{arm}}}; df {{df_{arm}}}). The interval {{zero_{arm}}} zero."
    )


def _headers(settings: PrimarySettings, arm: str, *, named: bool) -> dict[str, str]:
    name = f" ({settings.arm_labels[arm]})" if named else ""
    return {
        f"Difference{name}": "estimate",
        f"Interval{name}": "interval",
        f"df{name}": "df",
        f"P{name}": "p",
    }


def published_behind(settings: PrimarySettings, arms: Sequence[str]) -> list[Behind]:
    """Return what the paper printed, to be drawn behind the results."""
    found = []
    for arm, printed in settings.published.items():
        label = "Published" + (", by ANCOVA" if printed.own_model else "")
        if settings.restriction:
            label += ", whole trial"
        if len(arms) > 1:
            label += f": {_pair(settings, arm)}"
        found.append(
            Behind(
                label,
                printed_text(printed),
                float(printed.estimate),
                None if printed.lower is None else float(printed.lower),
                None if printed.upper is None else float(printed.upper),
            )
        )
    return found


def printed_text(printed: PublishedDifference) -> str:
    """Return a published difference as one text."""
    if printed.lower is None or printed.upper is None:
        return printed.estimate
    return f"{printed.estimate} ({printed.lower} to {printed.upper})"


def _reach(settings: PrimarySettings, behind: Sequence[Behind]) -> tuple[float, float]:
    """Return the ends of an axis that holds every interval, zero and what was published."""
    values = [0.0, *settings.fitted["lower"], *settings.fitted["upper"]]
    for each in behind:
        values += [end for end in (each.value, each.lower, each.upper) if end is not None]
    low, high = min(values), max(values)
    edge = 0.04 * (high - low) or 1.0
    return low - edge, high + edge


def _notes(settings: PrimarySettings) -> list[str]:
    notes = [
        "Constrained longitudinal model with categorical visits; REML. Every covariance is fitted "
        "to the same scores and judged in each way. df: degrees of freedom.",
        "Own variances: each visit has its own; the covariances without these words have one "
        "variance for all visits, except the unstructured one and the random slope.",
    ]
    for printed in settings.published.values():
        turned = " Its signs are turned here." if printed.turned else ""
        notes.append(f"Published: {printed.label}. Source: {printed.source}.{turned}")
    return notes
