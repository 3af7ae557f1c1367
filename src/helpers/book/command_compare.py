"""The command ``trialbook compare``: editions side by side."""

from __future__ import annotations

import click

from helpers.book import command_options as options


@click.command(short_help="Show every number in which editions differ, side by side.")
@click.argument("editions", nargs=-1, required=True, metavar="A B [C ...]")
@options.jobs
@options.timeout
@options.scheduler
def compare(
    editions: tuple[str, ...], jobs: int | None, timeout: float, scheduler: str | None
) -> None:
    """Show every number in which the editions A and B (and more) differ.

    Editions are built first where they are not up to date. The last book of a trial, made by
    'trialbook build --trial', is taken as it is.
    """
    if len(set(editions)) < len(editions) or len(editions) < 2:
        raise click.UsageError("Name two editions or more, each once.")
    from helpers.book.builds import build_editions
    from helpers.book.editions import edition_names, edition_path

    project = options.current_project()
    names = []
    building = []
    for each in editions:
        if each not in edition_names(project) and (project.build / each / "build.json").is_file():
            names.append(each)
            click.echo(
                f"{each} is no edition's file: its book is compared as it stands "
                "('trialbook status --trial FOLDER' says whether it is up to date)"
            )
        else:
            names.append(edition_path(project, each).stem)
            building.append(each)
    if building:
        build_editions(
            project,
            building,
            overrides={},
            jobs=jobs or options.processors(),
            timeout=timeout,
            report=click.echo,
            scheduler=scheduler,
        )
    from helpers.book.comparing import write_comparison
    from helpers.show.comparison import comparison_sentence
    from helpers.show.differencing import caution

    page, found = write_comparison(project, names)
    click.echo(comparison_sentence(found))
    if found.private:
        click.echo(caution(found.private))
    click.echo(f"The page is {page}")
