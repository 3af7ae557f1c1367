import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.primary import analyse_primary, published_analyses
from helpers.analysis.reproduction import (
    AS_PUBLISHED,
    changed_parameters,
    compare_printed,
    compare_with_published,
)


def test_published_results_are_compared_with_the_default_analysis():
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(analyse_primary).parameters.items()
    }
    names = {"visit_of_interest": "visit"}
    for name, value in AS_PUBLISHED.items():
        if name not in ("eligibility", "covariates"):
            assert defaults[names.get(name, name)] == value
    # The chapter gives no covariates as an empty text.
    assert (defaults["covariates"], AS_PUBLISHED["covariates"]) == ((), "")


def record(value, text="shown", chapter="05_primary"):
    return {"value": value, "text": text, "chapter": chapter}


def results(estimate=-1.0, lower=-2.0, upper=0.0, p=0.05):
    return {
        "primary.difference.estimate": record(estimate, text=f"{estimate:.2f}"),
        "primary.difference.lower": record(lower),
        "primary.difference.upper": record(upper),
        "primary.difference.p": record(p),
    }


@pytest.mark.parametrize(
    ("value", "printed", "matches"),
    [
        (-0.4849, "-0.48", True),
        (-0.485, "-0.48", True),
        (-0.4851, "-0.48", False),
        (-0.4849, "−0.48", True),
        (0.0251, "0.03", True),
        (0.0661, ".07", True),
        (0.0649, ".07", False),
        (298, "298", True),
        (298.5, "298", True),
        (298.6, "298", False),
        (0.00099, "< .001", True),
        (0.001, "< .001", False),
        (0.995, "> .99", True),
    ],
)
def test_a_number_matches_when_it_rounds_to_the_printed_digits(value, printed, matches):
    assert compare_printed(value, printed)[0] is matches


@given(value=st.floats(-1000, 1000), decimals=st.integers(0, 4))
def test_every_value_matches_its_own_rounding(value, decimals):
    matches, difference = compare_printed(value, f"{value:.{decimals}f}")
    assert matches
    assert abs(difference) <= 0.5 * 10**-decimals + 1e-9
    assert not compare_printed(value + 1.1 * 10**-decimals, f"{value:.{decimals}f}")[0]


def test_a_row_matches_when_all_its_parts_do(tiny):
    found = compare_with_published(tiny, results())
    row = found.rows[0]
    assert row.status == "match"
    assert [part.status for part in row.parts] == ["match"] * 4
    assert row.sentence.endswith("all 4 published numbers are reproduced.")
    assert (found.n, found.matched, found.not_in_data) == (2, 1, 1)
    assert (row.parts[0].text, row.parts[0].chapter) == ("-1.00", "05_primary")


def test_one_wrong_digit_is_a_mismatch_and_is_named(tiny):
    found = compare_with_published(tiny, results(estimate=-1.02))
    assert (found.matched, found.mismatched) == (0, 1)
    row = found.rows[0]
    assert row.parts[0].difference == pytest.approx(-0.02)
    assert "estimate (published -1.00, here -1.02)" in row.sentence
    assert "1 of 4" in row.sentence


def test_results_that_were_not_made_are_not_in_this_run(tiny):
    some = results()
    del some["primary.difference.p"]
    assert compare_with_published(tiny, some).rows[0].status == "not in this run"
    some["primary.difference.p"] = record(None, text="not available")
    assert compare_with_published(tiny, some).not_in_run == 1
    # A mismatch weighs more than a number that is missing.
    some["primary.difference.estimate"] = record(5.0)
    assert compare_with_published(tiny, some).rows[0].status == "mismatch"
    assert compare_with_published(tiny, {}).not_in_run == 1


def test_what_no_analysis_of_the_data_can_give(tiny):
    row = compare_with_published(tiny, {}).rows[1]
    assert row.status == "not in the data"
    assert row.parts[0].name is None
    assert row.explanation


def test_the_frame_has_one_line_for_each_printed_number(tiny, tiny_real):
    frame = compare_with_published(tiny, results()).frame()
    assert len(frame) == 5
    assert list(frame["status"]) == ["match"] * 4 + ["not in the data"]
    assert compare_with_published(tiny_real, {}).frame().empty


def test_headache_rows_match_but_for_two_known_ones(headache):
    found = {}
    for item in published_analyses(headache):
        for key in ("estimate", "lower", "upper", "p"):
            found[f"ancova.{item.id}.{key}"] = record(getattr(item.difference, key))
    rows = compare_with_published(headache, found).rows
    ancova = {row.name: row for row in rows if (row.result or "").startswith("ancova.")}
    assert len(ancova) == 7
    wrong = {name: row for name, row in ancova.items() if row.status != "match"}
    assert set(wrong) == {
        "headache_score_month12",
        "physical_functioning_month3_all_minimisation",
    }
    assert all(row.explanation for row in wrong.values())
    # Printed .0002; computed .000251, which rounds to .0003.
    odd = [part.key for part in wrong["headache_score_month12"].parts if part.status != "match"]
    assert odd == ["p"]


def test_says_which_parameters_are_not_those_of_the_published_results():
    def recorded(value):
        return {"value": value, "text": str(value), "chapter": "05_primary"}

    results = {
        "provenance.05_primary.level": recorded(0.9),
        "provenance.06_secondary.level": recorded(0.95),
        "provenance.05_primary.eligibility": recorded("age > 30"),
        "provenance.04_baseline.eligibility": recorded("age > 30"),
        "provenance.05_primary.trial": recorded("impact"),
        "provenance.edition": recorded("impact"),
    }
    assert changed_parameters(results) == (
        "level = 0.9 (05_primary)",
        "eligibility = age > 30 (04_baseline, 05_primary)",
    )
    assert changed_parameters({}) == ()
