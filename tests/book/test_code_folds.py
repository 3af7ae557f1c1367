from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup

from helpers.book.code_folds import with_joined_code
from helpers.book.site_pages import Page


def cell(code: str, *, shows: str = "", says: str = "Show the code") -> str:
    output = f'<div class="cell_output">{shows}</div>' if shows else ""
    return (
        f'<div class="cell"><details class="code-fold"><summary>{says}</summary>'
        f'<div class="cell_input"><pre>{code}</pre></div></details>{output}</div>'
    )


def folds(*parts: str) -> list[list[str]]:
    """Return the code of every fold that is left, and check that nothing shown is lost."""
    soup = BeautifulSoup(f"<article>{''.join(parts)}</article>", "html.parser")
    with_joined_code(soup, Page("chapters/a.html", Path("a.html")))
    before = sum(part.count("cell_output") for part in parts)
    assert len(soup.select(".cell_output")) == before
    assert all(fold.find(recursive=False).name == "summary" for fold in soup.select("details"))
    return [[code.text for code in fold.select("pre")] for fold in soup.select("details")]


def test_cells_that_show_nothing_join_the_next_in_their_order() -> None:
    target = '<span class="target" id="here"></span>'
    assert folds(cell("a"), cell("b"), target, cell("c", shows="table")) == [["a", "b", "c"]]


def test_what_shows_something_ends_a_fold() -> None:
    shown = cell("b", shows="figure")
    assert folds(cell("a"), shown, cell("c"), cell("d")) == [["a", "b"], ["c", "d"]]


def test_text_between_keeps_folds_apart() -> None:
    assert folds(cell("a"), "<p>Then.</p>", cell("b")) == [["a"], ["b"]]
    assert folds(cell("a"), "<section><h2>Then</h2></section>", cell("b")) == [["a"], ["b"]]


def test_folds_that_say_something_else_stay() -> None:
    parameters = cell("level = 0.9", says="Show the parameters as code")
    assert folds(parameters, cell("a"), cell("b")) == [["level = 0.9"], ["a", "b"]]


def test_cells_that_are_not_folded_stay() -> None:
    plain = '<div class="cell"><pre>x</pre></div>'
    assert folds(cell("a"), plain, cell("b")) == [["a"], ["b"]]
