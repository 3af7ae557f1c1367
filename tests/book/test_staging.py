from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from helpers.book.chapters import read_chapters
from helpers.book.editions import read_edition
from helpers.book.staging import edition_settings, stage_source, without_chapters
from helpers.errors import BuildError
from helpers.trial.reading import read_specification


def edition_and_trial(book, name: str = "first"):
    edition = read_edition(book.project, name, read_chapters(book.project))
    return edition, read_specification(book.root / "data" / edition.trial.value)


def settings(book, name: str = "first", results: dict | None = None, **own) -> dict:
    edition, trial = edition_and_trial(book, name)
    given = yaml.safe_load((book.root / "_config.yml").read_text()) | own
    return edition_settings(given, edition, trial=trial, results=results or {})


@pytest.mark.parametrize(
    ("edition", "label"), [("first", "SYNTHETIC COHORT"), ("second", "REAL PATIENTS")]
)
def test_every_page_is_labelled_with_the_kind_of_data(book, edition, label) -> None:
    banner = settings(book, edition)["html"]["announcement"]
    kind = label.partition(" ")[0].lower()
    assert banner.startswith(f'<span class="whose-{kind}">{label}: ')


def test_adds_what_belongs_to_the_edition_and_keeps_the_rest(book) -> None:
    results = {"primary.n": {"value": 298, "text": "298", "chapter": "05"}}
    found = settings(book, results=results, execute=None)
    assert found["title"] == "The edition first"
    assert found["author"] == "Testers"
    assert found["execute"] == {"execute_notebooks": "off"}
    assert found["sphinx"]["config"]["language"] == "en"
    assert found["html"]["use_multitoc_numbering"] is True
    assert found["parse"]["myst_substitutions"] == {
        "primary_n": "298",
        "edition_name": "first",
        "edition_title": "The edition first",
        "edition_audience": "testers",
        "data_label": "Synthetic cohort",
    }


def test_refuses_substitutions_that_clash(book) -> None:
    with pytest.raises(BuildError, match="'edition_name'"):
        settings(book, parse={"myst_substitutions": {"edition_name": "mine"}})


def test_takes_chapters_out_of_the_contents() -> None:
    contents = {
        "format": "jb-book",
        "root": "chapters/index",
        "parts": [
            {"caption": "A", "chapters": [{"file": "chapters/01_a"}, {"file": "chapters/02_b"}]},
            {"caption": "B", "chapters": [{"file": "chapters/03_c"}]},
        ],
    }
    assert without_chapters(contents, ()) == contents
    assert without_chapters(contents, ("01_a", "03_c")) == {
        "format": "jb-book",
        "root": "chapters/index",
        "parts": [{"caption": "A", "chapters": [{"file": "chapters/02_b"}]}],
    }
    plain = {"root": "i", "chapters": [{"file": "a", "sections": [{"file": "b"}]}]}
    assert without_chapters(plain, ("b",)) == {"root": "i", "chapters": [{"file": "a"}]}


def test_stages_pages_styles_and_dressed_notebooks(book, tmp_path: Path) -> None:
    (book.root / "_static").mkdir()
    (book.root / "_static" / "own.css").write_text("body {}")
    (book.root / "chapters" / "references.bib").write_text("")
    book.edition("first", "leave_out: [02_beta]\n")
    edition, trial = edition_and_trial(book)
    stage_source(
        book.project,
        edition,
        trial=trial,
        notebooks={"01_alpha": {"cells": [], "metadata": {}}},
        results={},
        target=tmp_path / "source",
    )
    staged = {
        path.relative_to(tmp_path / "source").as_posix()
        for path in (tmp_path / "source").rglob("*")
        if path.is_file()
    }
    assert staged == {
        "_config.yml",
        "_toc.yml",
        "_static/own.css",
        "chapters/01_alpha.ipynb",
        "chapters/index.md",
        "chapters/references.bib",
    }
    assert "02_beta" not in (tmp_path / "source" / "_toc.yml").read_text()


def staged(book, tmp_path: Path, *, notebooks: dict | None = None, first_page: str = "") -> Path:
    edition, trial = edition_and_trial(book)
    target = tmp_path / "source"
    stage_source(
        book.project,
        replace(edition, first_page=first_page),
        trial=trial,
        notebooks=notebooks or {},
        results={},
        fingerprints={"01_alpha": "abc123"},
        target=target,
    )
    return target


def test_says_on_the_first_page_what_the_edition_changes(book, tmp_path: Path) -> None:
    index = (staged(book, tmp_path) / "chapters" / "index.md").read_text()
    assert "- `level` is `0.9`" in index


def test_no_page_points_at_a_chapter_that_is_left_out(book, tmp_path: Path) -> None:
    book.edition("first", "leave_out: [02_beta]\n")
    book.page("index", "# The book\n\nSee [](02_beta.ipynb): {{ beta_n }}, {{ data_label }}.\n")
    prose = {"cell_type": "markdown", "metadata": {}, "source": "See [it](02_beta.ipynb)."}
    notebook = {"cells": [prose], "metadata": {}}
    target = staged(book, tmp_path, notebooks={"01_alpha": notebook})
    index = (target / "chapters" / "index.md").read_text()
    assert "See Title of 02_beta (not in this edition): {{ beta_n }}" in index
    assert "02_beta.ipynb" not in (target / "chapters" / "01_alpha.ipynb").read_text()
    found = yaml.safe_load((target / "_config.yml").read_text())["parse"]["myst_substitutions"]
    assert found["beta_n"] == "(not in this edition)"
    assert found["data_label"] == "Synthetic cohort"


def test_with_every_chapter_an_unknown_name_stays_a_fault(book, tmp_path: Path) -> None:
    book.page("index", "# The book\n\n{{ beta_n }}\n")
    config = (staged(book, tmp_path) / "_config.yml").read_text()
    assert "beta_n" not in config


def test_shows_the_fingerprint_in_the_provenance(book, tmp_path: Path) -> None:
    html = "<table><tbody><tr><td>a</td></tr></tbody></table>"
    output = {
        "data": {"text/html": html},
        "metadata": {"trialbook": {"table": {"name": "tab-provenance-01-alpha"}}},
    }
    cell = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [output]}
    notebook = {"cells": [cell], "metadata": {}}
    target = staged(book, tmp_path, notebooks={"01_alpha": notebook})
    assert "abc123" in (target / "chapters" / "01_alpha.ipynb").read_text()


def test_the_book_of_a_trial_has_a_first_page_of_its_own(book, tmp_path: Path) -> None:
    book.page("own", "# About your trial\n")
    target = staged(book, tmp_path, first_page="own.md")
    assert (target / "chapters" / "index.md").read_text().startswith("# About your trial")
