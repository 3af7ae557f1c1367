"""Folds of code that follow each other, with nothing shown between them, are one fold."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag

from helpers.book.site_pages import Page


def with_joined_code(soup: BeautifulSoup, page: Page) -> None:
    """Join a folded cell that shows nothing to the folded cell below it.

    A step of the analysis is often several short cells; three lines that say "Show the code" tell a
    reader no more than one. Cells whose folds say something else, as those of the parameters do,
    stay as they are.
    """
    for cell in soup.select("div.cell"):
        fold = _only_fold(cell)
        below = _next_cell(cell)
        if fold is None or below is None:
            continue
        target = below.find("details", class_="code-fold", recursive=False)
        if not isinstance(target, Tag) or _says(target) != _says(fold):
            continue
        summary = target.find("summary", recursive=False)
        codes = [part for part in fold.find_all(recursive=False) if part.name != "summary"]
        for code in reversed(codes):
            summary.insert_after(code.extract())  # type: ignore[union-attr]
        cell.decompose()


def _only_fold(cell: Tag) -> Tag | None:
    """Return the fold of a cell that holds nothing else."""
    parts = cell.find_all(recursive=False)
    alone = len(parts) == 1 and not cell.find_all(string=lambda text: text.strip(), recursive=False)
    return parts[0] if alone and "code-fold" in parts[0].get_attribute_list("class") else None


def _next_cell(cell: Tag) -> Tag | None:
    """Return the cell right below another; the target of a reference may stand between them."""
    below = cell.find_next_sibling()
    while isinstance(below, Tag) and below.name == "span" and not below.get_text(strip=True):
        below = below.find_next_sibling()
    is_cell = isinstance(below, Tag) and "cell" in below.get_attribute_list("class")
    return below if is_cell else None


def _says(fold: Tag) -> str:
    summary = fold.find("summary", recursive=False)
    return summary.get_text() if isinstance(summary, Tag) else ""
