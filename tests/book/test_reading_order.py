from __future__ import annotations

from helpers.book.reading_order import Part, parts_of


def test_pages_come_in_the_order_of_the_contents_with_what_stands_below_them() -> None:
    toc = {
        "root": "chapters/index",
        "parts": [
            {
                "caption": "First",
                "chapters": [
                    {"file": "chapters/a", "sections": [{"file": "chapters/a_more"}]},
                    {"url": "https://example.org", "title": "Elsewhere"},
                ],
            },
            {"caption": "Empty", "chapters": []},
            {"caption": "Last", "chapters": [{"file": "chapters/b"}]},
        ],
    }
    assert parts_of(toc) == (
        Part("", ("chapters/index.html",)),
        Part("First", ("chapters/a.html", "chapters/a_more.html")),
        Part("Last", ("chapters/b.html",)),
    )


def test_a_book_without_parts_has_chapters_all_the_same() -> None:
    toc = {"root": "index", "chapters": [{"file": "one"}, {"file": "two"}]}
    assert parts_of(toc) == (Part("", ("index.html",)), Part("", ("one.html", "two.html")))
