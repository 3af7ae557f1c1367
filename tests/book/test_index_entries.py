from __future__ import annotations

from helpers.book.index_entries import index_block, terms_used, with_index_entries


def test_finds_terms_by_the_name_of_their_entry() -> None:
    text = "A {term}`mixed model`, {term}`blocks <permuted block>`, {term}`mixed model`; `{term}`"
    assert terms_used(text) == ("mixed model", "permuted block")


def test_enters_each_term_once_at_the_first_cell_with_it() -> None:
    cells = [
        {"cell_type": "markdown", "source": "## Heading\n\nA {term}`contrast`."},
        {"cell_type": "markdown", "source": "{term}`Contrasts <contrast>`, a {term}`seed`."},
        {"cell_type": "code", "source": "{term}`no`"},
    ]
    shown = with_index_entries({"cells": cells}, title="The result; more")
    first, second, code = (cell["source"] for cell in shown["cells"])
    # The heading stays first, or the page would lose it.
    assert first.startswith("## Heading\n")
    assert first.count("{index}") == second.count("{index}") == 1
    assert "```{index} single: contrast; The result, more\n```" in first
    assert "single: seed; The result, more" in second
    assert code == "{term}`no`"
    assert cells[0]["source"].startswith("## Heading\n\nA")


def test_every_entry_is_a_directive_of_its_own() -> None:
    assert index_block(["a", "b"], title="T").count("```{index} single: ") == 2
