"""Steps that mend a page: what its frame and its parts need for every reader and every screen."""

from __future__ import annotations

import re
from posixpath import basename
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from helpers.book.site_pages import Page

# What the theme and the extensions load on every page, and the book's own frame does without:
# menus, icons, toggles and the search over one large index that cannot show where a word stands.
THEME_SCRIPTS = frozenset(
    {
        "bootstrap.js",
        "clipboard.min.js",
        "copybutton.js",
        "design-tabs.js",
        "doctools.js",
        "documentation_options.js",
        "fontawesome.js",
        "language_data.js",
        "pydata-sphinx-theme.js",
        "searchindex.js",
        "searchtools.js",
        "sphinx-book-theme.js",
        "sphinx_highlight.js",
        "togglebutton.js",
    }
)
_REDIRECT = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>This book begins on its front page</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url=TARGET"><link rel="canonical" href="TARGET">
</head><body><main><p>This book begins on its <a href="TARGET">front page</a>.</p></main></body>
</html>
"""
_THEME_INLINE = re.compile(r"^\s*(?:let|var) toggle|^\s*DOCUMENTATION_OPTIONS\b")


def has_own_frame(soup: BeautifulSoup) -> bool:
    """Say whether a page was made from the book's own layout rather than the theme's."""
    return soup.select_one("header.book-header") is not None


def without_theme_scripts(soup: BeautifulSoup, page: Page) -> None:
    """Drop the scripts that only the theme's own frame needs."""
    if not has_own_frame(soup):
        return
    for script in soup.find_all("script"):
        source = str(script.get("src") or "")
        if source:
            unneeded = basename(urlsplit(source).path) in THEME_SCRIPTS
        else:
            unneeded = bool(_THEME_INLINE.match(script.get_text()))
        if unneeded:
            script.decompose()


def with_whole_redirect(soup: BeautifulSoup, page: Page) -> None:
    """Make the page that leads to the first one a page that also says so."""
    refresh = soup.find("meta", attrs={"http-equiv": re.compile("^refresh$", re.IGNORECASE)})
    if not isinstance(refresh, Tag) or soup.find("html"):
        return
    target = str(refresh.get("content") or "").partition("url=")[2]
    whole = BeautifulSoup(_REDIRECT, "html.parser")
    for tag, attribute in (("meta[http-equiv]", "content"), ("link", "href"), ("a", "href")):
        for each in whole.select(tag):
            each[attribute] = str(each[attribute]).replace("TARGET", target)
    soup.clear()
    soup.extend(list(whole.contents))


def with_one_viewport(soup: BeautifulSoup, page: Page) -> None:
    """Keep the first of several equal statements about the screen."""
    for meta in soup.find_all("meta", attrs={"name": "viewport"})[1:]:
        meta.decompose()


def with_sections_in_contents(soup: BeautifulSoup, page: Page) -> None:
    """List the sections of a page below its entry in the contents of the book."""
    entry = soup.select_one("#book-contents li.current > a[href='#'], .book-home li.current > a")
    sections = [
        (str(heading.parent["id"]), heading_text(heading))
        for heading in soup.select("article section[id] > h2")
        if heading.parent
    ]
    if entry is None:
        return
    entry["aria-current"] = "page"
    if entry.parent is None or not sections:
        return
    listed = soup.new_tag("ul", attrs={"class": "book-sections"})
    for identifier, text in sections:
        item = soup.new_tag("li")
        link = soup.new_tag("a", href=f"#{identifier}")
        link.string = text
        item.append(link)
        listed.append(item)
    entry.parent.append(listed)


def with_plain_captions(soup: BeautifulSoup, page: Page) -> None:
    """Take parts of the contents for labels: as headings they would stand before the first."""
    for caption in soup.select("#book-contents p.caption"):
        del caption["role"], caption["aria-level"]


def with_named_links(soup: BeautifulSoup, page: Page) -> None:
    """Name the links beside headings, figures and equations by what they lead to."""
    for link in soup.select("a.headerlink"):
        heading = link.parent
        of_heading = heading is not None and heading.name in {"h1", "h2", "h3", "h4", "h5", "h6"}
        title = str(link.get("title") or "Link to this place")
        text = heading_text(heading) if of_heading and heading else ""
        link["aria-label"] = f"Link to the section {text}" if text else title
        link["class"] = "headerlink"


def with_folded_code(soup: BeautifulSoup, page: Page) -> None:
    """Give folded code a plain fold, whose name is what it says."""
    for fold in soup.select("details.hide.above-input, details.hide.below-input"):
        summary = fold.find("summary", recursive=False)
        if not isinstance(summary, Tag):
            continue
        texts = {
            kind: part.get_text(strip=True)
            for kind in ("collapsed", "expanded")
            if (part := summary.select_one(f".{kind}"))
        }
        del summary["aria-label"]
        summary.clear()
        for kind, text in texts.items():
            part = soup.new_tag("span", attrs={"class": f"code-{kind}"})
            part.string = text
            summary.append(part)
        fold["class"] = "code-fold"


def with_folded_boxes(soup: BeautifulSoup, page: Page) -> None:
    """Fold boxes of the class ``dropdown`` without a script."""
    if not has_own_frame(soup):
        return
    for box in soup.select("div.admonition.dropdown"):
        title = box.find("p", class_="admonition-title", recursive=False)
        if isinstance(title, Tag):
            box.name = title.name = "details"
            title.name = "summary"


def with_reachable_scrolling(soup: BeautifulSoup, page: Page) -> None:
    """Let the keyboard reach what may scroll sideways; book.js takes it back where all fits."""
    for part in soup.select(".highlight > pre, div.math"):
        part["tabindex"] = "0"


def with_lists_of_sources(soup: BeautifulSoup, page: Page) -> None:
    """Make the list of references a list: the roles that Sphinx gives its entries are withdrawn."""
    for listed in soup.select("div.citation-list"):
        listed["role"] = "list"
        for entry in listed.select("div.citation"):
            entry["role"] = "listitem"
        for link in listed.select("[role='doc-backlink']"):
            del link["role"]


def heading_text(heading: Tag) -> str:
    """Return the words of a heading, without the link to itself."""
    parts = [
        text
        for text in heading.find_all(string=True)
        if not text.find_parent("a", class_="headerlink")
    ]
    return " ".join("".join(parts).split())
