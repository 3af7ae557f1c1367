"""Names of visits and ids: what they say, in many spellings and languages."""

from __future__ import annotations

import pytest

from helpers.trial.visit_plan import plan_visits
from helpers.trial.visit_words import read_visit, unit_of


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("Baseline", 0),
        ("baseline visit", 0),
        ("BL", 0),
        ("Ausgangswert", 0),
        ("Week 6", 6),
        ("week6", 6),
        ("6w", 6),
        ("W06", 6),
        ("wk-12", 12),
        ("Week -2", -2),
        ("Day 14", 2),
        ("d7", 1),
        ("Month 3 (visit 4)", 13),
        ("12 months", 52),
        ("m6", 26),
        ("1 year", 52),
        ("Semaine 8", 8),
        ("Monat 3", 13),
        ("Неделя 4", 4),
        ("3rd month", 13),
    ],
)
def test_the_week_of_a_visit_is_read(text: str, week: float) -> None:
    assert read_visit(text).week == week


@pytest.mark.parametrize("text", ["End of treatment", "score", "visit", "pain 4", "A1c", ""])
def test_other_words_say_no_week(text: str) -> None:
    assert read_visit(text, whole=True).week is None


def test_a_bare_number_takes_the_unit_of_its_column() -> None:
    assert read_visit("3", unit=unit_of("visit_month")).week == 13
    assert read_visit("3", unit=unit_of("AVISITN")).week is None
    assert unit_of("weeks") == "week"
    assert unit_of("Tag") == "day"


def test_visits_are_put_in_order_whatever_order_the_file_has() -> None:
    words = [read_visit(text) for text in ("Week 12", "Follow-up", "Baseline", "Week 4")]
    visits, remarks, left_out = plan_visits(words)
    assert [visit.id for visit in visits] == ["baseline", "week4", "week12", "follow_up"]
    assert visits[-1].week > 12
    assert "'Follow-up'" in remarks[0]
    assert left_out == []


def test_two_names_of_one_week_stay_two_visits() -> None:
    words = [read_visit(text) for text in ("Baseline", "Week 52", "Month 12")]
    visits, _, _ = plan_visits(words)
    assert len({visit.id for visit in visits}) == 3
    assert visits[1].week < visits[2].week
