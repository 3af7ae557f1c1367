"""The command ``trialbook``: build, run, list, check, synthesise.

Nothing scientific is loaded before it is needed, so that help, lists and a build without changes
answer at once.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import click

from helpers.errors import TrialBookError, nearest_name

INTERRUPTED = 130
TERMINATED = 143
CELL_SECONDS = 1800.0


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
        except (TrialBookError, OSError, KeyboardInterrupt) as error:
            if os.environ.get("TRIALBOOK_DEBUG") == "1" or isinstance(error, BrokenPipeError):
                raise
            click.echo(_sentence(error), err=True)
            ctx.exit(INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1)


@click.group(cls=_PlainSpoken, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="trialbook", prog_name="trialbook")
def main() -> None:
    """Build, run and check a book about how a clinical trial is analysed."""
    # So that the build can end its kernels when it is asked to end itself.
    signal.signal(signal.SIGTERM, _end)


_edition = click.option(
    "--edition", "-e", metavar="NAME", help="Use the values of this edition (see 'trialbook list')."
)
_parameters = click.option(
    "--parameter",
    "-p",
    "parameters",
    metavar="NAME=VALUE",
    multiple=True,
    help="Give a parameter another value; may be repeated.",
)
_timeout = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=CELL_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long one cell may take.",
)


@main.command()
@click.option(
    "--edition",
    "-e",
    "editions",
    metavar="NAME",
    multiple=True,
    help="Build this edition only; may be repeated.  [default: all]",
)
@_parameters
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(min=1),
    help="How many chapters run at the same time.  [default: one for each processor]",
)
@_timeout
def build(
    editions: tuple[str, ...], parameters: tuple[str, ...], jobs: int | None, timeout: float
) -> None:
    """Run what has changed and compile the book.

    The finished book of each edition is in _build/EDITION/html. When anything fails, the last
    good book stays.
    """
    from helpers.book.builds import build_editions
    from helpers.book.editions import edition_names

    project = _project()
    names = editions or edition_names(project)
    if not names:
        raise TrialBookError(f"There is no edition in {project.editions}: write one first.")
    done = build_editions(
        project,
        names,
        overrides=_overrides(parameters),
        jobs=jobs or os.cpu_count() or 1,
        timeout=timeout,
        report=click.echo,
    )
    for book in done:
        state = "built" if book.new else "up to date"
        click.echo(f"Edition {book.edition} is {state}: {book.index}")


@main.command()
@click.argument("chapter")
@_edition
@_parameters
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The notebook to write.  [default: _build/runs/CHAPTER.ipynb]",
)
@_timeout
def run(
    chapter: str,
    edition: str | None,
    parameters: tuple[str, ...],
    output: Path | None,
    timeout: float,
) -> None:
    """Run one CHAPTER: its name, its number or the beginning of its name."""
    from helpers.book.chapters import find_chapter, read_chapters
    from helpers.book.editions import read_edition

    project = _project()
    chapters = read_chapters(project)
    found = find_chapter(chapter, chapters)
    chosen = read_edition(project, edition, chapters) if edition is not None else None
    overrides = _overrides(parameters)
    from helpers.book.running import run_one

    ran = run_one(
        project, found, edition=chosen, overrides=overrides, output=output, timeout=timeout
    )
    click.echo(f"{found.name} recorded {ran.results} results; its notebook is {ran.notebook}")


@main.command(name="list")
def list_() -> None:
    """List editions, chapters and the parameters of each chapter."""
    from helpers.book.listing import listing

    click.echo(listing(_project(), width=shutil.get_terminal_size((100, 24)).columns))


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def check(folder: Path) -> None:
    """Check the trial in DIR: its trial.yml and its tables."""
    from helpers.trial.checking import check_trial

    report = check_trial(folder)
    for problem in report.problems:
        click.echo(str(problem))
    click.echo(report.summary())
    if not report.valid:
        raise click.exceptions.Exit(1)


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

    project = _project()
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


def _project() -> Any:
    from helpers.book.project import find_project

    return find_project(Path.cwd())


def _overrides(parameters: tuple[str, ...]) -> dict[str, str]:
    """Read ``name=value`` options."""
    from helpers.errors import ParameterError

    values: dict[str, str] = {}
    for text in parameters:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise ParameterError(f"-p {text}: write the name, an equals sign and the value.")
        if name in values:
            raise ParameterError(f"-p {text}: {name!r} is given twice; keep one of the two.")
        values[name] = value.strip()
    return values


def _sentence(error: BaseException) -> str:
    """Say what went wrong in words for the reader of a terminal."""
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted: nothing was replaced, and no chapter is still running."
    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return "The disk is full: free some space and try again; nothing was replaced."
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or error}."
    return str(error)


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(TERMINATED)


if __name__ == "__main__":
    main()
