import dataclasses

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from helpers.analysis.missingness import observed_by_visit
from helpers.show.missingness import OVERALL, draw_missing

LONG = "Acupuncture with electrical stimulation of the needles and usual care"


def with_labels(observed, *labels):
    """Return counts of arms with these labels, as many as there are labels."""
    counts = observed.counts
    first = next(arm for arm in counts["arm"] if arm != OVERALL)
    parts = [
        counts[counts["arm"] == first].assign(arm=f"arm_{at}", arm_label=label)
        for at, label in enumerate(labels)
    ]
    return dataclasses.replace(observed, counts=pd.concat(parts))


@pytest.mark.parametrize(
    "labels", [("Usual care", "Massage"), ("Usual care", "Massage", "Exercise"), (LONG, "Massage")]
)
def test_every_row_of_counts_is_named_by_its_arm(tiny, labels):
    figure = draw_missing(with_labels(observed_by_visit(tiny), *labels))
    figure.canvas.draw()
    axes = figure.axes[0]
    bottom = axes.get_window_extent().y0
    below = [text for text in axes.texts if text.get_window_extent().y1 < bottom]
    boxes = [text.get_window_extent() for text in below]
    names = [text for text in below if not text.get_text().isdigit()]
    assert [" ".join(text.get_text().split()) for text in names] == list(labels)
    # Top down: each name, then its counts; nothing touches, nothing leaves the figure.
    for name, after in zip(names, [*names[1:], None], strict=True):
        own = [
            text
            for text in below
            if text.get_color() == name.get_color() and text.get_text().isdigit()
        ]
        assert own
        for text in own:
            assert text.get_window_extent().y1 <= name.get_window_extent().y0 + 1
            if after is not None:
                assert text.get_window_extent().y0 >= after.get_window_extent().y1 - 1
    assert min(box.y0 for box in boxes) > axes.xaxis.label.get_window_extent().y1 - 1
    assert max(box.x1 for box in boxes) <= figure.bbox.x1
    plt.close(figure)
