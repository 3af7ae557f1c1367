"""The control of the allocation: what is printed of the simulated trials, and of this one."""

from __future__ import annotations

import dataclasses

import pytest
from bs4 import BeautifulSoup

from helpers.analysis.allocation_settings import vary_allocation
from helpers.show.allocation_control import (
    METHODS,
    allocation_control,
    grid_row,
    notes,
    printed_grid,
)


@pytest.fixture(scope="module")
def settings(tiny):
    return vary_allocation(tiny, seed=3, simulations=40)


def section_of(page):
    return BeautifulSoup(page.outputs[-1][0]["text/html"], "html.parser").section


def test_numbers_are_printed_beside_those_that_are_drawn(settings):
    printed = printed_grid(settings)
    for row, before in zip(
        printed.to_dict("records"), settings.grid.to_dict("records"), strict=True
    ):
        assert float(row["final_most"]) == before["final_most"]
        assert row["final_dots"] == before["final_dots"]
        blocked = row["method"] in ("blocks", "stratified")
        sizes = settings.block_sizes[row["block"]]
        assert row["in_blocks"].startswith(f" (blocks of {sizes[0]}") == blocked
        assert row["foreseen_words"].startswith("Somebody who knows") == blocked


def test_the_still_part_shows_the_method_of_the_trial(showing, tiny, settings):
    section = section_of(showing(tiny, lambda _: allocation_control(settings)))
    said = section.find(class_="trial-control-said").text
    assert said.startswith(
        f"Of 40 simulated trials of {settings.start['size']} participants by permuted blocks "
        "within strata (blocks of"
    )
    method = section.find("input", checked=True)
    assert method.parent.text.strip() == METHODS["stratified"]
    assert section.find(attrs={"data-only-with": True})["data-only-with"] == "method=1 method=2"
    assert section.find(class_="trial-control-still-line").span.text == "This trial, at its end"


def test_an_imbalance_that_is_not_shown_has_no_line(showing, tiny, settings):
    hidden = dataclasses.replace(settings, actual=None)
    section = section_of(showing(tiny, lambda _: allocation_control(hidden)))
    assert section.find(class_="trial-control-still-line") is None


def test_the_notes_say_where_the_numbers_come_from(settings):
    said = " ".join(notes(settings))
    assert "40 trials were simulated for each setting, from the seed 3" in said
    assert "does not state its method" not in said
    unknown = dataclasses.replace(settings, own_method=False)
    assert notes(unknown)[-1].startswith("The trial does not state its method")


def test_what_was_simulated_is_not_labelled_as_the_trial(showing, tiny, settings):
    def labelled_text(shown):
        section = section_of(showing(tiny, lambda _: allocation_control(shown)))
        return " ".join(section.text.split())

    said = labelled_text(settings)
    assert "Simulated, no patients. How far apart" in said
    # Once only, where the trial's own mark is named.
    own = "Synthetic cohort (TINY)"
    assert said.count(own) == 1
    assert f"The diamond is this trial: {own}." in said
    assert own not in labelled_text(dataclasses.replace(settings, actual=None))


def test_half_of_the_trials_that_end_even_are_not_at_most_nothing_apart(settings):
    printed = printed_grid(settings)
    for words, number in zip(printed["final_half_words"], printed["final_half"], strict=True):
        assert words == ("even" if number == "0" else f"at most {number} apart")
    assert "even" in set(printed["final_half_words"])


def test_a_trial_further_apart_than_what_is_simulated_is_said_to_be(settings):
    usual = float(grid_row(settings)["final_most"])
    for actual, said in ((usual, False), (usual + 1, True), (None, False)):
        told = " ".join(notes(dataclasses.replace(settings, actual=actual)))
        assert ("need not be the trial's own rule" in told) is said
