"""Look into a PDF and finish it: where its headings are, what it says of itself, no time of day."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import BooleanObject, DictionaryObject, Fit, NameObject, TextStringObject

# It tells of every object that Chromium forgot to count, which is of no consequence.
logging.getLogger("pypdf").setLevel(logging.ERROR)

_MADE_FROM = "/TrialbookFingerprint"
# Tags and languages are of later versions than the one that pypdf writes unless it is told.
_VERSION = "%PDF-1.7"


# Chromium numbers what it tags anew each time; equal lengths leave every other byte in place.
_TAG = re.compile(rb"\(node(\d{8})\)")


@dataclass(frozen=True)
class Bookmark:
    """A line of the outline that a reader's program shows beside the pages."""

    level: int
    """From 0."""
    text: str
    anchor: str
    """Where it leads; empty for the page that follows the cover."""


def pages_of_anchors(pdf: bytes) -> dict[str, int]:
    """Return the number of the page, from 1, on which each named place of a PDF lies."""
    reader = PdfReader(io.BytesIO(pdf))
    return {
        name.lstrip("/"): (reader.get_destination_page_number(place) or 0) + 1
        for name, place in reader.named_destinations.items()
    }


def number_of_pages(pdf: bytes) -> int:
    """Return how many pages a PDF has."""
    return len(PdfReader(io.BytesIO(pdf)).pages)


def finished(
    pdf: bytes,
    *,
    title: str,
    author: str,
    subject: str,
    language: str,
    day: date | None,
    fingerprint: str,
    bookmarks: Sequence[Bookmark] = (),
) -> bytes:
    """Return a printed PDF with what it says of itself, which is the same for the same content.

    Parameters
    ----------
    pdf
        As Chromium printed it, with the time at which it did.
    title, author, subject, language
        What readers' programs show, and read aloud.
    day
        Day of the content; None when nothing tells it.
    fingerprint
        Of what it was made from, see :func:`fingerprint_of`.
    bookmarks
        The outline, in the order of the pages; each line is at most one level below the last.
    """
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    writer.pdf_header = _VERSION
    dates = {}
    if day is not None:
        dates = dict.fromkeys(("/CreationDate", "/ModDate"), f"D:{day:%Y%m%d}000000Z")
    writer.metadata = {
        "/Title": title,
        "/Author": author,
        "/Subject": subject,
        "/Creator": "trialbook",
        "/Producer": "Chromium",
        _MADE_FROM: fingerprint,
        **dates,
    }
    root = writer.root_object
    root[NameObject("/Lang")] = TextStringObject(language)
    root[NameObject("/ViewerPreferences")] = DictionaryObject(
        {NameObject("/DisplayDocTitle"): BooleanObject(True)}
    )
    root[NameObject("/PageMode")] = NameObject("/UseOutlines")
    _add_outline(writer, bookmarks, pages_of_anchors(pdf))
    out = io.BytesIO()
    writer.write(out)
    return _with_steady_tags(out.getvalue())


def _add_outline(
    writer: PdfWriter, bookmarks: Sequence[Bookmark], numbers: Mapping[str, int]
) -> None:
    places = {name.lstrip("/"): place for name, place in writer.named_destinations.items()}
    above: list[Any] = []
    for each in bookmarks:
        place = places.get(each.anchor)
        number = 1 if place is None else numbers[each.anchor] - 1
        fit = Fit.fit() if place is None or place.top is None else Fit.xyz(0, place.top)
        del above[each.level :]
        parent = above[-1] if above else None
        above.append(
            writer.add_outline_item(title=each.text, page_number=number, parent=parent, fit=fit)
        )


def _with_steady_tags(pdf: bytes) -> bytes:
    """Return a PDF whose tags are numbered from 1, in their order."""
    numbers = sorted({match[1] for match in _TAG.finditer(pdf)})
    steady = {number: b"(node%08d)" % at for at, number in enumerate(numbers, start=1)}
    return _TAG.sub(lambda match: steady[match[1]], pdf)


def fingerprint_of(path: Path) -> str | None:
    """Return the fingerprint of what a finished PDF was made from; None when there is none."""
    try:
        said = PdfReader(path).metadata
    except (OSError, PyPdfError, ValueError):
        return None
    return None if said is None else said.get(_MADE_FROM)
