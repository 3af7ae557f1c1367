"""The control of the thresholds: whom each setting lets in, arm by arm."""

from __future__ import annotations

import dataclasses

import pytest
from bs4 import BeautifulSoup

from helpers.analysis.eligibility_settings import vary_thresholds
from helpers.show.eligibility_control import exclusion_lines, newly_words, thresholds_control


@pytest.fixture(scope="module")
def settings(tiny):
    return vary_thresholds(tiny)


def test_the_still_part_counts_the_trial_as_it_was(showing, tiny, settings):
    page = showing(tiny, lambda _: thresholds_control(settings))
    section = BeautifulSoup(page.outputs[-1][0]["text/html"], "html.parser").section
    row = settings.grid
    for key, own in settings.start.items():
        row = row[row[key] == own]
    (row,) = row.to_dict("records")
    said = section.find(class_="trial-control-said").text
    assert f"Of {settings.assessed} people assessed" in said
    assert f"{row['enrolled']} would still be enrolled" in said
    assert (
        f"({row['enrolled_stretching']} stretching and {row['enrolled_walking']} walking)" in said
    )
    # Nobody was randomised who did not meet the criteria of the trial.
    assert "and nobody would be left out. Nobody whom the trial excluded would be eligible." in said
    labels = [label.text for label in section.form.find_all("label")]
    assert labels == [f"{item.label} ({item.unit})" for item in settings.varied]


def test_a_varied_criterion_is_named_by_its_variable(settings):
    lines = exclusion_lines(settings)
    places = {item.place for item in settings.varied}
    assert len(lines) == len(settings.criteria)
    for place, line in enumerate(lines):
        assert (f"{{criterion_{place}}}" in line.label) == (place in places)


def test_bars_that_are_never_seen_are_left_out(showing, tiny, settings):
    nobody = settings.grid.assign(declined=0)
    without = dataclasses.replace(settings, grid=nobody)
    for found, there in ((settings, True), (without, False)):
        page = showing(tiny, lambda _, found=found: thresholds_control(found))
        assert (">Declined<" in page.outputs[-1][0]["text/html"]) == there


@pytest.mark.parametrize(
    ("count", "said"), [(0, "Nobody whom"), (1, "1 person whom"), (7, "7 people whom")]
)
def test_people_newly_eligible_are_counted_in_words(count, said):
    assert newly_words(count).startswith(said)
    assert ("outcomes" in newly_words(count)) == bool(count)


def test_a_trial_without_a_log_has_no_control_but_a_reason(showing, tiny_real):
    page = showing(tiny_real, lambda trial: thresholds_control(vary_thresholds(trial)))
    ((data, metadata),) = page.outputs
    assert "control" not in metadata.get("trialbook", {})
    assert "Hence there is nothing to set here." in str(data)
