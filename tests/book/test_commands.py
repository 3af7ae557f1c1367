from __future__ import annotations

import errno
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from helpers.book import commands
from helpers.book.commands import main
from helpers.errors import TrialBookError

HEAVY = ("numpy", "pandas", "papermill", "sphinx", "scipy", "matplotlib", "IPython", "pydantic")


@pytest.fixture
def inside(book, monkeypatch: pytest.MonkeyPatch):
    """The mini book, with the working directory inside it."""
    visit = 'visit: str = "primary"  # visit [primary | planned visit after baseline]\n'
    book.chapter("02_beta", parameters=COMMON + visit + MORE)
    monkeypatch.chdir(book.root / "chapters")
    return book


COMMON = 'trial: str = "tiny"  # trial [trial]\nedition: str = "none"  # edition [text]\n'
MORE = (
    'outcome: str = "primary"  # outcome [primary | outcome]\n'
    'covariance: str = "random_slope"  # covariance [one of: random_slope, random_intercept]\n'
    'covariates: str = ""  # covariates [baseline variables, comma-separated]\n'
    'eligibility: str = ""  # changes [criteria]\n'
    "draws: int = 10  # draws [integer 1 to 1000]\n"
    "adjust: bool = True  # adjust [true or false]\n"
)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("build", "--edition", "frist"), "no edition named 'frist'. Did you mean 'first'"),
        (("build", "-p", "levle=0.9"), "-p levle=0.9: There is no parameter named 'levle'. Did"),
        (("build", "--edition", "away.yml"), "There is no file away.yml"),
        (("build", "--trial", "tinny"), "There is no trial named 'tinny'"),
        (("build", "-p", "level=high"), "'level' is 'high', but must be a number"),
        (("build", "-p", "level=1.5"), "a number from 0.5 to 0.999"),
        (("build", "-p", "level=nan"), "must be a number"),
        (("build", "-p", "level="), "must be a number"),
        (("build", "-p", "level"), "write the name, an equals sign and the value"),
        (("build", "-p", "=0.9"), "write the name, an equals sign and the value"),
        (("build", "-p", "level=0.9", "-p", "level=0.8"), "'level' is given twice"),
        (("build", "-p", "draws=2.5"), "must be a whole number"),
        (("build", "-p", "draws=0"), "a whole number from 1 to 1000"),
        (("build", "-p", "adjust=maybe"), "must be true or false"),
        (("build", "-p", "visit=week5"), "planned visit after baseline (week4, week8)."),
        (("build", "-p", "visit=baseline"), "cannot be 'baseline'"),
        (("build", "-p", "outcome=stifness"), "Did you mean 'stiffness'"),
        (("build", "-p", "covariance=slope"), "random_slope, random_intercept"),
        (("build", "-p", "covariates=age,height"), "no baseline variable named 'height'"),
        (("build", "-p", "eligibility=mobility"), "'mobility' is not a criterion"),
        (("build", "-p", "eligibility=height > 3"), "no variable named 'height'"),
        (("build", "-p", "trial=tiny"), "a build takes 'trial' from the edition"),
        (("build", "-p", "edition=second"), "a build takes 'edition' from the edition"),
        (("run", "03"), "There is no chapter named '03'"),
        (("run", "02_betta"), "Did you mean '02_beta'"),
        (("run", "1", "-p", "visit=week4"), "There is no parameter named 'visit'"),
        (("run", "1", "-p", "level=2"), "a number from 0.5 to 0.999"),
        (("run", "1", "-p", "trial=tinny"), "Did you mean 'tiny'"),
        (("run", "1", "--edition", "therd"), "There is no edition named 'therd'"),
        (("status", "--edition", "frist"), "no edition named 'frist'. Did you mean 'first'"),
        (("compare", "first", "secund"), "no edition named 'secund'. Did you mean 'second'"),
        (("sweep", "9", "--grid", "level=0.9"), "There is no chapter named '9'"),
        (("sweep", "1", "--grid", "level"), "--grid level: write the name, an equals sign"),
        (("sweep", "1", "--grid", "=0.9"), "write the name, an equals sign"),
        (("sweep", "1", "--grid", "levle=0.9"), "--grid levle=0.9: There is no parameter named"),
        (("sweep", "1", "--grid", "level=0.9,2"), "--grid level=2: the parameter 'level'"),
        (("sweep", "1", "--grid", "level=0.9,high"), "--grid level=high: the parameter 'level'"),
        (("sweep", "1", "--grid", "level=0.9,0.9"), "the value '0.9' is given twice"),
        (("sweep", "1", "--grid", "level=0.9,0.90"), "are the same run"),
        (("sweep", "1", "--grid", "level=0.9", "--grid", "level=0.8"), "'level' is given twice"),
        (("sweep", "1", "--grid", "level=0.9", "-p", "level=0.8"), "also given by -p"),
        (("sweep", "2", "--grid", "draws=1,2", "-p", "adjust=x"), "-p adjust=x: the parameter"),
        (("sweep", "2", "--grid", 'covariates="age,sex'), "the quotes are not understood"),
        (("sweep", "1", "--grid", "edition=first"), "an edition is not a value"),
        (("sweep", "1", "--grid", "trial=tiny,tinny"), "--grid trial=tinny: There is no"),
        (("sweep", "1", "--grid", "level=0.9", "--trial", "tinny"), "no trial named 'tinny'"),
        (("run", "1", "--trial", "tinny"), "no trial named 'tinny'"),
        (("run", "1", "-t", "tiny", "-p", "trial=tiny"), "keep one"),
        (("pdf", "-t", "tinny"), "no trial named 'tinny'"),
        (("epub", "-e", "frist"), "Did you mean 'first'"),
        (("check", "nowhere"), "nowhere"),
        (("synthesise", "tinny", "--check"), "Did you mean 'tiny'"),
        (("synthesise", "tiny_real"), "synthesis.yml"),
    ],
)
def test_every_mistake_gets_one_sentence(inside, arguments, words) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert words in result.stderr
    assert "Traceback" not in result.output
    assert len(result.stderr.strip().splitlines()) == 1
    assert not list((inside.root / "_build").glob("[!.]*/*"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("biuld",), "There is no command 'biuld'. Did you mean 'build'?"),
        (("build", "--jobs", "0"), "--jobs"),
        (("build", "--timeout", "0"), "--timeout"),
        (("build", "--timeout", "90.5"), "--timeout"),
        (("run", "1", "--timeout", "nan"), "--timeout"),
        (("build", "--editoin", "x"), "--edition"),
        (("run",), "CHAPTER"),
        (("sweep", "1"), "--grid"),
        (("sweep", "1", "--grid", "level=1", "-e", "first", "--trial", "tiny"), "--trial"),
        (("run", "1", "-e", "first", "-t", "tiny"), "--trial"),
        (("compare", "first"), "two editions or more"),
        (("compare", "first", "first"), "each once"),
        (("synthesise", "--check", "--recalibrate"), "writes nothing"),
    ],
)
def test_a_wrong_command_line_is_explained(inside, arguments, words) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.output


