from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from helpers.book.book_facts import BookFacts, finding
from helpers.book.citation import Author, Citation
from helpers.book.finishing import Page, Site
from helpers.book.page_metadata import description, with_metadata

CITED = Citation("A book", (Author("Us"),), "1.2.3", "2026-01-02")
FACTS = BookFacts(
    edition="first",
    title="A trial (synthetic cohort)",
    label="Synthetic cohort (TRIAL)",
    synthetic=True,
    public=True,
    finding="The difference was −1.0.",
    citation=CITED,
)
PAGE = Page(Site(Path("html"), "first"), "chapters/05_primary.html")


def page(body: str, head: str = "") -> BeautifulSoup:
    return BeautifulSoup(
        f"<!DOCTYPE html><html><head><title>The result — A trial</title>{head}</head>"
        f"<body><article>{body}</article></body></html>",
        "html.parser",
    )


def told(soup: BeautifulSoup) -> dict[str, str]:
    metas = soup.head.find_all("meta")
    return {str(meta.get("name") or meta.get("property")): str(meta["content"]) for meta in metas}


def test_a_page_is_described_by_its_claim_and_whose_data_it_shows() -> None:
    soup = page(
        "<section><h1>T<a class='headerlink'>#</a></h1><p><span>The difference was −0.48\n"
        "(95% CI −0.98 to 0.03; P = .07)</span> <span class='bibtex-citation'>[7]</span>.</p>"
        "<p>More.</p></section>"
    )
    assert description(soup, FACTS) == (
        "Synthetic cohort (TRIAL): The difference was −0.48 (95% CI −0.98 to 0.03; P = .07)."
    )


def test_a_chapter_is_described_by_its_answer() -> None:
    line = '<p class="trial-meta{}">Chapter 5, 7 minutes</p>'
    body = "<h1>T</h1>{}<p>Did they differ?</p><p>They differ by 2.</p><div></div><p>More.</p>"
    chapter = page(body.format(line.format(" trial-chapter")))
    assert description(chapter, FACTS) == "Synthetic cohort (TRIAL): They differ by 2."
    other = page(body.format(line.format("")))
    assert description(other, FACTS) == "Synthetic cohort (TRIAL): Did they differ?"


@pytest.mark.parametrize("body", ["<h1>T</h1><div>x</div><p>late</p>", "<h1>T</h1>"])
def test_a_page_without_a_claim_is_described_by_its_title_and_the_book_s_finding(body: str) -> None:
    assert description(page(body), FACTS) == "Synthetic cohort (TRIAL): T. The difference was −1.0."
    silent = description(page(body), replace(FACTS, finding=""))
    assert silent == "Synthetic cohort (TRIAL): T. A trial (synthetic cohort)"


def test_a_page_without_a_title_is_described_by_the_book_s_finding() -> None:
    said = description(page("<p>x</p>"), FACTS)
    assert said == "Synthetic cohort (TRIAL): The difference was −1.0."


def test_a_place_that_links_lead_to_stands_before_no_claim() -> None:
    soup = page('<h1>T</h1><span class="target" id="t"></span><p>Every chapter is a lesson.</p>')
    assert description(soup, FACTS) == "Synthetic cohort (TRIAL): Every chapter is a lesson."


def test_a_long_claim_ends_between_words() -> None:
    said = description(page(f"<h1>T</h1><p>{'many words, ' * 60}</p>"), FACTS)
    assert 250 < len(said) <= 300
    assert said.endswith(("many…", "words…"))


def test_the_head_of_a_page() -> None:
    soup = page(
        '<h1>T</h1><p>A "claim".</p>',
        '<meta name="generator" content="x"><meta name="description" content="old">'
        '<meta property="og:title" content="old"><meta name="viewport" content="width">',
    )
    with_metadata(soup, PAGE, facts=FACTS)
    described = 'Synthetic cohort (TRIAL): A "claim".'
    assert told(soup) == {
        "viewport": "width",
        "description": described,
        "generator": "trialbook 1.2.3",
        "twitter:card": "summary_large_image",
        "og:type": "article",
        "og:site_name": FACTS.title,
        "og:title": "The result — A trial",
        "og:description": described,
        "og:locale": "en_GB",
    }
    assert soup.html["lang"] == "en"


def test_no_address_is_invented() -> None:
    soup = page("<h1>T</h1><p>A claim.</p>")
    with_metadata(soup, PAGE, facts=FACTS)
    assert "http" not in str(soup.head)


def test_a_page_that_only_leads_away_stays_as_it_is() -> None:
    text = '<meta http-equiv="Refresh" content="0; url=chapters/index.html"/>'
    soup = BeautifulSoup(text, "html.parser")
    before = str(soup)
    with_metadata(soup, PAGE, facts=FACTS)
    assert str(soup) == before


def entry(text: str) -> dict[str, str]:
    return {"value": text, "text": text, "chapter": "05"}


def test_the_finding_of_a_book() -> None:
    several = {
        "primary.difference.b.sentence": entry("B was -2."),
        "primary.difference.a.sentence": entry("A was -1."),
        "primary.difference.a.estimate": entry("-1"),
    }
    assert finding(several) == "A was −1."
    assert finding(several | {"primary.difference.sentence": entry("One.")}) == "One."
    assert finding({"beta.n": entry("2")}) == ""
