"""The form of a control is made of native elements, with a name each."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from helpers.show.control_form import MOST_BUTTONS, form_html
from helpers.show.control_parts import Setting

FEW = Setting("few", 'A <few> & "more"', {at: f"no. {at} <i>" for at in range(MOST_BUTTONS)})
MANY = Setting("many", "Many", {at: f"no. {at}" for at in range(MOST_BUTTONS + 1)})
SLIDER = Setting(
    "slider", "Size", {1: "-1 & less", 5: "5"}, slider=True, only_with={"few": [0, 2], "many": [4]}
)


@pytest.fixture
def form():
    text = form_html([FEW, MANY, SLIDER], (2, 3, 5), name="control-x")
    return BeautifulSoup(text, "html.parser").form


def test_each_setting_begins_where_the_page_does(form):
    (button,) = form.find_all("input", checked=True)
    assert button["value"] == "2"
    (option,) = form.find_all("option", selected=True)
    assert option.text == "no. 3"
    assert form.find(type="range")["value"] == "1"


def test_each_field_has_a_name_to_be_heard(form):
    legend = form.find("legend", string=FEW.label)
    assert legend.parent.name == "fieldset"
    assert len(legend.parent.find_all("input", type="radio")) == MOST_BUTTONS
    assert [label.text.strip() for label in legend.parent.find_all("label")] == list(
        FEW.options.values()
    )
    for label, field in (("Many", "select"), ("Size", "input")):
        target = form.find("label", string=label)["for"]
        assert form.find(field, id=target)["name"] in ("many", "slider")


def test_a_slider_says_its_words_once(form):
    slider = form.find(type="range")
    assert slider["aria-valuetext"] == "5"
    beside = form.find(class_="trial-control-value")
    assert beside.text == "5"
    assert beside["aria-hidden"] == "true"
    assert form.find("output") is None
    assert [option["label"] for option in form.find(id=slider["list"]).find_all("option")] == [
        "\N{MINUS SIGN}1 & less",
        "5",
    ]


def test_a_setting_says_with_which_options_it_plays_a_part(form):
    setting = form.find(attrs={"data-only-with": True})
    assert setting["data-only-with"] == "few=0 few=2 many=4"
    assert setting.find(type="range") is not None
    alone = form_html([SLIDER], (5,), name="control-x")
    assert "data-only-with" not in alone
