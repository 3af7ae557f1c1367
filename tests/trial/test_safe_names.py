"""Ids made of labels in any language."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.trial.parts import CODE_PATTERN, IDENTIFIER_PATTERN
from helpers.trial.safe_names import safe_codes, safe_id


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Größe", "grosse"),
        ("é", "e"),
        ("Привет", "privet"),
        ("Ακουπρεσούρα", "akoypresoyra"),
        ("10 mg", "arm_10_mg"),
        ("日本", "arm"),
        ("Łódź Żar", "lodz_zar"),
        ("  Usual   care ", "usual_care"),
    ],
)
def test_labels_are_written_in_latin_letters(label: str, name: str) -> None:
    assert safe_id(label, fallback="arm") == name


@given(st.lists(st.text(max_size=20), max_size=8))
def test_ids_are_valid_and_different(labels: list[str]) -> None:
    taken = ["baseline", "all"]
    for label in labels:
        name = safe_id(label, fallback="arm", taken=taken)
        assert re.match(IDENTIFIER_PATTERN, name)
        assert name not in taken
        taken.append(name)


@given(st.lists(st.text(max_size=20), max_size=8, unique=True))
def test_codes_are_valid_and_different(values: list[str]) -> None:
    codes = safe_codes(values)
    assert list(codes) == values
    assert len(set(codes.values())) == len(values)
    assert all(re.match(CODE_PATTERN, code) for code in codes.values())
