"""Say in one sentence why a chapter stopped, and at which cell."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from helpers import errors
from helpers.book.chapters import INJECTED_TAG, read_notebook, source, tags
from helpers.book.withholding import may_quote, withheld_message
from helpers.errors import BuildError, TrialBookError

# papermill adds cells of its own to a notebook that failed.
_ADDED_TAGS = {INJECTED_TAG, "papermill-error-cell-tag"}

OWN_ERRORS = {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, TrialBookError)
}

_LONGEST_SOURCE = 60


def reason(error: BaseException, *, timeout: float | None = None, private: bool = False) -> str:
    """Say in one sentence what went wrong.

    Parameters
    ----------
    error
        What papermill, nbclient or the system raised.
    timeout
        Seconds that a cell may take, for the sentence about a cell that took longer.
    private
        Whether the trial is not public, so that nothing of its rows may be quoted.
    """
    if disk_is_full(error):
        return "The disk is full: free some space and build again."
    if isinstance(error, PapermillExecutionError):
        return output_reason(error.ename, error.evalue, private=private)
    if isinstance(error, CellTimeoutError):
        return (
            f"The cell took longer than {timeout:g} seconds; allow more with --timeout, "
            "or make it quicker."
        )
    if isinstance(error, DeadKernelError):
        return (
            "The Python process that ran the chapter died; most often there was not enough memory, "
            "or it was killed from outside."
        )
    return output_reason(type(error).__name__, str(error), private=private)


def output_reason(name: str, message: str, *, private: bool = False) -> str:
    """Say what an exception inside a cell means, from its name and its message."""
    if private and name != "SystemExit" and may_quote(name, message, OWN_ERRORS):
        return withheld_message(name)
    if name in OWN_ERRORS:
        return message
    if name == "SystemExit":
        return "The cell ended the Python process (SystemExit); a chapter must run to its end."
    first = message.strip().splitlines()[0] if message.strip() else ""
    return f"{name}: {first}" if first else name


def disk_is_full(error: BaseException | None) -> bool:
    """Say whether a full disk is at the bottom of an error."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__ or error.__context__
    return False


def stopped_at(notebook: Path) -> str:
    """Say at which cell an executed notebook stopped, as counted in the chapter's source.

    papermill's own status is not to be trusted after a timeout or an interruption: it calls every
    cell completed. The last cell that has a starting time is the one that was running.
    """
    try:
        cells = read_notebook(notebook, shown=notebook.name)["cells"]
    except (BuildError, OSError):
        return ""
    number, place = 0, ""
    for cell in cells:
        if _ADDED_TAGS.isdisjoint(tags(cell)):
            number += 1
        if cell.get("cell_type") == "code" and _was_running(cell):
            place = f"cell {number}, `{_first_line(cell)}`"
    return place


def unfinished(notebook: dict[str, Any], *, private: bool = False) -> str | None:
    """Say why a notebook that papermill calls done is not: an error output, a cell that never ran.

    papermill takes ``sys.exit()`` for a normal end.
    """
    number = 0
    for cell in notebook["cells"]:
        if _ADDED_TAGS.isdisjoint(tags(cell)):
            number += 1
        if cell["cell_type"] != "code":
            continue
        place = f"cell {number}, `{_first_line(cell)}`"
        for output in _errors(cell):
            why = output_reason(output["ename"], output["evalue"], private=private)
            return f"{place}: {why}"
        if cell.get("execution_count") is None and source(cell).strip():
            return f"{place}: The cell was not run."
    return None


def _errors(cell: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (output for output in cell["outputs"] if output["output_type"] == "error")


def _was_running(cell: dict[str, Any]) -> bool:
    return bool(cell.get("metadata", {}).get("papermill", {}).get("start_time"))


def _first_line(cell: dict[str, Any]) -> str:
    lines = [line.strip() for line in source(cell).splitlines() if line.strip()]
    first = next((line for line in lines if not line.startswith("#")), lines[0] if lines else "")
    return first if len(first) <= _LONGEST_SOURCE else f"{first[:_LONGEST_SOURCE]}…"
