"""The pages of a finished site as a book on paper has them: one document, nothing to click.

The printed book is put together from the pages that readers see on the screen, and not compiled
from the sources a second time: so both say the same to the last digit, and whatever finishes a page
of the site (see :mod:`helpers.book.finishing`) has finished it here too.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import Tag

from helpers.book.finishing import read_page
from helpers.book.print_left_out import LEFT_OUT, TITLE, merge_left_out
from helpers.errors import BuildError

ARTICLE = "article.bd-article"

_NOT_ON_PAPER = (
    "script, style, link, template, dialog, iframe, object, button, input, select, textarea, "
    "option, form, a.headerlink, .cell_input, .toctree-wrapper, .only-dark, .dark-light-switch, "
    ".d-print-none, .no-print, .chapter-downloads, .genindex-jumpbox, [hidden]"
)
LONGEST_FOLD = 25
"""How many rows of tables a fold may have to be opened on paper."""

_NAMES_IDS = ("for", "headers", "aria-labelledby", "aria-describedby", "aria-details")
_NOT_KEPT = ("tabindex", "loading", "decoding", "fetchpriority", "srcset", "sizes")


@dataclass(frozen=True)
class Heading:
    """A heading for the table of contents."""

    anchor: str
    text: str


@dataclass(frozen=True)
class PrintedPage:
    """A page of the site, ready to stand in a document with all the others."""

    name: str
    anchor: str
    title: str
    sections: tuple[Heading, ...]
    article: Tag


def printed_pages(html: Path, names: Iterable[str]) -> tuple[PrintedPage, ...]:
    """Return pages of a site, without what needs a screen, with links that stay in the document.

    Parameters
    ----------
    html
        Folder of the site.
    names
        Places of its pages below that folder, in reading order.

    Raises
    ------
    BuildError
        When a page has no content.
    """
    found = {name: _article(html, name) for name in names}
    anchors = {name: anchor_of(name) for name in found}
    ids = {
        name: {str(tag["id"]) for tag in article.select("[id]")} for name, article in found.items()
    }
    return tuple(_printed(name, article, anchors, ids) for name, article in found.items())


def anchor_of(name: str) -> str:
    """Return what a link to a whole page points at: ``page-`` and the name of the page."""
    stem = name.removesuffix(".html")
    return "page-" + re.sub(r"[^A-Za-z0-9_]+", "-", stem.removeprefix("chapters/"))


def _article(html: Path, name: str) -> Tag:
    soup = read_page(html / name)
    article = soup.select_one(ARTICLE)
    if article is None or article.find("h1") is None:
        raise BuildError(f"The page {name} has no {ARTICLE} with a title: it cannot be printed.")
    strip_for_paper(article)
    return article


def strip_for_paper(article: Tag) -> None:
    """Leave out of a page, in place, what does nothing on paper, and open what is folded."""
    for fold in article.select("details.hide, details.code-fold"):
        _without_code(fold)
    for label in article.select(".sd-tab-set > label"):
        label.name = "p"
        label["class"] = TITLE
    for tag in article.select("noscript"):
        tag.unwrap()
    for tag in article.select(_NOT_ON_PAPER):
        tag.decompose()
    for tag in article.select("picture"):
        for source in tag.select("source"):
            source.decompose()
        tag.unwrap()
    for fold in article.select("details"):
        _opened(fold)
    merge_left_out(article)
    for target in article.select("section > span.target"):
        _into_heading(target)
    for cell in article.select(".cell, .cell_output, fieldset, .output"):
        if not cell.decomposed and not cell.get_text(strip=True) and not _shows(cell):
            cell.decompose()
    for tag in article.find_all(True):
        for attribute in _NOT_KEPT:
            tag.attrs.pop(attribute, None)


def _into_heading(target: Tag) -> None:
    """Put a place that links lead to into the heading before it, if that is where it stands.

    Between a heading and its text it would be a line of its own, after which a page may end.
    """
    before = target.find_previous_sibling()
    if isinstance(before, Tag) and before.name in ("h1", "h2", "h3", "h4"):
        before.append(target.extract())


def _without_code(fold: Tag) -> None:
    """Leave out a fold that holds code; what a folded cell shows stays."""
    if fold.select_one(".cell_output") is None and fold.select_one(".cell_input") is not None:
        fold.decompose()
        return
    for summary in fold.find_all("summary", recursive=False):
        summary.decompose()
    fold.name = "div"
    fold.attrs = {}


def _opened(fold: Tag) -> None:
    """Open a fold; where that would fill pages with rows, say instead where they can be read.

    A single table says in its caption what the fold says in its title.
    """
    whole = len(fold.select("tr")) <= LONGEST_FOLD
    named = whole and len(fold.select("table")) == 1 and fold.select_one("caption") is not None
    for summary in fold.find_all("summary", recursive=False):
        if named:
            summary.decompose()
        else:
            summary.name = "p"
            summary["class"] = TITLE
    if not whole:
        for child in fold.find_all(True, recursive=False):
            if TITLE not in classes_of(child):
                child.decompose()
    fold.name = "div"
    fold.attrs.pop("open", None)
    fold["class"] = " ".join([*classes_of(fold), "fold", *([] if whole else [LEFT_OUT])])


def classes_of(tag: Tag) -> list[str]:
    """Return the classes of a tag."""
    return " ".join(str(each) for each in tag.get_attribute_list("class") if each).split()


def _shows(tag: Tag) -> bool:
    return tag.select_one("img, svg, math, table, canvas, video, hr") is not None


def _printed(
    name: str, article: Tag, anchors: Mapping[str, str], ids: Mapping[str, set[str]]
) -> PrintedPage:
    for link in article.select("a[href]"):
        _redirect(link, name, anchors, ids)
    for image in article.select("img[src]"):
        image["src"] = _below_site(name, str(image["src"]))
    own = anchors[name]
    for tag in article.find_all(True):
        if tag.find_parent("svg") is not None:
            continue  # parts of a drawing name each other in ways that are not looked at here
        if tag.get("id"):
            tag["id"] = f"{own}--{tag['id']}"
        for attribute in _NAMES_IDS:
            if tag.get(attribute):
                named = tag[attribute]
                words = named if isinstance(named, list) else str(named).split()
                tag[attribute] = " ".join(f"{own}--{word}" for word in words)
    title = article.find("h1")
    assert isinstance(title, Tag)
    return PrintedPage(name, own, words_of(title), tuple(_sections(article)), article)


def _redirect(
    link: Tag, name: str, anchors: Mapping[str, str], ids: Mapping[str, set[str]]
) -> None:
    """Let a link lead to the same place in the document; plain words where there is none."""
    href = urlsplit(str(link["href"]))
    if href.scheme or href.netloc:
        return
    page = _below_site(name, unquote(href.path)) if href.path else name
    if page not in anchors:
        link.name = "span"
        link.attrs = {"class": "no-link"}
        return
    anchor = unquote(href.fragment)
    known = anchor in ids[page]
    link["href"] = f"#{anchors[page]}--{anchor}" if known else f"#{anchors[page]}"


def _below_site(name: str, address: str) -> str:
    """Return an address that a page names as one below the folder of the site."""
    if urlsplit(address).scheme:
        return address
    path = address.partition("?")[0].partition("#")[0]
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def _sections(article: Tag) -> Iterable[Heading]:
    for heading in article.select("h2"):
        section = heading.find_parent("section")
        anchor = heading.get("id") or (section.get("id") if section is not None else None)
        if anchor:
            yield Heading(str(anchor), words_of(heading))


def words_of(tag: Tag) -> str:
    """Return the words of a heading on one line."""
    return " ".join(tag.get_text().split())
