from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from helpers.book.results import (
    escaped,
    harvest,
    merged,
    read_results,
    results_text,
    substitutions,
)
from helpers.errors import BuildError
from helpers.show.records import RECORD_MIME


def notebook(*records: tuple) -> dict:
    outputs = [
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {RECORD_MIME: {"name": name, "value": value, "text": text}},
        }
        for name, value, text in records
    ]
    plain = {"output_type": "stream", "name": "stdout", "text": "hello"}
    code = {"cell_type": "code", "outputs": [plain, *outputs]}
    return {"cells": [{"cell_type": "markdown"}, code]}


def test_collects_records_with_ten_significant_digits() -> None:
    found = harvest(
        notebook(
            ("a.x", -0.48123456789012345, "-0.48"),
            ("a.n", 298, "298"),
            ("a.s", "Größer.", "Größer."),
            ("a.none", None, "not available"),
            ("a.nan", math.nan, "not available"),
            ("a.truth", True, "yes"),
            ("a.zero", -0.0, "0"),
        ),
        chapter="05_primary",
    )
    assert {name: entry["value"] for name, entry in found.items()} == {
        "a.x": -0.4812345679,
        "a.n": 298,
        "a.s": "Größer.",
        "a.none": None,
        "a.nan": None,
        "a.truth": True,
        "a.zero": 0.0,
    }
    assert found["a.x"] == {"value": -0.4812345679, "text": "-0.48", "chapter": "05_primary"}


def test_one_name_has_one_value() -> None:
    first = harvest(notebook(("n", 298, "298")), chapter="04_baseline")
    same = harvest(notebook(("n", 298, "298")), chapter="05_primary")
    other = harvest(notebook(("n", 297, "297")), chapter="06_secondary")
    assert merged([first, same])["n"]["chapter"] == "04_baseline"
    with pytest.raises(BuildError, match=r"'n' .*'298' .*04_baseline .*'297' .*06_secondary"):
        merged([first, same, other])
    with pytest.raises(BuildError, match="'n'"):
        harvest(notebook(("n", 1, "1"), ("n", 1, "one")), chapter="04_baseline")


def test_the_file_is_sorted_and_stable(tmp_path: Path) -> None:
    parts = [
        harvest(notebook(("b.x", 1 / 3, "0.33"), ("a.ü", "−", "-")), chapter="one"),
        harvest(notebook(("a.b", 1e-12, "< .001")), chapter="two"),
    ]
    text = results_text(merged(parts))
    assert text == results_text(merged(reversed(parts)))
    assert list(json.loads(text)) == ["a.b", "a.ü", "b.x"]
    assert '"value": 0.3333333333' in text
    path = tmp_path / "results.json"
    path.write_text(text, encoding="utf-8")
    assert read_results(path) == merged(parts)


def test_reads_no_results_without_a_file(tmp_path: Path) -> None:
    assert read_results("") == {}
    with pytest.raises(BuildError, match="build the book first"):
        read_results(tmp_path / "missing.json")
    for content in ("{", "[]", ""):
        (tmp_path / "broken.json").write_text(content)
        with pytest.raises(BuildError, match="build the book again"):
            read_results(tmp_path / "broken.json")


def test_pages_cite_the_printed_text_with_a_real_minus() -> None:
    results = harvest(notebook(("primary.difference.estimate", -0.48, "-0.48")), chapter="05")
    assert substitutions(results) == {"primary_difference_estimate": "−0\\.48"}


def test_two_names_may_not_become_one() -> None:
    results = harvest(notebook(("a.b_c", 1, "1"), ("a_b.c", 1, "1")), chapter="05")
    with pytest.raises(BuildError, match=r"'a\.b_c' and 'a_b\.c' .* cited as 'a_b_c'"):
        substitutions(results)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Z")), min_size=1))
def test_escaped_text_is_printed_as_it_is(text: str) -> None:
    [block] = MarkdownIt("commonmark").parse(escaped(text))[1:2]
    assert "".join(part.content for part in block.children) == text
