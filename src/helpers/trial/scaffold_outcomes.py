"""Describe the outcomes of a new trial as far as their scores tell."""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence

from helpers.errors import DataError
from helpers.trial.column_units import unit_in, without_unit
from helpers.trial.design_rules import RESERVED_NAMES
from helpers.trial.raw_layout import Gathered, RawOutcome, Wishes
from helpers.trial.safe_names import safe_id
from helpers.trial.scaffold_specification import NewTrial

_WORSE = re.compile(
    r"pain|schmerz|douleur|dolor|боль|depress|bdi|hamd|hamatotl|hdrs|phq|gad|anxi|angst|stress|"
    r"severity|symptom|headache|kopfschmerz|fatigue|nausea|seizure|madrs|panss|disab|oswestry|"
    r"\bodi\b|rmdq|roland|womac|updrs|nrs|vas|itch|insomnia|\bisi\b|distress|burden|exacerb|lead|"
    r"imps|cgi|bprs|\bedss\b|hba1c|cholesterol|\bldl\b|pressure|\bsbp\b|\bdbp\b|puffs|viral|count"
)
_BETTER = re.compile(
    r"function|quality|qol|eq5d|eq_5d|sf36|sf_36|sf12|wellbeing|well_being|fev|acuity|vision|"
    r"moca|mmse|barthel|karnofsky|satisf|strength|distance|walk|energy|vitality|\bhdl\b|cd4|"
    r"recovery|health|lebensqualit|remission|adherence|physical|score_better|sleep_quality"
)


def describe_outcomes(
    new: NewTrial, gathered: Gathered, wishes: Wishes, *, arms: Mapping[str, str]
) -> list[str]:
    """Fill in the outcomes of a new trial and say of each what was guessed.

    Parameters
    ----------
    new, gathered, wishes
        The trial, how the table was sorted out, and what the user said.
    arms
        The arm of each patient.

    Raises
    ------
    DataError
        When the option for the directions fits neither all outcomes nor each.
    """
    directions = _directions(gathered.outcomes, wishes.higher_is)
    taken = [*RESERVED_NAMES, *(str(arm["id"]) for arm in new.arms)]
    told = []
    for at, (outcome, given) in enumerate(zip(gathered.outcomes, directions, strict=True)):
        values = list(outcome.scores.values())
        at_visits = {visit for _, visit in outcome.scores}
        visits = [visit.id for visit in gathered.visits if visit.id in at_visits]
        name = safe_id(without_unit(outcome.name), fallback="score", taken=taken)
        taken.append(name)
        higher, why = (given, "as --higher-is says") if given else _direction(outcome.name)
        low, high = _range(values)
        whole = all(value == int(value) for value in values)
        plainly = without_unit(outcome.name)
        units = [unit for column in (outcome.name, *outcome.columns) if (unit := unit_in(column))]
        label = re.sub(r"[\s_.]+", " ", plainly).strip()
        # What is left of a visit is no word of the score ("Tablets wk").
        label = re.sub(r"(?<!per)(?<!/)\s+(wks?|mths?)$", "", label)
        if at == 0:
            new.primary = (name, _primary_visit(outcome, visits, arms))
        part: dict[str, object] = {
            "id": name,
            "label": label[:1].upper() + label[1:],
            "instrument": label[:1].upper() + label[1:],
            "minimum": low,
            "maximum": high,
            "integer": whole,
            "higher_is": higher,
            "unit": units[0] if units else "units",
            "role": "primary" if at == 0 else "secondary",
            "decimals": _decimals(values),
            "visits": visits,
            "meaningful_change": {"absent": "Not stated when the trial was set up."},
        }
        observed = f"{min(values):.6g} to {max(values):.6g}"
        comments = {
            "instrument": "the questionnaire or measurement, in full",
            "minimum": f"of the instrument; the scores run from {observed}",
            "maximum": "of the instrument; null when it has no upper end",
            "higher_is": f"worse or better; {why}",
            "unit": "as it is to be printed behind a number",
            "meaningful_change": "or {kind: absolute, value: 1, source: ...}",
        }
        new.outcomes.append(part)
        new.comments.append(comments)
        told.append(
            f"{outcome.name} ({part['role']}): {len(values)} scores from {observed}; higher is "
            f"{higher}, {why}"
        )
    dropped = [
        outcome
        for outcome, part in zip(gathered.outcomes, new.outcomes, strict=True)
        if new.primary[1] not in part["visits"]  # type: ignore[operator]
    ]
    for outcome in dropped:
        gathered.left_out.append((outcome.name, f"has no scores at {new.primary[1]}"))
        place = gathered.outcomes.index(outcome)
        for items in (gathered.outcomes, new.outcomes, new.comments, told):
            del items[place]  # type: ignore[attr-defined]
    return told


def _primary_visit(outcome: RawOutcome, visits: Sequence[str], arms: Mapping[str, str]) -> str:
    """Return the last visit at which every arm has at least two scores, else the last of all."""
    counts = Counter((arms[who], visit) for who, visit in outcome.scores)
    every = set(arms.values())
    full = [visit for visit in visits[1:] if all(counts[arm, visit] > 1 for arm in every)]
    return (full or visits)[-1]


def _directions(outcomes: Sequence[RawOutcome], given: tuple[str, ...]) -> list[str | None]:
    words = [part.strip() for text in given for part in text.split(",")]
    wrong = [word for word in words if word not in ("worse", "better")]
    if wrong:
        raise DataError(
            f"--higher-is {wrong[0]}: write worse (as for pain) or better (as for function)."
        )
    if not words:
        return [None] * len(outcomes)
    if len(words) == 1:
        return [words[0]] * len(outcomes)
    if len(words) != len(outcomes):
        names = ", ".join(outcome.name for outcome in outcomes)
        raise DataError(
            f"--higher-is gives {len(words)} directions for {len(outcomes)} outcomes ({names}): "
            "give one for all, or one for each in this order."
        )
    return list(words)


def _direction(name: str) -> tuple[str, str]:
    text = name.casefold()
    worse, better = _WORSE.search(text), _BETTER.search(text)
    if better and not worse:
        return "better", f"guessed from {better[0]!r} in its name (or --higher-is worse)"
    if worse and not better:
        return "worse", f"guessed from {worse[0]!r} in its name (or --higher-is better)"
    return "worse", "a mere assumption: nothing in the file tells (or --higher-is better)"


def _range(values: Sequence[float]) -> tuple[float | None, float | None]:
    """Guess the ends of the instrument: 0 where nothing is negative, 10 and 100 where reached."""
    low, high = min(values), max(values)
    minimum = 0.0 if low >= 0 else None
    maximum = high if minimum is not None and high in (10.0, 100.0) else None
    return minimum, maximum


def _decimals(values: Sequence[float]) -> int:
    """Print estimates with three significant digits of the scores' standard deviation."""
    spread = statistics.pstdev(values)
    return 1 if spread == 0 else min(max(2 - math.floor(math.log10(spread)), 0), 6)
