from __future__ import annotations

from pathlib import Path

import pytest

from helpers.book.chapters import find_chapter, read_chapters
from helpers.book.editions import read_edition
from helpers.book.planning import (
    check_planned,
    plan_chapter,
    plan_editions,
    results_parameter,
    specification,
)
from helpers.errors import EditionError, ParameterError, TrialBookError

from_cell = 'visit: str = "primary"  # visit [primary | planned visit after baseline]\n'


def planned(book, *names: str, **overrides: str):
    return plan_editions(book.project, names or ("first",), overrides)


def test_gives_each_parameter_its_value(book) -> None:
    [first, second] = planned(book, "first", "second")
    values = {chapter.name: dict(chapter.values) for chapter in first.chapters}
    assert values == {
        "01_alpha": {"trial": "tiny", "edition": "first", "level": 0.9},
        "02_beta": {"trial": "tiny", "edition": "first"},
        "07_gamma": {"trial": "tiny", "edition": "first", "results": ""},
    }
    assert second.chapters[0].values["level"] == 0.95
    assert first.trial == book.root / "data" / "tiny"
    assert results_parameter(first.chapters[2].chapter).name == "results"
    assert results_parameter(first.chapters[0].chapter) is None


def test_prefers_the_command_line_then_the_chapter_then_shared(book) -> None:
    book.edition("first", "parameters:\n  shared: {level: 0.9}\n  01_alpha: {level: 0.8}\n")
    assert planned(book)[0].chapters[0].values["level"] == 0.8
    assert planned(book, level="0.7")[0].chapters[0].values["level"] == 0.7


def test_names_an_edition_once(book) -> None:
    assert [edition.name for edition in planned(book, "first", "first")] == ["first"]


@pytest.mark.parametrize(
    ("names", "overrides", "words"),
    [
        (("frist",), {}, "Did you mean 'first'"),
        (("first",), {"levle": "0.9"}, "-p levle=0.9: .*Did you mean 'level'"),
        (("first",), {"level": "high"}, "-p level=high: .* must be a number"),
        (("first",), {"trial": "tiny_real"}, "a build takes 'trial' from the edition"),
        (("first",), {"edition": "second"}, "a build takes 'edition' from the edition"),
    ],
)
def test_refuses_names_and_types_before_anything_runs(book, names, overrides, words) -> None:
    with pytest.raises(TrialBookError, match=words):
        plan_editions(book.project, names, overrides)


def test_refuses_values_that_the_trial_does_not_have(book) -> None:
    book.chapter("01_alpha", parameters=from_common() + from_cell)
    book.edition("first", "parameters:\n  shared: {visit: week4}\n")
    book.edition("second", "parameters:\n  shared: {visit: week4}\n", trial="tiny_real")
    first, second = planned(book, "first", "second")
    check_planned(first.chapters, specification(first.trial))
    with pytest.raises(ParameterError, match=r"second.yml, line 5: the parameter 'visit'"):
        check_planned(second.chapters, specification(second.trial))


def test_judges_defaults_too(book) -> None:
    book.chapter("01_alpha", parameters=from_common() + from_cell.replace("primary", "week9", 1))
    book.edition("first")
    [first] = planned(book)
    with pytest.raises(ParameterError, match=r"Default in chapters.01_alpha.ipynb: .*'week9'"):
        check_planned(first.chapters, specification(first.trial))


def test_refuses_an_edition_whose_trial_is_not_there(book) -> None:
    book.edition("first", trial="tinny")
    with pytest.raises(
        ParameterError, match=r"first.yml, line 2: There is no .*Did you mean 'tiny'"
    ):
        planned(book)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ("", "must declare 'trial' as str"),
        ('trial: str = "tiny"  # trial [trial]\n', "must declare 'edition' as str"),
        ("trial: int = 1  # trial [integer 1 to 2]\n", "must declare 'trial' as str"),
    ],
)
def test_every_chapter_declares_trial_and_edition(book, parameters, words) -> None:
    book.chapter("01_alpha", parameters=parameters)
    book.edition("first")
    with pytest.raises(ParameterError, match=words):
        planned(book)


def one(book, name: str, edition: str | None = None, **overrides: str):
    chapters = read_chapters(book.project)
    chosen = read_edition(book.project, edition, chapters) if edition else None
    return plan_chapter(book.project, find_chapter(name, chapters), chosen, overrides)


def test_plans_a_chapter_by_itself(book) -> None:
    assert one(book, "1").values == {"trial": "tiny", "edition": "none", "level": 0.95}
    assert one(book, "1", "first").values["level"] == 0.9
    assert one(book, "1", "second").values["trial"] == "tiny_real"
    assert one(book, "1", "second", trial="tiny").values["trial"] == "tiny"


def test_a_trial_given_as_a_path_is_known_by_its_id(
    book, tiny_trial: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny_trial.parent)
    (tiny_trial.parent / "mine").symlink_to(tiny_trial)
    planned = one(book, "1", trial="mine")
    assert planned.values["trial"] == "tiny"
    assert (planned.trial, planned.elsewhere) == (tiny_trial, True)
    assert one(book, "1", trial="tiny").elsewhere is False


def test_plans_the_editions_with_which_one_is_compared(book) -> None:
    book.chapter("compare", parameters=from_common(), after="editions")
    book.edition("first", "compare: [second]\n")
    book.edition("second", "compare: [first]\nparameters:\n  shared: {level: 0.8}\n")
    [first, second] = planned(book, "first", "second")
    assert [each.name for each in first.chapters][-1] == "compare"
    [other] = first.compared
    assert other.name == "second"
    assert [each.name for each in other.chapters] == ["01_alpha", "02_beta", "07_gamma"]
    assert other.chapters[0].values["level"] == 0.8
    assert other.compared == ()
    assert second.compared[0].name == "first"


def test_refuses_two_books_in_one_place(book, tmp_path: Path) -> None:
    mine, yours = tmp_path / "mine" / "own.yml", tmp_path / "yours" / "own.yml"
    for path in (mine, yours):
        path.parent.mkdir()
        path.write_text(f"title: {path.parent.name}\ntrial: tiny\naudience: all\n")
    assert len(planned(book, str(mine), str(mine))) == 1
    with pytest.raises(EditionError, match="have the name 'own'"):
        planned(book, str(mine), str(yours))


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"level": "1.5"}, "-p level=1.5: .*a number from 0.5 to 0.999"),
        ({"levels": "0.9"}, "Did you mean 'level'"),
        ({"trial": "tinny"}, "-p trial=tinny: .*Did you mean 'tiny'"),
    ],
)
def test_refuses_wrong_values_for_one_chapter(book, overrides, words) -> None:
    with pytest.raises(ParameterError, match=words):
        one(book, "1", **overrides)


def from_common() -> str:
    return 'trial: str = "tiny"  # the trial [trial]\nedition: str = "none"  # the edition [text]\n'
