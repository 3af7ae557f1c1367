"""What the comparison of models says in words."""

from __future__ import annotations

from collections.abc import Callable

from helpers.analysis.estimates import Estimate
from helpers.analysis.model_comparison import ANCOVA, ComparedModel, ModelComparison
from helpers.analysis.withheld import NotShown
from helpers.show.model_names import MODEL_NAMES, NUMBERS
from helpers.show.records import level_text, number, p_phrase
from helpers.show.sentences import counted, listed, mid_sentence, sentence_start, with_unit


def other_arms(comparison: ModelComparison) -> list[str]:
    """Return every arm but the reference."""
    return [arm for arm in comparison.arm_labels if arm != comparison.reference]


def pair_of(comparison: ModelComparison, arm: str) -> str:
    """Name the two arms that a difference is of: ``"massage minus acupuncture"``."""
    first, second = comparison.arm_labels[arm], comparison.arm_labels[comparison.reference]
    return f"{mid_sentence(first)} minus {mid_sentence(second)}"


def for_each_arm(
    comparison: ModelComparison, sentence: Callable[[ModelComparison, str], str]
) -> str:
    """Say a sentence for every comparison; with several, each begins with its arms."""
    arms = other_arms(comparison)
    if len(arms) == 1:
        return sentence(comparison, arms[0])
    return " ".join(
        f"{sentence_start(pair_of(comparison, arm))}: {sentence(comparison, arm)}" for arm in arms
    )


def _fitted(comparison: ModelComparison, arm: str) -> list[tuple[ComparedModel, Estimate]]:
    return [
        (model, model.difference[arm]) for model in comparison.models if arm in model.difference
    ]


def estimates_sentence(comparison: ModelComparison, arm: str) -> str:
    """Say between which values the models put the difference and its standard error."""
    fitted = _fitted(comparison, arm)
    if not fitted:
        return "None of the models could be fitted."
    decimals = comparison.decimals
    low, high = (
        number(pick(difference.estimate for _, difference in fitted), decimals=decimals)
        for pick in (min, max)
    )
    where = f"at {low}" if low == high else f"between {low} and {high}"
    ends = [pick(fitted, key=lambda pair: pair[1].se) for pick in (min, max)]
    least, most = (
        f"{number(difference.se, decimals=decimals + 1)} ({MODEL_NAMES[model.model]})"
        for model, difference in ends
    )
    return (
        f"The {NUMBERS[len(fitted)]} models put the difference "
        f"{with_unit(where, comparison.unit)}; its standard error runs from {least} to {most}."
    )


def verdicts_sentence(comparison: ModelComparison, arm: str) -> str:
    """Say with which models the interval leaves zero out."""
    fitted = _fitted(comparison, arm)
    if not fitted:
        return "There is no interval to compare."
    named: dict[bool, list[str]] = {True: [], False: []}
    for model, difference in fitted:
        outside = difference.lower > 0 or difference.upper < 0
        named[outside].append(f"{MODEL_NAMES[model.model]} ({p_phrase(difference.p)})")
    level = level_text(comparison.level)
    if not named[True] or not named[False]:
        holds = "leave zero out" if named[True] else "hold zero"
        return f"All {level} intervals {holds}: {listed(named[True] or named[False])}."
    return (
        f"The {level} interval leaves zero out with {listed(named[True])}, and holds it with "
        f"{listed(named[False])}."
    )


def intercept_sentence(comparison: ModelComparison, arm: str) -> str:
    """Set the random intercept's standard error against the unstructured model's."""
    simple = comparison.model("random_intercept").difference.get(arm)
    free = comparison.model("us").difference.get(arm)
    if simple is None or free is None:
        return "The random intercept and the unstructured model cannot be compared here."
    decimals = comparison.decimals + 1
    share = 100 * (simple.se / free.se - 1)
    how = (
        "the two are nearly the same"
        if abs(share) < 1
        else f"the first is {number(abs(share), decimals=0)}% "
        f"{'smaller' if share < 0 else 'larger'}"
    )
    return (
        f"At {mid_sentence(comparison.visit_label)} the random intercept gives the difference a "
        f"standard error of {number(simple.se, decimals=decimals)}, the unstructured model "
        f"{number(free.se, decimals=decimals)}: {how}."
    )


def ancova_sentence(comparison: ModelComparison, arm: str) -> str:
    """Say whom ANCOVA leaves out and what that costs."""
    model, free = comparison.model(ANCOVA), comparison.model("us")
    if not model.difference or not free.difference or model.n is None or free.n is None:
        return "ANCOVA and the unstructured model cannot be compared here."
    decimals = comparison.decimals + 1
    out = free.n - model.n
    who = (
        "those"
        if isinstance(out, NotShown)
        else f"{counted(out, 'participant')} of the {free.n} in the mixed models, those"
    )
    return (
        f"ANCOVA leaves out {who} without a score at baseline or at "
        f"{mid_sentence(comparison.visit_label)}; its standard error is "
        f"{number(model.difference[arm].se, decimals=decimals)}, against "
        f"{number(free.difference[arm].se, decimals=decimals)} of the unstructured model."
    )


def aic_sentence(comparison: ModelComparison) -> str:
    """Rank the mixed models by Akaike's criterion."""
    known = [(model.aic, model) for model in comparison.models if model.aic is not None]
    if len(known) < 2:
        return "Too few mixed models could be fitted for AIC to compare them."
    ranked = sorted(known, key=lambda pair: pair[0])
    best, lowest = ranked[0][1], ranked[0][0]
    behind = [
        f"{MODEL_NAMES[model.model]} ({number(value - lowest, decimals=1)} higher)"
        for value, model in ranked[1:]
    ]
    return (
        f"Of the {NUMBERS[len(ranked)]} mixed models, {MODEL_NAMES[best.model]} has the lowest AIC "
        f"({number(lowest, decimals=1)}), followed by {listed(behind)}."
    )
