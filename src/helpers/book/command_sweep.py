"""The command ``trialbook sweep``: one chapter, every combination of some parameters' values."""

from __future__ import annotations

from pathlib import Path

import click

from helpers.book import command_options as options
from helpers.errors import ExecutionError


@click.command(short_help="Run one chapter for every combination of some values.")
@click.argument("chapter")
@click.option(
    "--grid",
    "-g",
    "grids",
    metavar="NAME=VALUE,VALUE",
    multiple=True,
    required=True,
    help="Values of a parameter; may be repeated, and every combination is run. A value that holds "
    'a comma stands in double quotes: --grid \'covariates="age,sex",age,""\'.',
)
@options.edition
@options.trial("Run the chapter for this trial.")
@options.parameters
@options.jobs
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write.  [default: _build/sweeps/CHAPTER-...]",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Check the grid and print its cells and which are finished; run nothing.",
)
@options.timeout
@options.scheduler
def sweep(
    chapter: str,
    grids: tuple[str, ...],
    edition: str | None,
    trial: str | None,
    parameters: tuple[str, ...],
    jobs: int | None,
    output: Path | None,
    dry_run: bool,
    timeout: float,
    scheduler: str | None,
) -> None:
    """Run one CHAPTER for every combination of some parameters' values.

    Writes one table of all results, one page with the estimates side by side and the notebook of
    each cell. A finished cell is kept: an interrupted sweep goes on where it stopped, and a cell
    runs again only when the chapter, the helpers, the data or the lock have changed.
    """
    from helpers.book.chapters import find_chapter, read_chapters
    from helpers.book.editions import read_edition
    from helpers.book.grids import read_grid
    from helpers.book.replacing import refuse_place_among_chapters, refuse_place_among_data
    from helpers.book.sweep_plans import plan_sweep, sweep_folder
    from helpers.book.sweeps import finished_cells, refuse_foreign_folder, run_sweep

    fixed = options.values_with_trial(parameters, trial=trial, edition=edition)
    project = options.current_project()
    chapters = read_chapters(project)
    planned = plan_sweep(
        project,
        find_chapter(chapter, chapters),
        read_grid(grids),
        edition=None if edition is None else read_edition(project, edition, chapters),
        fixed=fixed,
    )
    folder = (output or sweep_folder(project, planned)).resolve()
    refuse_place_among_chapters(folder, project.chapters)
    for each in planned.cells:
        refuse_place_among_data(folder, each.planned.trial, build=project.build)
    refuse_foreign_folder(folder)
    if dry_run:
        finished = finished_cells(planned, folder)
        for cell in planned.cells:
            state = " (finished)" if cell.number in finished else ""
            click.echo(f"Cell {cell.number}: {cell.label}{state}")
        rest = len(planned.cells) - len(finished)
        click.echo(
            f"{len(planned.cells)} cell{'s' * (len(planned.cells) != 1)}: {len(finished)} "
            f"finished, {rest} to run; kept in {folder}"
        )
        return
    from helpers.book.planning import specification
    from helpers.book.sweep_files import PAGE, TABLE, private_trials, write_sweep
    from helpers.show.differencing import caution

    swept = run_sweep(
        planned,
        folder=folder,
        jobs=jobs or options.processors(),
        timeout=timeout,
        report=click.echo,
        scheduler=scheduler,
        finish=lambda place, cells: write_sweep(project, planned, place, cells),
    )
    click.echo(f"The page is {folder / PAGE} and the table {folder / TABLE}")
    trials = dict.fromkeys(each.planned.trial for each in planned.cells)
    if private := private_trials(map(specification, trials)):
        click.echo(caution(private))
    failed = [each for each in swept if each.failure]
    if failed:
        which = ", ".join(str(each.cell.number) for each in failed)
        raise ExecutionError(
            f"{len(failed)} of {len(swept)} cells failed ({which}): the page says why, and the "
            "same command runs them again, and only them."
        )
