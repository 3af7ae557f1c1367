"""The numbers of a control: complete, in order, folded small, and the same when unfolded."""

from __future__ import annotations

import json
from itertools import product

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import TrialBookError
from helpers.show.control_data import Carried, folded, in_order, packed, plain, unfolded
from helpers.show.control_parts import Axis, Setting, literal

N = Setting("n", "Patients", {50: "50", 100: "100"})
KIND = Setting("kind", "Kind", {"b": "B", "a": "A"})
VALUES = st.one_of(
    st.none(),
    st.integers(-3, 3),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(alphabet='aé<&"{}\\ 治\N{LINE SEPARATOR}', max_size=4),
    st.lists(st.floats(0, 100), max_size=3),
)


@st.composite
def columns(draw):
    """Draw sizes of settings, and a column that may depend on a part of them only."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    on = [place for place in range(len(sizes)) if draw(st.booleans())]
    known = {}
    values = []
    for chosen in product(*(range(size) for size in sizes)):
        key = tuple(chosen[place] for place in on)
        if key not in known:
            known[key] = draw(VALUES)
        values.append(known[key])
    return sizes, on, values


@given(columns())
def test_a_folded_column_unfolds_to_itself(drawn):
    sizes, on, values = drawn
    column = json.loads(json.dumps(folded(values, sizes)))
    for value, chosen in zip(values, product(*map(range, sizes)), strict=True):
        assert unfolded(column, chosen, sizes) == value
    assert set(column["on"]) <= set(on)
    assert len(column.get("values", column.get("at"))) <= len(values)


@given(columns())
def test_what_a_page_carries_cannot_end_its_script(drawn):
    sizes, _, values = drawn
    text = packed([values, ["</script>"] * len(values)], sizes)
    assert "<" not in text
    content = json.loads(text)
    assert content["sizes"] == sizes
    assert content["columns"][1]["values"] == ["</script>"]
    for value, chosen in zip(values, product(*map(range, sizes)), strict=True):
        assert unfolded(content["columns"][0], chosen, sizes) == value


def test_a_column_is_kept_over_what_it_depends_on_and_words_once():
    assert folded([1, 1, 2, 2], [2, 2]) == {"on": [0], "values": [1, 2]}
    assert folded([7, 7, 7, 7], [2, 2]) == {"on": [], "values": [7]}
    # Equal to Python, not to a reader.
    assert folded([1, True], [2])["on"] == [0]
    words = ["a long word", "another word", "a long word", "a long word"] * 2
    assert folded(words, [8]) == {
        "on": [0],
        "words": ["a long word", "another word"],
        "at": [0, 1, 0, 0] * 2,
    }


def test_rows_come_in_the_order_of_the_options():
    rows = [{"kind": kind, "n": n} for kind in "ab" for n in (100, 50)]
    ordered = in_order(pd.DataFrame(rows), [N, KIND], name="control-x")
    pairs = [(row["n"], row["kind"]) for row in ordered.to_dict("records")]
    assert pairs == [(50, "b"), (50, "a"), (100, "b"), (100, "a")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda grid: grid.drop(columns="kind"), "sets 'kind', but its grid has no such column"),
        (lambda grid: grid.iloc[1:], r"has no row for \(50, 'b'\) \(n, kind\): compute every"),
        (lambda grid: pd.concat([grid, grid.iloc[:1]]), "has a combination of n, kind twice"),
    ],
)
def test_a_grid_that_is_not_whole_is_named(change, said):
    grid = pd.DataFrame([{"n": n, "kind": kind} for n in (50, 100) for kind in "ba"])
    with pytest.raises(TrialBookError, match=f"control-x.*{said}"):
        in_order(change(grid), [N, KIND], name="control-x")


def test_values_are_such_as_a_page_can_hold():
    assert plain(2.0) == 2
    assert isinstance(plain(2.0), int)
    assert plain(2.5) == 2.5
    assert plain(float("nan")) is None
    assert plain(pd.NA) is None
    assert plain((1.0, None, "x")) == [1, None, "x"]


@pytest.fixture
def carried():
    grid = pd.DataFrame(
        {"p": [0.1, None], "text": ["-1 < 2", "b"], "low": [0.0, None], "high": [5.0, None]}
    )
    return Carried(grid, start=0)


def test_a_text_follows_the_columns_that_it_cites(carried):
    template = carried.template("{text} of -3 and {text}, {p}")
    assert template == "{0} of \N{MINUS SIGN}3 and {0}, {1}"
    assert carried.filled(template) == (
        "\N{MINUS SIGN}1 < 2 of \N{MINUS SIGN}3 and \N{MINUS SIGN}1 < 2, 0.1"
    )
    assert list(carried.columns) == ["text", "p"]
    with pytest.raises(TrialBookError, match="its grid has no column 'nought'"):
        carried.template("{nought}")


def test_braces_of_a_trial_are_not_taken_for_columns(carried):
    said = literal("{text} {0}")
    assert carried.filled(carried.template(said)) == said
    assert said.replace("\N{WORD JOINER}", "") == "{text} {0}"
    assert not carried.columns


def test_places_and_widths_are_percent_of_the_axis(carried):
    axis = Axis("x", -5, 15)
    assert carried.place("low", axis) == (0, 25.0)
    assert carried.width("low", "high", axis) == (1, 25.0)
    assert carried.columns == {"low @": [25, None], "low to high @": [25, None]}
    assert carried.place("low", axis) == (0, 25.0)  # carried once