def test_needs_an_edition(inside) -> None:
    for path in (inside.root / "chapters" / "editions").iterdir():
        path.unlink()
    assert "There is no published edition in" in run("build").stderr


def test_lists(inside) -> None:
    result = run("list")
    assert result.exit_code == 0
    assert "draws" in result.output


def test_builds_and_says_where(inside, ran) -> None:
    result = run("build")
    assert result.exit_code == 0
    place = inside.root / "_build" / "first" / "html" / "index.html"
    assert f"Edition first is built: {place}" in result.output
    assert f"Edition first is up to date: {place}" in run("build").output
    assert "second" not in run("build", "--edition", "first").output


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (TrialBookError("A sentence."), 1, "A sentence."),
        (OSError(errno.ENOSPC, "No space left on device"), 1, "The disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), 1, "/x: Permission denied."),
        (KeyboardInterrupt(), 130, "Interrupted"),
    ],
)
def test_foreseeable_faults_are_told_in_a_sentence(
    inside, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, words: str
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(commands, "current_project", fail)
    result = run("list")
    assert result.exit_code == code
    assert words in result.stderr
    monkeypatch.setenv("TRIALBOOK_DEBUG", "1")
    assert words not in run("list").stderr


@pytest.mark.parametrize("valid", [True, False])
def test_checks_a_trial(tiny_trial: Path, valid: bool) -> None:
    if not valid:
        table = tiny_trial / "participants_synthetic.csv"
        table.write_text(table.read_text().replace("walking", "runing", 2))
    result = run("check", str(tiny_trial))
    assert result.exit_code == (0 if valid else 1)
    assert result.output.count("participants_synthetic.csv, row") == (0 if valid else 2)


def test_synthesises(inside, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cohorts = SimpleNamespace(
        compare_cohort=lambda project, name: 6,
        make_cohort=lambda project, name, output: [tmp_path / name],
        recalibrate_cohort=lambda project, name, output, report: report("step 1") or [output],
    )
    monkeypatch.setitem(sys.modules, "helpers.book.cohorts", cohorts)
    assert run("synthesise", "--check").output == (
        "The 6 files of the cohort impact are what the code makes.\n"
    )
    assert run("synthesise", "tiny").output == f"Wrote {tmp_path / 'tiny'}\n"
    result = run("synthesise", "--recalibrate", "--output", str(tmp_path))
    assert result.output == f"step 1\nWrote {tmp_path}\n"


def modules_after(root: Path, *arguments: str) -> tuple[set[str], float]:
    """Run the command in a fresh process; return what it imported and how long it took."""
    program = (
        "import json, sys\n"
        "from helpers.book.commands import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1])), time.monotonic() - start


@pytest.mark.parametrize("arguments", [("--help",), ("build", "--help"), ("list",), ("status",)])
def test_help_and_lists_load_nothing_scientific(inside, arguments) -> None:
    loaded, _ = modules_after(inside.root, *arguments)
    assert loaded.isdisjoint(HEAVY)


def test_status_of_a_finished_book_loads_nothing_and_takes_no_time(inside, ran) -> None:
    run("build")
    loaded, seconds = modules_after(inside.root, "status")
    assert loaded.isdisjoint(HEAVY)
    assert seconds < 1


def test_says_what_is_up_to_date_and_what_is_not(inside, ran) -> None:
    assert "first: book to be built (it has never been built" in run("status").output
    run("build", "--edition", "first")
    said = run("status", "--edition", "first").output.splitlines()
    assert said[0] == "first: book up to date; 3 of 3 chapters up to date"
    assert said[1] == "  01_alpha  up to date"
    inside.edition("first", "parameters:\n  shared: {level: 0.8}\n")
    said = run("status", "--edition", "first").output.splitlines()
    assert said[1] == "  01_alpha  stale: parameter level"


def test_builds_the_published_editions_unless_told_otherwise(inside, ran) -> None:
    inside.edition("extra", "published: false\n")
    assert "Edition extra" not in run("build").output
    assert "Edition extra is built" in run("build", "--edition", "extra").output


def test_builds_the_book_of_a_trial(inside, ran, tiny_trial: Path) -> None:
    result = run("build", "--trial", str(tiny_trial))
    place = inside.root / "_build" / "tiny" / "html" / "index.html"
    assert f"Edition tiny is built: {place}" in result.output
    assert "Edition first" not in result.output
    assert "tiny: book up to date" in run("status", "--trial", str(tiny_trial)).output


def test_status_knows_the_books_of_trials(inside, ran, tiny_trial: Path) -> None:
    path = tiny_trial / "trial.yml"
    path.write_text(path.read_text().replace("id: tiny\n", "id: mine\n", 1))
    run("build", "--trial", str(tiny_trial))
    assert "mine: the book of a trial that no valid trial.yml" in run("status").output
    assert "mine" not in run("status", "-e", "first").output
    shutil.copytree(tiny_trial, inside.root / "data" / "ours")
    run("build", "-t", "ours")
    assert "\nmine: book up to date; 3 of 3" in run("status").output


def test_no_command_is_described_in_half_a_sentence() -> None:
    commands_told = run("--help").output.partition("Commands:")[2].strip().splitlines()
    assert len(commands_told) == len(main.commands)
    assert all(each.endswith(".") and not each.endswith("...") for each in commands_told)


def test_a_dry_run_prints_the_cells_and_runs_nothing(inside) -> None:
    result = run("sweep", "1", "--grid", "level=0.8,0.9", "--dry-run")
    assert result.output.splitlines() == [
        "Cell 1: level=0.8",
        "Cell 2: level=0.9",
        "2 cells: 0 finished, 2 to run; kept in "
        f"{inside.root / '_build' / 'sweeps' / '01_alpha-level'}",
    ]
    assert not (inside.root / "_build").exists()


def test_a_build_without_changes_loads_nothing_and_takes_no_time(inside, ran) -> None:
    run("build")
    loaded, seconds = modules_after(inside.root, "build")
    assert loaded.isdisjoint(HEAVY)
    assert seconds < 1
