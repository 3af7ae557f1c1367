"""The command ``trialbook status``: what is up to date, what is stale, and why."""

from __future__ import annotations

import click

from helpers.book import command_options as options


@click.command()
@click.option(
    "--edition",
    "-e",
    "editions",
    metavar="NAME|FILE",
    multiple=True,
    help="Look at this edition only; may be repeated.  [default: all]",
)
@click.option("--trial", metavar="NAME|FOLDER", help="Look at the book of this trial.")
def status(editions: tuple[str, ...], trial: str | None) -> None:
    """Say which chapters and books are up to date, which are not, and why."""
    from helpers.book.editions import edition_names
    from helpers.book.fingerprints import Fingerprints
    from helpers.book.freshness import edition_state, states_text
    from helpers.book.planning import plan_editions
    from helpers.book.trial_books import OfTrial

    project = options.current_project()
    asked: list[str | OfTrial] = [*editions]
    if trial is not None:
        asked.append(OfTrial(trial))
    planned = plan_editions(project, asked or edition_names(project), {})
    fingerprints = Fingerprints(project)
    click.echo(states_text([edition_state(project, each, fingerprints) for each in planned]))
