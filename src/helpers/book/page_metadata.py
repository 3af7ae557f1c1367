"""What the head of a page tells search engines and those who share a link to it.

Nothing here needs the address of the site: what does is added when the site is put together (see
:mod:`helpers.book.site_address`).
"""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

from helpers.book.book_facts import BookFacts
from helpers.book.finishing import Page

CARD = "_static/social-card.png"
"""The picture that stands for a book, below its folder."""
CARD_SIZE = (1200, 630)

_LONGEST = 300
_GENERATOR = "trialbook"


def with_metadata(soup: BeautifulSoup, page: Page, *, facts: BookFacts) -> None:
    """Add the description of a page, and what a link to it shows, to its head."""
    head = soup.head
    if head is None or soup.title is None or soup.find("article") is None:
        return  # a page that only leads to another
    if soup.html is not None and not soup.html.get("lang"):
        soup.html["lang"] = "en"
    title = soup.title.get_text(strip=True)
    described = description(soup, facts)
    _drop(head)
    generator = " ".join(filter(None, (_GENERATOR, facts.version)))
    named = {"description": described, "generator": generator}
    shared = {
        "og:type": "article",
        "og:site_name": facts.title,
        "og:title": title,
        "og:description": described,
        "og:locale": "en_GB",
    }
    card = {"twitter:card": "summary_large_image"}
    for name, content in (named | card).items():
        add_meta(soup, name=name, content=content)
    for name, content in shared.items():
        add_meta(soup, property=name, content=content)


def description(soup: BeautifulSoup, facts: BookFacts) -> str:
    """Return the claim with which a page opens, after whose data it shows.

    The claim is the answer with which a chapter opens, and of another page the first paragraph
    below the title; without one, the title and the book's own finding.
    """
    heading = soup.select_one("article h1")
    claim = None if heading is None else _claim(soup, heading)
    text = "" if claim is None else _words(claim)
    if not text:
        finding = facts.finding or facts.title
        text = f"{_words(heading)}. {finding}" if heading is not None else finding
    # A page of software test data has a label of its own below its title.
    own = soup.select_one("article p.trial-chapter > strong")
    label = own.get_text() if own is not None else facts.label
    whole = text if text.startswith(label) else f"{label}: {text}"
    if len(whole) <= _LONGEST:
        return whole
    return whole[: _LONGEST - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _claim(soup: BeautifulSoup, heading: Tag) -> Tag | None:
    opening: list[Tag] = []
    for each in heading.find_next_siblings():
        if each.name == "span":
            continue  # a place that links lead to
        if each.name != "p":
            break
        opening.append(each)
    answered = soup.select_one("article p.trial-chapter") is not None
    told = [each for each in opening if "trial-meta" not in each.get_attribute_list("class")]
    # A chapter asks before it answers.
    return next(iter(told[1:] if answered else told), None)


def add_meta(soup: BeautifulSoup, **attributes: str) -> None:
    """Add one ``meta`` element to the head of a page."""
    if soup.head is not None:
        soup.head.append(soup.new_tag("meta", attrs=attributes))
        soup.head.append("\n")


def _drop(head: Tag) -> None:
    """Take away what the theme or Sphinx said of the same."""
    for meta in head.find_all("meta"):
        name = str(meta.get("name") or meta.get("property") or "")
        if name in ("description", "generator") or name.startswith(("og:", "twitter:")):
            meta.decompose()


def _words(paragraph: Tag) -> str:
    """Return the words of a paragraph without marks of citations and formulas."""
    left_out = (".bibtex-citation", ".math", "math", ".headerlink")
    unwanted = {id(each) for selector in left_out for each in paragraph.select(selector)}
    parts = [
        text
        for text in paragraph.find_all(string=True)
        if not any(id(parent) in unwanted for parent in text.parents)
    ]
    # A mark stood between a space and a comma or full stop; "P = .07" keeps its own.
    return re.sub(r" (?=[.,;:](?:\s|$))", "", " ".join("".join(parts).split()))
