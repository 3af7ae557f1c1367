"""In which order a finished book is read from its first page to its last, and in which parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """A part of a book."""

    caption: str
    """Empty for what stands before the first part."""
    pages: tuple[str, ...]
    """Places of its pages below the folder of the site, as ``chapters/05_primary.html``."""


def parts_of(toc: Any) -> tuple[Part, ...]:
    """Return the parts of a book in the order of its table of contents.

    Parameters
    ----------
    toc
        What ``_toc.yml`` says, without the chapters that the edition leaves out.
    """
    parts = [Part("", (f"{toc['root']}.html",))] if toc.get("root") else []
    before = tuple(_pages(toc.get("chapters") or toc.get("sections") or []))
    if before:
        parts.append(Part("", before))
    for part in toc.get("parts") or []:
        pages = tuple(_pages(part.get("chapters") or part.get("sections") or []))
        if pages:
            parts.append(Part(str(part.get("caption") or ""), pages))
    return tuple(parts)


def _pages(entries: Any) -> Iterator[str]:
    for entry in entries:
        if "file" in entry:
            yield f"{entry['file']}.html"
        yield from _pages(entry.get("sections") or [])
