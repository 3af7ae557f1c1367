from dataclasses import replace
from itertools import combinations

import matplotlib.pyplot as plt
import pytest
from matplotlib.patches import Rectangle

from helpers.analysis.flow import ArmFlow, Exclusion, Flow, LeftReason, VisitCount
from helpers.show.flow_diagram import MARGIN, draw_flow, lay_out
from helpers.show.flow_text import flow_text
from helpers.show.text_fit import text_width, wrap

SHORT = ("Acupuncture", "Massage", "Usual care", "Waiting list")
LONG = (
    "Medizinische Versorgung mit Gesprächspsychotherapie",
    "Żółta gęś – ćwiczenia oddechowe",
    "Ακουπουνκτούρα",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk",
)


def flow(labels, **changes):
    arms = tuple(
        ArmFlow(
            arm=f"arm{place}",
            label=label,
            allocated=149,
            started=139,
            not_started=9,
            start_not_recorded=1,
            visits=(
                VisitCount("baseline", "Baseline", 149, 0),
                VisitCount("week26", "Week 26", 116, 33),
            ),
            observed=116,
            missing=33,
            left=30,
            reasons=(
                LeftReason("withdrew_consent", 12),
                LeftReason("Progression of the disease or admission to a hospice", 18),
            ),
            analysed=149,
        )
        for place, label in enumerate(labels)
    )
    total = 149 * len(arms)
    base = Flow(
        trial="invented",
        data_label="Synthetic cohort",
        synthetic=True,
        source="log",
        assessed_source=None,
        outcome="worst_pain",
        outcome_label="Worst pain",
        visit="week26",
        visit_label="Week 26",
        eligibility="",
        assessed=total + 100,
        excluded=70,
        exclusions=(
            Exclusion("karnofsky", "Karnofsky performance status at least 60", 30),
            Exclusion("pain", "Worst pain in the preceding week at least 4 of 10", 40),
            Exclusion("age", "Older than 18 years", 0),
        ),
        declined=25,
        not_enrolled=5,
        not_randomised=100,
        randomised=total,
        removed_by_changes=0,
        included=total,
        arms=arms,
    )
    return replace(base, **changes)


RESTRICTED = {"removed_by_changes": 23, "eligibility": "karnofsky >= 70"}
PUBLISHED = {
    "source": "published",
    "exclusions": None,
    "excluded": None,
    "declined": None,
    "not_enrolled": None,
}
NO_LOG = {**PUBLISHED, "source": "none", "assessed": None, "not_randomised": None}


@pytest.fixture(
    params=[{}, RESTRICTED, PUBLISHED, NO_LOG], ids=["log", "restricted", "published", "none"]
)
def changes(request):
    return request.param


@pytest.fixture(params=[SHORT, LONG], ids=["short", "long"])
def labels(request):
    return request.param


def overlap(one, other):
    return (
        one.left < other.right - 1e-9
        and other.left < one.right - 1e-9
        and one.top < other.bottom - 1e-9
        and other.top < one.bottom - 1e-9
    )


@pytest.mark.parametrize("arms", [2, 3, 4])
def test_boxes_do_not_overlap_and_lie_within_the_diagram(arms, labels, changes):
    layout = lay_out(flow_text(flow(labels[:arms], **changes)))
    assert not [pair for pair in combinations(layout.boxes, 2) if overlap(*pair)]
    for box in layout.boxes:
        assert box.left >= 0
        assert box.right <= layout.width + 1e-9
        assert box.bottom <= layout.height + 1e-9


@pytest.mark.parametrize("arms", [2, 3, 4])
def test_every_line_lies_within_its_box_and_below_the_line_before(arms, labels, changes):
    for box in lay_out(flow_text(flow(labels[:arms], **changes))).boxes:
        heights = [line.y for line in box.lines]
        assert heights == sorted(set(heights))
        for line in box.lines:
            assert line.x >= box.left
            assert line.x + text_width(line.text, bold=line.bold) <= box.right + 1e-9
            assert box.top < line.y < box.bottom


