import dataclasses
import itertools

import matplotlib.pyplot as plt

from helpers.analysis.recorded_scores import recorded_scores
from helpers.show.recorded_scores import WITHHELD, draw_recorded, recorded_figure


def test_shows_every_count_with_its_share(trial, unlabelled):
    recorded = recorded_scores(dataclasses.replace(trial, small_cells=0))
    recorded_figure(recorded)
    [figure], [table] = unlabelled.figures, unlabelled.tables
    assert figure["numbers"] == table["name"]
    for row in recorded.counts.itertuples():
        assert f"{row.recorded} ({row.percent:.1f}%)" in table["data"]["text/html"]
        assert row.outcome_label in figure["alt"]
    assert f"of {recorded.participants} participants randomised" in figure["caption"]


def test_cells_grow_pale_with_what_is_missing(tiny):
    recorded = recorded_scores(tiny)
    figure = draw_recorded(recorded)
    shades = [patch.get_alpha() for patch in figure.axes[0].patches]
    assert shades == [percent / 100 for percent in recorded.counts["percent"]]
    assert {text.get_text() for text in figure.axes[0].texts} >= {
        str(number) for number in recorded.counts["recorded"]
    }
    plt.close(figure)


def test_of_many_visits_some_weeks_are_named_and_no_count_is_written(tiny):
    recorded = recorded_scores(tiny)
    first = recorded.counts.iloc[[0]]
    visits = [f"v{week}" for week in range(100, 140)]
    counts = first.loc[first.index.repeat(len(visits))].assign(visit=visits)
    weeks = {visit: float(visit[1:]) for visit in visits}
    figure = draw_recorded(dataclasses.replace(recorded, counts=counts, weeks=weeks))
    axes = figure.axes[0]
    figure.canvas.draw()
    named = [label for label in axes.get_xticklabels() if label.get_text()]
    boxes = [label.get_window_extent() for label in named]
    assert 3 < len(named) < len(visits)
    assert all(a.x1 <= b.x0 for a, b in itertools.pairwise(boxes))
    assert [text.get_text() for text in axes.texts] == [first["outcome_label"].iloc[0]]
    plt.close(figure)


def test_says_that_counts_are_withheld(tiny, page):
    recorded_figure(dataclasses.replace(recorded_scores(tiny), counts=None))
    assert page.figures == []
    assert page.paragraphs == [WITHHELD]
