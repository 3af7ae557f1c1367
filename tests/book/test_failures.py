from __future__ import annotations

import errno

import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from helpers.book.failures import output_reason, reason, stopped_at, unfinished
from helpers.errors import AnalysisError


def in_cell(name: str, message: str) -> PapermillExecutionError:
    return PapermillExecutionError(3, 3, "source", name, message, [])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (in_cell("AnalysisError", "The data cannot say."), "The data cannot say."),
        (in_cell("TrialProblems", "one\ntwo"), "one\ntwo"),
        (in_cell("KeyError", "'a'\nmore"), "KeyError: 'a'"),
        (in_cell("MemoryError", ""), "MemoryError"),
        (in_cell("SystemExit", "1"), "The cell ended the Python process (SystemExit)"),
        (CellTimeoutError("..."), "The cell took longer than 9 seconds"),
        (DeadKernelError("Kernel died"), "The Python process that ran the chapter died"),
        (AnalysisError("A sentence."), "A sentence."),
        (RuntimeError("Kernel didn't respond in 60 seconds"), "The Python process that runs the"),
        (RuntimeError("something else"), "RuntimeError: something else"),
        (OSError(errno.ENOSPC, "No space left"), "The disk is full"),
    ],
)
def test_says_what_happened(error: BaseException, words: str) -> None:
    assert reason(error, timeout=9).startswith(words)


def test_a_disk_that_a_cell_found_full_is_told_as_such_also_of_a_private_trial() -> None:
    said = "[Errno 28] No space left on device: 'patient P001.csv'"
    for people in (None, ["P001"]):
        assert output_reason("OSError", said, people=people).startswith("The disk is full")


def cell(kind: str, text: str, *tags: str, started: bool = False, **more: object) -> dict:
    stamp = "2024" if started else None
    metadata = {"tags": list(tags), "papermill": {"start_time": stamp, "status": "completed"}}
    return {"cell_type": kind, "source": text, "metadata": metadata, **more}


def test_counts_cells_as_the_source_does() -> None:
    cells = [
        cell("markdown", "error!", "papermill-error-cell-tag"),
        cell("markdown", "# Title", started=True),
        cell("code", "level = 1", "parameters", started=True),
        cell("code", "level = 2", "injected-parameters", started=True),
        cell("code", "\n# a comment\n  " + "x" * 70, started=True),
        cell("code", "never ran"),
    ]
    assert stopped_at({"cells": cells}) == f"cell 3, `{'x' * 60}…`"
    assert stopped_at({"cells": cells[-1:]}) == ""


def test_trusts_no_notebook_that_did_not_run_to_its_end() -> None:
    error = {"output_type": "error", "ename": "SystemExit", "evalue": ""}
    stopped = cell("code", "sys.exit()", outputs=[error], execution_count=1)
    not_run = cell("code", "1 + 1", outputs=[], execution_count=None)
    empty = cell("code", "  ", outputs=[], execution_count=None)
    fine = cell("code", "1", outputs=[{"output_type": "stream"}], execution_count=1)
    assert unfinished({"cells": [fine, empty]}) is None
    assert (unfinished({"cells": [fine, not_run]}) or "").startswith("cell 2, `1 + 1`: The cell")
    assert (unfinished({"cells": [stopped]}) or "").startswith("cell 1, `sys.exit()`: The cell")
