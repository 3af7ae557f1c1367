import dataclasses

import pytest

from helpers.analysis.published_difference import published_differences


def at_primary(trial):
    specification = trial.specification
    return published_differences(
        specification, specification.primary_outcome, specification.primary_visit
    )


def test_the_primary_row_is_taken_as_it_stands(impact):
    found = at_primary(impact)["massage"]
    assert (found.estimate, found.lower, found.upper, found.p) == ("-0.48", "-0.98", "0.03", ".07")
    assert not found.turned
    assert not found.own_model


def test_a_difference_printed_the_other_way_round_is_turned(headache):
    """BMJ 2004;328:744 prints usual care minus acupuncture: 4.6 (2.2 to 7.0)."""
    found = at_primary(headache)["acupuncture"]
    assert (found.estimate, found.lower, found.upper, found.p) == ("-4.6", "-7.0", "-2.2", ".0002")
    assert found.turned
    assert found.own_model


def test_the_model_of_the_book_comes_before_an_analysis_of_the_paper(headache):
    rows = {row.name: row for row in headache.specification.published}
    own = rows["headache_score_month12"]
    primary = own.model_copy(update={"result": "primary.difference", "printed": {"estimate": "1"}})
    for order in ((own, primary), (primary, own)):
        specification = headache.specification.model_copy(update={"published": order})
        found = at_primary(dataclasses.replace(headache, specification=specification))
        assert found["acupuncture"].estimate == "1"
        assert found["acupuncture"].lower is None


@pytest.mark.parametrize(
    ("printed", "turned"), [("-0.30", "0.30"), ("+0.3", "-0.3"), ("0.0", "0.0"), ("−2", "2")]
)
def test_only_the_sign_is_changed(headache, printed, turned):
    (row,) = [r for r in headache.specification.published if r.name == "headache_score_month12"]
    row = row.model_copy(update={"printed": {"estimate": printed}})
    specification = headache.specification.model_copy(update={"published": (row,)})
    found = at_primary(dataclasses.replace(headache, specification=specification))
    assert found["acupuncture"].estimate == turned


def test_another_outcome_or_visit_has_no_published_difference(impact, headache):
    specification = impact.specification
    fatigue = specification.outcome("fatigue")
    assert published_differences(specification, fatigue, specification.primary_visit) == {}
    week10 = specification.visit("week10")
    assert published_differences(specification, specification.primary_outcome, week10) == {}
    days = headache.specification.outcome("headache_days")
    found = published_differences(
        headache.specification, days, headache.specification.visit("month3")
    )
    assert found["acupuncture"].estimate == "-1.8"
