from __future__ import annotations

from pathlib import Path

import pytest

from helpers.book import fingerprints
from helpers.book.builds import build_editions
from helpers.book.fingerprints import Fingerprints
from helpers.book.freshness import edition_state, states_text
from helpers.book.kept import KEPT
from helpers.book.planning import plan_editions

COMMON = 'trial: str = "tiny"  # trial [trial]\nedition: str = "none"  # edition [text]\n'


def build(book, *names: str) -> None:
    build_editions(
        book.project,
        names or ("first",),
        overrides={},
        jobs=1,
        timeout=60,
        report=lambda line: None,
    )


def state(book, name: str = "first"):
    [planned] = plan_editions(book.project, [name], {})
    return edition_state(book.project, planned, Fingerprints(book.project))


def reasons(book) -> dict[str, tuple[str, ...]]:
    return {each.chapter: each.reasons for each in state(book).chapters}


FRESH: dict[str, tuple[str, ...]] = {"01_alpha": (), "02_beta": (), "07_gamma": ()}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The helpers as far as fingerprints are concerned."""
    package = tmp_path / "helpers"
    (package / "book").mkdir(parents=True)
    for name in ("a", "b", "c", "d"):
        (package / f"{name}.py").write_text("x = 1")
    monkeypatch.setattr(fingerprints, "__file__", str(package / "book" / "fingerprints.py"))
    return package


def test_before_and_after_a_build(book, ran) -> None:
    before = state(book)
    assert before.reasons == ("it has never been built, or not whole",)
    assert {each.reasons for each in before.chapters} == {("it has never run",)}
    build(book)
    after = state(book)
    assert after.reasons == ()
    assert reasons(book) == FRESH
    text = states_text([after])
    assert text.splitlines()[0] == "first: book up to date; 3 of 3 chapters up to date"


def test_touching_is_no_reason(book, ran, package: Path) -> None:
    build(book)
    for path in [*book.root.rglob("*"), *package.rglob("*")]:
        if path.is_file():
            path.touch()
    assert reasons(book) == FRESH


def test_names_the_source_and_what_it_may_change(book, ran) -> None:
    build(book)
    book.chapter("02_beta", "1 + 1", parameters=COMMON)
    assert reasons(book) == {
        **FRESH,
        "02_beta": ("source",),
        "07_gamma": ("it may be given other results: 02_beta",),
    }
    assert state(book).reasons == ("chapters",)


def test_names_parameters(book, ran) -> None:
    more = "other: int = 1  # other [integer 1 to 9]\n"
    level = "level: float = 0.95  # level [0.5 to 0.999]\n"
    book.chapter("01_alpha", parameters=COMMON + level + more)
    build(book)
    book.edition("first", "parameters:\n  shared: {level: 0.8, other: 2}\n")
    assert reasons(book)["01_alpha"] == ("parameters level, other",)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda root, package: (package / "a.py").write_text("x = 2"), "helper a.py"),
        (lambda root, package: (package / "new.py").write_text(""), "helper new.py"),
        (lambda root, package: (package / "d.py").unlink(), "helper d.py"),
        (
            lambda root, package: [path.write_text("") for path in package.glob("*.py")],
            "helpers a.py, b.py, c.py and 1 more",
        ),
        (
            lambda root, package: (root / "data" / "tiny" / "trial.yml").open("a").write("# x\n"),
            "data file trial.yml",
        ),
        (
            lambda root, package: (root / "requirements.lock").write_text("click==8.1\n"),
            "requirements.lock",
        ),
    ],
)
def test_names_what_every_chapter_is_made_from(book, ran, package, change, reason) -> None:
    build(book)
    change(book.root, package)
    found = reasons(book)
    assert found["01_alpha"] == found["02_beta"] == (reason,)
    assert found["07_gamma"] == (reason, "it may be given other results: 01_alpha, 02_beta")


def test_names_python(book, ran, monkeypatch: pytest.MonkeyPatch) -> None:
    build(book)
    monkeypatch.setattr(fingerprints.platform, "python_version", lambda: "3.99.0")
    assert reasons(book)["01_alpha"] == ("Python",)


def test_tells_pages_from_chapters(book, ran) -> None:
    build(book)
    book.page("index", "# Another")
    assert reasons(book) == FRESH
    assert state(book).reasons == ("pages, settings, style, or the edition's own words",)


def test_sees_a_notebook_that_was_cut_short(book, ran) -> None:
    build(book)
    (book.root / "_build" / KEPT / "first" / "01_alpha.ipynb").write_text("{")
    assert reasons(book)["01_alpha"] == ("its notebook is not whole",)


def test_equal_results_from_other_things_are_up_to_date_after_the_build(
    book, ran, package: Path
) -> None:
    build(book)
    book.chapter("02_beta", "1 + 1", parameters=COMMON)
    ran.chapters.clear()
    build(book)
    # The stand-in records the same, so the last chapter did not run; nor does it look stale.
    assert ran.chapters == ["first/02_beta"]
    assert reasons(book) == FRESH


def test_counts_the_editions_that_it_is_compared_with(book, ran) -> None:
    book.chapter(
        "compare", parameters=COMMON + 'results: str = ""  # r [results file]\n', after="editions"
    )
    book.edition("first", "compare: [third]\n")
    book.edition("third", "parameters:\n  shared: {level: 0.8}\n")
    build(book)
    assert state(book).reasons == ()
    assert state(book).compared == ()
    book.edition("third", "parameters:\n  shared: {level: 0.7}\n")
    found = state(book)
    assert {each.chapter: each.reasons for each in found.compared} == {
        "third/01_alpha": ("parameter level",),
        "third/07_gamma": ("it may be given other results: 01_alpha",),
    }
    assert reasons(book)["compare"] == ("it may be given other results: third/01_alpha",)
    assert found.reasons == ("chapters",)
