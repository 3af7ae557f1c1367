"""Plain English made from results: for any number of arms, and either direction.

Nothing is claimed that the interval does not carry: a change whose interval includes zero is not
called a fall or a rise, and a difference that includes zero is not called none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.analysis.small_counts import Count
from helpers.analysis.withheld import NotShown
from helpers.show.page_label import labels_are_lowered
from helpers.show.records import interval, is_missing, level_text, number, p_phrase


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence limits, as a sentence needs it."""

    estimate: float
    lower: float
    upper: float

    @property
    def includes_zero(self) -> bool:
        """Whether the limits lie on either side of zero, or on it."""
        return self.lower <= 0 <= self.upper

    @property
    def missing(self) -> bool:
        """Whether there is nothing to say."""
        return any(is_missing(value) for value in (self.estimate, self.lower, self.upper))

    def flipped(self) -> Interval:
        """Return the interval of the opposite quantity."""
        return Interval(-self.estimate, -self.upper, -self.lower)


def listed(items: Sequence[str]) -> str:
    """Join words as a sentence does: ``"a"``, ``"a and b"``, ``"a, b and c"``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def mid_sentence(label: str) -> str:
    """Return a trial's label as it stands within a sentence: ``"Week 26"`` becomes ``"week 26"``.

    Labels in another language than English stay as they are written; see :func:`continued` for what
    stays in English.
    """
    return continued(label) if labels_are_lowered() else label


def continued(text: str) -> str:
    """Return a text with a small first letter, as it stands within a sentence.

    What is no ordinary word stays: an abbreviation (``"SF-36"``), a word with another capital in it
    (``"McKenzie exercises"``), a name whose next word has a capital too (``"Tai Chi"``), and a
    letter that is all there is (``"A"``).
    """
    first, second, *_ = [*text.split(maxsplit=2), "", ""]
    ordinary = (len(first) == 1 and bool(second)) or (first[1:].islower() and "." not in first)
    name = second[:1].isupper() and second[1:].islower() and len(first) > 1
    if not ordinary or name:
        return text
    return text[0].lower() + text[1:]


def short_label(label: str) -> str:
    """Return a label without what follows a comma or a bracket, as an enumeration needs it."""
    return mid_sentence(label.split(",")[0].split(" (")[0])


def sentence_start(text: str) -> str:
    """Return a text with a capital first letter."""
    return text[:1].upper() + text[1:]


def counted(count: Count, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun: ``"1 patient"``, ``"1,008 scores"``."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def told(count: Count, noun: str = "") -> str:
    """Return a count as a sentence tells it: ``"298 patients"``, or a withheld number of them."""
    if not isinstance(count, NotShown):
        return f"{count:,} {noun}".rstrip()
    return f"a withheld number of {noun}" if noun else "a withheld number"


def with_unit(text: str, unit: str | None) -> str:
    """Return a printed number with its unit, if there is one."""
    return f"{text} {unit}" if unit else text


def outcome_phrase(label: str, *details: str) -> str:
    """Return an outcome with what a reader must know of it: ``"worst pain (0 to 10; ...)"``.

    An instrument that has the outcome's own name says nothing more, and is left out.
    """
    said = "; ".join(
        detail.replace(" (", ", ").replace(")", "")
        for detail in details
        if detail and detail.casefold() != label.casefold()
    )
    return f"{mid_sentence(label)} ({said})" if said else mid_sentence(label)


def change_sentence(
    *,
    outcome: str,
    visit: str,
    changes: Sequence[tuple[str, Interval]],
    unit: str | None,
    level: float,
    decimals: int,
) -> str:
    """Say how far a score moved in each arm.

    For example: "Worst pain fell by 2.53 points (95% CI 2.15 to 2.92) with acupuncture and by
    3.01 points (2.63 to 3.38) with massage by week 26."

    Parameters
    ----------
    outcome, visit
        Labels.
    changes
        Arm label and change from baseline, in the order of the arms.
    unit, level, decimals
        Unit of the score, confidence level from 0 to 1, decimals to print.
    """
    parts: list[str] = []
    last_verb = ""
    explained = False
    for arm, change in changes:
        if change.missing:
            parts.append(f"could not be estimated with {mid_sentence(arm)}")
            last_verb = ""
            continue
        if change.includes_zero:
            verb, size = "changed by", change
        elif change.estimate < 0:
            verb, size = "fell by", change.flipped()
        else:
            verb, size = "rose by", change
        amount = with_unit(number(size.estimate, decimals=decimals), unit)
        limits = interval(size.lower, size.upper, decimals=decimals)
        if not explained:
            limits = f"{level_text(level)} CI {limits}"
            explained = True
        said = "by" if verb == last_verb else verb
        parts.append(f"{said} {amount} ({limits}) with {mid_sentence(arm)}")
        last_verb = verb
    return f"{sentence_start(outcome)} {listed(parts)} by {mid_sentence(visit)}."


def difference_sentence(
    *,
    arm: str,
    reference: str,
    difference: Interval,
    p: float,
    unit: str | None,
    level: float,
    decimals: int,
    what: str = "The difference",
) -> str:
    """Say how far two arms differ.

    For example: "The difference, massage minus acupuncture, was -0.48 points (95% CI -0.98 to
    0.03; P = .07)."
    """
    pair = f"{mid_sentence(arm)} minus {mid_sentence(reference)}"
    if difference.missing:
        return f"{what}, {pair}, could not be estimated."
    amount = with_unit(number(difference.estimate, decimals=decimals), unit)
    limits = interval(difference.lower, difference.upper, decimals=decimals)
    return f"{what}, {pair}, was {amount} ({level_text(level)} CI {limits}; {p_phrase(p)})."


def interpretation_sentence(
    *,
    arm: str,
    reference: str,
    difference: Interval,
    higher_is: str,
    unit: str | None,
    level: float,
    decimals: int,
    named: bool = False,
) -> str:
    """Say what the interval of a difference holds, and what it does not exclude.

    Parameters
    ----------
    arm, reference
        Labels; the difference is arm minus reference.
    higher_is
        ``"worse"`` or ``"better"``: which way the score is read.
    unit, level, decimals
        Unit of the score, confidence level from 0 to 1, decimals to print.
    named
        Name the arms first: wanted where several intervals follow each other.
    """
    if difference.missing:
        return f"No interval could be computed for {mid_sentence(arm)}."
    below, above = (arm, reference) if higher_is == "worse" else (reference, arm)

    def amount(value: float) -> str:
        return with_unit(number(abs(value), decimals=decimals), unit)

    name = f"The {level_text(level)} interval"
    if named:
        name = f"For {mid_sentence(arm)} against {mid_sentence(reference)}, t{name[1:]}"
    if difference.includes_zero:
        return (
            f"{name} includes zero, no difference: it reaches from {amount(difference.lower)} in "
            f"favour of {mid_sentence(below)} to {amount(difference.upper)} in favour of "
            f"{mid_sentence(above)}."
        )
    side, favoured = ("below", below) if difference.upper < 0 else ("above", above)
    near, far = sorted((abs(difference.lower), abs(difference.upper)))
    return (
        f"{name} lies wholly {side} zero: every difference in it favours "
        f"{mid_sentence(favoured)}, by between {number(near, decimals=decimals)} and {amount(far)}."
    )
