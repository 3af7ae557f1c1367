from __future__ import annotations

import ast
import json
from pathlib import Path

import nbformat
import pytest

from helpers.book import builds
from helpers.book.builds import build_editions
from helpers.book.downloads import (
    CELL_ID,
    as_written,
    chapter_to_run,
    other_values,
    with_defaults,
    write_downloads,
)
from helpers.book.parameters import read_parameters
from helpers.book.planning import plan_editions
from helpers.book.published_source import NotPublished, PublishedSource
from helpers.book.trial_books import OfTrial

PUBLISHED = PublishedSource("https://example.org/owner/name", "0123456789abcdef" * 2 + "01234567")
NEXT = PublishedSource(PUBLISHED.repository, "f" * 40)


def planned_first(book, overrides: dict[str, str] | None = None):
    [planned] = plan_editions(book.project, ["first"], overrides or {})
    return planned


def defaults(notebook: dict) -> dict[str, object]:
    [cell] = [
        each for each in notebook["cells"] if "parameters" in each["metadata"].get("tags", [])
    ]
    return {each.name: each.default for each in read_parameters(cell["source"], where="here")}


def downloaded(book, chapter: str = "01_alpha") -> dict:
    html = book.root / "_build" / "first" / "html"
    return json.loads((html / "_sources" / "chapters" / f"{chapter}.ipynb").read_text())


DECLARED = (
    'text: str = "é"  # a text: "quoted" [text]\n'
    'more: str = "";   # what follows stays [text]\n'
    "level: float = 0.95  # level [0.5 to 0.999]\n"
    "yes: bool = False  # or no [true or false]\n"
)


@pytest.mark.parametrize(
    "values",
    [
        {"text": "é \"both\" 'kinds' \\ and\nlines"},
        {"text": "", "level": 0.9, "yes": True},
        {"more": "karnofsky >= 80; age < 75", "level": 1e-05},
    ],
)
def test_other_defaults_leave_the_rest_as_written(values: dict[str, object]) -> None:
    changed = with_defaults(DECLARED, values)
    assert {name: value for name, value in _assigned(changed).items() if name in values} == values
    assert [line.partition("  #")[2] for line in changed.splitlines()] == [
        line.partition("  #")[2] for line in DECLARED.splitlines()
    ]
    untouched = {**_assigned(DECLARED), **values}
    assert _assigned(changed) == untouched


def _assigned(declared: str) -> dict[str, object]:
    return {
        ast.unparse(each.target): ast.literal_eval(each.value)
        for each in ast.parse(declared).body
        if isinstance(each, ast.AnnAssign) and each.value is not None
    }


def test_a_default_that_stays_is_not_rewritten() -> None:
    declared = "text: str = 'single'  # quotes [text]\nlevel: float = .5  # level [0.5 to 0.999]\n"
    assert with_defaults(declared, {"text": "single", "level": 0.5}) == declared


def test_which_values_are_not_the_chapter_s_own(book) -> None:
    alpha, beta, *_ = planned_first(book).chapters
    assert other_values(alpha) == {"level": 0.9}
    assert other_values(beta) == {}


@pytest.mark.parametrize("value", ["é \"both\" 'kinds' \\ and\nlines", 1e-05, True, 3])
def test_a_value_as_a_cell_has_it_is_read_as_the_same(value: object) -> None:
    assert ast.literal_eval(as_written(value)) == value


def test_a_chapter_to_run_has_the_edition_s_values_and_no_outputs(book) -> None:
    path = book.root / "chapters" / "07_gamma.ipynb"
    saved = json.loads(path.read_text())
    # As JupyterLab leaves it when somebody ran and saved it.
    output = {"output_type": "stream", "name": "stdout", "text": "a patient's row"}
    saved["cells"][-1] |= {"outputs": [output], "execution_count": 3}
    path.write_text(json.dumps(saved))
    planned = planned_first(book, {"level": "0.8"})
    for each in planned.chapters:
        notebook = chapter_to_run(each, published=PUBLISHED)
        nbformat.validate(nbformat.from_dict(notebook))
        assert "a patient's row" not in json.dumps(notebook)
        found = defaults(notebook)
        assert (found["trial"], found["edition"]) == ("tiny", "none")
        assert found.get("level", 0.8) == 0.8
        assert found.get("results", "") == ""
    assert "a patient's row" in path.read_text()


