from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup

from helpers.book.page_turns import add_turns_back
from helpers.book.site_pages import Page, Site

LAST = """<article><h1>Last<a class="headerlink" href="#last">#</a></h1></article>
<nav class="book-turn"><a class="book-next" href="../genindex.html">Index</a></nav>"""
INDEX = "<html><head></head><body><article><h1>Index</h1></article></body></html>"


def turned(**texts: str) -> dict[str, BeautifulSoup]:
    site = Site(Path(), "tiny")
    pages = {
        Page(site, f"{name.replace('__', '/')}.html"): BeautifulSoup(text, "html.parser")
        for name, text in texts.items()
    }
    add_turns_back(site, pages)
    return {page.name: soup for page, soup in pages.items()}


def test_a_page_without_a_place_in_the_order_leads_back_to_the_one_before() -> None:
    index = turned(chapters__last=LAST, genindex=INDEX)["genindex.html"]
    (link,) = index.select("article + nav.book-turn > a.book-prev")
    assert (link["href"], link.get_attribute_list("rel")) == ("chapters/last.html", ["prev"])
    assert link.text == "Previous Last"
    assert index.select_one("head > link[rel=prev]")["href"] == "chapters/last.html"


def test_a_page_that_knows_its_way_keeps_it_and_others_get_none() -> None:
    own = INDEX.replace("</article>", '</article><nav class="book-turn">own</nav>')
    pages = turned(chapters__last=LAST, genindex=own, search=INDEX)
    assert pages["genindex.html"].select_one("nav").text == "own"
    assert pages["search.html"].select("nav") == []
