"""Say in one sentence why a chapter stopped, and at which cell."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from helpers import errors
from helpers.book.chapters import INJECTED_TAG, source, tags
from helpers.book.system_errors import DEBUG, FULL, disk_is_full, tells_of_a_full_disk
from helpers.book.withholding import may_quote, withheld_message
from helpers.errors import DataError, SpecificationError, TrialBookError, TrialProblems

# papermill adds cells of its own to a notebook that failed.
_ADDED_TAGS = {INJECTED_TAG, "papermill-error-cell-tag"}

OWN_ERRORS = {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, TrialBookError)
}

_LONGEST_SOURCE = 60

_OF_THE_DATA = {each.__name__ for each in (DataError, SpecificationError, TrialProblems)}

# The words of jupyter_client.
_NO_KERNEL = ("Kernel died before replying", "Kernel didn't respond")


def reason(
    error: BaseException,
    *,
    timeout: float | None = None,
    people: Collection[str] | None = None,
) -> str:
    """Say in one sentence what went wrong.

    Parameters
    ----------
    error
        What papermill, nbclient or the system raised.
    timeout
        Seconds that a cell may take, for the sentence about a cell that took longer.
    people
        The ids of a trial that is not public, of which nothing may be quoted; None for another.
    """
    if disk_is_full(error):
        return f"{FULL}."
    if isinstance(error, PapermillExecutionError):
        return output_reason(error.ename, error.evalue, people=people)
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
    if did_not_start(error):
        return (
            "The Python process that runs the chapter did not start; run the same command with "
            f"{DEBUG}=1 to read why."
        )
    return output_reason(type(error).__name__, str(error), people=people)


def did_not_start(error: BaseException) -> bool:
    """Say whether the kernel of a chapter never answered."""
    return isinstance(error, RuntimeError) and str(error).startswith(_NO_KERNEL)


def data_are_unreadable(error: BaseException) -> bool:
    """Say whether a chapter failed because nobody could have read the data of its trial."""
    return isinstance(error, PapermillExecutionError) and error.ename in _OF_THE_DATA


def output_reason(name: str, message: str, *, people: Collection[str] | None = None) -> str:
    """Say what an exception inside a cell means, from its name and its message."""
    if tells_of_a_full_disk(message) and name not in OWN_ERRORS:
        return f"{FULL}."
    withheld = people is not None and may_quote(name, message, OWN_ERRORS, people)
    if withheld and name != "SystemExit":
        return withheld_message(name)
    if name in OWN_ERRORS:
        return message
    if name == "SystemExit":
        return "The cell ended the Python process (SystemExit); a chapter must run to its end."
    first = message.strip().splitlines()[0] if message.strip() else ""
    return f"{name}: {first}" if first else name


def stopped_at(notebook: Mapping[str, Any]) -> str:
    """Say at which cell a notebook stopped, as counted in the chapter's source.

    papermill's own status is not to be trusted after a timeout or an interruption: it calls every
    cell completed. The last cell that has a starting time is the one that was running.
    """
    number, place = 0, ""
    for cell in notebook["cells"]:
        if _ADDED_TAGS.isdisjoint(tags(cell)):
            number += 1
        if cell.get("cell_type") == "code" and _was_running(cell):
            place = f"cell {number}, `{_first_line(cell)}`"
    return place


def unfinished(notebook: Mapping[str, Any], *, people: Collection[str] | None = None) -> str | None:
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
            why = output_reason(output["ename"], output["evalue"], people=people)
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