def test_the_first_cell_fetches_the_commit_and_its_trial(book) -> None:
    [alpha, *_] = planned_first(book).chapters
    notebook = chapter_to_run(alpha, published=PUBLISHED)
    first = notebook["cells"][0]
    assert (first["id"], first["cell_type"]) == (CELL_ID, "code")
    constants = {
        each.targets[0].id: ast.literal_eval(each.value)
        for each in ast.parse(first["source"]).body
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant)
    }
    assert constants == {
        "REPOSITORY": PUBLISHED.repository,
        "COMMIT": PUBLISHED.commit,
        "TRIAL": "data/tiny",
    }
    assert notebook["cells"][1:] == chapter_to_run(alpha, published=None)["cells"]


def opening(book, name: str | OfTrial, html: Path) -> bool:
    [planned] = plan_editions(book.project, [name], {})
    write_downloads(planned, html, published=PUBLISHED)
    texts = [path.read_text() for path in html.rglob("*.ipynb")]
    assert len(texts) == len(planned.chapters)
    found = {PUBLISHED.repository in text for text in texts}
    assert len(found) == 1
    return found.pop()


def test_a_trial_that_cannot_be_fetched_is_not_promised(
    book, tiny_trial: Path, tmp_path: Path
) -> None:
    assert opening(book, "first", tmp_path / "in the book")
    assert not opening(book, OfTrial(str(tiny_trial)), tmp_path / "elsewhere")
    specification = book.root / "data" / "tiny" / "trial.yml"
    text = specification.read_text(encoding="utf-8")
    assert "public: true" in text
    specification.write_text(text.replace("public: true", "public: false"), encoding="utf-8")
    assert not opening(book, "first", tmp_path / "private")


def test_a_file_that_is_right_is_not_touched(book, tmp_path: Path) -> None:
    html = tmp_path / "html"
    write_downloads(planned_first(book), html, published=PUBLISHED)
    before = {path: path.stat().st_mtime_ns for path in html.rglob("*")}
    assert len([path for path in before if path.suffix == ".ipynb"]) == 3
    write_downloads(planned_first(book), html, published=PUBLISHED)
    assert {path: path.stat().st_mtime_ns for path in html.rglob("*")} == before


def build(book, monkeypatch: pytest.MonkeyPatch, found: PublishedSource | NotPublished) -> str:
    monkeypatch.setattr(builds, "published_source", lambda *arguments, **options: found)
    said: list[str] = []
    build_editions(book.project, ["first"], overrides={}, jobs=1, timeout=60, report=said.append)
    return "\n".join(said)


def test_another_commit_runs_nothing_and_compiles_nothing(
    book, ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(book, monkeypatch, PUBLISHED)
    assert PUBLISHED.commit in downloaded(book)["cells"][0]["source"]
    made = {
        path: path.read_bytes()
        for path in (book.root / "_build" / "first").rglob("*")
        if path.is_file() and "_sources" not in path.parts
    }
    assert not any(PUBLISHED.commit.encode() in content for content in made.values())
    ran.chapters.clear()
    ran.compiled.clear()
    build(book, monkeypatch, NEXT)
    assert (ran.chapters, ran.compiled) == ([], [])
    for name in ("01_alpha", "02_beta", "07_gamma"):
        assert NEXT.commit in downloaded(book, name)["cells"][0]["source"]
    assert {path: path.read_bytes() for path in made} == made


def test_says_why_a_chapter_opened_alone_would_fetch_nothing(
    book, ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(book, monkeypatch, PUBLISHED)
    said = build(book, monkeypatch, NotPublished("not everything is committed (chapters/a)"))
    assert "opened alone will not fetch it: not everything is committed (chapters/a)" in said
    assert downloaded(book)["cells"][0]["cell_type"] == "markdown"
    assert "opened alone" not in build(book, monkeypatch, NotPublished(""))


def test_an_edition_offers_only_its_own_chapters(book, ran, monkeypatch) -> None:
    book.edition("first", "leave_out: [02_beta]\n")
    build(book, monkeypatch, PUBLISHED)
    offered = (book.root / "_build" / "first" / "html" / "_sources" / "chapters").iterdir()
    assert sorted(path.stem for path in offered) == ["01_alpha", "07_gamma"]
