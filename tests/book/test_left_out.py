from __future__ import annotations

import pytest

from helpers.book.left_out import NOT_HERE, notebook_without_links, uncited, without_links

TITLES = {"03_beta": "The second"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See [the second](03_beta.ipynb).", f"See the second {NOT_HERE}."),
        ("See [](03_beta.ipynb#part).", f"See The second {NOT_HERE}."),
        ("See [it](./03_beta.md).", f"See it {NOT_HERE}."),
        ("See [the first](01_alpha.ipynb).", "See [the first](01_alpha.ipynb)."),
        ("See [a page](https://example.org/03_beta.html).",) * 2,
        ("![a picture](03_beta.ipynb)",) * 2,
    ],
)
def test_turns_links_to_what_is_gone_into_words(text: str, expected: str) -> None:
    assert without_links(text, TITLES) == expected


def test_looks_at_prose_and_at_what_a_trial_adds_to_it() -> None:
    notebook = {
        "cells": [
            {"cell_type": "markdown", "source": ["See\n", "[it](03_beta.ipynb)"]},
            {
                "cell_type": "code",
                "source": "'[it](03_beta.ipynb)'",
                "outputs": [{"data": {"text/markdown": "[it](03_beta.ipynb)"}}],
            },
        ]
    }
    found = notebook_without_links(notebook, TITLES)["cells"]
    assert found[0]["source"] == f"See\nit {NOT_HERE}"
    assert found[1]["source"] == "'[it](03_beta.ipynb)'"
    assert found[1]["outputs"][0]["data"]["text/markdown"] == f"it {NOT_HERE}"
    assert notebook_without_links(notebook, {}) is notebook


def test_knows_what_pages_cite_in_vain() -> None:
    pages = ["{{ a_b }} and {{c}}", "{{ a_b }} {{ d }}"]
    assert uncited(pages, ["c"]) == {"a_b": NOT_HERE, "d": NOT_HERE}
