"""What commands do first that make something of finished books: bring the books up to date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from helpers.book import command_options as options

if TYPE_CHECKING:
    from helpers.book.planning import PlannedEdition
    from helpers.book.project import Project
    from helpers.book.trial_books import OfTrial


def brought_up_to_date(
    editions: Sequence[str | OfTrial],
    *,
    jobs: int | None,
    timeout: float,
    scheduler: str | None = None,
) -> tuple[Project, tuple[PlannedEdition, ...]]:
    """Build what is not up to date; return the book and its editions.

    Parameters
    ----------
    editions
        Their names, or the trials whose books they are; all that are published where none is named.
    jobs, timeout, scheduler
        As the command was given them.
    """
    from helpers.book.builds import build_editions
    from helpers.book.editions import published_names
    from helpers.book.planning import plan_editions

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
    return project, tuple(plan_editions(project, names, {}))
