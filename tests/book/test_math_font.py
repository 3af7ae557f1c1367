from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

from helpers.book import math_font
from helpers.book.math_font import add_math_font, with_italics, write_subset
from helpers.book.site_pages import Page, Site
from helpers.errors import BuildError


def pages(site: Site, *texts: str) -> dict[Page, BeautifulSoup]:
    return {
        Page(site, f"{at}.html"): BeautifulSoup(text, "html.parser")
        for at, text in enumerate(texts)
    }


def test_letters_bring_their_slanted_forms() -> None:
    assert with_italics({"x", "h", "μ", "1", "+"}) == {"x", "𝑥", "h", "ℎ", "μ", "𝜇", "1", "+"}


def test_the_font_has_what_the_equations_need_and_little_else(tmp_path: Path) -> None:
    site = Site(tmp_path, "tiny")
    found = pages(
        site,
        "<p>W</p><math><mi>x</mi><mo>∑</mo><mo>(</mo></math>",
        "<math><msqrt><mn>2</mn></msqrt></math>",
    )
    add_math_font(site, found)
    path = tmp_path / "_static" / "book-math.woff"
    font = TTFont(path)
    assert {chr(code) for code in font.getBestCmap()} >= set("x𝑥∑(2√")
    assert ord("W") not in font.getBestCmap()
    # What stretches brackets and sums is in this table.
    assert "MATH" in font
    assert path.stat().st_size < 15_000
    first = path.read_bytes()
    add_math_font(site, found)
    assert path.read_bytes() == first


def test_the_smallest_root_is_as_tall_as_a_letter_and_indices_hang_alike(tmp_path: Path) -> None:
    path = tmp_path / "math.woff"
    write_subset(math_font._font(), {"√", "n"}, path)
    font = TTFont(path)
    math = font["MATH"].table
    # Browsers add this to the depth of a letter: an index of μ would hang lower than one of Y.
    assert math.MathConstants.SubscriptBaselineDropMin.Value == 0
    root = font.getBestCmap()[ord("√")]
    variants = math.MathVariants
    at = variants.VertGlyphCoverage.glyphs.index(root)
    records = variants.VertGlyphConstruction[at].MathGlyphVariantRecord
    assert records[0].VariantGlyph == root
    sizes = [each.AdvanceMeasurement for each in records]
    assert sizes == sorted(sizes)
    assert sizes[1:] == [1188, 1855, 2371, 2892]
    em = font["head"].unitsPerEm
    assert 0.7 * em < sizes[0] < 0.9 * em
    for each in records:
        glyph = font["glyf"][each.VariantGlyph]
        assert glyph.yMax - glyph.yMin == pytest.approx(each.AdvanceMeasurement, abs=3)


def test_a_font_without_a_root_is_written_too(tmp_path: Path) -> None:
    path = tmp_path / "math.woff"
    write_subset(math_font._font(), {"x"}, path)
    assert ord("√") not in TTFont(path).getBestCmap()


def test_a_book_without_equations_gets_no_font(tmp_path: Path) -> None:
    site = Site(tmp_path, "tiny")
    add_math_font(site, pages(site, "<p>x</p>"))
    assert list(tmp_path.rglob("*")) == []


def test_says_when_the_font_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(math_font, "find_spec", lambda name: None)
    site = Site(tmp_path, "tiny")
    with pytest.raises(BuildError, match=r"ziamath.*not installed: install requirements\.lock"):
        add_math_font(site, pages(site, "<math><mi>x</mi></math>"))
