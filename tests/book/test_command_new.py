"""The commands ``new`` and ``check`` as a user types them."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from helpers.book.command_new import check, new
from helpers.errors import SpecificationError, TrialBookError


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder outside any book with a CSV file in it; commands run there."""
    rows = ["id,arm,pain_0,pain_6w"]
    rows += [f"P{at},{('new', 'placebo')[at % 2]},{at % 11},{at % 7}" for at in range(20)]
    (tmp_path / "scores.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command: click.Command, *arguments: str) -> Result:
    result = CliRunner().invoke(command, list(arguments))
    if isinstance(result.exception, TrialBookError):
        raise result.exception
    return result


def test_a_trial_is_set_up_and_found_by_its_name(table: Path) -> None:
    result = run(new, "my_trial", "--from", "scores.csv")
    assert result.exit_code == 0
    assert "placebo is subtracted: its name" in result.output
    assert result.output.splitlines()[-1] == "Then: trialbook check my_trial"
    names = {path.name for path in (table / "data" / "my_trial").iterdir()}
    assert names == {"trial.yml", "participants.csv", "outcomes.csv"}
    checked = run(check, "my_trial")
    assert checked.exit_code == 0
    assert checked.output.endswith("Valid.\n")
    assert run(check, "data/my_trial").output == checked.output


def test_a_trial_may_lie_elsewhere(table: Path) -> None:
    result = run(new, "my_trial", "--from", "scores.csv", "--output", "a folder/größer")
    assert "trialbook check 'a folder/größer'" in result.output
    assert run(check, "a folder/größer").exit_code == 0
    assert not (table / "data").exists()


def test_a_trial_is_made_in_a_folder_that_exists(table: Path) -> None:
    (table / "trials").mkdir()
    run(new, "my_trial", "--from", "scores.csv", "--output", "trials")
    assert run(check, "trials/my_trial").exit_code == 0
    with pytest.raises(SpecificationError, match="exists already"):
        run(new, "other", "--from", "scores.csv", "--output", "trials/my_trial")


def test_options_correct_the_guesses(table: Path) -> None:
    options = ["--reference", "new", "--higher-is", "better", "--weeks", "0,7"]
    result = run(new, "my_trial", "--from", "scores.csv", *options)
    told = " ".join(result.output.split())
    assert "new is subtracted: as --reference says" in told
    assert "higher is better, as --higher-is says" in told
    assert "(week 7)" in told
    assert max(map(len, result.output.splitlines())) < 80


def test_a_second_time_nothing_is_touched(table: Path) -> None:
    run(new, "my_trial", "--from", "scores.csv")
    path = table / "data" / "my_trial" / "trial.yml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(SpecificationError, match="exists already and was not touched"):
        run(new, "my_trial", "--from", "scores.csv")
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("My trial", "--from", "scores.csv"), "for example my_trial"),
        (("my_trial", "--from", "absent.csv"), "no file absent.csv"),
        (("my_trial", "--from", "scores.csv", "--weeks", "0;6"), "commas between them"),
        (("my_trial", "--from", "scores.csv", "--weeks", "0,nan,12"), "order of time"),
        (("my_trial", "--from", "scores.csv", "--weeks", "0,1e400"), "order of time"),
        (("my_trial", "--from", "scores.csv", "--weeks", "0,6,6"), "order of time"),
        (("my_trial", "--from", "scores.csv", "--weeks", "6,0,12"), "order of time"),
        (("my_trial", "--from", "scores.csv", "--encoding", "utf-88"), "--encoding utf-88"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    table: Path, arguments: tuple[str, ...], says: str
) -> None:
    with pytest.raises(TrialBookError, match=says):
        run(new, *arguments)
    assert {path.name for path in table.iterdir()} == {"scores.csv"}


def test_many_problems_alike_are_counted(table: Path) -> None:
    run(new, "my_trial", "--from", "scores.csv")
    path = table / "data" / "my_trial" / "participants.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",new", ",New"), encoding="utf-8")
    result = run(check, "my_trial")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0].startswith(
        "participants.csv, row 2, column arm: 'New' is not one of its codes."
    )
    assert "Did you mean 'new'?" in lines[0]
    assert lines[3] == (
        "participants.csv, column arm: 7 more like these (rows 8, 10, 12, 14, 16, ...)."
    )
    assert lines[-1] == "10 problems found."
