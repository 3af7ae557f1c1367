"""The forest plot of the secondary outcomes."""

from __future__ import annotations

from helpers.analysis.secondary import SecondaryResult
from helpers.show.figures import arm_styles, display_figure
from helpers.show.frame_rows import rows_of
from helpers.show.outputs import show_paragraphs
from helpers.show.records import estimate_with_interval, is_missing, level_text
from helpers.show.row_plot import Mark, Row, row_figure
from helpers.show.sentences import mid_sentence

NONE = "This trial names no secondary outcome."


def other_arms(result: SecondaryResult) -> list[str]:
    """Return every arm but the reference."""
    return [arm for arm in result.arm_labels if arm != result.reference]


def show_nothing(result: SecondaryResult) -> None:
    """Say why no secondary outcome is shown."""
    reasons = [f"{missed.label}: {missed.reason}" for missed in result.not_analysed]
    show_paragraphs("\n\n".join([NONE if not reasons else "Nothing was analysed.", *reasons]))


def forest_figure(result: SecondaryResult) -> None:
    """Show every difference on one axis, in baseline SDs, turned so that right is better."""
    frame = result.differences
    if frame.empty:
        show_nothing(result)
        return
    others = other_arms(result)
    styles = arm_styles([result.reference, *others])
    reference = mid_sentence(result.arm_labels[result.reference])
    rows, said = [], []
    reach = 0.1
    for row in rows_of(frame):
        style = styles[row.arm]
        mark = Mark(
            row.benefit,
            row.benefit_lower,
            row.benefit_upper,
            colour=style.colour,
            marker=style.marker,
        )
        for value in (row.benefit_lower, row.benefit_upper):
            reach = reach if is_missing(value) else max(reach, abs(value))
        standard = estimate_with_interval(row.benefit, row.benefit_lower, row.benefit_upper)
        raw = estimate_with_interval(row.estimate, row.lower, row.upper, decimals=int(row.decimals))
        label = f"{row.label} ({row.unit})"
        if len(others) > 1:
            label += f", {mid_sentence(result.arm_labels[row.arm])}"
        rows.append(Row(label, (mark,), numbers=(standard, raw)))
        said.append(f"{label}: {standard} SD, {raw} in its own unit")
    favoured = mid_sentence(result.arm_labels[others[0]]) if len(others) == 1 else "the other"
    display_figure(
        row_figure(
            rows,
            x_label="Benefit (baseline SD)",
            x_limits=(-reach * 1.1, reach * 1.1),
            lines=2,
            zero=0.0,
            sides=(f"◂ favours {reference}", f"favours {favoured} ▸"),
        ),
        name="fig-forest",
        caption=(
            f"Secondary outcomes at {mid_sentence(result.visit_label)}, with "
            f"{level_text(result.level)} intervals. To the right of zero the difference favours "
            f"{favoured if len(others) == 1 else 'the arm named'}, to the left {reference}. "
            "Numbers: above, in standard deviations at baseline, turned so that more is better; "
            "below, in the outcome's own unit, unturned."
        ),
        alt=f"Forest plot, one row for each outcome, with a line at zero. {'; '.join(said)}.",
        numbers="tab-secondary",
    )
