"""The commands ``trialbook pdf`` and ``trialbook epub``: the whole book in one file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from helpers.book import command_options as options

if TYPE_CHECKING:
    from helpers.book.print_sources import Made, PrintSource
    from helpers.book.trial_books import OfTrial

_editions = options.editions("Take this edition only", otherwise=options.PUBLISHED)
_trial = options.trial("Take the book of this trial.")


@click.command(short_help="Print the book of each edition, or of a trial, as a PDF.")
@_editions
@_trial
@options.jobs
@options.timeout
def pdf(editions: tuple[str, ...], trial: str | None, jobs: int | None, timeout: float) -> None:
    """Print the book of each edition, or of a trial, as a PDF.

    Books are built first where they are not up to date. The PDF is _build/EDITION/EDITION.pdf.
    Chromium prints it and must be installed.
    """
    from helpers.book.printed_books import print_edition

    _make(
        "PDF",
        lambda source: print_edition(source, report=click.echo),
        options.books(editions, trial),
        jobs=jobs,
        timeout=timeout,
    )


@click.command(short_help="Make an EPUB of the book of each edition, or of a trial.")
@_editions
@_trial
@options.jobs
@options.timeout
def epub(editions: tuple[str, ...], trial: str | None, jobs: int | None, timeout: float) -> None:
    """Make an EPUB, for electronic readers, of the book of each edition, or of a trial.

    Books are built first where they are not up to date. The EPUB is _build/EDITION/EDITION.epub.
    """
    from helpers.book.epub_books import make_epub

    _make("EPUB", make_epub, options.books(editions, trial), jobs=jobs, timeout=timeout)


def _make(
    kind: str,
    make: Callable[[PrintSource], Made],
    editions: Sequence[str | OfTrial],
    *,
    jobs: int | None,
    timeout: float,
) -> None:
    """Bring books up to date and make a file of each."""
    from helpers.book.command_building import brought_up_to_date
    from helpers.book.locking import only_build
    from helpers.book.print_sources import print_source

    project, books = brought_up_to_date(editions, jobs=jobs, timeout=timeout)
    with only_build(project.build):
        for planned in books:
            made = make(print_source(project, planned))
            state = "made" if made.new else "up to date"
            click.echo(f"The {kind} of {made.edition} is {state}: {made.path}")
