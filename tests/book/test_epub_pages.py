from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from helpers.book.epub_books import plain_drawing
from helpers.book.epub_pages import (
    anchors,
    contents_xhtml,
    cover_xhtml,
    page_xhtml,
)
from helpers.book.print_document import Cover
from helpers.book.print_pages import Heading, PrintedPage, printed_pages
from helpers.book.reading_order import Part

COVER = Cover(
    title="Title & more",
    trial="Trial <1>",
    edition="first",
    author="Somebody",
    synthetic=True,
    label="Synthetic cohort (TINY)",
    notice="SYNTHETIC COHORT",
    version="1",
    dated="4 March 2026",
)
ONE = (
    '<article class="bd-article"><h1>First &amp; last</h1><section id="s"><h2>Here</h2>'
    '<p>x &lt; y<br>&nbsp;<a href="two.html">to two</a> <a href="two.html#t">to its section</a></p>'
    '<img src="../_images/a.svg" alt="A"><span class="math"><math>'
    '<mtable scriptlevel="0"><mi>x</mi></mtable><mstyle scriptlevel="0"></mstyle></math></span>'
    "</section></article>"
)
TWO = (
    '<article class="bd-article"><h1>Second</h1><section id="t"><h2>There</h2></section></article>'
)


@pytest.fixture
def pages(tmp_path: Path) -> tuple[PrintedPage, ...]:
    for name, text in (("one", ONE), ("two", TWO)):
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
    return printed_pages(tmp_path, ["one.html", "two.html"])


def well_formed(text: str) -> BeautifulSoup:
    ElementTree.fromstring(text.encode())
    return BeautifulSoup(text, "html.parser")


def test_a_page_is_xhtml_whose_links_lead_to_files(pages: tuple[PrintedPage, ...]) -> None:
    page = well_formed(page_xhtml(pages[0], COVER, anchors(pages)))
    assert {link.text: link["href"] for link in page.select("a")} == {
        "to two": "page-two.xhtml",
        "to its section": "page-two.xhtml#page-two--t",
    }
    assert page.select_one("img")["src"] == "images/a.svg"
    assert page.select_one("math")["xmlns"] == "http://www.w3.org/1998/Math/MathML"
    assert [tag.name for tag in page.select("[scriptlevel]")] == ["mstyle"]
    assert page.select_one("body > p").text == "SYNTHETIC COHORT (TINY)"


def test_writing_a_page_leaves_it_as_it_was(pages: tuple[PrintedPage, ...]) -> None:
    before = str(pages[0].article)
    page_xhtml(pages[0], COVER, anchors(pages))
    assert str(pages[0].article) == before


def test_the_contents_lead_to_every_page_and_section(pages: tuple[PrintedPage, ...]) -> None:
    parts = [Part("", ("one.html",)), Part("Later", ("two.html",))]
    found = well_formed(contents_xhtml(COVER, parts, {page.name: page for page in pages}))
    assert [link["href"] for link in found.select("a")] == [
        "page-one.xhtml",
        "page-one.xhtml#page-one--s",
        "page-two.xhtml",
        "page-two.xhtml#page-two--t",
    ]
    assert found.select_one("li > span").text == "Later"


def test_the_contents_leave_out_sections_that_only_repeat_them(
    pages: tuple[PrintedPage, ...],
) -> None:
    repeated = (Heading("a", "Second"), Heading("b", "[Unreleased]"), Heading("c", "W"))
    first = replace(pages[0], sections=(*pages[0].sections, *repeated))
    listed = contents_xhtml(
        COVER,
        [Part("", ("one.html", "two.html"))],
        {"one.html": first, "two.html": replace(pages[1], sections=())},
    )
    links = [link.text for link in well_formed(listed).select("a")]
    assert links == ["First & last", "Here", "Second"]


def test_the_cover_says_whose_data() -> None:
    cover = well_formed(cover_xhtml(COVER))
    assert cover.select_one(".kind").text == "SYNTHETIC COHORT (TINY)"
    assert cover.select_one(".trial").text == "Trial <1>"


def test_a_drawing_refers_to_nothing_elsewhere_and_every_path_goes_somewhere() -> None:
    svg = (
        b'<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"\n'
        b'  "http://www.w3.org/svg11.dtd">\n<svg><path id="blank" transform="scale(1)"/>'
        b'<path id="line" d="M 0 0"/></svg>'
    )
    assert plain_drawing(svg) == (
        b'<?xml version="1.0"?>\n<svg><path d="" id="blank" transform="scale(1)"/>'
        b'<path id="line" d="M 0 0"/></svg>'
    )
