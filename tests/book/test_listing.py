from __future__ import annotations

from helpers.book.listing import listing


def test_lists_editions_chapters_and_parameters(book) -> None:
    book.edition("third", "published: false\n")
    text = listing(book.project, width=100)
    lines = text.splitlines()
    assert "  first    tiny       by itself   The edition first (for testers)" in lines
    assert "  third    tiny       when named  The edition third (for testers)" in lines
    assert "  01_alpha  Title of 01_alpha" in lines
    level = next(line for line in lines if line.strip().startswith("level"))
    assert " ".join(level.split()) == "level float 0.95 confidence level [0.5 to 0.999]"


def test_wraps_meanings_to_the_terminal(book) -> None:
    long = 'note: str = ""  # a meaning that goes on and on and on and on and on [text]\n'
    book.chapter("08_delta", parameters=long)
    lines = listing(book.project, width=60).splitlines()
    assert max(len(line) for line in lines) <= 60
    assert "[text]" in " ".join(line.strip() for line in lines)


def test_lists_a_chapter_without_parameters(book) -> None:
    book.chapter("08_delta", parameters="")
    assert "  08_delta  Title of 08_delta" in listing(book.project, width=80).splitlines()
