"""Equations without a network: MathJax from the installed package, and a look for other hosts."""

from __future__ import annotations

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

from helpers.errors import BuildError

MATHJAX_PATH = "mathjax/tex-mml-chtml.js"
"""Place of MathJax below a book's ``_static``."""

_PACKAGE = "sphinx-mathjax-offline"
_FONTS = "output/chtml/fonts/woff-v2"


def copy_mathjax(html: Path) -> None:
    """Put MathJax and its fonts into a compiled book: 1.6 MB of the package's 24.

    Raises
    ------
    BuildError
        When the package is not installed.
    """
    found = find_spec(_PACKAGE)
    places = list(found.submodule_search_locations or ()) if found else []
    if not places:
        raise BuildError(f"The package {_PACKAGE} is not installed: install requirements.lock.")
    source = Path(places[0]) / "static" / "mathjax"
    target = html / "_static" / "mathjax"
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source / "tex-mml-chtml.js", html / "_static" / MATHJAX_PATH)
    shutil.copytree(source / _FONTS, target / _FONTS, dirs_exist_ok=True)


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
