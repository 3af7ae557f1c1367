from __future__ import annotations

from pathlib import Path

import pytest

from helpers.book.print_pages import LONGEST_FOLD, PrintedPage, anchor_of, printed_pages
from helpers.errors import BuildError

ONE = """<nav>Site</nav><article class="bd-article"><section id="one"><h1>The
 first<a class="headerlink" href="#one">#</a></h1>
<section id="same"><h2>Here</h2>
<p><a href="#same">own</a> <a href="two.html">other</a> <a href="two.html#same">its section</a>
<a href="../genindex.html">index</a> <a href="https://example.org/a#b">outside</a>
<a href="two.html#gone">gone</a> <a href="../_downloads/one.csv">file</a></p>
<img loading="lazy" src="../_images/a.svg?v=1" alt="A">
<table><tr><th id="h">H</th></tr><tr><td headers="h">x</td></tr></table></section></section>
</article>"""
TWO = (
    '<article class="bd-article"><section id="two"><h1>Second</h1><section id="same"><h2>S</h2>'
    "<p>x</p></section></section></article>"
)


@pytest.fixture
def html(tmp_path: Path) -> Path:
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "one.html").write_text(ONE, encoding="utf-8")
    (tmp_path / "chapters" / "two.html").write_text(TWO, encoding="utf-8")
    return tmp_path


@pytest.fixture
def pages(html: Path) -> tuple[PrintedPage, ...]:
    return printed_pages(html, ["chapters/one.html", "chapters/two.html"])


def alone(html: Path, body: str) -> PrintedPage:
    """Return a page with this content, as it is printed."""
    text = f'<article class="bd-article"><h1>T</h1>{body}</article>'
    (html / "chapters" / "alone.html").write_text(text, encoding="utf-8")
    (page,) = printed_pages(html, ["chapters/alone.html"])
    return page


def test_a_page_has_its_title_and_its_sections(pages: tuple[PrintedPage, ...]) -> None:
    assert [page.title for page in pages] == ["The first", "Second"]
    assert [(each.text, each.anchor) for each in pages[0].sections] == [("Here", "page-one--same")]


def test_equal_names_on_two_pages_stay_apart(pages: tuple[PrintedPage, ...]) -> None:
    found = [str(tag["id"]) for page in pages for tag in page.article.select("[id]")]
    assert len(found) == len(set(found)) == 5
    (cell,) = pages[0].article.select("[headers]")
    assert cell["headers"] == "page-one--h"


def test_links_stay_in_the_document_or_become_words(pages: tuple[PrintedPage, ...]) -> None:
    links = {link.text: link["href"] for link in pages[0].article.select("a")}
    assert links == {
        "own": "#page-one--same",
        "other": "#page-two",
        "its section": "#page-two--same",
        "gone": "#page-two",
        "outside": "https://example.org/a#b",
    }
    assert [word.text for word in pages[0].article.select("span.no-link")] == ["index", "file"]


def test_images_are_named_from_the_top_of_the_site_and_not_waited_for(
    pages: tuple[PrintedPage, ...],
) -> None:
    (image,) = pages[0].article.select("img")
    assert image.attrs == {"src": "_images/a.svg", "alt": "A"}


@pytest.mark.parametrize(
    "needs_a_screen",
    [
        "<button>gone</button>",
        '<form><input value="gone"><select><option>gone</option></select></form>',
        "<script>gone</script>",
        '<div class="no-print">gone</div>',
        '<div class="d-print-none">gone</div>',
        '<img class="only-dark" src="x.svg" alt="gone">',
        '<div class="cell"><details class="hide above-input"><summary>gone</summary>'
        '<div class="cell_input">gone</div></details></div>',
        '<div class="cell"><div class="cell_input">gone</div></div>',
        '<div class="cell"><details class="code-fold"><summary>gone</summary>'
        '<div class="cell_input">gone</div></details></div>',
        '<section class="chapter-downloads"><h2>gone</h2></section>',
        '<div class="genindex-jumpbox">gone</div>',
    ],
)
def test_what_needs_a_screen_is_left_out(html: Path, needs_a_screen: str) -> None:
    page = alone(html, f"<p>before</p>{needs_a_screen}<p>after</p>")
    assert str(page.article).count("gone") == 0
    assert page.article.get_text(" ", strip=True) == "T before after"


@pytest.mark.parametrize("kind", ["hide above-input", "code-fold"])
def test_a_folded_cell_shows_what_it_put_out_and_not_its_code(html: Path, kind: str) -> None:
    page = alone(
        html,
        f'<details class="{kind}"><summary>Show the code</summary>'
        '<div class="cell_input">code</div><div class="cell_output"><p>shown</p></div></details>',
    )
    assert page.article.get_text(" ", strip=True) == "T shown"


def test_other_folds_are_open_unless_they_would_fill_pages(html: Path) -> None:
    row = "<tr><td>cell</td></tr>"
    fold = "<details><summary>More</summary><table>{}</table></details>"
    short = alone(html, fold.format(row * LONGEST_FOLD)).article
    assert "details" not in str(short)
    assert short.select_one("p.fold-title").text == "More"
    assert len(short.select("tr")) == LONGEST_FOLD
    long = alone(html, fold.format(row * (LONGEST_FOLD + 1))).article
    assert long.select("tr") == []
    assert "More" in long.text
    assert "left out here" in long.text


def test_a_fold_of_one_table_is_named_by_its_caption(html: Path) -> None:
    fold = "<details><summary>More</summary><table><caption>All</caption>{}</table></details>"
    short = alone(html, fold.format("<tr><td>cell</td></tr>")).article
    assert short.select_one(".fold").get_text(" ", strip=True) == "All cell"
    long = alone(html, fold.format("<tr><td>cell</td></tr>" * (LONGEST_FOLD + 1))).article
    assert long.select_one("p.fold-title").text == "More"


def test_of_long_tables_that_follow_each_other_it_is_said_once_that_they_are_left_out(
    html: Path,
) -> None:
    rows = "<tr><td>cell</td></tr>" * (LONGEST_FOLD + 1)
    cell = '<div class="cell"><details><summary>{}</summary><table>' + rows + "</table></details>"
    apart = [cell.format(word) + "</div>\n<!-- nothing to see -->" for word in "ABC"]
    article = alone(html, f"{apart[0]}{apart[1]}<p>words</p>{apart[2]}").article
    assert article.get_text(" ", strip=True) == (
        "T A B 2 long tables, left out here; they are on this book's page for the screen. "
        "words C A long table, left out here; it is on this book's page for the screen."
    )
    assert len(article.select(".cell")) == 2


def test_nothing_stands_between_a_heading_and_its_text(html: Path) -> None:
    body = '<section><h2>Word</h2><span class="target" id="place"></span><p>text</p></section>'
    article = alone(html, body).article
    assert article.select_one("h2 > span.target")["id"].endswith("--place")
    assert article.h2.find_next_sibling().name == "p"


def test_what_stands_in_for_a_script_is_printed(html: Path) -> None:
    assert "static" in alone(html, "<noscript><p>static</p></noscript>").article.text


def test_a_page_without_a_title_cannot_be_printed(html: Path) -> None:
    (html / "bare.html").write_text("<p>nothing</p>", encoding="utf-8")
    with pytest.raises(BuildError, match=r"The page bare\.html has no article"):
        printed_pages(html, ["bare.html"])


def test_the_anchor_of_a_page_is_a_name_in_every_format() -> None:
    assert anchor_of("chapters/05_primary.html") == "page-05_primary"
    assert anchor_of("more/Ä b.html") == "page-more-b"
