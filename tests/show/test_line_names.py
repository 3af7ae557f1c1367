import itertools

import matplotlib.pyplot as plt
import pytest

from helpers.show.figures import arm_styles, new_figure, theme
from helpers.show.line_names import name_lines, names_height

LONG = "Cognitive behavioural therapy with telephone support"


@pytest.mark.parametrize("labels", [["A", "B"], [LONG, "B", LONG], [LONG] * 6])
def test_names_of_lines_that_end_together_stand_apart(labels):
    arms = [f"arm{place}" for place in range(len(labels))]
    height = max(2.3, names_height(labels))
    with theme():
        figure, axes = new_figure(height=height + 1.0)
        for arm in arms:
            axes.plot([0, 1], [0, 5], label=arm)
        name_lines(
            axes,
            dict.fromkeys(arms, 5.0),
            labels=dict(zip(arms, labels, strict=True)),
            styles=arm_styles(arms),
            height=height,
        )
        figure.canvas.draw()
        boxes = sorted((text.get_window_extent() for text in axes.texts), key=lambda box: box.y0)
    assert all(low.y1 <= high.y0 + 1 for low, high in itertools.pairwise(boxes))
    assert all(box.x1 <= figure.bbox.x1 + 1 for box in boxes)
    assert axes.get_legend() is None
    plt.close(figure)


def test_names_have_the_colours_of_their_lines():
    styles = arm_styles(["a", "b"])
    with theme():
        figure, axes = new_figure(height=3)
        axes.set_ylim(0, 10)
        name_lines(axes, {"a": 1.0, "b": 9.0}, labels={"a": "A", "b": "B"}, styles=styles, height=2)
    placed = {text.get_text(): (text.xy[1], text.get_color()) for text in axes.texts}
    assert placed == {"A": (1.0, styles["a"].colour), "B": (9.0, styles["b"].colour)}
    plt.close(figure)
