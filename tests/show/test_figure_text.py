from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from helpers.show.figure_text import lines_within


@pytest.mark.parametrize("most", [1, 2, 9])
def test_lines_stay_within_their_width_and_number(most: int) -> None:
    figure = Figure(figsize=(4, 3))
    text = "A paragraph that is a good deal longer than what stands on one line of this picture"
    look = {"fontsize": 14, "parse_math": False}
    lines = lines_within(figure, text, width=0.5, most=most, look=look)
    assert len(lines) <= most
    for line in lines:
        drawn = figure.text(0, 0, line.removesuffix(" …"), **look)
        assert drawn.get_window_extent().width <= 0.5 * figure.bbox.width
        drawn.remove()
    if most == 9:
        assert " ".join(lines) == text
    else:
        assert lines[-1].endswith(" …")
    assert figure.texts == []


def test_a_word_that_is_too_long_stands_alone() -> None:
    figure = Figure(figsize=(1, 1))
    lines = lines_within(figure, "a incomprehensibilities b", width=0.3, most=9, look={})
    assert lines == ["a", "incomprehensibilities", "b"]
