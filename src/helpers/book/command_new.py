"""The commands ``trialbook new`` and ``trialbook check``: set up a trial, and check one."""

from __future__ import annotations

import math
import shlex
import textwrap
from itertools import pairwise
from pathlib import Path

import click

WIDTH = 79  # of what is printed, whatever the terminal: pages quote it
TOPIC = 13  # letters before the text of a guess


@click.command()
@click.argument("name")
@click.option(
    "--from",
    "source",
    metavar="CSV",
    required=True,
    type=click.Path(path_type=Path),
    help="The table: one row for each patient and visit, or for each patient.",
)
@click.option(
    "--output",
    "-o",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder to make, or an existing one to make it in.  [default: data/NAME]",
)
@click.option("--id", "ids", metavar="COL", multiple=True, help="Column of the patients' ids.")
@click.option("--arm", metavar="COL", help="Column of the treatment arms.")
@click.option("--visit", metavar="COL", help="Column of the visits, in a table that has one.")
@click.option(
    "--score",
    "--outcome",
    "scores",
    metavar="COL",
    multiple=True,
    help="Column of scores, or what columns such as pain_0 and pain_12w share, or such columns "
    "with commas between them; the first is the primary outcome; may be repeated.",
)
@click.option(
    "--outcome-column", metavar="COL", help="Column that names the outcome of each row, if any."
)
@click.option(
    "--baseline", metavar="VISIT|COL", help="The baseline visit, or the column of baseline scores."
)
@click.option("--reference", metavar="ARM", help="The arm that is subtracted, such as placebo.")
@click.option(
    "--higher-is",
    metavar="worse|better",
    multiple=True,
    help="What a higher score means: once for all outcomes, or once for each.",
)
@click.option(
    "--covariate",
    "covariates",
    metavar="COL",
    multiple=True,
    help="Column that describes the patients at baseline; may be repeated.  [default: all]",
)
@click.option("--weeks", metavar="0,4,12", default="", help="The week of each visit, in order.")
@click.option("--missing", metavar="TEXT", multiple=True, help="A further sign of a missing value.")
@click.option("--encoding", metavar="NAME", help="Encoding of the file.  [default: found out]")
def new(
    name: str,
    source: Path,
    output: Path | None,
    ids: tuple[str, ...],
    arm: str | None,
    visit: str | None,
    scores: tuple[str, ...],
    outcome_column: str | None,
    baseline: str | None,
    reference: str | None,
    higher_is: tuple[str, ...],
    covariates: tuple[str, ...],
    weeks: str,
    missing: tuple[str, ...],
    encoding: str | None,
) -> None:
    """Set up the trial NAME from a CSV file.

    Guesses what the columns are, says what it guessed and why, and writes trial.yml and the tables
    to data/NAME. An existing folder is never changed.
    """
    from helpers.trial.raw_layout import Wishes
    from helpers.trial.scaffold_writing import refuse_existing, write_scaffold
    from helpers.trial.scaffolding import check_name, scaffold_trial

    check_name(name)
    folder = _shelf() / name if output is None else _below(output, name)
    refuse_existing(folder)
    wishes = Wishes(
        ids=ids,
        arm=arm,
        visit=visit,
        parameter=outcome_column,
        scores=scores,
        baseline=baseline,
        reference=reference,
        higher_is=higher_is,
        covariates=covariates,
        weeks=_weeks(weeks),
        missing=missing,
    )
    made = scaffold_trial(name, source, wishes=wishes, encoding=encoding)
    write_scaffold(made.files, folder)
    for line in made.report:
        click.echo(_wrapped(line, indent=TOPIC if line.startswith(" ") else 2))
    click.echo(f"Wrote {_shown(folder)}: {', '.join(made.files)}.")
    click.echo("Now open trial.yml and fill in:")
    for number, task in enumerate(made.to_do, start=1):
        click.echo(_wrapped(f"  {number}. {task}", indent=5))
    checked = name if output is None else _shown(folder)
    click.echo(f"Then: trialbook check {shlex.quote(str(checked))}")


@click.command(short_help="Check a trial: its trial.yml and its tables.")
@click.argument("trial", metavar="TRIAL", type=click.Path(path_type=Path))
def check(trial: Path) -> None:
    """Check TRIAL, a name in data or a folder: its trial.yml and its tables."""
    from helpers.trial.checking import check_trial

    report = check_trial(trial)
    for line in report.problem_lines():
        click.echo(line)
    click.echo(report.summary())
    if not report.valid:
        raise click.exceptions.Exit(1)


def _shelf() -> Path:
    """Return the folder of the trials: that of the book around, else ``data`` here."""
    from helpers.book.project import find_project
    from helpers.errors import BuildError

    here = Path.cwd()
    try:
        project = find_project(here)
    except BuildError:
        return here / "data"
    # Outside any book the package's own would be found: nobody looks for a new trial there.
    return project.data if here.is_relative_to(project.root) else here / "data"


def _wrapped(line: str, *, indent: int) -> str:
    """Break a long line, the rest of it under the beginning of its text."""
    return textwrap.fill(
        line,
        WIDTH,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _below(output: Path, name: str) -> Path:
    """Return the folder to make: the one named, or one in it when it exists and is no trial."""
    return output / name if output.is_dir() and not (output / "trial.yml").exists() else output


def _shown(path: Path) -> str:
    """Return a path as the user would write it from here."""
    whole = path.resolve()
    return str(whole.relative_to(Path.cwd())) if whole.is_relative_to(Path.cwd()) else str(path)


def _weeks(text: str) -> tuple[float, ...]:
    from helpers.errors import ParameterError

    try:
        weeks = tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise ParameterError(
            f"--weeks {text}: write numbers with commas between them, for example 0,4,12."
        ) from None
    rising = all(early < late for early, late in pairwise(weeks))
    if not (rising and all(map(math.isfinite, weeks))):
        raise ParameterError(
            f"--weeks {text}: give the week of each visit in the order of time, each later than "
            "the one before, for example 0,4,12."
        )
    return weeks
