"""The figure of a control: whole without a script, and told to the script where it moves."""

from __future__ import annotations

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from helpers.show.control_data import Carried
from helpers.show.control_drawing import figure_html, stacked
from helpers.show.control_parts import Axis, Bar, Behind, Dots, Line, Point

GRID = pd.DataFrame(
    {
        "value": [1.0, None],
        "low": [-1.0, None],
        "high": [3.0, None],
        "text": ["1 (-1 to 3)", "not available"],
        "dots": [(0, 0, 2), (1, 1, 1)],
    }
)
AXIS = Axis("Points & <more>", -5, 5, zero=True, sides=("left < ", " > right"))


def drawn(lines, *, start=0, axis=AXIS, behind=()):
    carried = Carried(GRID, start)
    text = figure_html(lines, axis=axis, behind=behind, carried=carried, alt='Seen: "-1" <b>')
    return BeautifulSoup(text, "html.parser"), carried


def test_a_point_lies_where_its_interval_is():
    figure, carried = drawn([Line("A", "{text}", Point("value", "low", "high"))])
    bar, point = figure.find("rect", class_="trial-mark"), figure.find("circle")
    assert (bar["x"], bar["width"], point["cx"]) == ("40%", "40%", "60%")
    assert not bar.has_attr("data-none")
    moves = dict(move.split("=") for move in bar["data-set"].split())
    assert {name: list(carried.columns)[int(at)] for name, at in moves.items()} == {
        "x%": "low @",
        "width%": "low to high @",
    }
    span = figure.find("span", attrs={"data-text": True})
    assert span.text == "1 (\N{MINUS SIGN}1 to 3)"


def test_a_point_without_a_result_is_not_seen():
    figure, _ = drawn([Line("A", "{text}", Point("value", "low", "high"))], start=1)
    marks = figure.find_all(class_="trial-mark")
    assert len(marks) == 2
    assert all(mark.has_attr("data-none") for mark in marks)
    assert "not available" in figure.text


def test_bars_begin_at_the_lower_end_and_a_quiet_one_is_paler():
    figure, _ = drawn([Line("A", "", Bar("value")), Line("B", "", Bar("value", strong=False))])
    strong, quiet = (
        figure.find("rect", class_=name) for name in ("trial-mark", "trial-mark-quiet")
    )
    assert strong["width"] == quiet["width"] == "60%"
    assert strong["x"] == "0"
    assert float(quiet["fill-opacity"]) < float(strong["fill-opacity"])


def test_dots_stand_on_each_other_with_room_for_every_setting():
    figure, _ = drawn([Line("A", "", Dots("dots", 3))])
    group = figure.find("g")
    base, step = int(group["data-base"]), int(group["data-step"])
    circles = [(each["cx"], int(each["cy"])) for each in group.find_all("circle")]
    assert circles == [("50%", base), ("50%", base - step), ("70%", base)]
    # Under the other setting three stand on each other.
    assert base - 2 * step >= 0
    assert int(group.parent["height"]) > base


@given(st.lists(st.integers(0, 3), min_size=1).map(sorted))
def test_no_two_dots_cover_each_other(places):
    levels = stacked(places)
    assert len(set(zip(places, levels, strict=True))) == len(places)
    assert max(levels) + 1 == max(places.count(place) for place in places)


def test_what_stands_behind_is_drawn_once_with_its_numbers():
    whole = Behind("Published & known", "2 (1 to 3)", 2, 1, 3)
    bare = Behind("At its end", "4", 4)
    figure, carried = drawn([Line("A", "{text}", Bar("value"))], behind=[whole, bare])
    bands = figure.find_all(class_="trial-behind")
    assert [(band["x"], band["width"]) for band in bands] == [("60.0%", "20.0%")]
    lines = figure.find_all(class_="trial-behind-line")
    assert [line["x1"] for line in lines] == ["70.0%", "90.0%"]
    still = figure.find_all(class_="trial-control-still-line")
    assert [part.span.text for part in still] == ["Published & known", "At its end"]
    assert not any(part.find_all(attrs={"data-set": True}) for part in still)
    assert set(carried.columns) == {"text", "value @"}


def test_the_axis_has_its_ticks_sides_and_zero():
    figure, _ = drawn([Line("Head"), Line("A", "", Bar("value"))])
    ticks = {each.text: each["x"] for each in figure.find(class_="trial-control-axis")("text")}
    assert ticks["\N{MINUS SIGN}4"] == "10.0%"
    assert ticks["0"] == figure.find(class_="trial-zero")["x1"] == "50.0%"
    sides = figure.find(class_="trial-control-sides").find_all("span")
    assert [side.text for side in sides] == ["left < ", " > right"]
    assert figure.find(class_="trial-control-axis-label").text == "Points & <more>"
    assert figure.find(class_="trial-control-heading").text.strip() == "Head"
    plain, _ = drawn([Line("A", "", Bar("value"))], axis=Axis("People", 0, 3, whole=True))
    labels = [each.text for each in plain.find(class_="trial-control-axis")("text")]
    assert labels == ["0", "1", "2", "3"]
    assert plain.find(class_="trial-zero") is None


def test_the_picture_says_what_is_seen():
    figure, _ = drawn([Line("A", "", Bar("value"))])
    picture = figure.find(role="img")
    assert picture["aria-label"] == 'Seen: "\N{MINUS SIGN}1" <b>'
    assert all(svg["aria-hidden"] == "true" for svg in figure.select(".trial-control-plot > svg"))


@pytest.mark.parametrize(("value", "at"), [(-5, 0.0), (0, 50.0), (4.99999, 100.0)])
def test_places_on_an_axis(value, at):
    assert AXIS.at(value) == at
