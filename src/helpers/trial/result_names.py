"""The names that the book's results of a trial can have, as far as its description decides them.

A name is a path such as ``flow.walking.observed.week8``. Ids in it must be the trial's own; what
is printed of a part (``mean``, ``estimate``, ``percent``) is left to the chapter that prints it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from helpers.errors import nearest_name
from helpers.trial.specification import Specification


@dataclass(frozen=True)
class Step:
    """A part of a name: the steps that may follow, and whether any last word may (``open``)."""

    steps: dict[str, Step] = field(default_factory=dict)
    open: bool = True


@dataclass(frozen=True)
class UnknownResult:
    """A name that no result can have: its part that is known, and what may follow there."""

    known: str
    wrong: str
    nearest: str | None
    valid: tuple[str, ...]


def unknown_result(name: str, specification: Specification) -> UnknownResult | None:
    """Say where a result's name leaves the names that there can be; None when it does not.

    Parameters
    ----------
    name
        The whole name, for example ``"baseline.age.mean"``.
    specification
        The trial; its arms, visits, outcomes, variables, criteria, published analyses and
        proportions are needed.
    """
    step = result_names(specification)
    words = name.split(".")
    for at, word in enumerate(words):
        if word not in step.steps:
            if step.open and at == len(words) - 1:
                return None
            near = nearest_name(word, step.steps)
            before = [*words[:at]]
            return UnknownResult(
                ".".join(before),
                ".".join([*before, word]),
                None if near is None else ".".join([*before, near]),
                tuple(step.steps),
            )
        step = step.steps[word]
    return None


def result_names(spec: Specification) -> Step:
    """Return the tree of the names that results of a trial can have."""
    arms = [arm.id for arm in spec.arms]
    others = [arm.id for arm in spec.arms if not arm.reference]
    visits = [visit.id for visit in spec.visits]
    criteria = list(dict.fromkeys(criterion.variable for criterion in spec.eligibility))
    described = [*(variable.id for variable in spec.variables), *(o.id for o in spec.outcomes)]
    secondary = [outcome.id for outcome in spec.outcomes if outcome.role == "secondary"]
    characteristics = {
        **{variable.id: _each(variable.codes or ()) for variable in spec.variables},
        **_each(outcome.id for outcome in spec.outcomes).steps,
    }
    observed = {"observed": _only(_each(visits).steps)}
    compared = {"difference": _each(others), "change": _only(_each(arms).steps)}
    by_visit = _each(visits).steps
    return _only(
        {
            "flow": Step(
                {**observed, "excluded": _each(criteria)} | dict.fromkeys(arms, Step(observed))
            ),
            "screening": Step(
                {key: _only(_each(criteria).steps) for key in ("excluded", "failing")}
            ),
            "randomisation": Step(_each([*arms, "example", "imbalance", "regenerated"]).steps),
            "baseline": _only(
                {"n": _only({}), "smd": _only(_each([*described, "largest"]).steps)}
                | dict.fromkeys(arms, _only(characteristics))
                | characteristics
            ),
            "missing": _only(by_visit | dict.fromkeys(arms, _only(by_visit))),
            "primary": Step(compared | _each(arms).steps),
            "ancova": _only(_each(analysis.id for analysis in spec.published_analyses).steps),
            "secondary": Step(dict.fromkeys(secondary, Step(compared, open=False))),
            "proportion": _only(dict.fromkeys([part.id for part in spec.proportions], _each(arms))),
            "data": Step(),
            "question": Step(),
            "trial": Step(_each(["arms"]).steps),
        }
    )


def _each(words: Iterable[str]) -> Step:
    """Return a step after which one of these words may stand, and then any last word."""
    return Step({word: Step() for word in words})


def _only(steps: dict[str, Step]) -> Step:
    """Return a step after which nothing else may stand."""
    return Step(steps, open=False)
