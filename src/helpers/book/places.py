"""Where a cell stands in its chapter's source, whatever the page puts before it or moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_KEY = "place"


def note_place(cell: dict[str, Any], place: int) -> None:
    """Write into a cell where it stands in the source, counted from 1."""
    cell["metadata"].setdefault("trialbook", {})[_KEY] = place


def place_in_source(cells: Sequence[dict[str, Any]], number: int) -> int:
    """Return the place in the source of the cell with a number on the page.

    A cell that was added has none, and is told by the one before it.
    """
    places = [cell.get("metadata", {}).get("trialbook", {}).get(_KEY) for cell in cells[:number]]
    return next((place for place in reversed(places) if place is not None), number)
