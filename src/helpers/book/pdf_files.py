"""Look into a PDF and finish it: where its headings are, what it says of itself, no time of day."""

from __future__ import annotations

import io
import logging
from datetime import date
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import BooleanObject, DictionaryObject, NameObject, TextStringObject

# It tells of every object that Chromium forgot to count, which is of no consequence.
logging.getLogger("pypdf").setLevel(logging.ERROR)

_MADE_FROM = "/TrialbookFingerprint"


def pages_of_anchors(pdf: bytes) -> dict[str, int]:
    """Return the number of the page, from 1, on which each named place of a PDF lies."""
    reader = PdfReader(io.BytesIO(pdf))
    numbers = {page.indirect_reference.idnum: at for at, page in enumerate(reader.pages, start=1)}
    return {
        name.lstrip("/"): numbers[place.page.idnum]
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
    """
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
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
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def fingerprint_of(path: Path) -> str | None:
    """Return the fingerprint of what a finished PDF was made from; None when there is none."""
    try:
        said = PdfReader(path).metadata
    except (OSError, PyPdfError, ValueError):
        return None
    return None if said is None else said.get(_MADE_FROM)
