"""The font of the equations: the signs that the book uses, from a font of the lock.

Browsers stretch brackets and roots only with a font made for mathematics, and most phones have
none. STIX Two Math (SIL Open Font License) comes with the package ziamath; a book needs some
hundred of its 5000 signs, which is a hundredth of its size.
"""

from __future__ import annotations

import copy
import unicodedata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from helpers.book.site_pages import Pages, Site
from helpers.errors import BuildError

FONT = "_static/book-math.woff"
"""Where the style sheets find it."""

_PACKAGE = "ziamath"
_FILE = "fonts/STIXTwoMath-Regular.ttf"
# Letters in formulas are slanted by the browser, which takes them from these blocks.
_ITALICS = (range(0x1D434, 0x1D468), range(0x1D6E2, 0x1D71C))
# Chromium hangs a root from its bar, and the font's smallest root is made for taller letters than
# most; a root of this part of its height ends near the line on which the letters stand.
_SMALL_ROOT = 0.7
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
        _fit_browsers(loaded)
        subset.save_font(loaded, str(target), options)


def _fit_browsers(font: Any) -> None:
    """Change, in place, what browsers set otherwise than the programs that the font was made for.

    They lower an index by the whole depth of the letter before it, so that an index of μ hangs
    lower than one of Y; and they have no use for the air around a root that is too tall.
    """
    math = font["MATH"].table
    math.MathConstants.SubscriptBaselineDropMin.Value = 0
    root = font.getBestCmap().get(ord("√"))
    variants = math.MathVariants
    if root is None or root not in variants.VertGlyphCoverage.glyphs:
        return
    tall = f"{root}.tall"
    font["glyf"][tall] = copy.deepcopy(font["glyf"][root])
    advance, bearing = font["hmtx"][root]
    font["hmtx"][tall] = (advance, bearing)
    small = font["glyf"][root]
    small.coordinates.scale((_SMALL_ROOT, _SMALL_ROOT))
    small.coordinates.toInt()
    small.recalcBounds(font["glyf"])
    font["hmtx"][root] = (round(advance * _SMALL_ROOT), small.xMin)
    at = variants.VertGlyphCoverage.glyphs.index(root)
    records = variants.VertGlyphConstruction[at].MathGlyphVariantRecord
    first = copy.deepcopy(records[0])
    first.AdvanceMeasurement = small.yMax - small.yMin + 1
    records[0].VariantGlyph = tall
    records.insert(0, first)
    variants.VertGlyphConstruction[at].VariantCount = len(records)


def _font() -> Path:
    found = find_spec(_PACKAGE)
    places = list(found.submodule_search_locations or ()) if found else []
    if not places:
        raise BuildError(
            f"The package {_PACKAGE}, which has the font of the equations, is not installed: "
            "install requirements.lock."
        )
    return Path(places[0]) / _FILE
