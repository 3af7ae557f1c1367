"""The finished pages on a telephone, and tables where there is a margin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PHONE = {"width": 390, "height": 844}
WORD = {"impact": "Synthetic", "headache": "Real"}
_CONTRAST = """
(badge) => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map((each) => each / 255)
      .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = getComputedStyle(badge);
  const [one, two] = [light(style.color), light(style.backgroundColor)].sort((a, b) => b - a);
  return (one + 0.05) / (two + 0.05);
}
"""
# How far the names of the rows are from the left edge once a table has been scrolled to its end,
# which share of it they take, and what of the headings of groups is out of sight.
_SCROLLED = """
() => [...document.querySelectorAll(".trial-table-wrapper")]
  .filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth + 1)
  .map((each) => {
    each.scrollLeft = each.scrollWidth;
    const edge = each.getBoundingClientRect();
    const names = [...each.querySelectorAll("tbody tr > :first-child:not(.trial-group)")];
    const boxes = names.map((name) => name.getBoundingClientRect());
    const words = [...each.querySelectorAll(".trial-group > span")].map((span) =>
      span.getBoundingClientRect());
    return {
      moved: each.scrollLeft,
      away: Math.max(...boxes.map((box) => Math.abs(box.left - edge.left))),
      share: Math.max(...boxes.map((box) => box.width)) / edge.width,
      seenThrough: names.some((name) => getComputedStyle(name).backgroundColor !==
        getComputedStyle(document.body).backgroundColor),
      groupsCut: words.filter((box) => box.left < edge.left || box.right > edge.right + 1).length,
    };
  })
"""


@pytest.fixture(params=WORD)
def edition(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def chapter(books: Path, edition: str, name: str) -> str:
    return (books / edition / "html" / "chapters" / f"{name}.html").as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whose_data_stays_on_the_screen_where_the_title_is_cut(
    opened: tuple[Any, list[str]], books: Path, edition: str, scheme: Any
) -> None:
    page, _ = opened
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme=scheme)
    page.goto(chapter(books, edition, "05_primary"))
    page.evaluate("scrollTo(0, 3000)")
    badge = page.locator(".book-header .book-whose")
    assert badge.inner_text().startswith(WORD[edition])
    box = badge.bounding_box()
    assert 0 <= box["y"] < 60
    assert box["x"] + box["width"] <= PHONE["width"]
    assert badge.evaluate("each => each.scrollWidth <= each.clientWidth")
    assert badge.evaluate(_CONTRAST) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_of_rows_and_groups_stay_in_sight_while_a_table_scrolls(
    opened: tuple[Any, list[str]], books: Path, edition: str, scheme: Any
) -> None:
    page, _ = opened
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme=scheme)
    seen = 0
    for name in ("02_eligibility", "04_baseline", "05_primary", "06_secondary", "07_reproduction"):
        page.goto(chapter(books, edition, name))
        for table in page.evaluate(_SCROLLED):
            seen += 1
            assert table["moved"] > 0, name
            assert table["away"] <= 1, name
            assert table["share"] <= 0.47, name
            assert not table["seenThrough"], name
            assert table["groupsCut"] == 0, name
    assert seen >= 5


def test_a_table_of_two_columns_of_words_wraps(
    opened: tuple[Any, list[str]], books: Path, edition: str
) -> None:
    page, _ = opened
    page.set_viewport_size(PHONE)
    page.goto(chapter(books, edition, "data"))
    wide = page.evaluate(
        """() => [...document.querySelectorAll(".trial-table-wrapper")]
          .filter((each) => each.checkVisibility() && !each.querySelector("tr > :nth-child(3)"))
          .map((each) => each.scrollWidth - each.clientWidth)"""
    )
    assert wide
    assert max(wide) <= 1


@pytest.mark.parametrize("width", [390, 1440])
def test_the_button_that_copies_covers_no_code(
    opened: tuple[Any, list[str]], books: Path, width: int
) -> None:
    page, _ = opened
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(chapter(books, "impact", "rerun"))
    gaps = page.evaluate(
        """() => [...document.querySelectorAll(".highlight:has(.book-copy)")]
          .filter((each) => each.checkVisibility())
          .map((each) => each.querySelector("pre").getBoundingClientRect().top
            - each.querySelector(".book-copy").getBoundingClientRect().bottom)"""
    )
    assert len(gaps) > 5
    assert min(gaps) >= 0


def test_a_table_of_many_columns_takes_the_free_margin(
    opened: tuple[Any, list[str]], books: Path
) -> None:
    page, _ = opened
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(chapter(books, "impact", "validation"))
    over = page.evaluate(
        """() => {
          document.querySelectorAll("details").forEach((each) => { each.open = true; });
          const clips = (each) => getComputedStyle(each).overflowX !== "visible";
          const cut = (table) => {
            let least = innerWidth;
            for (let each = table.parentElement; each; each = each.parentElement)
              if (clips(each)) least = Math.min(least, each.getBoundingClientRect().right);
            return table.getBoundingClientRect().right - least;
          };
          return Math.max(...[...document.querySelectorAll("table.trial-table")].map(cut));
        }"""
    )
    assert over <= 1


def test_the_index_has_one_column_on_a_telephone_and_leads_back(
    opened: tuple[Any, list[str]], books: Path, edition: str
) -> None:
    page, _ = opened
    page.set_viewport_size(PHONE)
    page.goto((books / edition / "html" / "genindex.html").as_uri())
    lefts = page.evaluate(
        """() => [...document.querySelectorAll(".genindextable td")]
          .map((each) => Math.round(each.getBoundingClientRect().left))"""
    )
    assert len(lefts) > 10
    assert len(set(lefts)) == 1
    page.locator(".book-prev").click()
    assert page.locator(".book-next").get_attribute("href") == "../genindex.html"
