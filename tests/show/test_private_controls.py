"""What the controls of a trial that is not public carry tells of no count below the threshold."""

from __future__ import annotations

import dataclasses
import json
import re
from itertools import product

import pytest
from bs4 import BeautifulSoup

from helpers.analysis.allocation_settings import vary_allocation
from helpers.analysis.eligibility_settings import vary_thresholds
from helpers.analysis.primary_settings import INFERENCES, vary_primary
from helpers.show.allocation_control import allocation_control
from helpers.show.control_data import unfolded
from helpers.show.eligibility_control import thresholds_control
from helpers.show.primary_control import primary_control


def private(trial, small_cells=5):
    specification = trial.specification.model_copy(update={"public": False})
    return dataclasses.replace(trial, specification=specification, small_cells=small_cells)


def carried(page):
    """Return every value that the control of a page carries, and its section."""
    section = BeautifulSoup(page.outputs[-1][0]["text/html"], "html.parser").section
    columns = json.loads(section.find("script").string)["columns"]
    return [column.get("words", column.get("values")) for column in columns], section


def test_thresholds_are_not_set_at_all(showing, tiny):
    page = showing(private(tiny), lambda trial: thresholds_control(vary_thresholds(trial)))
    assert "trial-control" not in json.dumps([data for data, _ in page.outputs])
    opened = showing(private(tiny, 0), lambda trial: thresholds_control(vary_thresholds(trial)))
    assert carried(opened)[0]


def test_degrees_of_freedom_that_count_patients_are_not_carried(showing, tiny):
    ways = [INFERENCES.index(each) for each in ("between-within", "residual")]

    def sentences(trial):
        page = showing(trial, lambda each: primary_control(vary_primary(each)))
        section = BeautifulSoup(page.outputs[-1][0]["text/html"], "html.parser").section
        numbers = json.loads(section.find("script").string)
        sizes = numbers["sizes"]
        for chosen in product(*map(range, sizes)):
            if chosen[1] in ways:
                now = [unfolded(column, chosen, sizes) for column in numbers["columns"]]
                yield re.sub(r"\{(\d+)\}", lambda slot, now=now: str(now[int(slot[1])]), now[-1])

    closed = [said for said in sentences(private(tiny)) if not said.startswith("No result")]
    assert len(closed) > 100
    assert all("; df not shown)" in said for said in closed)
    assert any(re.search(r"; df \d+\.0\)", said) for said in sentences(tiny))


def test_numbers_are_no_more_exact_than_they_are_printed(showing, tiny):
    columns, _ = carried(showing(private(tiny), lambda trial: primary_control(vary_primary(trial))))
    numbers = [each for column in columns for each in column if isinstance(each, float)]
    assert numbers
    # Places are percent of the axis, to a tenth.
    assert all(each == round(each, 2) for each in numbers)


@pytest.mark.parametrize("small_cells", [5, 1000])
def test_a_size_that_is_withheld_is_no_setting(showing, tiny, small_cells):
    trial = private(tiny, small_cells)
    page = showing(
        trial, lambda each: allocation_control(vary_allocation(each, seed=3, simulations=20))
    )
    _, section = carried(page)
    slider = section.find("input", attrs={"name": "size"})
    sizes = [option["label"] for option in section.find(id=slider["list"]).find_all("option")]
    assert (str(len(tiny.participants)) in sizes) == (small_cells == 5)
    assert ("This trial, at its end" in section.text) == (small_cells == 5)
