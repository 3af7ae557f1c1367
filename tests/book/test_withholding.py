from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.book.failures import OWN_ERRORS, output_reason
from helpers.book.withholding import is_private, may_quote, people_of, without_rows


def notebook(*outputs: dict[str, object]) -> dict[str, object]:
    return {"metadata": {}, "cells": [{"metadata": {}, "outputs": list(outputs)}]}


def failed(name: str, message: str) -> dict[str, object]:
    return {
        "output_type": "error",
        "ename": name,
        "evalue": message,
        "traceback": [f"line with P001: {message}"],
    }


@pytest.mark.parametrize(
    ("line", "private"),
    [("public: true\n", False), ("public: false\n", True), ("id: other\n", True), ("- [", True)],
)
def test_a_trial_is_private_unless_it_says_otherwise(
    tmp_path: Path, line: str, private: bool
) -> None:
    (tmp_path / "trial.yml").write_text(line)
    assert is_private(tmp_path) is private


def test_a_trial_that_cannot_be_read_is_private(tmp_path: Path) -> None:
    assert is_private(tmp_path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("KeyError", "'P001'"),
        ("TrialProblems", "participants.csv, row 3: age 213 is too high"),
        ("DataError", "participants.csv: P001 stands twice"),
        ("AnalysisError", "Participant P001 stands in more than one arm; keep one."),
    ],
)
def test_messages_that_may_quote_a_row_are_withheld(name: str, message: str) -> None:
    said = output_reason(name, message, people=())
    assert "P001" not in said
    assert "213" not in said
    assert "not public" in said
    assert ("P001" in output_reason(name, message)) == ("P001" in message)
    kept = json.dumps(without_rows(notebook(failed(name, message)), OWN_ERRORS))
    assert "P001" not in kept
    assert "213" not in kept


@pytest.mark.parametrize(
    "message",
    [
        "The score of zq-01 is odd.",
        "Arms (zq-01, zq-02) do not fit.",
        "Something of zq-01.",
        "No visit of participant 17 is known.",
        "There is no row on 2021-03-04.",
        "The screening of SCR-9 is odd.",
    ],
)
def test_an_own_sentence_that_names_somebody_is_withheld(tmp_path: Path, message: str) -> None:
    (tmp_path / "trial.yml").write_text("public: false\n")
    (tmp_path / "participants.csv").write_text("participant,arm\nzq-01,a\nzq-02,b\n412,b\n")
    (tmp_path / "screening.csv").write_text("screening_id,participant\nSCR-9,\n")
    people = people_of(tmp_path)
    assert people is not None
    assert "not public" in output_reason("AnalysisError", message, people=people)
    kept = without_rows(notebook(failed("AnalysisError", message)), OWN_ERRORS, people)
    assert message not in json.dumps(kept)
    assert output_reason("AnalysisError", "There are 412 rows.", people=people).endswith("rows.")


def test_a_public_trial_has_nobody_to_hide(tmp_path: Path) -> None:
    (tmp_path / "trial.yml").write_text("public: true\n")
    (tmp_path / "participants.csv").write_text("participant,arm\nzq-01,a\n")
    assert people_of(tmp_path) is None


def test_a_table_that_cannot_be_read_hides_as_many_as_can_be(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"participant\nP\xff-1\n")
    (tmp_path / "b.csv").mkdir()
    (tmp_path / "c.csv").write_text("participant\nP-2\n")
    assert people_of(tmp_path) == {"P\ufffd-1", "P-2"}


def test_the_package_s_own_sentences_are_kept() -> None:
    message = "There is no visit named 'week9'."
    assert not may_quote("ParameterError", message, OWN_ERRORS)
    assert output_reason("ParameterError", message, people=()) == message


def test_printed_streams_are_dropped_and_results_kept() -> None:
    shown = {"output_type": "display_data", "data": {"text/plain": "kept"}, "metadata": {}}
    stream = {"output_type": "stream", "name": "stderr", "text": "P001"}
    before = notebook(stream, shown)
    assert without_rows(before, OWN_ERRORS) == notebook(shown)
    assert before == notebook(stream, shown)
