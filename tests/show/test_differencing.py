from __future__ import annotations

from helpers.show.differencing import caution, withheld_sentence


def test_the_caution_names_the_trials() -> None:
    assert "the trial mine is not public" in caution(["mine"])
    assert "the trials mine and yours are not public" in caution(["mine", "yours"])
    assert "side by side" in caution(["mine"])


def test_says_how_many_are_withheld() -> None:
    assert withheld_sentence(0) == ""
    assert withheld_sentence(1).startswith("1 result that differs is not shown")
    assert withheld_sentence(2).startswith("2 results that differ are not shown")
