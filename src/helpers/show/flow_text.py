"""What the boxes of a CONSORT 2025 flow diagram say, made from a participant flow."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.analysis.flow import ArmFlow, Flow
from helpers.analysis.small_counts import Count
from helpers.show.records import INDENT
from helpers.show.sentences import mid_sentence

NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class BoxText:
    """A box: its heading with a count, and the lines below it."""

    heading: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class ArmText:
    """The boxes of one arm, from top to bottom."""

    arm: str
    allocation: BoxText
    follow_up: BoxText
    analysis: BoxText


@dataclass(frozen=True)
class FlowText:
    """Every box of the diagram.

    ``trunk`` lists the boxes above the arms from top to bottom, each with the box of those who
    leave below it (or None).
    """

    trunk: tuple[tuple[BoxText, BoxText | None], ...]
    arms: tuple[ArmText, ...]


def n_of(count: Count | None) -> str:
    """Return a count as the diagram prints it, kept on one line: ``"(n = 149)"``."""
    return f"(n{NO_BREAK}={NO_BREAK}{'not recorded' if count is None else count})"


def reason_text(reason: str) -> str:
    """Return a reason for leaving as words: ``"too_ill"`` becomes ``"too ill"``."""
    return mid_sentence(reason.replace("_", " "))


def flow_text(flow: Flow) -> FlowText:
    """Word the boxes of a flow: enrolment, allocation, follow-up and analysis."""
    trunk: list[tuple[BoxText, BoxText | None]] = []
    if flow.assessed is not None:
        trunk.append((_box("Assessed for eligibility", flow.assessed), _not_randomised(flow)))
    removed = None
    if flow.removed_by_changes:
        removed = _box("Left out: changed criteria not met", flow.removed_by_changes)
    trunk.append((_box("Randomised", flow.randomised), removed))
    if removed is not None:
        trunk.append((_box("Included here", flow.included), None))
    return FlowText(trunk=tuple(trunk), arms=tuple(_arm(flow, arm) for arm in flow.arms))


def _box(words: str, count: Count | None, details: tuple[str, ...] = ()) -> BoxText:
    return BoxText(f"{words} {n_of(count)}", details)


def _not_randomised(flow: Flow) -> BoxText:
    details: list[str] = []
    if flow.exclusions is None:
        details.append("reasons not in the data")
    else:
        details += [
            # The label keeps its capital: it may begin with a name.
            f"not met: {exclusion.label} {n_of(exclusion.count)}"
            for exclusion in flow.exclusions
            if exclusion.count
        ]
    if flow.declined:
        details.append(f"declined to take part {n_of(flow.declined)}")
    if flow.not_enrolled:
        details.append(f"eligible, not randomised {n_of(flow.not_enrolled)}")
    return _box("Not randomised", flow.not_randomised, tuple(details))


def _arm(flow: Flow, arm: ArmFlow) -> ArmText:
    allocation: list[str] = []
    if arm.started is not None:
        allocation.append(f"started treatment {n_of(arm.started)}")
        if arm.not_started:
            allocation.append(f"did not start {n_of(arm.not_started)}")
        if arm.start_not_recorded:
            allocation.append(f"start not recorded {n_of(arm.start_not_recorded)}")
    follow_up = [f"not assessed {n_of(arm.missing)}"]
    if arm.left is not None:
        follow_up.append(f"left the trial {n_of(arm.left)}")
        follow_up += [
            f"{INDENT}{reason_text(reason.reason)} {n_of(reason.count)}"
            for reason in arm.reasons or ()
        ]
    return ArmText(
        arm=arm.arm,
        allocation=_box(arm.label, arm.allocated, tuple(allocation)),
        follow_up=_box(
            f"Assessed at {mid_sentence(flow.visit_label)}", arm.observed, tuple(follow_up)
        ),
        analysis=_box("Analysed", arm.analysed),
    )
