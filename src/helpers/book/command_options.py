"""Options and look-ups that several commands of ``trialbook`` share."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from helpers.book.project import Project

CELL_SECONDS = 1800

edition = click.option(
    "--edition",
    "-e",
    metavar="NAME|FILE",
    help="Use the values of this edition (see 'trialbook list').",
)
parameters = click.option(
    "--parameter",
    "-p",
    "parameters",
    metavar="NAME=VALUE",
    multiple=True,
    help="Give a parameter another value; may be repeated.",
)
jobs = click.option(
    "--jobs",
    "-j",
    type=click.IntRange(min=1),
    help="How many chapters run at the same time.  [default: one for each processor]",
)
timeout = click.option(
    "--timeout",
    type=click.IntRange(min=1),
    default=CELL_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long one cell may take.",
)
scheduler = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Run chapters on the workers of this Dask scheduler, as in tcp://10.0.0.1:8786.",
)


def current_project() -> Project:
    """Return the book around the working directory."""
    from helpers.book.project import find_project

    return find_project(Path.cwd())


def processors() -> int:
    """Return how many chapters run at the same time when nobody says how many."""
    return os.cpu_count() or 1


def given_values(texts: Sequence[str]) -> dict[str, str]:
    """Read what stands after each ``-p``: the name of a parameter and its value, as text.

    Raises
    ------
    ParameterError
        When one is not of the form ``name=value``, or names a parameter again.
    """
    from helpers.errors import ParameterError

    values: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise ParameterError(f"-p {text}: write the name, an equals sign and the value.")
        if name in values:
            raise ParameterError(f"-p {text}: {name!r} is given twice; keep one of the two.")
        values[name] = value.strip()
    return values
