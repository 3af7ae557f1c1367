from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from helpers.book.site_pages import Page, Site
from helpers.book.unbroken_words import with_unbroken_p_values

PAGE = Page(Site(Path("html"), "first"), "chapters/05_primary.html")


def kept(article: str) -> tuple[list[str], str]:
    """Return what stays on one line, and all words of the page."""
    soup = BeautifulSoup(f"<body><article>{article}</article></body>", "html.parser")
    with_unbroken_p_values(soup, PAGE)
    return [each.text for each in soup.select("span.one-line")], soup.text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It was 2 (95% CI 1 to 3; P < .001).", ["P < .001"]),
        ("P = .07, then <b>P = .0658</b>; P > .99.", ["P = .07", "P = .0658", "P > .99"]),
        ("P = 0.5 and P = 1 of 3", ["P = 0.5", "P = 1"]),
        ("STEP = .05; the P value", []),
        ("<code>P = .05</code><pre><i>P = .05</i></pre><svg><text>P = .05</text></svg>", []),
        ("<!-- P = .05 -->", []),
    ],
)
def test_a_p_value_stays_on_one_line(text: str, found: list[str]) -> None:
    said, words = kept(text)
    assert said == found
    assert words == BeautifulSoup(text, "html.parser").text
