"""The command ``trialbook status``: what is up to date, what is stale, and why."""

from __future__ import annotations

import click

from helpers.book import command_options as options


@click.command(short_help="Say which chapters are up to date, which are not, and why.")
@options.editions("Look at this edition only", otherwise="all, and every trial's book")
@options.trial("Look at the book of this trial.")
def status(editions: tuple[str, ...], trial: str | None) -> None:
    """Say which chapters and books are up to date, which are not, and why."""
    from helpers.book.chapters import read_chapters
    from helpers.book.editions import edition_names
    from helpers.book.fingerprints import Fingerprints
    from helpers.book.freshness import edition_state, states_text
    from helpers.book.planning import plan_editions
    from helpers.book.trial_books import trials_with_books

    project = options.current_project()
    asked = options.books(editions, trial)
    elsewhere: list[str] = []
    if not asked:
        trials, elsewhere = trials_with_books(project, read_chapters(project))
        asked = [*edition_names(project), *trials]
    planned = plan_editions(project, asked, {})
    fingerprints = Fingerprints(project)
    click.echo(states_text([edition_state(project, each, fingerprints) for each in planned]))
    for name in elsewhere:
        click.echo(
            f"{name}: the book of a trial that no valid trial.yml in the data folder describes; "
            "'trialbook status --trial FOLDER' looks at it"
        )
