import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import TrialBookError
from helpers.show.records import (
    NOT_AVAILABLE,
    RECORD_MIME,
    Record,
    as_printed,
    estimate_with_interval,
    interval,
    level_text,
    number,
    p_phrase,
    p_value,
    percent,
    publish,
    shown,
    stored,
)

ABSENT = [None, math.nan, np.nan, math.inf, -math.inf, pd.NA, pd.NaT]


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (-0.48, 2, "-0.48"),
        (0.0, 2, "0.00"),
        (-0.0, 2, "0.00"),
        (-0.004, 2, "0.00"),
        (-0.005, 2, "-0.01"),
        (2.675, 2, "2.68"),  # binary 2.67499999...: ten digits decide, not the last bit
        (2.6749999999999, 2, "2.68"),
        (1e-12, 2, "0.00"),
        (123456789.26, 1, "123,456,789.3"),
        (1e15, 0, "1,000,000,000,000,000"),
        (298, 0, "298"),
        (12345678901234567890, 0, "12,345,678,901,234,567,890"),
        (1.5e300, 0, "1,500" + 99 * ",000"),
        (np.float64(58.74), 1, "58.7"),
        (np.int64(7), 0, "7"),
    ],
)
def test_number(value, decimals, text):
    assert number(value, decimals=decimals) == text


@pytest.mark.parametrize("value", ABSENT)
def test_what_is_missing_is_said_to_be_not_available(value):
    assert number(value) == NOT_AVAILABLE
    assert p_value(value) == NOT_AVAILABLE
    assert percent(value) == NOT_AVAILABLE
    assert interval(value, 1.0) == NOT_AVAILABLE
    assert interval(1.0, value) == NOT_AVAILABLE
    assert estimate_with_interval(value, 0.0, 1.0) == NOT_AVAILABLE
    assert stored(value) is None


# AMA Manual of Style, 11th edition, 19.5: two digits, three below .01; < .001 and > .99 at the
# ends.
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0663, ".07"),
        (0.0031, ".003"),
        (0.00107, ".001"),
        (0.00099, "< .001"),
        (1e-300, "< .001"),
        (0.0, "< .001"),
        (0.5, ".50"),
        (0.99, ".99"),
        (0.9901, "> .99"),
        (1.0, "> .99"),
        (0.01, ".01"),
        (0.0094, ".009"),
        (0.04, ".04"),
        (0.0487, ".049"),  # not .05, which would say that it is not below .05
        (0.04996, ".04996"),
        (0.05, ".05"),
        (0.0501, ".05"),
    ],
)
def test_p_value_as_in_jama(value, text):
    assert p_value(value) == text


@given(st.floats(min_value=0, max_value=1))
def test_p_value_never_crosses_five_percent(p):
    text = p_value(p)
    printed = float(text.strip("<> "))
    assert (printed < 0.05) == (float(f"{p:.10g}") < 0.05)
    assert not text.startswith("0")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.07, "P = .07"), (0.0001, "P < .001"), (0.999, "P > .99"), (None, "P not available")],
)
def test_p_phrase(value, text):
    assert p_phrase(value) == text


def test_intervals_and_percentages():
    assert interval(-0.98, 0.03) == "-0.98 to 0.03"
    assert estimate_with_interval(-2.531, -2.92, -2.151) == "-2.53 (-2.92 to -2.15)"
    assert percent(200 / 298 * 100) == "67.1%"
    assert percent(0) == "0.0%"
    assert level_text(0.95) == "95%"
    assert level_text(0.975) == "97.5%"
    assert level_text(0.999) == "99.9%"


