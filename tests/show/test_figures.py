import re
from itertools import pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import TrialBookError
from helpers.show.figures import (
    ARM_STYLES,
    INK,
    POINTS,
    WIDTH,
    Numbers,
    arm_styles,
    display_figure,
    new_figure,
    spread_labels,
    svg_of,
    theme,
)

TELEPHONE = 342 / 96  # inches of a figure on a page 390 pixels wide, in the book's theme


def drawn():
    with theme():
        figure, axes = new_figure(height=3)
        axes.plot([0, 1, 2], [1, -2, 3], marker="o", label="Żółć")
        axes.set_xlabel("Weeks")
        axes.legend()
        # A clip path and a hatch get ids in the SVG: both must follow from the content.
        axes.fill_between([0, 1], [0, 1], hatch="/")
    return figure


def luminance(colour):
    parts = [
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
        for c in mpl.colors.to_rgb(colour)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def test_the_same_figure_is_the_same_svg_byte_for_byte():
    first, second = svg_of(drawn()), svg_of(drawn())
    assert first == second
    assert "<dc:date>" not in first
    assert "matplotlib.org" not in first.split("<metadata>")[-1].split("</metadata>")[0]
    plt.close("all")


def test_a_figure_that_leaves_its_page_says_whose_data_it_shows(page):
    """What is drawn stays in its place; the words have room of their own below it."""

    def size(svg):
        box = re.search(r'viewBox="([^"]+)"', svg)[1].split()
        return float(box[2]), float(box[3])

    plain, marked = svg_of(drawn()), svg_of(drawn(), mark="Synthetic cohort (TINY)")
    assert size(marked)[0] == size(plain)[0]
    assert 8 < size(marked)[1] - size(plain)[1] < 20
    assert marked.count("<path") > plain.count("<path")
    longer = svg_of(drawn(), mark="Real patients (a trial with a very long name indeed) " * 3)
    assert size(longer)[1] > size(marked)[1] + 8
    display_figure(drawn(), name="fig-a", caption="A.", alt="A.", numbers="tab-a")
    assert size(page.figures[0]["data"]["image/svg+xml"]) == size(marked)


def test_letters_are_readable_on_a_telephone():
    assert POINTS * TELEPHONE / WIDTH >= 8.7


def test_the_theme_leaves_the_readers_settings_alone():
    before = dict(mpl.rcParams)
    with theme():
        assert mpl.rcParams["font.size"] == POINTS
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("style", ARM_STYLES)
def test_colours_of_arms_are_readable_as_text_on_white(style):
    # WCAG 2.2, success criterion 1.4.3: 4.5 to 1.
    assert 1.05 / (luminance(style.colour) + 0.05) >= 4.5
    assert 1.05 / (luminance(INK) + 0.05) >= 4.5


def test_arms_differ_by_more_than_colour():
    styles = arm_styles(["a", "b", "c", "d"])
    for part in ("colour", "marker", "line"):
        assert len({str(getattr(style, part)) for style in styles.values()}) == 4
    assert arm_styles(["a", "b"])["a"] == ARM_STYLES[0]


def test_a_figure_carries_caption_and_alternative_text(page):
    figure = drawn()
    display_figure(
        figure,
        name="fig-x",
        caption="Scores, -1 to 3.",
        alt="A line from 1 to -2.",
        numbers="tab-scores",
    )
    [found] = page.figures
    assert page.tables == []
    assert found["numbers"] == "tab-scores"
    assert found["name"] == "fig-x"
    assert found["caption"] == "Synthetic cohort (TINY). Scores, −1 to 3."
    assert found["alt"] == "Synthetic cohort (TINY). A line from 1 to −2."
    assert found["data"]["image/svg+xml"].startswith("<?xml")
    assert found["data"]["text/plain"] == found["alt"]
    assert not plt.fignum_exists(figure.number)


def test_numbers_stand_in_a_folded_table_below(page):
    frame = pd.DataFrame({"Arm": ["a", "a"], "Week": ["0", "6"], "Score": ["-1.0", "3.0"]})
    numbers = Numbers(frame, of="scores by week", group="Arm", notes=("All of them.",))
    display_figure(drawn(), name="fig-x", caption="x", alt="x", numbers=numbers)
    [found], [table] = page.figures, page.tables
    assert found["numbers"] == table["name"] == "tab-x-numbers"
    assert table["caption"] == "Synthetic cohort (TINY). Numbers of the figure: scores by week."
    html = table["data"]["text/html"]
    assert html.startswith('<details class="trial-fold"><summary>The numbers of this figure<')
    assert re.search(r'<th scope="row"[^>]*>6</th>', html)
    assert re.search(r'<th [^>]*scope="rowgroup"[^>]*><span>a</span></th>', html)
    assert "−1.0" in html
    assert "All of them." in html


def test_without_a_build_the_caption_stands_below_as_text(page):
    display_figure(drawn(), name="fig-x", caption="A * star and a_b.", alt="A line.", numbers="t")
    data, metadata = page.outputs[-1]
    assert data["text/markdown"] == r"*Synthetic cohort (TINY). A \* star and a\_b.*"
    # The scrapbook's mime prefix makes myst-nb take it off the page.
    assert metadata["scrapbook"]["mime_prefix"]


def test_nothing_is_shown_on_a_page_without_a_label(unlabelled):
    figure = drawn()
    with pytest.raises(TrialBookError, match="does not say yet whose data"):
        display_figure(figure, name="fig-x", caption="x", alt="x", numbers="t")
    assert unlabelled.outputs == []
    plt.close(figure)


@given(st.lists(st.floats(0, 10), min_size=1, max_size=6))
def test_labels_are_spread_and_keep_their_order(positions):
    placed = spread_labels(positions, gap=1.0, low=0.0, high=10.0)
    order = sorted(range(len(positions)), key=lambda place: (positions[place], place))
    heights = [placed[place] for place in order]
    assert all(b - a >= 1.0 - 1e-9 for a, b in pairwise(heights))
    assert all(-1e-9 <= height <= 10 + 1e-9 for height in heights)


def test_labels_far_apart_stay_where_they_are():
    assert spread_labels([5.0, 1.0], gap=1.0, low=0.0, high=10.0) == [5.0, 1.0]
