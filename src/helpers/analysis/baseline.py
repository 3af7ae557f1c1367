"""Table 1: who was randomised, arm by arm, and how alike the arms are."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from helpers.analysis.scores import OVERALL, arm_labels, score_at
from helpers.analysis.small_counts import Count, Counts, arm_sizes, count_by_arm
from helpers.analysis.withheld import NOT_SHOWN, NotShown
from helpers.methods.differences import standardised_mean_difference
from helpers.trial.loading import Trial

_COLUMNS = [
    *("variable", "label", "unit", "decimals", "kind", "level", "level_label", "arm", "arm_label"),
    *("n", "missing", "mean", "sd", "median", "q1", "q3", "minimum", "maximum"),
    *("count", "denominator", "percent"),
]


@dataclass(frozen=True)
class Baseline:
    """Characteristics at baseline.

    Attributes
    ----------
    rows
        ``variable, label, unit, decimals, kind, level, level_label, arm, arm_label, n, missing,
        mean, sd, median, q1, q3, minimum, maximum, count, denominator, percent``. A continuous
        variable or a score has one row per arm, a categorical one a row per level and arm; the
        arm ``overall`` is last. ``n`` counts the values that are not missing and is the
        denominator of the percentages.
    smd
        ``variable, label, kind, smd, arm, other_arm``: the absolute standardised difference of
        the two arms, or of the pair that differs most; NaN when it cannot be computed.
    largest_smd, largest_smd_variable
        The largest of them; None when there is none.
    arms, arm_labels, n_by_arm, n
        What was compared, and how many participants there are.

    In a trial that is not public, small counts and what would tell them are withheld, and so are
    quartiles and extremes, which are values of single patients.
    """

    rows: pd.DataFrame
    smd: pd.DataFrame
    largest_smd: float | None
    largest_smd_variable: str | None
    arms: tuple[str, ...]
    arm_labels: dict[str, str]
    n_by_arm: dict[str, Count]
    n: Count


def describe_baseline(trial: Trial) -> Baseline:
    """Describe the randomised participants and standardise the differences between arms.

    Parameters
    ----------
    trial
        The trial. Variables with ``table1: false`` and free text are left out; every outcome
        that was assessed at baseline is added as a score.

    Returns
    -------
    Baseline
        Quartiles are R's type 7. P values are left out on purpose: any difference between
        randomised arms is chance (Senn, Stat Med 1994;13:1715-1726).
    """
    labels = arm_labels(trial)
    arms = trial.participants["arm"].astype(str)
    rows: list[dict[str, Any]] = []
    differences: list[dict[str, Any]] = []
    public = trial.specification.public
    for about, values, codes in _variables(trial):
        telling = False
        for arm, arm_label in [*labels.items(), (OVERALL, "Overall")]:
            inside = values if arm == OVERALL else values[arms == arm]
            where = {**about, "arm": arm, "arm_label": arm_label}
            rows += _levels(where, inside, codes) if codes else [_numbers(where, inside)]
        if not public:
            telling = _withhold(trial, rows, about["variable"], values, codes)
        differences.append(
            {key: about[key] for key in ("variable", "label", "kind")}
            | _largest_difference(values, arms, list(labels), categorical=bool(codes))
            | ({"smd": NOT_SHOWN} if telling else {})
        )
    table = pd.DataFrame(rows, columns=_COLUMNS, dtype=None if public else object)
    # One variable's arms stay together, level by level, in the order in which they were declared.
    table = _by_level(table)
    smd = pd.DataFrame(
        differences,
        columns=["variable", "label", "kind", "smd", "arm", "other_arm"],
        dtype=None if public else object,
    )
    known = smd.dropna(subset=["smd"])
    sizes = arm_sizes(trial)
    top = known.sort_values("smd", ascending=False, kind="stable").head(1).to_dict("records")
    return Baseline(
        rows=table,
        smd=smd,
        largest_smd=float(top[0]["smd"]) if top else None,
        largest_smd_variable=str(top[0]["variable"]) if top else None,
        arms=tuple(labels),
        arm_labels=labels,
        n_by_arm={arm: sizes.everyone(arm) for arm in labels},
        n=sizes.everyone(),
    )


def _withhold(
    trial: Trial,
    rows: list[dict[str, Any]],
    variable: str,
    values: pd.Series,
    codes: dict[str, str],
) -> bool:
    """Withhold in a variable's rows what may not be shown; tell whether its SMD would say it."""
    people = trial.participants["participant"]
    known = values.astype("object").where(values.notna(), None)
    members: dict[Hashable, Collection[str]] = {
        code: list(people[(known == code).to_numpy()]) for code in codes
    }
    if not codes:
        members["recorded"] = list(people[values.notna().to_numpy()])
    counts = count_by_arm(trial, members)
    arms = trial.specification.arm_ids
    few = [
        0 < int(values[(trial.participants["arm"] == a)].notna().sum()) < trial.threshold
        for a in arms
    ]
    for row in rows:
        if row["variable"] != variable:
            continue
        arm = row["arm"]
        row |= {"n": counts.inside(arm), "missing": counts.outside(arm)}
        if codes:
            _withhold_level(row, counts)
            continue
        row |= dict.fromkeys(("median", "q1", "q3", "minimum", "maximum"), NOT_SHOWN)
        # Beside the mean of the other arms, the mean of all tells that of a small one.
        if any(few) if arm == OVERALL else few[arms.index(arm)]:
            row |= dict.fromkeys(("mean", "sd"), NOT_SHOWN)
    return any(few) or (bool(codes) and counts.any_hidden)


