from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bs4 import BeautifulSoup

from helpers.book.print_document import Cover, printed_document, running_label
from helpers.book.print_pages import printed_pages
from helpers.book.reading_order import Part

COVER = Cover(
    title='A "book" <of> ours',
    trial="The long title of the trial",
    edition="first",
    author="Somebody",
    synthetic=True,
    label="Synthetic cohort (TINY)",
    notice="SYNTHETIC COHORT: none is a real person.",
    version="1.2.3",
    dated="4 March 2026",
)


def document(folder: Path, cover: Cover = COVER, common: int = 1, letter: str = "") -> str:
    names = []
    for at in range(3):
        names.append(f"chapters/p{at}.html")
        shared = '<section id="ex"><h2>Exercises</h2></section>' if at < common else ""
        path = folder / names[-1]
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            f'<article class="bd-article"><h1>Chapter {at}</h1><section id="s"><h2>Own {at}</h2>'
            f"</section>{shared}{letter if at == 2 else ''}</article>",
            encoding="utf-8",
        )
    pages = {page.name: page for page in printed_pages(folder, names)}
    return printed_document(
        cover,
        [Part("", tuple(names[:1])), Part("Later", tuple(names[1:]))],
        pages,
        styles=["_static/book.css"],
        own_style="h1 { color: black }",
    )


def test_the_cover_says_what_the_book_is_and_of_when(tmp_path: Path) -> None:
    cover = BeautifulSoup(document(tmp_path), "html.parser").select_one(".book-cover")
    words = " ".join(cover.get_text(" ").split())
    for told in (COVER.title, COVER.trial, COVER.notice, "version 1.2.3", "4 March 2026"):
        assert told in words
    assert words.startswith("SYNTHETIC COHORT (TINY)")


def test_the_edge_of_every_page_says_whose_data_and_of_a_chapter_which(tmp_path: Path) -> None:
    text = document(tmp_path)
    assert '@page { @top-left { content: "SYNTHETIC COHORT (TINY)"; }' in text
    assert "@bottom-right { content: counter(page); }" in text
    assert '@page page-p1 { @top-right { content: "Chapter 1"; } }' in text
    assert 'id="page-p1" style="page: page-p1"' in text


def test_no_title_can_end_the_string_in_which_it_stands(tmp_path: Path) -> None:
    style = BeautifulSoup(document(tmp_path), "html.parser").select("style")
    assert len(style) == 1
    assert 'content: "A \\000022book\\000022 \\00003cof\\00003e ours";' in style[0].text


def test_the_contents_name_parts_chapters_and_sections_with_a_place_for_the_page(
    tmp_path: Path,
) -> None:
    soup = BeautifulSoup(document(tmp_path), "html.parser")
    nav = soup.select_one("nav.printed-contents")
    assert [part.text for part in nav.select(".contents-part")] == ["Later"]
    listed = [(link.text, link["href"]) for link in nav.select("a")]
    assert ("Chapter 2", "#page-p2") in listed
    assert ("Own 2", "#page-p2--s") in listed
    assert len(nav.select(".contents-page[data-anchor]")) == len(listed)
    ids = {tag["id"] for tag in soup.select("[id]")}
    assert {href[1:] for _, href in listed} <= ids


def test_a_section_that_every_chapter_has_is_not_listed(tmp_path: Path) -> None:
    assert "Exercises</span>" in document(tmp_path, common=2)
    assert "Exercises</span>" not in document(tmp_path, common=3)


def test_the_letters_of_the_index_are_not_listed(tmp_path: Path) -> None:
    letter = '<section id="W"><h2>{}</h2></section>'
    assert "W</span>" not in document(tmp_path, letter=letter.format("W"))
    assert "Who</span>" in document(tmp_path, letter=letter.format("Who"))


def test_what_is_said_under_the_titles_of_chapters_is_not_listed(tmp_path: Path) -> None:
    section = '<section id="W"><h2>{}</h2></section>'
    for title in ("Chapter 0", "[Unreleased]"):
        nav = BeautifulSoup(document(tmp_path, letter=section.format(title)), "html.parser").nav
        links = [link["href"] for link in nav.select("a")]
        assert "#page-p2--s" in links
        assert "#page-p2--W" not in links


def test_the_index_has_a_place_for_the_page_of_every_entry(tmp_path: Path) -> None:
    index = (
        '<table class="genindextable"><tr><td><ul><li><a href="p0.html#s">word</a></li>'
        "<li>gone</li></ul></td></tr></table>"
    )
    soup = BeautifulSoup(document(tmp_path, letter=index), "html.parser")
    (link,) = soup.select(".genindextable a")
    assert link["href"] == "#page-p0--s"
    assert link.select_one(".index-page")["data-anchor"] == "page-p0--s"
    assert soup.select("main a:not(.genindextable a) .index-page") == []


def test_equations_have_the_font_of_the_site(tmp_path: Path) -> None:
    assert 'font-family: "Book Math"; src: url("_static/book-math.woff")' in document(tmp_path)


def test_real_patients_are_called_so(tmp_path: Path) -> None:
    cover = replace(COVER, synthetic=False, label="Real patients (TINY)")
    assert running_label(cover) == "REAL PATIENTS (TINY)"
    assert '<body class="printed-book real">' in document(tmp_path, cover)
    assert '<body class="printed-book synthetic">' in document(tmp_path)
