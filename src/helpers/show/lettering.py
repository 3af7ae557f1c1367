"""The fonts of the figures, for letters of any language.

DejaVu Sans comes with matplotlib and has Latin, Greek and Cyrillic letters, so that those look the
same on every machine. For others a font of the machine steps in, letter by letter; where there is
none, boxes are drawn and the caption says so.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from matplotlib import font_manager, ft2font
from matplotlib.figure import Figure
from matplotlib.text import Text

FONT = "DejaVu Sans"
BOXES = "Letters for which this machine has no font are drawn as boxes."

_OTHERS = (
    *("Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans CJK KR", "Source Han Sans"),
    *("Hiragino Sans", "Yu Gothic", "MS Gothic", "PingFang SC", "Microsoft YaHei", "Malgun Gothic"),
    *("WenQuanYi Zen Hei", "IPAexGothic", "IPAGothic", "NanumGothic", "Arial Unicode MS"),
    *("Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Tamil", "Noto Sans Thai"),
    *("Noto Sans Ethiopic", "Noto Sans Armenian", "Noto Sans Georgian", "Droid Sans Fallback"),
)


@lru_cache(maxsize=1)
def font_families() -> tuple[str, ...]:
    """Return the figures' font, and those of this machine that step in for its missing letters."""
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    return (FONT, *(name for name in _OTHERS if name in installed))


@lru_cache(maxsize=32)
def _letters(family: str) -> frozenset[int]:
    path = Path(font_manager.findfont(font_manager.FontProperties(family=family)))
    return frozenset(ft2font.FT2Font(str(path)).get_charmap())


def missing_letters(texts: Iterable[str]) -> str:
    """Return the letters that no font at hand can draw, each once, in order."""
    wanted = sorted({letter for text in texts for letter in text if letter.isprintable()})
    foreign = [letter for letter in wanted if ord(letter) not in _letters(FONT)]
    return "".join(
        letter
        for letter in foreign
        if not any(ord(letter) in _letters(family) for family in font_families()[1:])
    )


def missing_in(figure: Figure) -> str:
    """Return the letters of a figure that no font at hand can draw."""
    return missing_letters(part.get_text() for part in figure.findobj(Text))


@contextmanager
def boxes_without_warning() -> Iterator[None]:
    """Draw without a word about letters that a font lacks, or weights: the caption tells of boxes.

    matplotlib logs that a font which steps in has no bold letters; on a page that is noise.
    """
    logger = logging.getLogger("matplotlib.font_manager")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
            yield
    finally:
        logger.setLevel(level)
