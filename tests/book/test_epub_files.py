from __future__ import annotations

import io
import zipfile
from datetime import date

from helpers.book.epub_files import epub_bytes, fingerprint_in
from helpers.book.print_document import Cover

COVER = Cover(
    title="Title & more",
    trial="Trial",
    edition="first",
    author="Somebody",
    synthetic=True,
    label="Synthetic cohort (TINY)",
    notice="SYNTHETIC COHORT",
    version="1",
    dated="4 March 2026",
)
FILES = {
    "contents.xhtml": b"<nav/>",
    "cover.xhtml": b"<p/>",
    "page.xhtml": b"<math/>",
    "images/a.svg": b"<svg/>",
    "images/cover.png": b"a picture",
}
ORDER = ["cover.xhtml", "contents.xhtml", "page.xhtml"]


def made(fingerprint: str = "abc") -> bytes:
    return epub_bytes(COVER, FILES, ORDER, day=date(2026, 3, 4), fingerprint=fingerprint)


def package(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("book/package.opf").decode()


def test_what_it_is_stands_first_and_is_not_compressed() -> None:
    content = made()
    assert content[30:38] == b"mimetype"
    assert content[38:58] == b"application/epub+zip"


def test_every_file_is_listed_and_every_page_has_its_turn() -> None:
    told = package(made())
    for name in FILES:
        assert f'href="{name}"' in told
    assert 'href="contents.xhtml" media-type="application/xhtml+xml" properties="nav"' in told
    assert 'href="page.xhtml" media-type="application/xhtml+xml" properties="mathml"' in told
    assert 'href="images/cover.png" media-type="image/png" properties="cover-image"' in told
    assert told.count("properties=") == 3
    assert told.count("<itemref") == len(ORDER)
    assert "<dc:title>Title &amp; more</dc:title>" in told
    assert ">2026-03-04T00:00:00Z<" in told


def test_the_same_content_has_the_same_bytes_and_another_has_another_name() -> None:
    assert made() == made()
    first, other = (package(made(each)).partition("urn:uuid:")[2][:36] for each in ("abc", "abd"))
    assert first != other


def test_it_knows_what_it_was_made_from() -> None:
    assert fingerprint_in(made("abc")) == "abc"
    assert fingerprint_in(b"no zip") is None
