from __future__ import annotations

import json
from pathlib import Path

from bs4 import BeautifulSoup

from helpers.book.search_index import Section, page_sections, write_search_index
from helpers.book.site_pages import Page, Site

TEXT = """<nav>Contents</nav><article><section id="top"><h1>Title<a class="headerlink">#</a></h1>
<p>First <em>wo</em>rds &amp; more.</p><!-- silent -->
<section id="part"><h2>A part</h2><details class="code-fold"><pre>code</pre></details>
<table><tr><td>cell</td><td class="gt_right">0.25</td></tr></table><script>var x</script>
<section id="inner"><h3>Within</h3><p>Last.</p></section></section></section></article>"""


def test_sections_have_their_own_text_without_code_and_numbers() -> None:
    soup = BeautifulSoup(TEXT, "html.parser")
    page = Page(Site(Path("x"), "tiny"), "chapters/a.html")
    assert list(page_sections(soup, page)) == [
        Section("chapters/a.html", "Title", "", "First words & more."),
        Section("chapters/a.html#part", "Title", "A part", "cell"),
        Section("chapters/a.html#inner", "Title", "Within", "Last."),
    ]


def test_every_term_of_the_glossary_is_found_by_itself() -> None:
    terms = (
        '<dl class="simple glossary"><dt id="term-a">a term<a class="headerlink">#</a></dt>'
        "<dd><p>What it <em>means</em>.</p></dd></dl>"
    )
    soup = BeautifulSoup(TEXT.replace("<p>Last.</p>", terms), "html.parser")
    page = Page(Site(Path("x"), "tiny"), "chapters/a.html")
    assert list(page_sections(soup, page))[2:] == [
        Section("chapters/a.html#inner", "Title", "Within", ""),
        Section("chapters/a.html#term-a", "Title", "a term", "What it means."),
    ]


def test_the_index_is_a_script(tmp_path: Path) -> None:
    site = Site(tmp_path, "tiny")
    pages = {
        Page(site, name): BeautifulSoup(TEXT.replace("First", "“Fírst”"), "html.parser")
        for name in ("chapters/a.html", "search.html", "genindex.html")
    }
    write_search_index(site, pages)
    text = (tmp_path / "_static" / "search-index.js").read_text(encoding="utf-8")
    assert text.startswith("window.bookSections=[")
    rows = json.loads(text.removeprefix("window.bookSections=").removesuffix(";\n"))
    assert rows[0] == ["chapters/a.html", "Title", "", "“Fírst” words & more."]
    assert len(rows) == 3


def test_a_page_without_a_title_has_no_sections() -> None:
    soup = BeautifulSoup("<article><section id='a'><h2>A</h2></section></article>", "html.parser")
    assert list(page_sections(soup, Page(Site(Path("x"), "tiny"), "a.html"))) == []
