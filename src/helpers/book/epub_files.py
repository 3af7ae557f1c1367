"""An EPUB 3 is a zip file that lists its parts; this writes one, the same for the same parts."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from pathlib import PurePosixPath

from helpers.book.epub_cover import COVER_IMAGE
from helpers.book.print_document import Cover

FOLDER = "book"
COVER, CONTENTS = "cover.xhtml", "contents.xhtml"

_PACKAGE = f"{FOLDER}/package.opf"
_FIRST_OF_ZIP = (1980, 1, 1, 0, 0, 0)
_NO_DAY = date(1980, 1, 1)
_KINDS = {
    ".xhtml": "application/xhtml+xml",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".woff": "font/woff",
}
_CONTAINER = f"""<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="{_PACKAGE}" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
_IDENTIFIERS = uuid.uuid5(uuid.NAMESPACE_URL, "trialbook")


def epub_bytes(
    cover: Cover,
    files: Mapping[str, bytes],
    order: Sequence[str],
    *,
    day: date | None,
    fingerprint: str,
) -> bytes:
    """Return an EPUB.

    Parameters
    ----------
    cover
        What its first page says.
    files
        Content of its files by their names.
    order
        The names of its pages, in reading order.
    day
        Day of the content.
    fingerprint
        Of what it is made from.
    """
    out = io.BytesIO()
    package = _package(cover, files, order, day=day, fingerprint=fingerprint)
    with zipfile.ZipFile(out, "w") as archive:
        # What the file is must be readable at its beginning, before anything is unpacked.
        _add(archive, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        _add(archive, "META-INF/container.xml", _CONTAINER.encode())
        _add(archive, _PACKAGE, package.encode())
        for name, content in sorted(files.items()):
            _add(archive, f"{FOLDER}/{name}", content)
    return out.getvalue()


def fingerprint_in(content: bytes) -> str | None:
    """Return the fingerprint of what an EPUB was made from; None when it is none of ours."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _fingerprint(archive.read(_PACKAGE).decode())
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError):
        return None


def _fingerprint(package: str) -> str | None:
    _, mark, rest = package.partition('<meta property="trialbook:fingerprint">')
    return rest.partition("<")[0] if mark else None


def _add(
    archive: zipfile.ZipFile, name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED
) -> None:
    entry = zipfile.ZipInfo(name, _FIRST_OF_ZIP)
    entry.compress_type = method
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def _package(
    cover: Cover,
    files: Mapping[str, bytes],
    order: Sequence[str],
    *,
    day: date | None,
    fingerprint: str,
) -> str:
    names = sorted(files)
    numbers = {name: f"part{at}" for at, name in enumerate(names)}
    items = "\n".join(
        f'<item id="{numbers[name]}" href="{escape(name)}" '
        f'media-type="{_KINDS[PurePosixPath(name).suffix.lower()]}"{_properties(name, files)}/>'
        for name in names
    )
    spine = "\n".join(f'<itemref idref="{numbers[name]}"/>' for name in order)
    identifier = uuid.uuid5(_IDENTIFIERS, fingerprint)
    moment = f"{(day or _NO_DAY).isoformat()}T00:00:00Z"
    return f"""<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="identifier"
  prefix="trialbook: tag:trialbook,2026:" xml:lang="{escape(cover.language)}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="identifier">urn:uuid:{identifier}</dc:identifier>
<dc:title>{escape(cover.title)}</dc:title>
<dc:creator>{escape(cover.author)}</dc:creator>
<dc:language>{escape(cover.language)}</dc:language>
<dc:description>{escape(cover.notice)}</dc:description>
<dc:rights>Text: CC BY 4.0. Code: MIT.</dc:rights>
<meta property="dcterms:modified">{moment}</meta>
<meta property="trialbook:fingerprint">{fingerprint}</meta>
<meta property="schema:accessMode">textual</meta>
<meta property="schema:accessMode">visual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">alternativeText</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityFeature">MathML</meta>
<meta property="schema:accessibilityHazard">none</meta>
<meta property="schema:accessibilitySummary">Figures have alternative texts, tables have headers.\
</meta>
</metadata>
<manifest>
{items}
</manifest>
<spine>
{spine}
</spine>
</package>
"""


def _properties(name: str, files: Mapping[str, bytes]) -> str:
    """Return what a reading system must know of a page before it opens it."""
    if name == CONTENTS:
        return ' properties="nav"'
    if name == COVER_IMAGE:
        return ' properties="cover-image"'
    if not name.endswith(".xhtml"):
        return ""
    holds = [kind for kind, mark in (("mathml", b"<math"), ("svg", b"<svg")) if mark in files[name]]
    return f' properties="{" ".join(holds)}"' if holds else ""
