"""The font of the equations: the signs that the book uses, from a font of the lock.

Browsers stretch brackets and roots only with a font made for mathematics, and most phones have
none. STIX Two Math (SIL Open Font License) comes with the package ziamath; a book needs some
hundred of its 5000 signs, which is a hundredth of its size.
"""

from __future__ import annotations

import unicodedata
from importlib.util import find_spec
from pathlib import Path

from helpers.book.site_pages import Pages, Site
from helpers.errors import BuildError

FONT = "_static/book-math.woff"
"""Where the style sheets find it."""

_PACKAGE = "ziamath"
_FILE = "fonts/STIXTwoMath-Regular.ttf"
# Letters in formulas are slanted by the browser, which takes them from these blocks.
_ITALICS = (range(0x1D434, 0x1D468), range(0x1D6E2, 0x1D71C))
_FEATURES = ["ssty", "dtls", "flac", "ccmp", "mark", "mkmk", "kern"]


def add_math_font(site: Site, pages: Pages) -> None:
    """Write the font for the equations of all pages; a book without equations gets none.

    Raises
    ------
    BuildError
        When the package with the font is not installed.
    """
    used = {
        sign
        for soup in pages.values()
        for equation in soup.find_all("math")
        for sign in equation.get_text()
    }
    if any(soup.find(["msqrt", "mroot"]) for soup in pages.values()):
        used.add("√")  # written as an element
    if used:
        target = site.html / FONT
        target.parent.mkdir(exist_ok=True)
        write_subset(_font(), with_italics(used), target)


def with_italics(signs: set[str]) -> set[str]:
    """Return signs with the slanted letters that a browser takes for the upright ones."""
    slanted = {chr(code) for block in _ITALICS for code in block} | {"ℎ"}
    return signs | {each for each in slanted if unicodedata.normalize("NFKC", each) in signs}


def write_subset(font: Path, signs: set[str], target: Path) -> None:
    """Write a font with some signs of another, with what stretches and shrinks them."""
    from fontTools import subset

    options = subset.Options(
        flavor="woff", hinting=False, layout_features=_FEATURES, notdef_outline=True
    )
    with subset.load_font(str(font), options) as loaded:
        # The same font every time: the time of writing is part of it otherwise.
        loaded.recalcTimestamp = False
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(sorted(signs)))
        subsetter.subset(loaded)
        subset.save_font(loaded, str(target), options)


def _font() -> Path:
    found = find_spec(_PACKAGE)
    places = list(found.submodule_search_locations or ()) if found else []
    if not places:
        raise BuildError(
            f"The package {_PACKAGE}, which has the font of the equations, is not installed: "
            "install requirements.lock."
        )
    return Path(places[0]) / _FILE