def _withhold_level(row: dict[str, Any], counts: Counts) -> None:
    arm, level = row["arm"], row["level"]
    row |= {"count": counts.of(level, arm), "denominator": counts.inside(arm)}
    if any(isinstance(row[name], NotShown) for name in ("count", "denominator")):
        row["percent"] = NOT_SHOWN


def _variables(trial: Trial) -> list[tuple[dict[str, Any], pd.Series, dict[str, str]]]:
    found: list[tuple[dict[str, Any], pd.Series, dict[str, str]]] = []
    for variable in trial.specification.variables:
        if not variable.table1 or variable.kind == "text":
            continue
        about = {
            "variable": variable.id,
            "label": variable.label,
            "unit": variable.unit or "",
            "decimals": variable.decimals,
            "kind": variable.kind,
        }
        found.append((about, trial.participants[variable.id], dict(variable.codes or {})))
    baseline = trial.specification.baseline_visit.id
    for outcome in trial.specification.outcomes:
        if baseline not in outcome.visits:
            continue
        about = {
            "variable": outcome.id,
            "label": outcome.label,
            "unit": outcome.unit,
            "decimals": outcome.decimals,
            "kind": "score",
        }
        scores = score_at(trial, outcome, baseline)
        found.append((about, trial.participants["participant"].map(scores), {}))
    return found


def _numbers(where: dict[str, Any], values: pd.Series) -> dict[str, Any]:
    known = values.dropna().to_numpy(float)
    row = {**where, "level": "", "level_label": "", "n": len(known)}
    row["missing"] = len(values) - len(known)
    if len(known):
        q1, median, q3 = np.quantile(known, [0.25, 0.5, 0.75])
        row |= {"mean": known.mean(), "median": median, "q1": q1, "q3": q3}
        row |= {"minimum": known.min(), "maximum": known.max()}
    if len(known) > 1:
        row["sd"] = known.std(ddof=1)
    return row


def _levels(
    where: dict[str, Any], values: pd.Series, codes: dict[str, str]
) -> list[dict[str, Any]]:
    known = values.dropna().astype(str)
    return [
        {
            **where,
            "level": code,
            "level_label": label,
            "n": len(known),
            "missing": len(values) - len(known),
            "count": int((known == code).sum()),
            "denominator": len(known),
            "percent": 100 * float((known == code).mean()) if len(known) else np.nan,
        }
        for code, label in codes.items()
    ]


def _by_level(table: pd.DataFrame) -> pd.DataFrame:
    order = table.assign(
        first=pd.factorize(table["variable"])[0],
        second=pd.factorize(table["variable"] + ":" + table["level"])[0],
    )
    order = order.sort_values(["first", "second"], kind="stable")
    return table.loc[order.index].reset_index(drop=True)


def _largest_difference(
    values: pd.Series, arms: pd.Series, names: list[str], *, categorical: bool
) -> dict[str, Any]:
    pairs: list[dict[str, Any]] = []
    for reference, other in combinations(names, 2):
        smd = standardised_mean_difference(
            values[arms == other], values[arms == reference], categorical=categorical
        )
        pairs.append({"smd": abs(smd), "arm": other, "other_arm": reference})
    known = [pair for pair in pairs if not np.isnan(pair["smd"])]
    return max(known, key=lambda pair: pair["smd"]) if known else {**pairs[0], "smd": np.nan}
