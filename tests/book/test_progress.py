from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers.book.execution import Executed, Task
from helpers.book.progress import Progress


def ended(name: str, failure: str | None = None) -> Executed:
    planned = SimpleNamespace(name=name)
    task = Task("first", planned, Path("a"), Path("b"))  # type: ignore[arg-type]
    return Executed(task, 1.26, notebook=None if failure else "{}", failure=failure)


def test_a_line_for_each_chapter_without_a_terminal() -> None:
    said: list[str] = []
    with Progress(2, said.append) as progress:
        progress.finished(ended("01_alpha"))
        progress.finished(ended("02_beta", "It stopped."))
    assert said == ["first/01_alpha took 1.3 s", "first/02_beta failed after 1.3 s"]


def test_a_bar_that_names_the_chapter_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    said: list[str] = []
    with Progress(2, said.append) as progress:
        progress.finished(ended("01_alpha"))
    assert "first/01_alpha" in terminal.getvalue()
    assert "1/2" in terminal.getvalue()
    assert said == []
