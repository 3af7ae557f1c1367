import math

import pytest

from helpers.analysis.withheld import NOT_SHOWN
from helpers.show.records import shown
from helpers.show.sentences import (
    Interval,
    change_sentence,
    counted,
    difference_sentence,
    interpretation_sentence,
    listed,
    mid_sentence,
    outcome_phrase,
    short_label,
    told,
)

ACUPUNCTURE = ("Acupuncture", Interval(-2.53, -2.92, -2.15))
MASSAGE = ("Massage", Interval(-3.01, -3.38, -2.63))
RISE = ("Usual care", Interval(1.2, 0.4, 2.0))
UNCLEAR = ("Waiting list", Interval(-0.2, -0.6, 0.2))
UNKNOWN = ("Placebo", Interval(math.nan, math.nan, math.nan))


def changes(*arms, level=0.95, decimals=2, unit="points"):
    return change_sentence(
        outcome="Worst pain",
        visit="Week 26",
        changes=arms,
        unit=unit,
        level=level,
        decimals=decimals,
    )


def test_both_arms_fell():
    assert changes(ACUPUNCTURE, MASSAGE) == (
        "Worst pain fell by 2.53 points (95% CI 2.15 to 2.92) with acupuncture and by 3.01 points "
        "(2.63 to 3.38) with massage by week 26."
    )


def test_arms_that_went_different_ways():
    assert changes(ACUPUNCTURE, RISE) == (
        "Worst pain fell by 2.53 points (95% CI 2.15 to 2.92) with acupuncture and rose by 1.20 "
        "points (0.40 to 2.00) with usual care by week 26."
    )


def test_an_interval_that_includes_zero_is_not_called_a_fall():
    assert changes(UNCLEAR) == (
        "Worst pain changed by -0.20 points (95% CI -0.60 to 0.20) with waiting list by week 26."
    )


def test_four_arms():
    text = changes(ACUPUNCTURE, MASSAGE, RISE, UNCLEAR)
    assert text.count("fell by") == 1
    assert text.count(" with ") == 4
    assert ", rose by 1.20 points (0.40 to 2.00) with usual care and changed by" in text


def test_an_arm_that_could_not_be_estimated():
    assert changes(UNKNOWN, MASSAGE, level=0.9, decimals=1, unit=None) == (
        "Worst pain could not be estimated with placebo and fell by 3.0 (90% CI 2.6 to 3.4) with "
        "massage by week 26."
    )


def difference(found, *, p=0.07, **options):
    return difference_sentence(
        arm="Massage",
        reference="Acupuncture",
        difference=found,
        p=p,
        unit="points",
        level=0.95,
        decimals=2,
        **options,
    )


def test_the_difference_of_the_published_paper():
    # JAMA Netw Open 2023;6(11):e2342482: -0.48 (95% CI -0.98 to 0.03), P = .07.
    assert shown(difference(Interval(-0.48, -0.98, 0.03))) == (
        "The difference, massage minus acupuncture, was −0.48 points (95% CI −0.98 to 0.03; "
        "P = .07)."
    )


def test_a_difference_with_a_very_small_p():
    assert difference(Interval(-2, -3, -1), p=1e-9).endswith("(95% CI -3.00 to -1.00; P < .001).")


def test_a_difference_that_could_not_be_estimated():
    assert difference(Interval(math.nan, math.nan, math.nan), p=math.nan) == (
        "The difference, massage minus acupuncture, could not be estimated."
    )


def interpretation(found, *, higher_is="worse", named=False):
    return interpretation_sentence(
        arm="Massage",
        reference="Acupuncture",
        difference=found,
        higher_is=higher_is,
        unit="points",
        level=0.95,
        decimals=2,
        named=named,
    )


def test_an_interval_that_includes_no_difference():
    assert interpretation(Interval(-0.48, -0.98, 0.03)) == (
        "The 95% interval includes zero, no difference: it reaches from 0.98 points in favour of "
        "massage to 0.03 points in favour of acupuncture."
    )


@pytest.mark.parametrize(
    ("higher_is", "found", "side", "favoured"),
    [
        ("worse", Interval(-1, -2, -0.5), "below", "massage"),
        ("better", Interval(-1, -2, -0.5), "below", "acupuncture"),
        ("worse", Interval(1, 0.5, 2), "above", "acupuncture"),
        ("better", Interval(1, 0.5, 2), "above", "massage"),
    ],
)
def test_an_interval_on_one_side_favours_one_arm(higher_is, found, side, favoured):
    assert interpretation(found, higher_is=higher_is) == (
        f"The 95% interval lies wholly {side} zero: every difference in it favours {favoured}, by "
        "between 0.50 and 2.00 points."
    )


def test_arms_are_named_where_several_sentences_follow_each_other():
    assert interpretation(Interval(0, -1, 1), named=True).startswith(
        "For massage against acupuncture, the 95% interval includes zero"
    )


def test_an_interval_that_ends_at_zero_includes_it():
    assert "includes zero" in interpretation(Interval(-1, -2, 0))


@pytest.mark.parametrize(
    ("label", "within"),
    [
        ("Week 26", "week 26"),
        ("12 months", "12 months"),
        ("SF-36 pain", "SF-36 pain"),
        ("CBT", "CBT"),
        ("Éveil", "éveil"),
        ("P6 acupressure", "P6 acupressure"),
        ("McKenzie exercises", "McKenzie exercises"),
        ("Tai Chi", "Tai Chi"),
        ("Group A", "group A"),
        ("A", "A"),
        ("A placebo", "a placebo"),
        ("Usual care plus Pilates", "usual care plus Pilates"),
        ("Range-of-motion score", "range-of-motion score"),
        ("", ""),
    ],
)
def test_labels_within_a_sentence(label, within):
    assert mid_sentence(label) == within


def test_small_words():
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert counted(1, "person", "people") == "1 person"
    assert counted(0, "person", "people") == "0 people"
    assert short_label("Migraine, code 0/1 (an assumption)") == "migraine"
    assert outcome_phrase("Worst pain", "BPI, worst pain item (0 to 10)", "higher is worse") == (
        "worst pain (BPI, worst pain item, 0 to 10; higher is worse)"
    )


@pytest.mark.parametrize(
    ("count", "noun", "said"),
    [
        (1008, "scores", "1,008 scores"),
        (3, "", "3"),
        (NOT_SHOWN, "participants", "a withheld number of participants"),
        (NOT_SHOWN, "", "a withheld number"),
    ],
)
def test_a_count_as_a_sentence_tells_it(count, noun, said):
    assert told(count, noun) == said
