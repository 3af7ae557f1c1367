from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.book.builds import build_editions
from helpers.book.chapters import read_chapters
from helpers.book.planning import plan_editions
from helpers.book.trial_books import AUDIENCE, OfTrial, trial_edition, within_reach
from helpers.errors import TrialBookError


def edition(book, trial: str):
    return trial_edition(book.project, OfTrial(trial), read_chapters(book.project))


def test_takes_its_name_and_its_title_from_the_trial(book) -> None:
    found = edition(book, "tiny")
    assert found.name == "tiny"
    assert found.title.endswith("(synthetic cohort)")
    assert found.audience == AUDIENCE
    assert edition(book, "tiny_real").title.endswith("(real patients)")


def test_never_replaces_the_book_of_an_edition(book) -> None:
    book.edition("tiny")
    assert edition(book, "tiny").name == "tiny-trial"


@pytest.mark.parametrize("name", ["runs", "sweeps", "compare"])
def test_never_takes_a_folder_that_is_taken(book, tiny_trial: Path, name: str) -> None:
    path = tiny_trial / "trial.yml"
    path.write_text(path.read_text().replace("id: tiny\n", f"id: {name}\n", 1))
    assert edition(book, str(tiny_trial)).name == f"{name}-trial"


@pytest.mark.parametrize("content", ["id: [tiny]\n", "- id\n", "id: Tiny!\n", "id: 'tiny\n"])
def test_says_what_is_wrong_with_a_description(book, tiny_trial: Path, content: str) -> None:
    (tiny_trial / "trial.yml").write_text(content)
    with pytest.raises(TrialBookError, match=r"trial\.yml"):
        edition(book, str(tiny_trial))


def test_leaves_out_what_has_nothing_to_compare(book) -> None:
    book.chapter("compare", after="editions")
    assert edition(book, "tiny").leave_out == ("compare",)


def test_has_a_first_page_of_its_own_where_the_book_has_one(book) -> None:
    assert edition(book, "tiny").first_page == ""
    book.page("trial_index", "# {{ edition_title }}")
    assert edition(book, "tiny").first_page == "trial_index.md"


def test_no_file_of_the_book_holds_the_place_of_the_trial(
    book, ran, tiny_trial: Path, tmp_path: Path
) -> None:
    build_editions(
        book.project,
        [OfTrial(str(tiny_trial))],
        overrides={"level": "0.9"},
        jobs=1,
        timeout=60,
        report=lambda line: None,
    )
    assert ran.chapters == ["tiny/01_alpha", "tiny/02_beta", "tiny/07_gamma"]
    for path in (book.root / "_build").rglob("*"):
        if path.is_file():
            assert str(tiny_trial).encode() not in path.read_bytes()
    results = json.loads((book.root / "_build" / "tiny" / "results.json").read_text())
    assert json.loads(results["ran.01_alpha"]["value"])["trial"] == "tiny"


def test_resolves_the_trial_of_a_file_beside_the_file(book, tiny_trial: Path) -> None:
    path = tiny_trial.parent / "mine.yml"
    path.write_text("title: Mine\ntrial: ./tiny\naudience: me\n")
    [planned] = plan_editions(book.project, [str(path)], {})
    assert planned.trial == tiny_trial


def test_puts_a_trial_from_elsewhere_within_reach(book, tiny_trial: Path, tmp_path: Path) -> None:
    [away, here] = plan_editions(book.project, [OfTrial(str(tiny_trial)), OfTrial("tiny_real")], {})
    scratch = tmp_path / "scratch"
    within_reach(away.chapters[0], scratch)
    found = scratch / "data" / "tiny" / "trial.yml"
    assert found.read_bytes() == (tiny_trial / "trial.yml").read_bytes()
    within_reach(here.chapters[0], tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_copies_a_trial_where_links_are_not_allowed(
    book, tiny_trial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise OSError("no links here")

    [away] = plan_editions(book.project, [OfTrial(str(tiny_trial))], {})
    monkeypatch.setattr(Path, "symlink_to", refuse)
    within_reach(away.chapters[0], tmp_path / "scratch")
    place = tmp_path / "scratch" / "data" / "tiny"
    assert not place.is_symlink()
    assert (place / "trial.yml").is_file()