@given(st.floats(-1e300, 1e300), st.integers(0, 4))
def test_a_printed_number_is_near_and_never_minus_zero(value, decimals):
    text = number(value, decimals=decimals).replace(",", "")
    assert float(text) == pytest.approx(value, rel=1e-9, abs=0.5000001 * 10**-decimals)
    assert not (text.startswith("-") and float(text) == 0)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (1 / 3, 0.3333333333),
        (np.float32(0.5), 0.5),
        (np.int32(3), 3),
        (np.bool_(True), True),
        (False, False),
        (-0.0, 0.0),
        ("text", "text"),
        (1.23456789012e-8, 1.234567890e-8),
    ],
)
def test_values_are_kept_to_ten_digits_as_plain_python(value, kept):
    found = stored(value)
    assert found == kept
    assert type(found) is type(kept)
    assert not (isinstance(found, float) and math.copysign(1, found) < 0 and found == 0)


def test_a_last_bit_changes_neither_value_nor_text():
    one = 0.1 + 0.2
    other = 0.3
    assert one != other
    assert stored(one) == stored(other)
    assert number(one, decimals=17) == number(other, decimals=17)


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("-0.98 to 0.03", "−0.98 to 0.03"),
        ("from -1 to -.5", "from −1 to −.5"),
        ("(-2.92 to -2.15)", "(−2.92 to −2.15)"),
        ("2019-09-19", "2019-09-19"),
        ("SF-36", "SF-36"),
        ("trade-off", "trade-off"),
        ("--5", "--5"),
    ],
)
def test_minus_signs_are_shown_and_hyphens_stay(text, page):
    assert shown(text) == page


def test_a_record_keeps_an_ascii_minus():
    assert Record("a.b", -0.48, "−0.48").text == "-0.48"


@pytest.mark.parametrize("name", ["", "A", "a b", "a:b", "a..b", ".a", "a.", "a`b", "1a", "é"])
def test_a_name_that_prose_cannot_cite_is_refused(name):
    with pytest.raises(TrialBookError, match="Rename the record"):
        Record(name, 1, "1")


@pytest.mark.parametrize("name", ["a", "baseline.sex.0.n", "baseline.site.Not-listed.percent"])
def test_codes_of_variables_may_stand_in_names(name):
    assert Record(name, 1, "1").name == name


def test_a_value_of_another_kind_is_refused():
    with pytest.raises(TrialBookError, match="holds a list"):
        Record("a", [1], "1")  # type: ignore[arg-type]


def test_publish_glues_the_shown_text_and_carries_the_record(page):
    publish([Record("primary.difference.estimate", -0.4777777777777, "-0.48")])
    [(data, metadata)] = page.outputs
    prefix = metadata["scrapbook"]["mime_prefix"]
    assert metadata["scrapbook"]["name"] == "primary.difference.estimate"
    # myst-nb evaluates the text as a literal; the quotes keep ".07" from becoming 0.07.
    assert data[prefix + "text/plain"] == "'−0.48'"
    assert data[RECORD_MIME] == {
        "name": "primary.difference.estimate",
        "value": -0.4777777778,
        "text": "-0.48",
    }
    assert set(data) == {prefix + "text/plain", RECORD_MIME}, "something would be displayed"


def test_publish_refuses_a_name_twice(page):
    with pytest.raises(TrialBookError, match="'a' is published twice"):
        publish([Record("a", 1, "1"), Record("a", 2, "2")])


@pytest.mark.parametrize(
    ("value", "text", "kept"),
    [
        (-0.4761, "-0.48", -0.48),
        (5228.4123, "5,228.4", 5228.4),
        (1234567.8, "1,234,568", 1234568.0),
        (0.95, "95%", 0.95),
        (0.975, "97.5%", 0.975),
        (67.114, "67.1%", 67.1),
        (0.0654, ".07", 0.07),
        (2.4e-9, "< .001", 0.001),
        (0.99999, "> .99", 0.99),
        (12.3456, "not shown", 12.346),
        (3, "3", 3),
    ],
)
def test_of_a_private_trial_a_number_is_kept_as_it_is_printed(value, text, kept):
    assert as_printed(Record("a.b", value, text)) == kept
