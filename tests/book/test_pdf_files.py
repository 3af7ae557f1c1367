from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, NumberObject

from helpers.book.pdf_files import (
    Bookmark,
    _with_steady_tags,
    fingerprint_of,
    finished,
    number_of_pages,
    pages_of_anchors,
)

SAYS = {
    "title": "Title",
    "author": "Somebody",
    "subject": "SYNTHETIC COHORT",
    "language": "en",
    "fingerprint": "abc",
}


@pytest.fixture
def printed() -> bytes:
    return printed_at("D:20260101101112Z")


def printed_at(moment: str) -> bytes:
    writer = PdfWriter()
    for _ in range(3):
        writer.add_blank_page(width=100, height=100)
    writer.add_named_destination("page-two", 1)
    writer.add_named_destination("page-three", 2)
    writer.add_metadata({"/CreationDate": moment, "/ModDate": moment})
    writer.root_object[NameObject("/Kept")] = NumberObject(7)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_places_are_counted_from_the_first_page(printed: bytes) -> None:
    assert pages_of_anchors(printed) == {"page-two": 2, "page-three": 3}
    assert number_of_pages(printed) == 3


def test_a_finished_book_says_what_it_is(printed: bytes) -> None:
    whole = finished(printed, day=date(2026, 3, 4), **SAYS)
    assert whole.startswith(b"%PDF-1.7")  # the first that has all that is in it
    reader = PdfReader(io.BytesIO(whole))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert root["/Kept"] == 7
    assert reader.metadata is not None
    assert reader.metadata.title == "Title"
    assert reader.metadata.subject == "SYNTHETIC COHORT"
    assert reader.metadata["/CreationDate"] == "D:20260304000000Z"


@pytest.mark.parametrize("day", [date(2026, 3, 4), None])
def test_the_same_content_has_the_same_bytes_whenever_it_was_printed(day: date | None) -> None:
    first = finished(printed_at("D:20260101101112Z"), day=day, **SAYS)
    later = finished(printed_at("D:20270202111213Z"), day=day, **SAYS)
    assert first == later
    assert b"D:2027" not in later


def test_the_outline_has_its_levels_and_leads_to_its_places(printed: bytes) -> None:
    lines = [
        Bookmark(0, "Contents", ""),
        Bookmark(0, "Part", "page-two"),
        Bookmark(1, "Chapter", "page-two"),
        Bookmark(2, "Section", "page-three"),
        Bookmark(0, "Last", "page-three"),
    ]
    whole = finished(printed, day=None, bookmarks=lines, **SAYS)
    reader = PdfReader(io.BytesIO(whole))
    contents, part, [chapter, [section]], last = reader.outline
    found = [contents, part, chapter, section, last]
    assert [each.title for each in found] == [line.text for line in lines]
    assert [reader.get_destination_page_number(each) for each in found] == [1, 1, 1, 2, 2]


def test_tags_are_numbered_alike_each_time() -> None:
    first = _with_steady_tags(b"<< /ID (node00000271) >> << /Headers [ (node00000271) ] >>")
    assert first == b"<< /ID (node00000001) >> << /Headers [ (node00000001) ] >>"
    assert first == _with_steady_tags(b"<< /ID (node00000400) >> << /Headers [ (node00000400) ] >>")


def test_a_finished_book_knows_what_it_was_made_from(tmp_path: Path, printed: bytes) -> None:
    path = tmp_path / "book.pdf"
    assert fingerprint_of(path) is None
    path.write_bytes(b"%PDF-1.4 broken")
    assert fingerprint_of(path) is None
    path.write_bytes(printed)
    assert fingerprint_of(path) is None
    path.write_bytes(finished(printed, day=None, **SAYS))
    assert fingerprint_of(path) == "abc"
