from __future__ import annotations

from helpers.book.lessons import with_lessons

OBJECTIVES = (
    "```{admonition} What you will be able to do\n:class: objectives\n- Say this.\n- Do that.\n```"
)
EXERCISES = "## Exercises\n\n1. First,\n   in two lines.\n2. Second.\n\n## Provenance"


def notebook(*sources: str) -> dict:
    return {"cells": [{"cell_type": "markdown", "source": source} for source in sources]}


def test_lists_objectives_and_counts_exercises() -> None:
    notebooks = {
        "01_alpha": notebook("# Alpha", OBJECTIVES, "1. A list that is none.", EXERCISES),
        "02_beta": notebook("# Beta", OBJECTIVES, EXERCISES.replace("2. ", "")),
        "03_gamma": notebook("# Gamma"),
    }
    page = with_lessons("# Teach\n\n% lessons\n\nEnd.\n", notebooks)
    assert "**[](./01_alpha.ipynb)** (2 exercises)\n\n- Say this.\n- Do that.\n\n**[]" in page
    assert "**[](./02_beta.ipynb)** (1 exercise)\n" in page
    assert "**[](./03_gamma.ipynb)**\n\n%" in page
    assert page.endswith("End.\n")


def test_a_page_that_asks_for_none_gets_none() -> None:
    assert with_lessons("# Page\n", {"01": notebook("# A")}) == "# Page\n"
    assert with_lessons("% lessons\n", {}) == "% lessons\n"
