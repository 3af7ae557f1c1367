"""The document that is printed: cover, contents, chapters, and what stands around a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from helpers.book.math_font import FONT
from helpers.book.print_index import numbered_index
from helpers.book.print_pages import Heading, PrintedPage
from helpers.book.reading_order import Part

FONTS = "printed-fonts"
"""Where the fonts lie, seen from the document, which itself stands at the top of the site."""
STYLES = "printed-styles"
"""Where the style sheets lie, seen from there."""

# A book looks the same on every machine only with fonts that come from the lock: matplotlib's.
FONT_FILES = {
    ("Book Text", "400", "normal"): "STIXGeneral.ttf",
    ("Book Text", "400", "italic"): "STIXGeneralItalic.ttf",
    ("Book Text", "700", "normal"): "STIXGeneralBol.ttf",
    ("Book Text", "700", "italic"): "STIXGeneralBolIta.ttf",
    ("Book Sans", "400", "normal"): "DejaVuSans.ttf",
    ("Book Sans", "700", "normal"): "DejaVuSans-Bold.ttf",
    ("Book Code", "400", "normal"): "DejaVuSansMono.ttf",
    ("Book Code", "700", "normal"): "DejaVuSansMono-Bold.ttf",
}

# A section that so many chapters have, as *Exercises*, tells nobody where to look.
_COMMON = 3
_UNRELEASED = "[Unreleased]"


@dataclass(frozen=True)
class Cover:
    """What the first page of a printed book says."""

    title: str
    trial: str
    """Full title of the trial."""
    edition: str
    """Name of the edition."""
    author: str
    synthetic: bool
    label: str
    """Whose data, as *Synthetic cohort (IMPACT)*."""
    notice: str
    """The same in one sentence."""
    version: str
    dated: str
    """Day of the content."""
    language: str = "en"


def printed_document(
    cover: Cover,
    parts: Sequence[Part],
    pages: Mapping[str, PrintedPage],
    *,
    styles: Sequence[str],
    own_style: str,
) -> str:
    """Return the whole book as one HTML document.

    Parameters
    ----------
    cover
        What its first page says.
    parts
        Its parts, in reading order.
    pages
        Its pages by their names.
    styles
        Style sheets for what stands in a page, seen from the document.
    own_style
        Text of the style sheet for paper, which comes after them.
    """
    order = [pages[name] for part in parts for name in part.pages]
    links = "\n".join(f'<link rel="stylesheet" href="{escape(each)}">' for each in styles)
    chapters = "\n".join(_chapter(part, pages[name]) for part in parts for name in part.pages)
    return f"""<!DOCTYPE html>
<html lang="{escape(cover.language)}" data-theme="light" data-mode="light">
<head>
<meta charset="utf-8">
<title>{escape(cover.title)}</title>
<meta name="author" content="{escape(cover.author)}">
{links}
<style>
{_font_faces()}
{own_style}
{_page_rules(cover, order)}
</style>
</head>
<body class="printed-book {_kind(cover)}">
{_cover(cover)}
{_contents(parts, pages)}
<main class="bd-content">
{chapters}
</main>
</body>
</html>
"""


def running_label(cover: Cover) -> str:
    """Return the words at the top of every page that say whose data these are."""
    return cover.label.replace("Synthetic cohort", "SYNTHETIC COHORT").replace(
        "Real patients", "REAL PATIENTS"
    )


def _kind(cover: Cover) -> str:
    return "synthetic" if cover.synthetic else "real"


def _cover(cover: Cover) -> str:
    return f"""<header class="book-cover">
<p class="book-cover-kind">{escape(running_label(cover))}</p>
<h1>{escape(cover.title)}</h1>
<p class="book-cover-trial">{escape(cover.trial)}</p>
<div class="book-cover-notice"><p>{escape(cover.notice)}</p></div>
<div class="book-cover-facts">
<p>{escape(cover.author)}</p>
<p>Edition <em>{escape(cover.edition)}</em>, version {escape(cover.version)}</p>
<p>Content of {escape(cover.dated)}</p>
<p>Text under CC BY 4.0, code under the MIT licence</p>
</div>
</header>"""


def _contents(parts: Sequence[Part], pages: Mapping[str, PrintedPage]) -> str:
    lines = []
    for part in parts:
        if part.caption:
            lines.append(f'<p class="contents-part">{escape(part.caption)}</p>')
        lines.append("<ol>")
        for page in (pages[name] for name in part.pages):
            inner = "".join(
                f"<li>{_entry(section.anchor, section.text)}</li>"
                for section in listed_sections(page, pages)
            )
            below = f"<ol>{inner}</ol>" if inner else ""
            lines.append(f"<li>{_entry(page.anchor, page.title)}{below}</li>")
        lines.append("</ol>")
    return "\n".join(
        [
            '<nav class="printed-contents" aria-label="Contents">',
            "<h1>Contents</h1>",
            *lines,
            "</nav>",
        ]
    )


def listed_sections(page: PrintedPage, pages: Mapping[str, PrintedPage]) -> tuple[Heading, ...]:
    """Return the sections of a page that tell a reader of the contents where to look.

    Neither those that many chapters have do so, nor the letters of the index; nor those that say
    something of each chapter under its title, nor what has changed since the last version.
    """
    titles = {each.title for each in pages.values()}
    named = Counter(section.text for each in pages.values() for section in set(each.sections))
    return tuple(
        section
        for section in page.sections
        if named[section.text] < _COMMON
        and len(section.text) > 1
        and section.text not in titles
        and section.text != _UNRELEASED
    )


def _entry(anchor: str, text: str) -> str:
    return (
        f'<a href="#{escape(anchor)}"><span class="contents-title">{escape(text)}</span>'
        f'<span class="contents-page" data-anchor="{escape(anchor)}"></span></a>'
    )


def _chapter(part: Part, page: PrintedPage) -> str:
    kicker = f'<p class="chapter-part">{escape(part.caption)}</p>\n' if part.caption else ""
    return (
        f'<section class="chapter" id="{page.anchor}" style="page: {page.anchor}">\n{kicker}'
        f"{numbered_index(page.article)}\n</section>"
    )


def _font_faces() -> str:
    faces = [
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
        f'src: url("{FONTS}/{file}"); }}'
        for (family, weight, style), file in FONT_FILES.items()
    ]
    # A book without equations has no such file, and nothing asks for it.
    return "\n".join([*faces, f'@font-face {{ font-family: "Book Math"; src: url("{FONT}"); }}'])


def _page_rules(cover: Cover, pages: Sequence[PrintedPage]) -> str:
    """Return the rules for the edges of pages: whose data, which book, which chapter, which page.

    A chapter has pages of its own name, because only so can its title stand above them.
    """
    label, title = _quoted(running_label(cover)), _quoted(cover.title)
    rules = [
        f"@page {{ @top-left {{ content: {label}; }} @bottom-left {{ content: {title}; }} "
        "@bottom-right { content: counter(page); } }"
    ]
    rules += [
        f"@page {page.anchor} {{ @top-right {{ content: {_quoted(page.title)}; }} }}"
        for page in pages
    ]
    return "\n".join(rules)


def _quoted(text: str) -> str:
    """Return a text as a string of CSS, in which nothing ends the string or the style sheet."""
    safe = "".join(
        f"\\{ord(letter):06x}" if letter in '\\"<>&' or ord(letter) < 32 else letter
        for letter in text
    )
    return f'"{safe}"'
