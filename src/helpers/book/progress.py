"""Tell how far the chapters are: a bar in a terminal, a line for each chapter elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from tqdm import tqdm

if TYPE_CHECKING:
    from helpers.book.tasks import Executed


class Progress:
    """The progress of running chapters.

    Parameters
    ----------
    total
        How many chapters will run.
    report
        Called with a line for each finished chapter when there is no terminal.
    """

    def __init__(self, total: int, report: Callable[[str], None]) -> None:
        self._report = report
        self._bar = (
            tqdm(total=total, desc="Running chapters", unit="chapter", leave=False, mininterval=0)
            if sys.stderr.isatty()
            else None
        )

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def finished(self, executed: Executed) -> None:
        """Count a chapter that has ended, well or not."""
        task = executed.task
        if self._bar is not None:
            self._bar.set_postfix_str(f"{task.edition}/{task.planned.name}")
            self._bar.update()
        elif executed.begun:
            outcome = "failed after" if executed.notebook is None else "took"
            self._report(f"{task.edition}/{task.planned.name} {outcome} {executed.seconds:.1f} s")
