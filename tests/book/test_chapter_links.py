from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup

from helpers.book.chapter_links import Source, with_chapter_links
from helpers.book.finishing import Page, Site
from helpers.book.published_source import PublishedSource

HOME = "https://github.com/owner/name"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
PUBLISHED = PublishedSource(HOME, COMMIT)


def links(
    source: Source, *, trial: str = "impact", others: dict[str, dict] | None = None
) -> tuple[dict[str, str], BeautifulSoup]:
    soup = BeautifulSoup(
        '<section id="downloads"><ul class="chapter-links"></ul></section>', "html.parser"
    )
    page = Page(Site(Path("site/impact"), "impact"), "chapters/05_primary.html")
    with_chapter_links(soup, page, source=source, trial=trial, others=others)
    return {link.text: link["href"] for link in soup.select("li a")}, soup


def test_a_commit_that_readers_can_fetch() -> None:
    found, soup = links(Source(HOME, published=PUBLISHED))
    file = "chapters/05_primary.ipynb"
    binder = urlsplit(found["Open in Binder"])
    assert binder.path == f"/v2/gh/owner/name/{COMMIT}"
    assert parse_qs(binder.query) == {"urlpath": [f"lab/tree/{file}"]}
    assert found["Open in Colab"] == (
        f"https://colab.research.google.com/github/owner/name/blob/{COMMIT}/{file}"
    )
    assert found["Source at this version"] == f"{HOME}/blob/{COMMIT}/{file}"
    assert found["Propose a change"] == f"{HOME}/edit/main/{file}"
    assert urlsplit(found["Report a problem"]).path == "/owner/name/issues/new"
    cell = soup.select_one("details pre code").text
    assert COMMIT in cell
    assert "TRIAL = 'data/impact'" in cell
    compile(cell, "cell", "exec")


def test_values_that_the_repository_does_not_have_are_told() -> None:
    others = {"05_primary": {"trial": "headache", "level": 0.9}, "04_baseline": {"seed": 1}}
    _, soup = links(Source(HOME, published=PUBLISHED), trial="headache", others=others)
    said = soup.select_one("#downloads > .chapter-defaults")
    assert said.text == (
        "Opened in Binder, in Colab or at its source, the chapter has its own defaults: for this "
        'page set trial = "headache" and level = 0.9 in its parameters cell.'
    )
    assert [each.text for each in said.select("code")] == ['trial = "headache"', "level = 0.9"]


@pytest.mark.parametrize("others", [{}, {"05_primary": {}}, {"04_baseline": {"level": 0.9}}])
def test_a_chapter_with_its_own_defaults_needs_no_word(others: dict) -> None:
    _, soup = links(Source(HOME, published=PUBLISHED), others=others)
    assert soup.select_one(".chapter-defaults") is None


def test_without_links_that_run_it_nothing_is_said_of_values() -> None:
    _, soup = links(Source(HOME), others={"05_primary": {"level": 0.9}})
    assert soup.select_one(".chapter-defaults") is None


def test_without_a_commit_a_change_can_be_proposed() -> None:
    found, soup = links(Source(f"{HOME}.git", branch="trunk"))
    assert list(found) == ["Propose a change", "Report a problem"]
    assert "/edit/trunk/" in found["Propose a change"]
    assert soup.find("details") is None


def test_a_trial_that_readers_cannot_fetch_runs_nowhere_else() -> None:
    found, soup = links(Source(HOME, published=PUBLISHED), trial="")
    assert list(found) == ["Propose a change", "Report a problem"]
    assert COMMIT not in str(soup)


@pytest.mark.parametrize(
    "repository",
    ["", "https://example.org/owner/name", "file:///a/owner/name", "https://github.com/x"],
)
def test_other_hosts_have_other_addresses(repository: str) -> None:
    found, _ = links(Source(repository, published=PUBLISHED))
    assert found == {}
