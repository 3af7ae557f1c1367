"""Options and look-ups that several commands of ``trialbook`` share."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from helpers.book.project import Project
    from helpers.book.trial_books import OfTrial

F = TypeVar("F", bound=Callable[..., Any])
"""A command, or what is about to become one."""

CELL_SECONDS = 1800

PUBLISHED = "all that are published"
"""What most commands take when no edition is named."""

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


def editions(what: str, *, otherwise: str) -> Callable[[F], F]:
    """Return the option ``--edition`` of a command that takes several.

    Parameters
    ----------
    what
        What the command does with each, as its help says it.
    otherwise
        What it takes when none is given.
    """
    return click.option(
        "--edition",
        "-e",
        "editions",
        metavar="NAME|FILE",
        multiple=True,
        help=f"{what}; may be repeated.  [default: {otherwise}]",
    )


def trial(what: str) -> Callable[[F], F]:
    """Return the option ``--trial``; ``what`` is what the command does with it, for its help."""
    return click.option("--trial", "-t", metavar="NAME|FOLDER", help=what)


def current_project() -> Project:
    """Return the book around the working directory."""
    from helpers.book.project import find_project

    return find_project(Path.cwd())


def processors() -> int:
    """Return how many chapters run at the same time when nobody says how many."""
    return os.cpu_count() or 1


def values_with_trial(
    texts: Sequence[str], *, trial: str | None, edition: str | None
) -> dict[str, str]:
    """Read what stands after each ``-p``, and add the trial that has an option of its own.

    Raises
    ------
    click.UsageError
        When the trial of an edition is given as well.
    ParameterError
        As :func:`given_values`, or when the trial is given twice.
    """
    from helpers.errors import ParameterError

    values = given_values(texts)
    if trial is None:
        return values
    if edition is not None:
        raise click.UsageError("An edition has a trial already: give --edition or --trial.")
    if "trial" in values:
        raise ParameterError("-p trial: the trial is also given by --trial; keep one.")
    return {"trial": trial, **values}


def books(editions: Sequence[str], trial: str | None) -> list[str | OfTrial]:
    """Return the books that are asked for by ``--edition`` and ``--trial``; none: the default."""
    from helpers.book.trial_books import OfTrial

    return [*editions, *([] if trial is None else [OfTrial(trial)])]


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
