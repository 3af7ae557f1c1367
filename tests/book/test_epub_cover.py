from __future__ import annotations

import io
from dataclasses import replace

import matplotlib.image
import numpy as np
import pytest

from helpers.book.epub_cover import cover_image
from helpers.book.print_document import Cover

COVER = Cover(
    title="Title & more",
    trial="Trial <1>",
    edition="first",
    author="Somebody",
    synthetic=True,
    label="Synthetic cohort (TINY)",
    notice="SYNTHETIC COHORT",
    version="1",
    dated="4 March 2026",
)


def pixels(cover: Cover) -> np.ndarray:
    return matplotlib.image.imread(io.BytesIO(cover_image(cover)), format="png")[:, :, :3]


def test_a_cover_is_upright_and_always_the_same_bytes() -> None:
    drawn = cover_image(COVER)
    assert pixels(COVER).shape[:2] == (1800, 1200)
    assert drawn == cover_image(COVER)
    assert b"Software" not in drawn


def test_the_band_says_whose_data_and_has_their_colour() -> None:
    synthetic = pixels(COVER)[:270]
    real = pixels(replace(COVER, synthetic=False))[:270]
    assert synthetic[5, 5, 0] > synthetic[5, 5, 2] + 0.3  # brown
    assert real[5, 5, 2] > real[5, 5, 0] + 0.3  # blue
    assert (synthetic > 0.99).all(axis=2).sum() > 10_000  # the words, white
    assert not np.array_equal(synthetic, pixels(replace(COVER, label="Real patients"))[:270])


@pytest.mark.parametrize("words", ["title", "trial"])
def test_text_of_any_length_stays_within_the_margins(words: str) -> None:
    drawn = pixels(replace(COVER, **{words: "Several words of $a_1^{2}$ length " * 30}))[275:]
    assert (drawn[:, 1130:] > 0.99).all()
    assert (drawn[:, :90] > 0.99).all()
    assert (drawn < 0.5).any()
