"""A look for everything that the pages would fetch from another host."""

from __future__ import annotations

import re
from pathlib import Path

from helpers.errors import BuildError

_ATTRIBUTE = r"""\s*=\s*["']?(?:https?:)?//[^\s"'>]+"""
_REQUESTS = re.compile(
    # What a browser fetches by itself; a link that a reader may follow is no request.
    rf"""<(?:script|img|iframe|source|audio|video|embed)\b[^>]*?\s(?:src|srcset){_ATTRIBUTE}"""
    rf"""|<link\b(?=[^>]*\brel\s*=\s*["']?(?:stylesheet|preload|modulepreload|preconnect|icon"""
    rf"""|dns-prefetch|shortcut))[^>]*?\shref{_ATTRIBUTE}"""
    r"""|url\(\s*["']?(?:https?:)?//[^)]+|@import\s+["'](?:https?:)?//[^"']+""",
    re.IGNORECASE,
)


def foreign_requests(html: Path) -> tuple[str, ...]:
    """Return everything in a compiled book that a browser would fetch from another host."""
    found = [
        f"{path.relative_to(html).as_posix()}: {match.group(0).strip()}"
        for path in sorted(html.rglob("*"))
        if path.suffix in {".html", ".css"} and path.is_file()
        for match in _REQUESTS.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    return tuple(dict.fromkeys(found))


def refuse_foreign_requests(html: Path) -> None:
    """Refuse a book whose pages would not be whole without a network.

    Raises
    ------
    BuildError
        Which names the page and the address.
    """
    found = foreign_requests(html)
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise BuildError(
            f"The book would fetch something from another host: {found[0]}{more}. "
            "Turn it off in _config.yml, or put the file into _static."
        )
