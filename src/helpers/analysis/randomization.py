"""How participants were allocated, how even it was, and whether the list can be made again."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from helpers.analysis.scores import arm_labels
from helpers.analysis.small_counts import Count, arm_sizes, count_by_arm
from helpers.analysis.withheld import NOT_SHOWN
from helpers.errors import ParameterError
from helpers.methods.allocation import (
    imbalance_over_time,
    permuted_blocks,
    running_counts,
    stratified_list,
)
from helpers.trial.loading import Trial


@dataclass(frozen=True)
class Allocation:
    """How many participants each arm received, in all, by stratum and over time.

    Attributes
    ----------
    method, ratio, strata, strata_labels, block_sizes, source, assumption
        What the trial says of its randomisation.
    totals
        ``arm, arm_label, n, percent, ratio``.
    by_stratum
        ``stratum, arm, arm_label, n, all, imbalance`` (``all`` over the arms): every stratum of a
        list; under minimisation every level of each categorical factor. Empty without strata.
    over_time
        ``number, randomised_on, stratum, arm, imbalance`` and the running count of every arm, in
        order of randomisation; in the order of the table, which means nothing, when not ``dated``.
        Empty when the trial is not public: its order is that of patients.
    imbalance, max_imbalance, max_stratum_imbalance
        max_a(n_a / ratio_a) - min_a(n_a / ratio_a): at the end, at its worst, and at its worst
        within a stratum (None without strata).
    total
        Participants of all arms.
    order_withheld
        Whether dates and order are known and not shown, because the trial is not public. In such
        a trial counts may be withheld, and several factors are shown one at a time, not crossed.
    """

    method: str
    ratio: dict[str, int]
    strata: tuple[str, ...]
    strata_labels: tuple[str, ...]
    block_sizes: tuple[int, ...]
    source: str | None
    assumption: bool
    totals: pd.DataFrame
    by_stratum: pd.DataFrame
    over_time: pd.DataFrame
    imbalance: Count | float
    max_imbalance: Count | float
    max_stratum_imbalance: Count | float | None
    total: Count
    order_withheld: bool = False

    @property
    def dated(self) -> bool:
        """Whether the order of randomisation is known and can be shown."""
        dates = self.over_time["randomised_on"]
        return not self.order_withheld and len(dates) > 0 and bool(dates.notna().all())


@dataclass(frozen=True)
class Regenerated:
    """Whether the seed gives the allocation that the participants have.

    ``equal`` and ``differing`` (participants whose arm differs) are None when the list cannot be
    made; ``sentence`` says why.
    """

    possible: bool
    equal: bool | None
    seed: int | None
    n: Count
    differing: Count | None
    sentence: str


@dataclass(frozen=True)
class ExampleList:
    """A list of permuted blocks made to look at.

    ``rows`` has ``number, block, block_size, arm, arm_label``, ``imbalance`` has
    ``number, imbalance``.
    """

    seed: int
    block_sizes: tuple[int, ...]
    rows: pd.DataFrame
    imbalance: pd.DataFrame
    max_imbalance: float


def describe_allocation(trial: Trial) -> Allocation:
    """Describe the allocation of a trial's participants.

    Parameters
    ----------
    trial
        The trial.
    """
    rule = trial.specification.randomisation
    labels = arm_labels(trial)
    ratio = {arm: rule.ratio[arm] for arm in labels}
    people = _in_order(trial)
    arms = people["arm"].astype(str)
    over_time = pd.DataFrame(
        {
            "number": range(1, len(people) + 1),
            "randomised_on": people["randomised_on"],
            "stratum": _stratum_labels(trial, people) if rule.method != "minimisation" else "",
            "arm": arms,
            "imbalance": imbalance_over_time(list(arms), ratio=ratio),
            **running_counts(list(arms), arms=list(labels)),
        }
    ).reset_index(drop=True)
    counts = arms.value_counts()
    totals = pd.DataFrame(
        {
            "arm": list(labels),
            "arm_label": list(labels.values()),
            "n": [int(counts.get(arm, 0)) for arm in labels],
            "percent": [100 * float(counts.get(arm, 0)) / len(people) for arm in labels],
            "ratio": list(ratio.values()),
        }
    )
    by_stratum, worst = _by_stratum(trial, people, ratio)
    allocation = Allocation(
        method=rule.method,
        ratio=ratio,
        strata=rule.strata,
        strata_labels=tuple(trial.specification.variable(name).label for name in rule.strata),
        block_sizes=rule.block_sizes,
        source=rule.source,
        assumption=rule.assumption,
        totals=totals,
        by_stratum=by_stratum,
        over_time=over_time,
        imbalance=float(over_time["imbalance"].iloc[-1]),
        max_imbalance=float(over_time["imbalance"].max()),
        max_stratum_imbalance=worst,
        total=len(people),
    )
    return allocation if trial.specification.public else _private(allocation, trial)


def _private(allocation: Allocation, trial: Trial) -> Allocation:
    """Leave out the order and the dates, and withhold what is small."""
    sizes = arm_sizes(trial)
    shown = [sizes.everyone(arm) for arm in allocation.ratio]
    shares = [
        NOT_SHOWN if NOT_SHOWN in (size, sizes.everyone()) else share
        for size, share in zip(shown, allocation.totals["percent"], strict=True)
    ]
    totals = allocation.totals.assign(
        n=pd.Series(shown, dtype=object), percent=pd.Series(shares, dtype=object)
    )
    by_stratum = _by_factor(trial, allocation)
    worst = allocation.max_stratum_imbalance
    return dataclasses.replace(
        allocation,
        totals=totals,
        by_stratum=by_stratum,
        over_time=allocation.over_time.iloc[:0],
        imbalance=NOT_SHOWN if sizes.any_hidden else allocation.imbalance,
        max_imbalance=NOT_SHOWN,
        max_stratum_imbalance=None if worst is None else NOT_SHOWN,
        total=sizes.everyone(),
        order_withheld=allocation.dated,
    )


def _by_factor(trial: Trial, allocation: Allocation) -> pd.DataFrame:
    """Count the levels of each factor by arm."""
    people = trial.participants.set_index("participant")
    rows = []
    for name in allocation.strata:
        variable = trial.specification.variable(name)
        values = people[name].astype("str")
        codes = dict(variable.codes or {})
        counts = count_by_arm(trial, {code: people.index[values == code] for code in codes})
        for code, label in codes.items():
            if counts.of(code) == 0:
                continue
            sizes = {arm: counts.of(code, arm) for arm in allocation.ratio}
            parts = [size / allocation.ratio[arm] for arm, size in sizes.items()]
            apart = (
                NOT_SHOWN
                if any(size is NOT_SHOWN for size in sizes.values())
                else float(max(parts) - min(parts))
            )
            rows += [
                {
                    "stratum": f"{variable.label}: {label}",
                    "arm": arm,
                    "arm_label": trial.specification.arm(arm).label,
                    "n": size,
                    "all": counts.of(code),
                    "imbalance": apart,
                }
                for arm, size in sizes.items()
            ]
    columns = ["stratum", "arm", "arm_label", "n", "all", "imbalance"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def regenerate_allocation(trial: Trial) -> Regenerated:
    """Make the allocation list again from its seed and compare it with the participants' arms.

    Parameters
    ----------
    trial
        The whole trial: a list cannot be compared with some of its participants.

    Returns
    -------
    Regenerated
        Within each stratum the participants are taken in order of randomisation.
    """
    specification = trial.specification
    rule = specification.randomisation
    people = _in_order(trial)
    reason = _why_not(trial, people)
    if reason:
        return Regenerated(
            possible=False,
            equal=None,
            seed=rule.seed,
            n=arm_sizes(trial).everyone(),
            differing=None,
            sentence=f"The allocation list cannot be made again: {reason}.",
        )
    assert rule.seed is not None  # _why_not has said so
    codes = [tuple(specification.variable(name).codes or ()) for name in rule.strata]
    strata = list(product(*codes))
    keys = list(people[list(rule.strata)].astype(str).itertuples(index=False, name=None))
    keys = keys or [()] * len(people)
    lists = stratified_list(
        lengths={stratum: keys.count(stratum) for stratum in strata},
        arms=specification.arm_ids,
        ratio=rule.ratio,
        block_sizes=rule.block_sizes,
        seed=rule.seed,
    )
    places = {stratum: iter(allocations) for stratum, allocations in lists.items()}
    made = [next(places[key]) for key in keys]
    differing = sum(
        one != other for one, other in zip(made, people["arm"].astype(str), strict=True)
    )
    n = arm_sizes(trial).everyone()
    others = NOT_SHOWN if trial.threshold and differing else differing
    return Regenerated(
        possible=True,
        equal=differing == 0,
        seed=rule.seed,
        n=n,
        differing=others,
        sentence=(
            f"The list made again from seed {rule.seed} gives all {n} participants the "
            "arm that they have."
            if differing == 0
            else f"The list made again from seed {rule.seed} gives {others} of {n} "
            "participants another arm than they have."
        ),
    )


def example_list(
    trial: Trial, *, seed: int, block_sizes: Sequence[int] | None = None, length: int
) -> ExampleList:
    """Make a list of permuted blocks for the trial's arms and ratio.

    Parameters
    ----------
    trial
        Gives the arms and their ratio.
    seed
        Any whole number from 0.
    block_sizes
        Sizes to draw from; none, or 0 alone, stands for the trial's own, or else for twice the
        sum of the ratio.
    length
        Number of places, at least 1.

    Raises
    ------
    ParameterError
        When the seed, a block size or the length is impossible.
    """
    if seed < 0 or length < 1:
        raise ParameterError(
            f"A list needs a seed from 0 and at least one place, not seed {seed} and {length} "
            "places."
        )
    rule = trial.specification.randomisation
    labels = arm_labels(trial)
    ratio = {arm: rule.ratio[arm] for arm in labels}
    chosen = tuple(size for size in block_sizes or () if size)
    sizes = chosen or tuple(rule.block_sizes or ()) or (2 * sum(ratio.values()),)
    blocks = permuted_blocks(
        arms=list(labels),
        ratio=ratio,
        block_sizes=sizes,
        length=length,
        generator=np.random.default_rng(seed),
    )
    rows = pd.DataFrame(
        [
            {"block": number, "block_size": len(block), "arm": arm, "arm_label": labels[arm]}
            for number, block in enumerate(blocks, start=1)
            for arm in block
        ]
    ).head(length)
    rows.insert(0, "number", range(1, length + 1))
    imbalance = imbalance_over_time(list(rows["arm"]), ratio=ratio)
    return ExampleList(
        seed=seed,
        block_sizes=sizes,
        rows=rows,
        imbalance=pd.DataFrame({"number": rows["number"], "imbalance": imbalance}),
        max_imbalance=float(imbalance.max()),
    )


def _in_order(trial: Trial) -> pd.DataFrame:
    """Return the participants in order of randomisation, those of one day as in the table."""
    return trial.participants.sort_values("randomised_on", kind="stable")


def _stratum_labels(trial: Trial, people: pd.DataFrame) -> pd.Series:
    """Name each participant's stratum, for example ``Centre: North; Sex: Women``."""
    parts = []
    for name in trial.specification.randomisation.strata:
        variable = trial.specification.variable(name)
        if variable.codes is not None:
            named = people[name].astype("str").map(dict(variable.codes)).fillna("not recorded")
            parts.append(variable.label + ": " + named)
    names = pd.Series("", index=people.index)
    for number, part in enumerate(parts):
        names = part if number == 0 else names + "; " + part
    return names


