import re
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import pytest

from helpers.show.dark_figures import DARK_PAPER, PARTNERS, dark_partner, following_the_page
from helpers.show.figures import ARM_STYLES, FAINT, INK, PAPER, SHADE, new_figure, svg_of, theme


def luminance(colour):
    parts = [
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
        for c in mpl.colors.to_rgb(colour)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", [*(style.colour for style in ARM_STYLES), INK, FAINT])
def test_what_is_written_can_be_read_in_the_dark(colour):
    # WCAG 2.2, success criterion 1.4.3: 4.5 to 1.
    assert contrast(dark_partner(colour), DARK_PAPER) >= 4.5


def test_letters_can_be_read_on_the_cells_of_a_map_at_their_strongest():
    assert contrast(dark_partner(INK), dark_partner(SHADE)) >= 4.5
    assert contrast(INK, SHADE) >= 4.5


def test_the_style_sheets_know_the_paper_of_the_dark():
    root = Path(__file__).parents[2]
    for name in ("chapters/_static/book.css", "src/helpers/show/standalone.py"):
        assert DARK_PAPER in (root / name).read_text(encoding="utf-8"), name


def test_no_two_colours_have_one_partner():
    assert all(a.lower() != b.lower() for a, b in combinations(PARTNERS.values(), 2))


def test_a_colour_that_is_not_ours_changes_sides():
    assert luminance(dark_partner("#000000")) > 0.8
    assert luminance(dark_partner("#ffeeee")) < 0.05
    red = dark_partner("#990000")
    assert red[3:5] == red[5:7]  # the hue stays
    assert contrast(red, DARK_PAPER) >= 3


def drawn():
    with theme():
        figure, axes = new_figure(height=2)
        axes.plot([0, 1], [1, 2], color=ARM_STYLES[0].colour, marker="o", markerfacecolor=PAPER)
        axes.text(0, 1, "words", color=ARM_STYLES[1].colour)
    return svg_of(figure)


def test_every_colour_of_a_figure_gets_its_partner():
    light = drawn()
    svg = following_the_page(light)
    style = re.search(r"<style>@media \(prefers-color-scheme:dark\)\{(.*?)\}</style>", svg)[1]
    for part, colour in set(re.findall(r"(fill|stroke): (#\w{6})", light)):
        partner = dark_partner(colour)
        assert f'[style*="{part}: {colour}"]{{{part}:{partner}!important}}' in style
        assert colour in {known.lower() for known in PARTNERS}
    # Without the style it is the very figure that was drawn.
    assert svg.replace(f"<style>@media (prefers-color-scheme:dark){{{style}}}</style>", "") == light


def test_what_has_no_colours_stays_as_it_is():
    assert following_the_page("<svg/>") == "<svg/>"
    assert following_the_page("no picture; fill: #ffffff") == "no picture; fill: #ffffff"
