from __future__ import annotations

import matplotlib.pyplot as plt
import pytest

from helpers.analysis.comparison import ComparedMean
from helpers.show import compared_means
from helpers.show.row_plot import Mark, Row, row_figure


def mean(estimate: float, week: float) -> ComparedMean:
    return ComparedMean(
        edition="one",
        synthetic=True,
        arm="Arm",
        panel=("trial", "pain"),
        visit=f"week{week:g}",
        week=week,
        estimate=estimate,
        lower=estimate - estimate / 100,
        upper=estimate + estimate / 100,
        level="95%",
        text="",
        unit="points",
        higher_is="worse",
    )


@pytest.mark.parametrize("size", [0.001, 1.0, 22.5, 123456.0])
def test_the_label_of_an_axis_has_room_beside_its_numbers(size: float) -> None:
    figure = compared_means._draw([mean(size, 0), mean(size * 1.3, 8)], order=["one"])
    figure.draw_without_rendering()
    label = figure.axes[0].yaxis.label.get_window_extent()
    plt.close(figure)
    assert label.x0 >= 0
    assert label.x0 < 0.3 * figure.dpi  # and no room is wasted


def test_a_long_label_of_the_rows_axis_has_several_lines() -> None:
    figure = row_figure(
        [Row("One", (Mark(0.0, -1.0, 1.0),))],
        x_label="Difference, a treatment with a long name minus another of the kind (points)",
        x_limits=(-2.0, 2.0),
    )
    figure.draw_without_rendering()
    label = figure.axes[0].xaxis.label
    box = label.get_window_extent()
    plt.close(figure)
    assert "\n" in label.get_text()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.width
    assert box.y0 >= 0
