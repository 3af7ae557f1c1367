"""The commit that a book was built from, added to its provenance where the site is put together.

A commit may change while the book does not, so that the book itself does not name it.
"""

from __future__ import annotations

from bs4 import BeautifulSoup

from helpers.book.chapter_links import GITHUB, Source
from helpers.book.finishing import Page
from helpers.book.provenance_part import WHOLE, row
from helpers.book.wall_times import PAGE


def with_commit(soup: BeautifulSoup, page: Page, *, source: Source) -> None:
    """Name on the page about provenance the commit that was built; nothing where none is known."""
    body = soup.select_one(f"table[id='{WHOLE}'] tbody")
    if page.name != PAGE or source.published is None or body is None:
        return
    commit = source.published.commit
    added = BeautifulSoup(row("Commit of the source", commit), "html.parser")
    cell = added.td
    if source.on_github and cell is not None:
        address = f"https://{GITHUB}/{source.on_github}/tree/{commit}"
        cell.string.wrap(added.new_tag("a", href=address))  # type: ignore[union-attr]
    body.append(added)
