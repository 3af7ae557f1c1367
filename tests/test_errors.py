"""A wrong name is answered with the one that was meant, or with none when that is not clear."""

from __future__ import annotations

import pytest

from helpers.errors import AnalysisError, nearest_name, unknown_name

WEEKS = ["week5", "week10", "week18", "week26"]


@pytest.mark.parametrize(
    ("wrong", "valid", "meant"),
    [
        # The beginning of several names does not tell; the spelling does.
        ("visit", ["trial", "edition", "visit_of_interest", "visits"], "visits"),
        # The beginning of one name, though another is spelt more alike.
        ("visit", ["trial", "edition", "visit_of_interest"], "visit_of_interest"),
        ("base", ["bake", "baseline_visit"], "baseline_visit"),
        # A part of one name.
        ("pain", ["fatigue", "worst_pain", "gain"], "worst_pain"),
        # Spelt alike.
        ("karnofksy", ["age", "karnofsky"], "karnofsky"),
        ("wek26", WEEKS, "week26"),
        # Several are equally near.
        ("week12", WEEKS, None),
        ("week6", WEEKS, None),
        # Nothing is near, or there is nothing.
        ("weight", ["arm", "sex"], None),
        ("age", [], None),
        ("", ["age"], None),
        # Too short to tell by itself.
        ("a", ["acupuncture", "massage"], None),
        # A name that is listed twice is still one name.
        ("agee", ["age", "age"], "age"),
    ],
)
def test_the_nearest_name(wrong: str, valid: list[str], meant: str | None) -> None:
    assert nearest_name(wrong, valid) == meant


def test_an_unknown_name_without_a_clear_neighbour_lists_the_names() -> None:
    assert unknown_name("visit", "week12", WEEKS, where="-p visit=week12") == (
        "-p visit=week12: There is no visit named 'week12'. "
        "Valid names: week5, week10, week18, week26."
    )


def test_a_notebook_shows_the_sentence_and_the_way_to_it_on_demand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TRIALBOOK_DEBUG", raising=False)
    try:
        raise AnalysisError("There is no visit named 'week27'.")
    except AnalysisError as error:
        caught = error
    assert caught._render_traceback_() == ["AnalysisError: There is no visit named 'week27'."]
    monkeypatch.setenv("TRIALBOOK_DEBUG", "1")
    assert "raise AnalysisError(" in "".join(caught._render_traceback_())
