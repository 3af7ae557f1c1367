"""A control on a page: what it shows still, what it carries, and what it leaves out."""

from __future__ import annotations

import json
import re
from itertools import product

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from helpers.errors import TrialBookError
from helpers.show import controls
from helpers.show.control_data import LARGEST, unfolded
from helpers.show.control_parts import Axis, Bar, Line, Setting, literal
from helpers.show.controls import display_control

SIZES = Setting("n", "Patients", {50: "50", 100: "100", 200: "200"}, slider=True)
TESTS = Setting("test", "Test", {"t": "Student's t", "w": "Wilcoxon"}, only_with={"kind": ["two"]})
KINDS = Setting("kind", "Sides", {"one": "one side", "two": "two <sides> & \"more\" 'æ'"})
START = {"n": 100, "kind": "two", "test": "t"}


def grid_of(*settings: Setting, wide: int = 0) -> pd.DataFrame:
    """Make a power for every combination, and a text as long as is asked for."""
    rows = []
    for place, chosen in enumerate(product(*(each.options for each in settings))):
        row = dict(zip((each.column for each in settings), chosen, strict=True))
        rows.append({**row, "power": float(place), "printed": f"{place}{'x' * wide}", "why": ""})
    return pd.DataFrame(rows)


def show(page, grid, *settings, **other):
    """Show a control and return its section, its numbers and what a notebook shows."""
    chosen = {
        "name": "control-power",
        "title": "What if there had been fewer patients?",
        "start": {each.column: START.get(each.column) for each in settings},
        "lines": [Line("Power", "{printed} of 100", Bar("power"))],
        "axis": Axis("Power (%)", 0, 100),
        "sentence": "With {n} patients the power is {printed}%.",
        "columns": {"Power": "printed"},
        "caption": "Power of the trial.",
        **other,
    }
    display_control(grid, settings=settings, **chosen)
    data, _ = page.outputs[-1]
    section = BeautifulSoup(data["text/html"], "html.parser").section
    return section, json.loads(section.find("script").string), data["text/plain"]


def test_the_still_part_shows_the_run(page):
    section, _, text = show(page, grid_of(SIZES, KINDS), SIZES, KINDS)
    assert section.find(class_="trial-control-said").text == "With 100 patients the power is 3%."
    assert section.find(role="img")["aria-label"].startswith("Synthetic cohort (TINY)")
    assert "With 100 patients the power is 3%." in section.find(role="img")["aria-label"]
    assert section.figcaption.text == "Synthetic cohort (TINY). Power of the trial."
    assert "With 100 patients the power is 3%." in text
    rows = [
        [cell.text for cell in row.find_all(["th", "td"])] for row in section.find_all("tr")[1:]
    ]
    assert ["100 (as run)", "3"] in rows
    assert ["50", "1"] in rows
    assert [KINDS.options["two"] + " (as run)", "3"] in rows
    assert "6 settings." in section.find(class_="trial-control-made").text


def test_what_the_page_carries_is_the_grid(page):
    settings = (SIZES, KINDS, TESTS)
    grid = grid_of(*settings)
    section, numbers, _ = show(page, grid, *settings)
    assert numbers["sizes"] == [3, 2, 2]
    span = section.find(attrs={"data-text": re.compile("of 100")})
    number = int(re.search(r"\{(\d+)\}", span["data-text"])[1])
    for place, chosen in enumerate(product(range(3), range(2), range(2))):
        column = numbers["columns"][number]
        assert unfolded(column, chosen, numbers["sizes"]) == grid["printed"][place]


