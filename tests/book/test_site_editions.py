from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bs4 import BeautifulSoup

from helpers.book.finishing import Page, Site
from helpers.book.site_editions import SiteEdition, pages_below, with_switch

REAL = SiteEdition(
    name="headache",
    trial="headache",
    title="Headache (real patients)",
    about="",
    audience="readers",
    label="Real patients (Headache)",
    synthetic=False,
    finding="It was −4.7.",
    first="chapters/index.html",
    pages=frozenset({"chapters/index.html", "chapters/05_primary.html"}),
)
MADE = replace(
    REAL,
    name="impact",
    trial="impact",
    title="IMPACT (synthetic cohort)",
    label="Synthetic cohort (IMPACT)",
    synthetic=True,
    pages=REAL.pages | {"chapters/03_randomization.html"},
)
NOTICE = '<aside class="bd-header-announcement">SYNTHETIC</aside>'


def switched(name: str, *, body: str = NOTICE, editions=(REAL, MADE), compared: str = ""):
    soup = BeautifulSoup(
        f"<html><head></head><body><a class='skip-link'>Skip</a>{body}"
        "<main><article>x</article></main></body></html>",
        "html.parser",
    )
    page = Page(Site(Path("site/impact"), "impact"), name)
    with_switch(soup, page, editions=editions, compared=compared)
    return soup


def links(soup: BeautifulSoup) -> dict[str, str]:
    return {link.text: link["href"] for link in soup.select("nav.edition-switch a")}


def test_leads_to_the_same_page_of_the_other_edition() -> None:
    soup = switched("chapters/05_primary.html", compared="compare/index.html")
    assert links(soup) == {
        "Real patients (Headache)": "../../headache/chapters/05_primary.html",
        "All editions": "../../index.html",
        "Compare": "../../compare/index.html",
    }
    here = soup.select_one("nav.edition-switch strong")
    assert here.text == "Synthetic cohort (IMPACT)"
    assert here["aria-current"] == "true"
    assert soup.select_one(".bd-header-announcement").find_next_sibling()["aria-label"]


def test_leads_to_the_front_page_where_the_other_has_no_such_page() -> None:
    found = links(switched("chapters/03_randomization.html"))
    assert found["Real patients (Headache)"] == "../../headache/chapters/index.html"
    assert "Compare" not in found
    assert links(switched("search.html"))["All editions"] == "../index.html"


def test_editions_of_the_same_trial_are_told_apart_by_their_titles() -> None:
    strict = replace(MADE, name="strict", title="Strict (synthetic cohort)")
    soup = switched("chapters/05_primary.html", editions=(MADE, strict))
    assert soup.select_one("nav strong").text == "IMPACT (synthetic cohort)"
    assert "Strict (synthetic cohort)" in links(soup)


def test_without_a_notice_it_follows_the_way_to_the_content() -> None:
    soup = switched("chapters/05_primary.html", body="")
    assert soup.select_one("body > .skip-link").find_next_sibling().name == "nav"


def test_what_is_said_of_the_other_kind_of_patients_leads_to_them() -> None:
    kinds = '<div class="kind kind-real">Real.</div><div class="kind kind-synthetic">Made.</div>'
    soup = switched("chapters/index.html", body=f"<article>{kinds}</article>")
    [link] = soup.select(".kind a")
    assert link.find_parent(class_="kind")["class"] == ["kind", "kind-real"]
    assert link["href"] == "../../headache/chapters/index.html"
    assert link.text.startswith("Read: ")


def test_pages_that_readers_look_for(tmp_path: Path) -> None:
    texts = {
        "index.html": "<!DOCTYPE html>",
        "404.html": "x",
        "a/index.html": '<meta http-equiv="Refresh" content="0; url=chapters/index.html" />',
        "a/genindex.html": "x",
        "a/search.html": "x",
        "a/chapters/index.html": "x",
        "a/_static/template.html": "x",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert pages_below(tmp_path) == ("a/chapters/index.html", "index.html")
