from __future__ import annotations

import pytest

from helpers.book.reading_time import in_words, minutes, words_of, words_of_chapter


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("# A title of five words", 5),
        ("Scores fell by {glue:text}`primary.difference` {cite:p}`liang2000`.", 6),
        ("A {term}`mixed model` and {term}`others <mixed model>`.", 5),
        ("Run `trialbook build` now.", 4),
        ("One.\n\n```console\n$ trialbook build everything\n```\n\nTwo.", 2),
        ("```{margin} For the clinician\nThree words more.\n```", 3),
        ("$$\n\\mu_j + e_{ij}\n$$\n\nOne.", 1),
        ('<p class="a b">two words</p>', 2),
        ("One.\n\n## Exercises\n\n1. Not counted at all.\n\n## Provenance\n\nTwo.", 3),
    ],
)
def test_counts_what_is_read(markdown: str, words: int) -> None:
    assert words_of(markdown, glued={"primary.difference": "0.5 points (more)"}) == words


def test_counts_what_a_trial_adds_and_not_what_is_glued() -> None:
    def output(text: str, **metadata: object) -> dict:
        return {"data": {"text/markdown": text}, "metadata": metadata}

    notebook = {
        "cells": [
            {"cell_type": "markdown", "source": ["# Title\n", "\n", "Two words."]},
            {
                "cell_type": "code",
                "source": "x = 'not counted'",
                "outputs": [output("Three words more."), output("*no*", scrapbook={"name": "x"})],
            },
        ]
    }
    assert words_of_chapter(notebook, glued={}) == 6


@pytest.mark.parametrize(
    ("words", "told"),
    [(0, "1 minute"), (200, "1 minute"), (201, "2 minutes"), (1999, "10 minutes")],
)
def test_rounds_up_to_whole_minutes(words: int, told: str) -> None:
    assert in_words(minutes(words)) == told
