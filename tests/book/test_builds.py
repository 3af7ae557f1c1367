from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from helpers.book import fingerprints, making, stages
from helpers.book.builds import build_editions, stored_fingerprint
from helpers.book.locking import only_build
from helpers.book.replacing import ASIDE
from helpers.errors import BuildError, ExecutionError, TrialBookError


def build(book, *names: str, **overrides: str) -> list[str]:
    """Build editions; return what was reported and, for each, whether it is new."""
    said: list[str] = []
    done = build_editions(
        book.project,
        names or ("first", "second"),
        overrides=overrides,
        jobs=2,
        timeout=60,
        report=said.append,
    )
    return said + [f"{each.edition} {'new' if each.new else 'same'}" for each in done]


def results(book, edition: str = "first") -> dict:
    return json.loads((book.root / "_build" / edition / "results.json").read_text())


def test_makes_every_edition_and_says_where(book, ran) -> None:
    said = build(book)
    assert said[-2:] == ["first new", "second new"]
    assert "first/01_alpha took 0.1 s" in said
    assert set(ran.compiled) == {"first", "second"}
    for edition in ("first", "second"):
        folder = book.root / "_build" / edition
        assert sorted(path.name for path in folder.iterdir()) == [
            "build.json",
            "html",
            "notebooks",
            "results.json",
        ]
        names = sorted(path.name for path in (folder / "notebooks").iterdir())
        assert names == ["01_alpha.ipynb", "02_beta.ipynb", "07_gamma.ipynb"]
    assert not (book.root / "_build" / ".staging").exists()


def test_a_chapter_that_runs_last_gets_the_results_of_the_others(book, ran) -> None:
    build(book, "first")
    assert ran.chapters == ["first/01_alpha", "first/02_beta", "first/07_gamma"]
    given = json.loads(results(book)["ran.07_gamma"]["value"])
    others = json.loads(given["others"])
    assert set(others) == {"ran.01_alpha", "ran.02_beta"}
    assert json.loads(results(book)["ran.01_alpha"]["value"])["others"] is None


def test_runs_nothing_and_compiles_nothing_when_nothing_changed(book, ran) -> None:
    build(book)
    ran.chapters.clear()
    ran.compiled.clear()
    assert build(book) == ["first same", "second same"]
    assert ran.chapters == ran.compiled == []


def test_runs_only_what_changed_and_what_depends_on_it(book, ran) -> None:
    build(book, "first")
    ran.chapters.clear()
    book.chapter("02_beta", "1 + 1", parameters=COMMON)
    build(book, "first")
    # The stand-in's record of 02_beta is the same as before, so the last chapter is too.
    assert ran.chapters == ["first/02_beta"]
    ran.chapters.clear()
    build(book, "first", level="0.8")
    assert ran.chapters == ["first/01_alpha", "first/07_gamma"]
    ran.chapters.clear()
    assert build(book, "first") == [
        "first/01_alpha took 0.1 s",
        "first/07_gamma took 0.1 s",
        "first new",
    ]


def test_compiles_again_without_running_when_a_page_changed(book, ran) -> None:
    build(book, "first")
    ran.chapters.clear()
    book.page("index", "# Another")
    assert build(book, "first") == ["first new"]
    assert ran.chapters == []
    assert ran.compiled == ["first", "first"]


def test_makes_again_what_was_taken_away(book, ran) -> None:
    build(book, "first")
    (book.root / "_build" / "first" / "html" / "index.html").unlink()
    assert stored_fingerprint(book.project, "first") is None
    assert build(book, "first") == ["first new"]
    (book.root / "_build" / "first" / "build.json").write_text("[]")
    assert build(book, "first") == ["first new"]
    assert len(ran.chapters) == 3


def test_a_failed_chapter_leaves_the_last_good_book(book, ran) -> None:
    build(book, "first")
    good = results(book)
    book.chapter("02_beta", "1 / 0", parameters=COMMON)
    ran.failing.add("02_beta")
    with pytest.raises(ExecutionError, match="Chapter 02_beta of the edition first stopped"):
        build(book, "first")
    assert results(book) == good
    assert stored_fingerprint(book.project, "first") is not None


def test_tells_every_chapter_that_failed(book, ran) -> None:
    ran.failing |= {"01_alpha", "02_beta"}
    with pytest.raises(ExecutionError, match=r"(?s)01_alpha.*02_beta"):
        build(book, "first")
    assert not (book.root / "_build" / "first").exists()


