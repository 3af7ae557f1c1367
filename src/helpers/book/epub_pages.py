"""The pages of a book as an electronic reader has them: XHTML, each a file, and their contents."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from html import escape

from bs4 import Tag
from bs4.dammit import EntitySubstitution
from bs4.formatter import HTMLFormatter

from helpers.book.print_document import Cover, listed_sections, running_label
from helpers.book.print_pages import PrintedPage
from helpers.book.reading_order import Part

STYLE = "book.css"

_WRITING = HTMLFormatter(
    entity_substitution=EntitySubstitution.substitute_xml,
    void_element_close_prefix="/",
    empty_attributes_are_booleans=False,
)
_NAMESPACES = {
    "math": "http://www.w3.org/1998/Math/MathML",
    "svg": "http://www.w3.org/2000/svg",
}


def file_of(page: PrintedPage) -> str:
    """Return the name of a page's file in the book."""
    return f"{page.anchor}.xhtml"


def page_xhtml(page: PrintedPage, cover: Cover, files: Mapping[str, str]) -> str:
    """Return a page as XHTML.

    Parameters
    ----------
    page
        The page; it is not changed.
    cover
        Its book.
    files
        File of each anchor of the book.
    """
    article = page.article.__copy__()
    for link in article.select("a[href^='#']"):
        anchor = str(link["href"])[1:]
        at = "" if anchor.startswith("page-") and "--" not in anchor else f"#{anchor}"
        link["href"] = f"{files[anchor]}{at}"
    for image in article.select("img[src]"):
        image["src"] = image_file(str(image["src"]))
    _as_xml(article)
    label = f'<p class="whose-data">{escape(running_label(cover))}</p>'
    return document(cover, page.title, f"{label}\n{article.decode(formatter=_WRITING)}")


def image_file(source: str) -> str:
    """Return the name in the book of an image of the site."""
    return f"images/{posixpath.basename(source)}"


def anchors(pages: Sequence[PrintedPage]) -> dict[str, str]:
    """Return the file of each place to which a link may lead."""
    found = {}
    for page in pages:
        found[page.anchor] = file_of(page)
        for tag in page.article.select("[id]"):
            found[str(tag["id"])] = file_of(page)
    return found


def cover_xhtml(cover: Cover) -> str:
    """Return the first page: which book this is, and whose data."""
    return document(
        cover,
        cover.title,
        f"""<section class="cover {"synthetic" if cover.synthetic else "real"}" epub:type="cover">
<p class="kind">{escape(running_label(cover))}</p>
<h1>{escape(cover.title)}</h1>
<p class="trial">{escape(cover.trial)}</p>
<p class="notice">{escape(cover.notice)}</p>
<p>{escape(cover.author)}</p>
<p>Edition <em>{escape(cover.edition)}</em>, version {escape(cover.version)}</p>
<p>Content of {escape(cover.dated)}</p>
<p>Text under CC BY 4.0, code under the MIT licence</p>
</section>""",
    )


def contents_xhtml(cover: Cover, parts: Sequence[Part], pages: Mapping[str, PrintedPage]) -> str:
    """Return the table of contents, which the reader's program shows too."""
    items = []
    for part in parts:
        entries = "\n".join(_entry(pages[name], pages) for name in part.pages)
        if part.caption:
            entries = f"<li><span>{escape(part.caption)}</span>\n<ol>{entries}</ol></li>"
        items.append(entries)
    listed = "\n".join(items)
    return document(
        cover,
        "Contents",
        f'<nav epub:type="toc" id="toc" role="doc-toc">\n<h1>Contents</h1>\n<ol>\n{listed}\n'
        "</ol>\n</nav>",
    )


def _entry(page: PrintedPage, pages: Mapping[str, PrintedPage]) -> str:
    file = file_of(page)
    below = "".join(
        f'<li><a href="{file}#{escape(section.anchor)}">{escape(section.text)}</a></li>'
        for section in listed_sections(page, pages)
    )
    inner = f"<ol>{below}</ol>" if below else ""
    return f'<li><a href="{file}">{escape(page.title)}</a>{inner}</li>'


def document(cover: Cover, title: str, body: str) -> str:
    """Return an XHTML document."""
    language = escape(cover.language)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"
  lang="{language}" xml:lang="{language}">
<head>
<meta charset="utf-8"/>
<title>{escape(title)}</title>
<link rel="stylesheet" type="text/css" href="{STYLE}"/>
</head>
<body>
{body}
</body>
</html>
"""


def _as_xml(article: Tag) -> None:
    """Name the languages of drawings and equations, which HTML knows and XML does not.

    What an EPUB may hold of MathML is its third version, where only styles have a script level.
    """
    for tag in article.select("math [scriptlevel]:not(mstyle)"):
        del tag["scriptlevel"]
    for name, address in _NAMESPACES.items():
        for tag in article.select(name):
            if tag.find_parent(name) is None:
                tag["xmlns"] = address
