"""Grids of parameter values: ``--grid covariance=us,ar1 --grid level=0.9,0.95``.

Values are parted by commas. A value that holds a comma stands in double quotes, a double quote
within it is doubled, and two double quotes are the empty value::

    --grid 'covariates="age,sex",age,""'
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from itertools import product

from helpers.errors import ParameterError

OPTION = "--grid"

Grid = dict[str, tuple[str, ...]]

LARGEST = 10_000
"""More cells than anybody will wait for; a slip of the keyboard."""


def read_grid(texts: Sequence[str]) -> Grid:
    """Read what stands after each ``--grid``.

    Parameters
    ----------
    texts
        Each ``name=value,value``.

    Returns
    -------
    dict
        Name of the parameter to its values as text, both in the order given.

    Raises
    ------
    ParameterError
        When an option is not of this form, or names a parameter or a value twice.
    """
    grid: Grid = {}
    for text in texts:
        where = f"{OPTION} {text}"
        name, equals, values = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise ParameterError(
                f"{where}: write the name, an equals sign and the values, as in "
                f"{OPTION} level=0.9,0.95."
            )
        if name in grid:
            raise ParameterError(
                f"{where}: {name!r} is given twice; put all its values into one {OPTION}."
            )
        grid[name] = _values(values, where)
    cells = 1
    for values_of_one in grid.values():
        cells *= len(values_of_one)
    if cells > LARGEST:
        raise ParameterError(
            f"The grid has {cells} cells, and at most {LARGEST} are run: leave some values out."
        )
    return grid


def cells_of(grid: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Return every combination of the values of a grid; the last parameter changes fastest."""
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def _values(text: str, where: str) -> tuple[str, ...]:
    if "\n" in text or "\r" in text:
        raise ParameterError(f"{where}: write the values on one line.")
    try:
        [row] = csv.reader([text], strict=True, skipinitialspace=True) if text else [[""]]
    except (csv.Error, ValueError):
        raise ParameterError(
            f"{where}: the quotes are not understood; put a value that holds a comma into double "
            f"quotes and the whole into single ones, as in {OPTION} 'covariates=\"age,sex\",age'."
        ) from None
    values = [value.strip() for value in row]
    twice = next((value for value in values if values.count(value) > 1), None)
    if twice is not None:
        raise ParameterError(f"{where}: the value {twice!r} is given twice; keep one of the two.")
    return tuple(values)
