"""A chapter that is to run, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.book.planning import PlannedChapter


@dataclass(frozen=True, eq=False)
class Task:
    """One chapter to run.

    Parameters
    ----------
    edition
        Name of its edition, for messages; empty for a chapter that is run by itself.
    planned
        The chapter and its values.
    scratch
        An empty folder of its own; the kernel works in it.
    failed
        Where the notebook is kept when the chapter fails.
    results
        Content of the file with the other chapters' results, for a chapter that asks for it.
    made_from
        The ingredients of its fingerprint (:class:`helpers.book.fingerprints.Fingerprints`), which
        another machine must have too before it runs the chapter. Without them, none runs it.
    """

    edition: str
    planned: PlannedChapter
    scratch: Path
    failed: Path
    results: str | None = None
    made_from: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The chapter and its edition, for messages."""
        name = self.planned.name
        return f"{name} of the edition {self.edition}" if self.edition else name


@dataclass(frozen=True)
class Executed:
    """What became of a chapter: the text of its notebook, or the sentence that says why not.

    Where the data of its trial cannot be read, ``unreadable`` is the sentence about them: no other
    chapter of the trial can run either. One that was therefore not begun has ``begun`` False.
    """

    task: Task
    seconds: float
    notebook: str | None = None
    failure: str | None = None
    unreadable: str = ""
    begun: bool = True
