"""Which values a parameter may have: the words in square brackets after its meaning.

Alternatives are parted by ``|``; each is one of

=====================================  ==========================================================
``0.5 to 0.999``                       a number in this range, both ends included
``integer 1 to 100000``                a whole number in this range
``one of: a, b``                       one of these words
``primary`` (any other single word)    this word itself
``visit``, ``outcome``, ``arm``        an id of the trial
``planned visit after baseline``       an id of a visit other than the first
``baseline variable``                  an id of a variable known at randomisation
``baseline variables, comma-separated``  any number of them, also none
``criteria``                           ``karnofsky >= 70; sex in female``, also nothing
``block size``                         a multiple of the sum of the allocation ratio, at most 24,
                                       or 0 for the trial's own sizes
``trial``                              a trial in the data folder, or the path of one
``true or false``                      either
``text``                               any text
``results file``                       filled in by the build
=====================================  ==========================================================

Ids belong to the trial that the chapter is given, so a value is judged against its description.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from helpers.book.parameters import Parameter, Value
from helpers.errors import ParameterError, nearest_name

if TYPE_CHECKING:
    from helpers.trial.specification import Specification

RESULTS_FILE = "results file"
TRIAL = "trial"
CRITERIA = "criteria"
BLOCK_SIZE = "block size"
LARGEST_BLOCK = 24
VARIABLE_LIST = "baseline variables, comma-separated"
# Their faults say by themselves what is wrong.
TOLD = (VARIABLE_LIST, CRITERIA, BLOCK_SIZE)
FREE = {"text", RESULTS_FILE, TRIAL, "true or false"}

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"(?P<integer>integer )?(?P<low>{_NUMBER}) to (?P<high>{_NUMBER})")
_LITERAL = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

_IDS: dict[str, Callable[[Specification], Iterable[str]]] = {
    "visit": lambda trial: trial.visit_ids,
    "planned visit after baseline": lambda trial: [visit.id for visit in trial.later_visits],
    "outcome": lambda trial: trial.outcome_ids,
    "arm": lambda trial: trial.arm_ids,
    "baseline variable": lambda trial: [variable.id for variable in trial.variables],
}


def check_domain(parameter: Parameter, *, where: str) -> None:
    """Refuse a domain that is not understood or does not suit the parameter's type.

    Raises
    ------
    ParameterError
        With the nearest domain there is.
    """
    place = f"{where}, parameters cell, line {parameter.line}"
    for part in alternatives(parameter.domain):
        numeric = _RANGE.fullmatch(part)
        if numeric and (parameter.type not in ("int", "float")):
            raise ParameterError(
                f"{place}: [{part}] is a range of numbers, but the parameter {parameter.name!r} "
                f"is declared as {parameter.type}."
            )
        if numeric and float(numeric["low"]) > float(numeric["high"]):
            raise ParameterError(f"{place}: the range [{part}] is empty; its ends are swapped.")
        if numeric or part.startswith("one of:") or _LITERAL.fullmatch(part):
            continue
        if part == BLOCK_SIZE and parameter.type != "int":
            raise ParameterError(
                f"{place}: [{part}] is a whole number, but the parameter {parameter.name!r} "
                f"is declared as {parameter.type}; declare it as int."
            )
        if part not in {*_IDS, *FREE, *TOLD}:
            known = [*_IDS, *sorted(FREE), *TOLD, "1 to 100", "one of: a, b"]
            near = nearest_name(part, known)
            hint = f" Did you mean [{near}]?" if near else f" Known are: {'; '.join(known)}."
            raise ParameterError(f"{place}: the allowed values [{part}] are not understood.{hint}")


def check_value(
    parameter: Parameter, value: Value, *, trial: Specification, where: str, chapter: str
) -> None:
    """Refuse a value that is outside the parameter's domain.

    Parameters
    ----------
    parameter
        The parameter.
    value
        A value of its type.
    trial
        The trial that the chapter is given.
    where
        Where the value was written, for example ``"-p level=2"``.
    chapter
        Name of the chapter.

    Raises
    ------
    ParameterError
        Which says what is allowed and, for a name, which one is nearest.
    """
    parts = alternatives(parameter.domain)
    faults = [_fault(part, value, trial) for part in parts]
    if None in faults:
        return
    names = [name for part in parts for name in _names(part, trial)]
    told = [fault for part, fault in zip(parts, faults, strict=True) if fault and part in TOLD]
    if told:
        reason = told[-1]
    else:
        near = nearest_name(str(value), names)
        hint = f" Did you mean {near!r}?" if near else ""
        reason = f"allowed: {'; '.join(_described(part, trial) for part in parts)}.{hint}"
    raise ParameterError(
        f"{where}: the parameter {parameter.name!r} of the chapter {chapter} cannot be "
        f"{value!r} for the trial {trial.id!r}; {reason}"
    )


def alternatives(domain: str) -> list[str]:
    """Return the alternatives of a domain."""
    return [part.strip() for part in domain.split("|")]


def _fault(part: str, value: Value, trial: Specification) -> str | None:
    """Say why a value is outside one alternative; None when it is inside."""
    numeric = _RANGE.fullmatch(part)
    if numeric:
        inside = isinstance(value, (int, float)) and (
            float(numeric["low"]) <= value <= float(numeric["high"])
        )
        whole = not numeric["integer"] or float(value) == int(value)
        return None if inside and whole else "it is out of range"
    if part in FREE:
        return None
    if part == VARIABLE_LIST:
        return _list_fault(str(value), [variable.id for variable in trial.variables])
    if part == CRITERIA:
        return _criteria_fault(str(value), trial)
    if part == BLOCK_SIZE:
        return _block_fault(value, trial)
    return None if value in _names(part, trial) else "it is not one of the names"


def _names(part: str, trial: Specification) -> list[str]:
    """Return the words that one alternative allows."""
    if part in _IDS:
        return list(_IDS[part](trial))
    if part.startswith("one of:"):
        return [word.strip() for word in part.removeprefix("one of:").split(",")]
    if part in FREE or part in TOLD or _RANGE.fullmatch(part):
        return []
    return [part]


def _described(part: str, trial: Specification) -> str:
    numeric = _RANGE.fullmatch(part)
    if numeric:
        kind = "a whole number" if numeric["integer"] else "a number"
        return f"{kind} from {numeric['low']} to {numeric['high']}"
    names = ", ".join(_names(part, trial))
    return f"{part} ({names})" if part in _IDS else names


def _list_fault(value: str, known: list[str]) -> str | None:
    chosen = [name.strip() for name in value.split(",")] if value.strip() else []
    for name in chosen:
        if name not in known:
            near = nearest_name(name, known)
            hint = f" Did you mean {near!r}?" if near else ""
            return (
                f"there is no baseline variable named {name!r}.{hint} "
                f"Valid names: {', '.join(known)}."
            )
    twice = next((name for name in chosen if chosen.count(name) > 1), None)
    return f"{twice!r} stands twice." if twice else None


def _criteria_fault(value: str, trial: Specification) -> str | None:
    """Say why criteria cannot be asked of the trial, by the rules that trial.yml follows."""
    # It loads pydantic, which naming parameters does not need.
    from helpers.trial.criteria_text import read_criteria

    try:
        read_criteria(value, trial)
    except ParameterError as fault:
        return str(fault)
    return None


def _block_fault(value: Value, trial: Specification) -> str | None:
    """Say why blocks of this size cannot hold the trial's arms in their ratio."""
    ratio = trial.randomisation.ratio
    share = sum(ratio.values())
    sizes = [*range(share, LARGEST_BLOCK + 1, share)]
    if value == 0 or value in sizes:
        return None
    parts = ":".join(str(ratio[arm]) for arm in trial.arm_ids)
    listed = f" or one of {', '.join(map(str, sizes))}" if sizes else ""
    return (
        f"a block must hold the arms in their ratio {parts}, so write 0 (the trial's own "
        f"sizes){listed}."
    )
