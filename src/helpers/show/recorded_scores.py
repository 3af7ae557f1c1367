"""The data page's map: how many scores of every outcome were recorded at each visit."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.analysis.recorded_scores import RecordedScores
from helpers.show.figures import SHADE, WIDTH, Numbers, display_figure, new_figure, theme
from helpers.show.frame_rows import rows_of
from helpers.show.outputs import show_paragraphs
from helpers.show.records import count, percent
from helpers.show.sentences import counted, mid_sentence
from helpers.show.text_fit import LINE, text_width, wrap

EDGE = 0.06
CELL = 0.34
GAP = 0.12
AXIS_ROOM = 0.55
WITHHELD = (
    "How many scores there are of each outcome is not shown, because the data are not public."
)


def recorded_figure(recorded: RecordedScores) -> None:
    """Show how many scores of every outcome were recorded at each visit; a note when withheld."""
    if recorded.counts is None:
        show_paragraphs(WITHHELD)
        return
    said = []
    for label, part in recorded.counts.groupby("outcome_label", sort=False):
        found = [f"{mid_sentence(row.visit_label)} {row.recorded}" for row in rows_of(part)]
        said.append(f"{label}: {', '.join(found)}")
    display_figure(
        draw_recorded(recorded),
        name="fig-recorded",
        caption=(
            "Scores recorded of every outcome at each visit, of "
            f"{counted(recorded.participants, 'participant')} randomised. The more of them have a "
            "score, the stronger the colour; an empty place was not planned."
        ),
        alt=f"One row for each outcome, one cell for each visit. {'; '.join(said)}.",
        numbers=_numbers(recorded.counts),
    )


def _numbers(counts: pd.DataFrame) -> Numbers:
    rows: dict[str, dict[str, str]] = {}
    for row in rows_of(counts):
        of = rows.setdefault(row.outcome, {"Outcome": row.outcome_label})
        of[row.visit_label] = f"{row.recorded} ({percent(row.percent)})"
    frame = pd.DataFrame(list(rows.values())).fillna("")
    return Numbers(frame, of="scores recorded at each visit, and their share of the participants")


def draw_recorded(recorded: RecordedScores) -> Figure:
    """Draw one row of cells for each outcome, its name above it."""
    counts = recorded.counts
    assert counts is not None
    columns = {visit: place for place, visit in enumerate(recorded.weeks)}
    room = WIDTH - 2 * EDGE
    cell = room / len(columns)
    widest = max(text_width(count(number), bold=False) for number in counts["recorded"])
    names = {
        str(row.outcome): wrap(row.outcome_label, room, bold=True)
        for row in rows_of(counts.drop_duplicates("outcome"))
    }
    height = sum(len(name) * LINE + CELL + GAP for name in names.values())
    with theme():
        figure, axes = new_figure(height=height + AXIS_ROOM, layout="none")
        whole = height + AXIS_ROOM
        axes.set_position((EDGE / WIDTH, AXIS_ROOM / whole, room / WIDTH, height / whole))
        axes.set_xlim(0, room)
        axes.set_ylim(height, 0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        top = 0.0
        for outcome, name in names.items():
            for place, words in enumerate(name):
                axes.text(
                    0.0, top + LINE * (place + 0.76), words, fontweight="bold", parse_math=False
                )
            top += len(name) * LINE + 0.03
            for row in rows_of(counts[counts["outcome"] == outcome]):
                left = columns[row.visit] * cell
                shade = {"facecolor": SHADE, "alpha": row.percent / 100, "linewidth": 0}
                axes.add_patch(Rectangle((left + 0.015, top), cell - 0.03, CELL, **shade))
                if widest < cell - 0.06:
                    middle = (left + cell / 2, top + CELL / 2)
                    axes.text(*middle, count(row.recorded), ha="center", va="center_baseline")
            top += CELL + GAP - 0.03
        axes.set_yticks([])
        axes.set_xticks(
            [(place + 0.5) * cell for place in columns.values()],
            _weeks(list(recorded.weeks.values()), cell),
        )
        axes.tick_params(length=0)
        axes.set_xlabel("Weeks since randomisation")
    return figure


def _weeks(weeks: list[float], cell: float) -> list[str]:
    """Return the weeks as printed, every second or third where there are too many to print."""
    texts = [f"{week:g}" for week in weeks]
    widest = max(text_width(text, bold=False) for text in texts) + 0.06
    step = max(1, -(-int(100 * widest) // int(100 * cell)))
    return [text if place % step == 0 else "" for place, text in enumerate(texts)]
