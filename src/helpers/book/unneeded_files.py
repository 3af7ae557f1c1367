"""Drop what the theme and the extensions put into a book and no page of it uses."""

from __future__ import annotations

import shutil
from pathlib import Path

from helpers.book.site_pages import Site

_TEXTS = frozenset({".html", ".css", ".js"})


def drop_unneeded_files(site: Site) -> None:
    """Remove the files of ``_static`` that nothing mentions, and Sphinx' own index.

    What the book itself put there stays: a script of its own may make up the names of its files.
    A site with the theme's own frame stays whole, because its scripts load others.
    """
    static = site.html / "_static"
    texts = {path: _text(path) for path in sorted(site.html.rglob("*")) if path.suffix in _TEXTS}
    pages = [text for path, text in texts.items() if static not in path.parents]
    if not static.is_dir() or not any('class="book-header"' in text for text in pages):
        return
    own = {static / name for name in site.own_files if not name.endswith(".css")}
    there = [path for path in static.rglob("*") if path.is_file()]
    needed = _reached(there, own, texts, pages)
    for path in there:
        if path not in needed:
            path.unlink()
    for folder in sorted((path for path in static.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    (site.html / "searchindex.js").unlink(missing_ok=True)
    for trace in (".buildinfo", ".doctrees"):
        place = site.html / trace
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)


def _reached(
    there: list[Path], own: set[Path], texts: dict[Path, str], pages: list[str]
) -> set[Path]:
    """Return the files that pages name, that files so found name, and so on."""
    needed = {path for path in there if path in own}
    waiting = [*pages, *(texts[path] for path in needed if path in texts)]
    while waiting:
        text = waiting.pop()
        for path in there:
            if path not in needed and path.name in text:
                needed.add(path)
                if path in texts:
                    waiting.append(texts[path])
    return needed


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