def _by_stratum(
    trial: Trial, people: pd.DataFrame, ratio: dict[str, int]
) -> tuple[pd.DataFrame, float | None]:
    rule = trial.specification.randomisation
    labels = arm_labels(trial)
    groups: dict[str, pd.Series] = {}
    if rule.method == "minimisation":
        for name in rule.strata:
            variable = trial.specification.variable(name)
            for code, label in (variable.codes or {}).items():
                groups[f"{variable.label}: {label}"] = people[name].astype("str") == code
    elif rule.strata:
        names = _stratum_labels(trial, people)
        groups = {name: names == name for name in sorted(set(names))}
    rows = []
    worst = None
    for stratum, inside in groups.items():
        arms = list(people.loc[inside, "arm"].astype(str))
        if not arms:
            continue
        running = imbalance_over_time(arms, ratio=ratio)
        worst = max(worst or 0.0, float(running.max()))
        rows += [
            {
                "stratum": stratum,
                "arm": arm,
                "arm_label": label,
                "n": arms.count(arm),
                "all": len(arms),
                "imbalance": float(running[-1]),
            }
            for arm, label in labels.items()
        ]
    columns = ["stratum", "arm", "arm_label", "n", "all", "imbalance"]
    return pd.DataFrame(rows, columns=columns), worst


def _why_not(trial: Trial, people: pd.DataFrame) -> str | None:
    rule = trial.specification.randomisation
    if rule.method == "minimisation":
        return "minimisation chooses each arm from those who came before, so there never was a list"
    if rule.method != "permuted_blocks":
        return "the trial does not say that it used permuted blocks"
    if rule.seed is None or not rule.block_sizes:
        return "its seed or its block sizes are not known"
    if people["randomised_on"].isna().any():
        return "the dates of randomisation, and with them its order, are not in these data"
    for name in rule.strata:
        variable = trial.specification.variable(name)
        if variable.codes is None or people[name].isna().any():
            return f"the stratum {variable.label} is not known for every participant"
    return None
