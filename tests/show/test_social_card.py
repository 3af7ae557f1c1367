from __future__ import annotations

import io
import math

import matplotlib.image
import numpy as np
import pytest

from helpers.show.social_card import card_text, interval_of, social_card

CARD = {
    "title": "IMPACT: acupuncture and massage for pain in advanced cancer (synthetic cohort)",
    "finding": "The difference was −0.48 points (95% CI −0.98 to 0.03; P = .07).",
    "label": "Synthetic cohort (IMPACT)",
    "synthetic": True,
    "interval": (-0.48, -0.98, 0.03),
}


def pixels(drawn: bytes) -> np.ndarray:
    return matplotlib.image.imread(io.BytesIO(drawn), format="png")


def test_a_card_has_the_size_that_sites_ask_for_and_always_the_same_bytes() -> None:
    drawn = social_card(**CARD)
    assert pixels(drawn).shape[:2] == (630, 1200)
    assert drawn == social_card(**CARD)
    assert b"Software" not in drawn


def test_real_and_synthetic_look_different_at_the_top() -> None:
    synthetic = pixels(social_card(**CARD))[20, 1000, :3]
    real = pixels(social_card(**(CARD | {"synthetic": False})))[20, 1000, :3]
    assert synthetic[0] > synthetic[2] + 0.03  # warm
    assert real[2] > real[0] + 0.03  # cold


@pytest.mark.parametrize("words", ["title", "finding"])
def test_text_of_any_length_stays_within_the_margins(words: str) -> None:
    drawn = pixels(social_card(**(CARD | {words: "Several words of $a_1^{2}$ length " * 30})))
    assert (drawn[90:, 1150:, :3] > 0.99).all()
    assert (drawn[90:, :50, :3] > 0.99).all()
    assert (drawn[:, :, :3] < 0.5).any()


def test_the_interval_is_drawn_where_there_is_one() -> None:
    below = slice(460, 570)
    drawn = pixels(social_card(**CARD))[below]
    without = pixels(social_card(**(CARD | {"interval": None})))[below]
    endless = pixels(social_card(**(CARD | {"interval": (0.1, -math.inf, 1.0)})))[below]
    assert (without > 0.99).all()
    assert (endless > 0.99).all()
    row = drawn[60, :, :3]
    coloured = np.flatnonzero(row[:, 0] - row[:, 2] > 0.3)
    assert coloured.min() < 200  # the lower end, far left
    assert 590 < coloured.max() < 640  # the upper end, just right of zero


def test_what_the_card_says_to_those_who_do_not_see_it() -> None:
    said = card_text(title="A trial", finding="It was 1.", label="Real patients (A)")
    assert said == "Real patients (A). A trial. It was 1."


def test_the_interval_of_a_book() -> None:
    results = {
        f"primary.difference.{end}": {"value": value, "text": "", "chapter": "05"}
        for end, value in (("estimate", -1), ("lower", -2.5), ("upper", 0.5))
    }
    assert interval_of(results) == (-1.0, -2.5, 0.5)
    results["primary.difference.upper"]["value"] = None
    assert interval_of(results) is None
    assert interval_of({}) is None
