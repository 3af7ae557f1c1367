"""The command ``trialbook`` and its commands, some of which have modules of their own.

Nothing scientific is loaded before it is needed, so that help, lists and a build without changes
answer at once.
"""

from __future__ import annotations

import io
import os
import shutil
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

import click

from helpers.book import command_options as options
from helpers.book.command_compare import compare
from helpers.book.command_new import check, new
from helpers.book.command_options import current_project
from helpers.book.command_print import epub, pdf
from helpers.book.command_site import links, serve, site, zip_
from helpers.book.command_status import status
from helpers.book.command_sweep import sweep
from helpers.book.start import INTERRUPTED, begin
from helpers.book.system_errors import DEBUG, system_sentence
from helpers.errors import TrialBookError, nearest_name

RUNNING = ("build", "sweep", "compare", "run")
"""Commands that run chapters, and keep those that have finished."""


class _PlainSpoken(click.Group):
    """A group of commands that tells every foreseeable fault in a sentence, without a traceback."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Suggest the nearest command for one that does not exist."""
        near = nearest_name(args[0], self.list_commands(ctx))
        if near and near != args[0]:
            ctx.fail(f"There is no command {args[0]!r}. Did you mean {near!r}?")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; see the class."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except (Exception, KeyboardInterrupt) as error:
            if os.environ.get(DEBUG) == "1" or isinstance(error, BrokenPipeError):
                raise
            click.echo(_sentence(error, ctx.invoked_subcommand), err=True)
            ctx.exit(INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1)


@click.group(cls=_PlainSpoken, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="trialbook", prog_name="trialbook")
def main() -> None:
    """Build, run and check a book about how a clinical trial is analysed."""
    begin()
    # So that the build can end its kernels when it is asked to end itself, or loses its terminal.
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # Whoever starts it with nohup wants it to outlive the terminal.
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)
    # A name that the terminal cannot write is no reason to fail.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@main.command()
@options.editions(
    "Build this edition only: one of the book, or a file (.yml) anywhere",
    otherwise=options.PUBLISHED,
)
@options.trial("Build the book of this trial, without an edition: every chapter, every default.")
@options.parameters
@options.jobs
@options.timeout
@options.scheduler
def build(
    editions: tuple[str, ...],
    trial: str | None,
    parameters: tuple[str, ...],
    jobs: int | None,
    timeout: float,
    scheduler: str | None,
) -> None:
    """Run what has changed and compile the book.

    The finished book of each edition is in _build/EDITION/html, that of a trial in _build/ID/html.
    When anything fails, the last good book stays.
    """
    from helpers.book.builds import build_editions
    from helpers.book.editions import published_names

    project = current_project()
    done = build_editions(
        project,
        options.books(editions, trial) or published_names(project),
        overrides=options.given_values(parameters),
        jobs=jobs or options.processors(),
        timeout=timeout,
        report=click.echo,
        scheduler=scheduler,
    )
    for book in done:
        state = "built" if book.new else "up to date"
        click.echo(f"Edition {book.edition} is {state}: {book.index}")


for _command in (sweep, compare, site, zip_, serve, links, pdf, epub, status, new, check):
    main.add_command(_command)


@main.command(short_help="Run one chapter, with any values of its parameters.")
@click.argument("chapter")
@options.edition
@options.trial("Run the chapter for this trial.")
@options.parameters
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The notebook to write.  [default: _build/runs/CHAPTER.ipynb]",
)
@options.timeout
def run(
    chapter: str,
    edition: str | None,
    trial: str | None,
    parameters: tuple[str, ...],
    output: Path | None,
    timeout: float,
) -> None:
    """Run one CHAPTER: its name, its number or the beginning of its name."""
    from helpers.book.chapters import find_chapter, read_chapters
    from helpers.book.editions import read_edition

    overrides = options.values_with_trial(parameters, trial=trial, edition=edition)
    project = current_project()
    chapters = read_chapters(project)
    found = find_chapter(chapter, chapters)
    chosen = read_edition(project, edition, chapters) if edition is not None else None
    from helpers.book.running import run_one

    ran = run_one(
        project, found, edition=chosen, overrides=overrides, output=output, timeout=timeout
    )
    click.echo(f"{found.name} recorded {ran.results} results; its notebook is {ran.notebook}")


@main.command(name="list")
def list_() -> None:
    """List editions, chapters and the parameters of each chapter."""
    from helpers.book.listing import listing

    click.echo(listing(current_project(), width=shutil.get_terminal_size((100, 24)).columns))


@main.command()
@click.argument("name", default="impact")
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write.  [default: data/NAME]",
)
@click.option("--recalibrate", is_flag=True, help="Find the settings again that hit the targets.")
@click.option("--check", "compare", is_flag=True, help="Write nothing; compare with what is there.")
def synthesise(name: str, output: Path | None, recalibrate: bool, compare: bool) -> None:
    """Make the synthetic cohort of the trial NAME."""
    if compare and (recalibrate or output):
        raise click.UsageError("--check writes nothing: leave out --output and --recalibrate.")
    from helpers.book.cohorts import compare_cohort, make_cohort, recalibrate_cohort

    project = current_project()
    if compare:
        number = compare_cohort(project, name)
        click.echo(f"The {number} files of the cohort {name} are what the code makes.")
        return
    if recalibrate:
        files = recalibrate_cohort(project, name, output=output, report=click.echo)
    else:
        files = make_cohort(project, name, output=output)
    for file in files:
        click.echo(f"Wrote {file}")


def _sentence(error: BaseException, command: str | None) -> str:
    """Say what went wrong in words for the reader of a terminal."""
    if isinstance(error, KeyboardInterrupt):
        if command in RUNNING:
            return (
                "Interrupted: nothing was replaced, and no chapter is still running. The same "
                "command goes on with what has finished."
            )
        return "Interrupted: nothing half-written is left."
    if isinstance(error, OSError):
        return system_sentence(error)
    if isinstance(error, TrialBookError):
        return str(error)
    # The message may quote a patient, so only the place is told.
    last = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"This is a fault of trialbook itself ({type(error).__name__} in {Path(last.filename).name}"
        f", line {last.lineno}): run the same command with {DEBUG}=1 and report what it says."
    )


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
