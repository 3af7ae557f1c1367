from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from helpers.book import page_frame
from helpers.book.site_pages import Page, Site

PAGE = Page(Site(Path("site"), "tiny"), "chapters/a.html")
FRAME = '<header class="book-header"></header>'


def after(step: str, text: str) -> BeautifulSoup:
    soup = BeautifulSoup(text, "html.parser")
    getattr(page_frame, step)(soup, PAGE)
    return soup


SCRIPTS = (
    '<script src="../_static/doctools.js?v=9a2d"></script>'
    "<script>let toggleHintShow = 'x';</script>"
    "<script>DOCUMENTATION_OPTIONS.pagename = 'x';</script>"
    '<script>document.documentElement.dataset.theme = "toggle"</script>'
    '<script src="../_static/book.js"></script>'
)


def test_the_scripts_of_the_theme_go_and_others_stay() -> None:
    left = after("without_theme_scripts", FRAME + SCRIPTS).find_all("script")
    assert [str(each.get("src") or each.text) for each in left] == [
        'document.documentElement.dataset.theme = "toggle"',
        "../_static/book.js",
    ]
    # The theme's own frame cannot do without.
    assert len(after("without_theme_scripts", SCRIPTS).find_all("script")) == 5


def test_one_statement_about_the_screen() -> None:
    soup = after(
        "with_one_viewport",
        '<meta name="viewport" content="a"><meta name="viewport" content="b"><meta name="x">',
    )
    assert [str(meta.get("content")) for meta in soup.find_all("meta")] == ["a", "None"]


CONTENTS = """<nav id="book-contents"><p class="caption" role="heading" aria-level="2">Part</p>
<ul><li class="current"><a href="#">Chapter</a></li><li><a href="b.html">Other</a></li></ul></nav>
<article><section id="chapter"><h1>Chapter</h1>
<section id="one"><h2>One <em>and</em> more<a class="headerlink" href="#one">#</a></h2></section>
<section id="two"><h2>Two</h2><h3 id="x">Not this</h3></section></section></article>"""


def test_the_contents_list_the_sections_of_the_page() -> None:
    soup = after("with_sections_in_contents", CONTENTS)
    links = soup.select("#book-contents .current .book-sections a")
    assert [(link["href"], link.text) for link in links] == [
        ("#one", "One and more"),
        ("#two", "Two"),
    ]
    assert [link.text for link in soup.select("[aria-current=page]")] == ["Chapter"]


def test_parts_of_the_contents_are_no_headings() -> None:
    soup = after("with_plain_captions", CONTENTS)
    assert soup.select("[role=heading], [aria-level]") == []


def test_links_beside_headings_are_named_by_them() -> None:
    soup = after(
        "with_named_links",
        '<h2>Two <b>words</b><a class="headerlink" href="#a" title="To this heading">#</a></h2>'
        '<p><a class="headerlink" href="#f" title="Link to this image">#</a></p>',
    )
    assert [link["aria-label"] for link in soup.find_all("a")] == [
        "Link to the section Two words",
        "Link to this image",
    ]


def test_folded_code_is_named_by_what_it_says() -> None:
    soup = after(
        "with_folded_code",
        '<details class="admonition hide above-input"><summary aria-label="Toggle hidden content">'
        '<p class="collapsed admonition-title">Show the code</p>'
        '<p class="expanded admonition-title">Hide the code</p></summary><pre>x</pre></details>',
    )
    fold = soup.details
    assert fold is not None
    assert fold["class"] == "code-fold"
    assert str(fold.summary) == (
        '<summary><span class="code-collapsed">Show the code</span>'
        '<span class="code-expanded">Hide the code</span></summary>'
    )
    assert fold.pre is not None


def test_boxes_fold_without_a_script() -> None:
    box = (
        '<div class="admonition dropdown"><p class="admonition-title">Title</p><p>Text</p></div>'
        '<div class="admonition"><p class="admonition-title">Open</p></div>'
    )
    soup = after("with_folded_boxes", FRAME + box)
    assert [each.text for each in soup.select("details > summary")] == ["Title"]
    assert len(soup.select("div.admonition > p")) == 1
    assert after("with_folded_boxes", box).select("details") == []


def test_the_keyboard_reaches_what_may_scroll() -> None:
    soup = after(
        "with_reachable_scrolling",
        '<div class="highlight"><pre>a</pre></div><div class="math">b</div><pre>c</pre>',
    )
    assert [each.text for each in soup.select("[tabindex='0']")] == ["a", "b"]


def test_references_are_a_list() -> None:
    soup = after(
        "with_lists_of_sources",
        '<div class="citation-list" role="list"><div class="citation" role="doc-biblioentry">'
        '<span><a role="doc-backlink" href="#x">1</a></span></div></div>',
    )
    assert [str(each["role"]) for each in soup.select("[role]")] == ["list", "listitem"]


def test_the_redirect_is_a_page_that_says_where_it_leads() -> None:
    soup = after(
        "with_whole_redirect",
        '<meta http-equiv="Refresh" content="0; url=chapters/index.html" />',
    )
    assert soup.html is not None
    assert soup.html["lang"] == "en"
    assert soup.title is not None
    assert [link["href"] for link in soup.select("a, link")] == ["chapters/index.html"] * 2
    assert soup.select("meta[http-equiv]")[0]["content"] == "0; url=chapters/index.html"


@pytest.mark.parametrize("text", ["<html><p>x</p></html>", "<p>x</p>"])
def test_other_pages_are_no_redirects(text: str) -> None:
    assert str(after("with_whole_redirect", text)) == text
