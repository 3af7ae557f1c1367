"""The command ``trialbook pdf``: the whole book on paper."""

from __future__ import annotations

import click

from helpers.book import command_options as options


@click.command()
@click.argument("editions", nargs=-1, metavar="[EDITION ...]")
@options.jobs
@options.timeout
@options.scheduler
def pdf(
    editions: tuple[str, ...], jobs: int | None, timeout: float, scheduler: str | None
) -> None:
    """Print the book of each EDITION as a PDF, or of all that are published.

    Books are built first where they are not up to date. The PDF is _build/EDITION/EDITION.pdf.
    Chromium prints it; it must be installed.
    """
    from helpers.book.builds import build_editions
    from helpers.book.editions import published_names
    from helpers.book.locking import only_build
    from helpers.book.planning import plan_editions
    from helpers.book.printed_books import print_edition

    project = options.current_project()
    names = editions or published_names(project)
    build_editions(
        project,
        names,
        overrides={},
        jobs=jobs or options.processors(),
        timeout=timeout,
        report=click.echo,
        scheduler=scheduler,
    )
    with only_build(project.build):
        for planned in plan_editions(project, names, {}):
            done = print_edition(project, planned, report=click.echo)
            state = "printed" if done.new else "up to date"
            click.echo(f"The PDF of {done.edition} is {state}: {done.path}")
