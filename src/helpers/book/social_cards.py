"""The social card of a book, drawn when the book is compiled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from helpers.book.book_facts import BookFacts
from helpers.book.page_metadata import CARD
from helpers.book.replacing import write_file

# Books are compiled in threads, and matplotlib's settings are those of the whole process.
_ONE_AT_A_TIME = Lock()


def write_card(html: Path, facts: BookFacts, results: Mapping[str, Mapping[str, Any]]) -> None:
    """Draw the card of a book and put it into its folder."""
    from helpers.show.social_card import interval_of, social_card

    with _ONE_AT_A_TIME:
        drawn = social_card(
            title=facts.title,
            finding=facts.finding,
            label=facts.label,
            synthetic=facts.synthetic,
            interval=interval_of(results),
        )
    write_file(html / CARD, drawn)