def test_what_ran_before_a_failure_need_not_run_again(book, ran) -> None:
    ran.failing.add("02_beta")
    with pytest.raises(ExecutionError):
        build(book, "first")
    ran.failing.clear()
    ran.chapters.clear()
    build(book, "first")
    assert ran.chapters == ["first/02_beta", "first/07_gamma"]


def test_no_book_is_replaced_unless_all_compile(book, ran, monkeypatch: pytest.MonkeyPatch) -> None:
    build(book)
    before = {name: stored_fingerprint(book.project, name) for name in ("first", "second")}
    compiled = making.compile_book

    def fail(source: Path, *, scratch: Path, name: str, page_steps=()) -> Path:
        if name == "second":
            raise BuildError("chapters/index.md:3: something is wrong")
        return compiled(source, scratch=scratch, name=name)

    monkeypatch.setattr(making, "compile_book", fail)
    book.page("index", "# Another")
    with pytest.raises(BuildError, match="something is wrong"):
        build(book)
    after = {name: stored_fingerprint(book.project, name) for name in ("first", "second")}
    assert after == before


def test_a_full_disk_leaves_the_last_good_book(book, ran, monkeypatch: pytest.MonkeyPatch) -> None:
    build(book, "first")
    good = results(book)
    book.chapter("02_beta", "1", parameters=COMMON)

    def full(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(stages, "keep_notebook", full)
    with pytest.raises(OSError, match="No space"):
        build(book, "first")
    assert results(book) == good


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_what_changes_while_it_runs_is_neither_kept_nor_compiled(
    book, ran, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    run_chapters = stages.run_chapters

    def edit_meanwhile(tasks, **options):
        path = book.root / "chapters" / "02_beta.ipynb"
        if change == "edit":
            path.write_text(path.read_text().replace("# Title of", "# New title of"))
        else:
            path.unlink()
        return run_chapters(tasks, **options)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(stages, "run_chapters", edit_meanwhile)
        with pytest.raises(
            BuildError,
            match=r"chapter 02_beta of the edition first ran, .* changed \(source\): build again",
        ):
            build(book, "first")
    assert ran.compiled == []
    ran.chapters.clear()
    book.chapter("02_beta", "2 + 2", parameters=COMMON)
    build(book, "first")
    assert ran.chapters == ["first/02_beta", "first/07_gamma"]


def test_recovers_from_a_crash_between_the_moves(book, ran) -> None:
    build(book, "first")
    folder = book.root / "_build"
    (folder / ASIDE).mkdir(exist_ok=True)
    (folder / "first").rename(folder / ASIDE / "first")
    (folder / ".staging" / "half").mkdir(parents=True)
    assert build(book, "first") == ["first same"]
    assert not (folder / ".staging").exists()


def test_two_builds_at_once_are_refused(book, ran) -> None:
    with (
        only_build(book.root / "_build"),
        pytest.raises(BuildError, match="Another trialbook"),
    ):
        build(book, "first")
    assert ran.chapters == []


def test_judges_every_edition_before_anything_runs(book, ran) -> None:
    visit = 'visit: str = "primary"  # visit [primary | planned visit after baseline]\n'
    book.chapter("02_beta", parameters=COMMON + visit)
    book.edition("second", "parameters:\n  shared: {visit: week4}\n", trial="tiny_real")
    with pytest.raises(TrialBookError, match="'week4'"):
        build(book)
    assert ran.chapters == []
    assert not (book.root / "_build" / "first").exists()


def test_refuses_a_trial_whose_description_is_wrong(book, ran) -> None:
    path = book.root / "data" / "tiny" / "trial.yml"
    path.write_text(path.read_text().replace("outcome: stiffness", "outcome: stifness", 1))
    with pytest.raises(TrialBookError, match=r"trial\.yml, line \d+"):
        build(book, "first")
    assert ran.chapters == []


def test_leaves_chapters_out(book, ran) -> None:
    book.edition("first", "leave_out: [02_beta]\n")
    build(book, "first")
    assert ran.chapters == ["first/01_alpha", "first/07_gamma"]


def test_results_hold_the_fingerprint_of_each_chapter(book, ran) -> None:
    build(book, "first")
    about = json.loads((book.root / "_build" / "first" / "build.json").read_text())
    for name in ("01_alpha", "02_beta", "07_gamma"):
        entry = results(book)[f"provenance.{name}.fingerprint"]
        assert entry["value"] == entry["text"] == about["chapters"][name]["fingerprint"]
    # The chapters themselves were not given it.
    assert "fingerprint" not in results(book)["ran.07_gamma"]["value"]


def comparing(book) -> None:
    book.chapter(
        "compare", parameters=COMMON + 'results: str = ""  # r [results file]\n', after="editions"
    )
    book.edition("first", "compare: [third]\n")
    book.edition("third", "parameters:\n  shared: {level: 0.8}\nchapters: [01_alpha, 07_gamma]\n")


def test_runs_what_it_is_compared_with_and_compares_last(book, ran) -> None:
    comparing(book)
    build(book, "first")
    assert ran.chapters == [
        "first/01_alpha",
        "first/02_beta",
        "third/01_alpha",
        "first/07_gamma",
        "third/07_gamma",
        "first/compare",
    ]
    assert ran.compiled == ["first"]
    given = json.loads(json.loads(results(book)["ran.compare"]["value"])["others"])
    assert [each["name"] for each in given] == ["first", "third"]
    assert set(given[0]["results"]) == {"ran.01_alpha", "ran.02_beta", "ran.07_gamma"}
    assert given[1]["parameters"]["01_alpha"]["level"] == 0.8
    assert build(book, "first") == ["first same"]


def test_compares_again_when_the_other_edition_changed_and_only_then(book, ran) -> None:
    comparing(book)
    build(book, "first")
    ran.chapters.clear()
    # The other book needs nothing but to be compiled.
    build(book, "third")
    assert ran.chapters == []
    book.edition("third", "parameters:\n  shared: {level: 0.7}\nchapters: [01_alpha, 07_gamma]\n")
    assert build(book, "first")[-1] == "first new"
    assert ran.chapters == ["third/01_alpha", "third/07_gamma", "first/compare"]


def test_refuses_values_of_the_edition_it_is_compared_with(book, ran) -> None:
    comparing(book)
    book.edition("third", "parameters:\n  shared: {level: 7}\n")
    with pytest.raises(TrialBookError, match=r"third.yml, line 5: the parameter 'level'"):
        build(book, "first")
    assert ran.chapters == []


def test_touching_everything_runs_nothing(book, ran) -> None:
    build(book, "first")
    ran.chapters.clear()
    for path in book.root.rglob("*"):
        if path.is_file():
            path.touch()
    assert build(book, "first") == ["first same"]
    assert ran.chapters == []


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ("parameter", {"01_alpha", "07_gamma"}),
        ("data", {"01_alpha", "02_beta", "07_gamma"}),
        ("lock", {"01_alpha", "02_beta", "07_gamma"}),
        ("helpers", {"01_alpha", "02_beta", "07_gamma"}),
        ("page", set()),
    ],
)
def test_each_change_runs_exactly_what_it_must(
    book, ran, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: str, again: set[str]
) -> None:
    package = tmp_path / "helpers"
    (package / "book").mkdir(parents=True)
    (package / "show.py").write_text("a = 1")
    monkeypatch.setattr(fingerprints, "__file__", str(package / "book" / "fingerprints.py"))
    build(book, "first")
    ran.chapters.clear()
    if change == "parameter":
        book.edition("first", "parameters:\n  shared: {level: 0.8}\n")
    elif change == "data":
        (book.root / "data" / "tiny" / "README.md").write_text("More is known now.")
    elif change == "lock":
        (book.root / "requirements.lock").write_text("click==8.1\n")
    elif change == "helpers":
        (package / "show.py").write_text("a = 2")
    else:
        book.page("index", "# Another")
    assert build(book, "first")[-1] == "first new"
    assert {name.removeprefix("first/") for name in ran.chapters} == again


def test_two_chapters_may_not_disagree(book, ran, monkeypatch: pytest.MonkeyPatch) -> None:
    harvest = making.harvest

    def same_name(notebook: dict, *, chapter: str) -> dict:
        [entry] = harvest(notebook, chapter=chapter).values()
        return {"n": entry}

    monkeypatch.setattr(making, "harvest", same_name)
    with pytest.raises(BuildError, match=r"'n' .* 01_alpha .* 02_beta"):
        build(book, "first")


def test_writes_the_same_book_in_another_folder(make_book, ran) -> None:
    files = []
    for name in ("one", "a longer name é"):
        book = make_book(name)
        book.chapter("01_alpha", "1")
        book.edition("first")
        build(book, "first")
        folder = book.root / "_build" / "first"
        files.append(
            {
                path.relative_to(folder): path.read_bytes()
                for path in folder.rglob("*")
                if path.suffix in {".json", ".ipynb"}
            }
        )
    assert files[0] == files[1]
    assert len(files[0]) == 5


COMMON = (
    'trial: str = "tiny"  # the trial whose data are read [trial]\n'
    'edition: str = "none"  # the edition that this run belongs to [text]\n'
)