def test_the_form_is_hidden_until_it_is_served(page):
    section, _, _ = show(page, grid_of(SIZES, KINDS, TESTS), SIZES, KINDS, TESTS)
    assert section.form.has_attr("hidden")
    assert section.form["autocomplete"] == "off"
    slider = section.find(type="range")
    assert section.find("label", attrs={"for": slider["id"]}).text == "Patients"
    assert (slider["value"], slider["max"], slider["aria-valuetext"]) == ("1", "2", "100")
    checked = section.find("input", attrs={"name": "kind", "checked": True})
    assert (checked["value"], checked.parent.text.strip()) == ("1", KINDS.options["two"])
    assert section.find(attrs={"data-only-with": True})["data-only-with"] == "kind=1"
    ids = [each["id"] for each in section.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_a_setting_without_a_part_in_the_run_has_no_rows(page):
    settings = (KINDS, TESTS)
    still = {"kind": "one", "test": "t"}
    section, _, _ = show(
        page, grid_of(*settings), *settings, start=still, sentence="{kind} {printed}"
    )
    assert "Wilcoxon" not in section.table.text
    section, _, _ = show(page, grid_of(*settings), *settings, sentence="{kind} {printed}")
    assert "Wilcoxon" in section.table.text


def test_letters_of_a_trial_are_escaped_everywhere(page):
    odd = "</script><b>\"A\" & 'B' {0} {n} é治"
    title = f"Why {odd}?"
    setting = Setting("n", odd, {50: f"50 {odd}", 100: odd, 200: "200"})
    lines = [Line(literal(odd), "{printed}", Bar("power"))]
    section, numbers, _ = show(
        page,
        grid_of(setting),
        setting,
        title=title,
        lines=lines,
        axis=Axis(odd, 0, 10, sides=(odd, odd)),
        sentence=f"{literal(odd)}: {{printed}}",
        caption=odd,
        notes=[odd],
    )
    assert section["aria-label"] == title
    assert section.find("b") is None
    assert section.find(class_="trial-control-sides").span.text == odd
    assert section.find("legend", string=odd) is not None
    assert section.find(class_="trial-control-said").text == f"{literal(odd)}: 1"
    # The page's script fills in the braces of columns only.
    assert numbers["columns"][-1]["values"] == [f"{literal(odd)}: {{0}}"]


def test_a_reason_takes_the_place_of_the_sentence_and_names_its_setting(page):
    grid = grid_of(SIZES, KINDS)
    grid.loc[grid["n"] == 100, "why"] = "Nothing could be computed for {n} patients."
    section, numbers, _ = show(page, grid, SIZES, KINDS, instead="why")
    said = section.find(class_="trial-control-said").text
    assert said == "Nothing could be computed for 100 patients."
    # One text for every setting without a result, and one for those with one.
    assert len(numbers["columns"][-1]["words"]) == 2


def test_settings_that_are_too_many_for_a_page_stay_as_in_the_run(page, monkeypatch):
    settings = (SIZES, KINDS, TESTS)
    grid = grid_of(*settings, wide=20)
    whole, _, _ = show(page, grid, *settings)
    monkeypatch.setattr(controls, "LARGEST", len(whole.find("script").string) - 1)
    section, numbers, _ = show(page, grid, *settings)
    assert numbers["sizes"] == [3, 2]
    assert section.find("fieldset", attrs={"data-only-with": True}) is None
    made = section.find(class_="trial-control-made").text
    assert made.startswith("6 settings.")
    assert made.endswith("To keep the page small, these stay as in this run: Test.")
    said = "trial-control-said"
    assert section.find(class_=said).text == whole.find(class_=said).text
    assert "Wilcoxon" not in section.text

    monkeypatch.setattr(controls, "LARGEST", 10)
    with pytest.raises(TrialBookError, match=r"carry .* more than 10: give 'n' fewer options"):
        show(page, grid, *settings)


def test_no_control_grows_beyond_what_a_page_should_carry(page):
    many = Setting("many", "Many", {at: str(at) for at in range(60)}, slider=True)
    grid = grid_of(SIZES, many, wide=500)
    chosen = {"start": {"n": 100, "many": 7}}
    section, numbers, _ = show(page, grid, SIZES, many, **chosen)
    assert numbers["sizes"] == [3]
    assert len(section.find("script").string.encode()) <= LARGEST


def test_a_setting_with_one_option_is_not_offered_but_said(page):
    only = Setting("level", "Level", {0.95: "95%"}, slider=True)
    section, numbers, _ = show(
        page,
        grid_of(SIZES, only),
        *(SIZES, only),
        start={"n": 50, "level": 0.95},
        sentence="{level}: {printed}",
    )
    assert numbers["sizes"] == [3]
    assert section.find(class_="trial-control-said").text == "95%: 0"
    assert "stay as in this run" not in section.text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"sentence": "{powre}"}, "its grid has no column 'powre': add it, or correct the name"),
        ({"start": {"n": 70, "kind": "one"}}, "starts with n at 70, which is not among its op"),
    ],
)
def test_mistakes_of_an_author_are_named(page, changed, said):
    with pytest.raises(TrialBookError, match=said):
        show(page, grid_of(SIZES, KINDS), SIZES, KINDS, **changed)


def test_a_page_without_a_label_shows_no_control(unlabelled):
    with pytest.raises(TrialBookError):
        show(unlabelled, grid_of(SIZES), SIZES)