@pytest.mark.parametrize("arms", [2, 3, 4])
def test_the_names_of_the_stages_are_not_crossed_by_arrows_or_boxes(arms):
    layout = lay_out(flow_text(flow(SHORT[:arms])))
    for stage in layout.stages:
        end = stage.x + text_width(stage.text, bold=True)
        for arrow in layout.arrows:
            if min(arrow.y_from, arrow.y_to) < stage.y < max(arrow.y_from, arrow.y_to):
                assert arrow.x_from > end
        assert not [
            box for box in layout.boxes if box.left < end and box.top < stage.y < box.bottom
        ]


@pytest.mark.parametrize("labels", [SHORT, LONG], ids=["short", "long"])
def test_words_as_matplotlib_draws_them_stay_in_their_boxes(labels):
    """The layout measures text by itself; here the drawing is measured instead."""
    diagram = flow(labels[:3])
    figure = draw_flow(flow_text(diagram), arms=[arm.arm for arm in diagram.arms])
    figure.canvas.draw()
    [axes] = figure.axes
    boxes = [p.get_window_extent() for p in axes.patches if isinstance(p, Rectangle)]
    stages = {"Enrolment", "Allocation", "Follow-up", "Analysis"}
    words = [t for t in axes.texts if t.get_text() and t.get_text() not in stages]
    assert len(words) > 20
    for text in words:
        extent = text.get_window_extent()
        assert any(
            box.x0 - 1 <= extent.x0
            and extent.x1 <= box.x1 + 1
            and box.y0 - 1 <= extent.y0
            and extent.y1 <= box.y1 + 1
            for box in boxes
        ), text.get_text()
    extents = [text.get_window_extent() for text in words]
    for one, other in combinations(extents, 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        along = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert across <= 0 or along <= 3, "two lines of text run into each other"
    plt.close(figure)


def test_the_figure_is_as_large_as_its_layout():
    diagram = flow(SHORT[:2])
    layout = lay_out(flow_text(diagram))
    figure = draw_flow(flow_text(diagram), arms=["arm0", "arm1"])
    assert figure.get_size_inches() == pytest.approx([layout.width + 2 * MARGIN, layout.height])
    plt.close(figure)


def said(found):
    text = flow_text(found)
    boxes = [box for pair in text.trunk for box in pair if box is not None]
    boxes += [box for arm in text.arms for box in (arm.allocation, arm.follow_up, arm.analysis)]
    lines = [line for box in boxes for line in (box.heading, *box.details)]
    return [line.replace("\N{NO-BREAK SPACE}", " ").strip() for line in lines]


def test_the_boxes_of_a_trial_with_a_screening_log():
    assert said(flow(SHORT[:2]))[:8] == [
        "Assessed for eligibility (n = 398)",
        "Not randomised (n = 100)",
        "not met: Karnofsky performance status at least 60 (n = 30)",
        "not met: Worst pain in the preceding week at least 4 of 10 (n = 40)",
        "declined to take part (n = 25)",
        "eligible, not randomised (n = 5)",
        "Randomised (n = 298)",
        "Acupuncture (n = 149)",
    ]


def test_the_boxes_of_a_restricted_cohort():
    lines = said(flow(SHORT[:2], **RESTRICTED, included=275))
    assert "Left out: changed criteria not met (n = 23)" in lines
    assert lines.index("Included here (n = 275)") > lines.index("Randomised (n = 298)")


def test_reasons_are_words():
    assert "withdrew consent (n = 12)" in said(flow(SHORT[:2]))


def test_a_published_number_assessed_gives_no_reasons():
    lines = said(flow(SHORT[:2], **PUBLISHED))
    assert "reasons not in the data" in lines
    assert not any(line.startswith("not met") for line in lines)


def test_without_any_number_assessed_the_diagram_begins_at_randomisation():
    assert said(flow(SHORT[:2], **NO_LOG))[0] == "Randomised (n = 298)"


def test_what_is_not_recorded_has_no_line():
    found = flow(SHORT[:2])
    arms = tuple(
        replace(
            arm, started=None, not_started=None, start_not_recorded=None, left=None, reasons=None
        )
        for arm in found.arms
    )
    lines = said(replace(found, arms=arms))
    assert not any("treatment" in line or "left the trial" in line for line in lines)


def test_wrapping_breaks_words_that_are_too_long():
    lines = wrap(LONG[3], 1.5, bold=True)
    assert "".join(lines) == LONG[3]
    assert len(lines) > 2
    assert all(text_width(line, bold=True) <= 1.5 for line in lines)
