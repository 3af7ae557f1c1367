"""The numbers of a control, as small as they can be carried on a page.

A column of the grid is kept only over the settings that it depends on: an estimate does not change
with the confidence level, and is not repeated for each. What is left is kept as it is, or as a
list of distinct values with their places, whichever is shorter.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from helpers.errors import TrialBookError
from helpers.show.control_parts import Axis, Setting
from helpers.show.records import is_missing, shown

_SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_NUMBER = re.compile(r"\{(\d+)\}")

LARGEST = 60_000
"""Bytes that the numbers of one control may take on a page."""


def in_order(grid: pd.DataFrame, settings: Sequence[Setting], *, name: str) -> pd.DataFrame:
    """Return the rows of a grid in the order of the settings' options, the last changing fastest.

    Parameters
    ----------
    grid
        One row for each combination.
    settings
        What can be set.
    name
        Of the control, for messages.

    Raises
    ------
    TrialBookError
        When a column or a combination is missing, or a combination is there twice.
    """
    columns = [setting.column for setting in settings]
    missing = [column for column in columns if column not in grid]
    if missing:
        raise TrialBookError(
            f"The control {name!r} sets {missing[0]!r}, but its grid has no such column: add it."
        )
    rows = grid.to_dict("records")
    found = {tuple(row[column] for column in columns): row for row in rows}
    if len(found) < len(rows):
        raise TrialBookError(
            f"The grid of the control {name!r} has a combination of {', '.join(columns)} twice: "
            "give each one row."
        )
    wanted = list(product(*(setting.options for setting in settings)))
    without = [combination for combination in wanted if combination not in found]
    if without:
        raise TrialBookError(
            f"The grid of the control {name!r} has no row for {without[0]!r} "
            f"({', '.join(columns)}): compute every combination."
        )
    return pd.DataFrame([found[combination] for combination in wanted])


@dataclass(frozen=True)
class Carried:
    """What a page carries of a grid: columns that are added while its figure is drawn.

    Parameters
    ----------
    grid
        One row for each combination of the settings, in their order.
    start
        The row of the setting that is drawn.
    """

    grid: pd.DataFrame
    start: int
    columns: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, key: str, values: Sequence[Any]) -> tuple[int, Any]:
        """Carry a column, once for each key; return its number and its value in the drawing."""
        kept = self.columns.setdefault(key, [plain(value) for value in values])
        return list(self.columns).index(key), kept[self.start]

    def text(self, column: str) -> tuple[int, Any]:
        """Carry printed texts, or counts that stand for themselves."""
        if column in self.columns:
            return self.add(column, ())
        values = self.grid[column]
        return self.add(column, [shown(v) if isinstance(v, str) else v for v in values])

    def template(self, text: str) -> str:
        """Carry the columns that a text cites in braces; return it with their numbers there."""

        def numbered(slot: re.Match[str]) -> str:
            column = slot.group(1)
            if column not in self.grid:
                raise TrialBookError(
                    f"A control says {text!r}, but its grid has no column {column!r}: add it, or "
                    "correct the name."
                )
            return f"{{{self.text(column)[0]}}}"

        return _SLOT.sub(numbered, shown(text))

    def filled(self, template: str) -> str:
        """Return a text as the page's script fills it in, for the setting that is drawn."""
        columns = list(self.columns.values())

        def value(slot: re.Match[str]) -> str:
            found = columns[int(slot.group(1))][self.start]
            return "" if found is None else str(found)

        return _NUMBER.sub(value, template)

    def place(self, column: str, axis: Axis) -> tuple[int, Any]:
        """Carry where the values of a column, or of its tuples, lie on the axis."""
        return self.add(f"{column} @", [_place(value, axis) for value in self.grid[column]])

    def width(self, low: str, high: str, axis: Axis) -> tuple[int, Any]:
        """Carry how wide an interval is, in percent."""
        ends = zip(self.grid[low], self.grid[high], strict=True)
        places = [(_place(left, axis), _place(right, axis)) for left, right in ends]
        return self.add(
            f"{low} to {high} @",
            [None if None in pair else round(pair[1] - pair[0], 1) for pair in places],
        )


def _place(value: Any, axis: Axis) -> Any:
    if isinstance(value, (tuple, list)):
        return [axis.at(each) for each in value]
    return None if is_missing(value) else axis.at(value)


def folded(values: Sequence[Any], sizes: Sequence[int]) -> dict[str, Any]:
    """Return one column over the settings that it depends on.

    Parameters
    ----------
    values
        One for each combination, the last setting changing fastest; what JSON can hold.
    sizes
        Number of options of each setting.

    Returns
    -------
    dict
        ``on``: the places of the settings; and either ``values``, one for each combination of
        those, or ``words`` (the distinct values) and ``at`` (the place of each combination's).
    """
    written = np.array([_written(value) for value in values], dtype=object).reshape(tuple(sizes))
    on: list[int] = []
    kept = written
    for place in range(len(sizes)):
        axis = len(on)
        if (kept == kept.take([0], axis=axis)).all():
            kept = kept.take(0, axis=axis)
        else:
            on.append(place)
    flat = [str(text) for text in np.asarray(kept, dtype=object).ravel()]
    words = list(dict.fromkeys(flat))
    place_of = {text: place for place, text in enumerate(words)}
    plain: dict[str, Any] = {"on": on, "values": [json.loads(text) for text in flat]}
    coded: dict[str, Any] = {
        "on": on,
        "words": [json.loads(text) for text in words],
        "at": [place_of[text] for text in flat],
    }
    return min(plain, coded, key=lambda form: len(_written(form)))


def unfolded(column: Mapping[str, Any], chosen: Sequence[int], sizes: Sequence[int]) -> Any:
    """Return the value of a folded column under a choice, as the page finds it."""
    place = 0
    for setting in column["on"]:
        place = place * sizes[setting] + chosen[setting]
    if "words" in column:
        return column["words"][column["at"][place]]
    return column["values"][place]


def packed(columns: Sequence[Sequence[Any]], sizes: Sequence[int]) -> str:
    """Return the numbers of a control as JSON that can stand in a page."""
    content = {"sizes": list(sizes), "columns": [folded(values, sizes) for values in columns]}
    # A page would end its script at "</".
    return _written(content).replace("<", "\\u003c")


def plain(value: Any) -> Any:
    """Return a value of a grid as JSON has it; None where there is none."""
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    if isinstance(value, str):
        return value
    if is_missing(value):
        return None
    number = float(value)
    return int(number) if math.isclose(number, round(number), abs_tol=1e-12) else number


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
