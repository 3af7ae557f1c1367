from __future__ import annotations

from helpers.book.added_lines import line_in_source
from helpers.book.chapters import read_chapters
from helpers.book.edition_box import with_edition_box
from helpers.book.editions import read_edition

PAGE = "# The book\n\nIt has pages.\n"


def boxed(book, more: str, titles: dict[str, str] | None = None) -> str:
    book.edition("first", more)
    edition = read_edition(book.project, "first", read_chapters(book.project))
    return with_edition_box(PAGE, edition, titles=titles or {})


def test_says_what_the_edition_changes_below_the_heading(book) -> None:
    page = boxed(
        book,
        "about: Why *it* is here.\nparameters:\n  shared: {level: 0.8}\n  01_alpha: {level: 0.7}\n",
        {"02_beta": "The second"},
    )
    heading, box = page.split("\n", 1)
    assert heading == "# The book"
    assert "\n```{admonition} The edition first\n:class: edition-changes\n" in box
    assert "Why \\*it\\* is here\\." in box
    assert "- `level` is `0.8` in every chapter that has it" in box
    assert "- `level` is `0.7` in the chapter 01\\_alpha" in box
    assert "It leaves out: The second." in box
    assert page.endswith("It has pages.\n")


def test_says_nothing_about_an_edition_that_changes_nothing(book) -> None:
    assert boxed(book, "") == PAGE
    assert boxed(book, "", {"compare": "Compare editions"}) == PAGE


def test_stands_first_on_a_page_without_a_heading(book) -> None:
    book.edition("first", "about: Why.\n")
    edition = read_edition(book.project, "first", read_chapters(book.project))
    page = with_edition_box("No heading.\n", edition, titles={})
    assert page.index("```{admonition}") < page.index("No heading.")
    assert page.endswith("No heading.\n")


def test_lines_are_counted_as_in_the_source(book) -> None:
    boxed_page = boxed(book, "about: Why.\n").splitlines()
    source = PAGE.splitlines()
    for text in ("# The book", "It has pages."):
        at = boxed_page.index(text) + 1
        assert line_in_source("\n".join(boxed_page), at) == source.index(text) + 1
    assert line_in_source("\n".join(boxed_page), boxed_page.index("Why\\.") + 1) == 1
    assert line_in_source(PAGE, 3) == 3
