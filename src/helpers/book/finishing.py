"""Finish a compiled book: every page is read once, mended by small steps, and written back.

A step of a page is a function of the parsed page and of where it stands. A step of the pages sees
all of them before they are written, a step of the site when they are. A new one takes one line
below.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bs4 import BeautifulSoup

from helpers.book.code_folds import with_joined_code
from helpers.book.math_font import add_math_font
from helpers.book.page_frame import (
    with_folded_boxes,
    with_folded_code,
    with_lists_of_sources,
    with_named_links,
    with_one_viewport,
    with_plain_captions,
    with_reachable_scrolling,
    with_sections_in_contents,
    with_whole_redirect,
    without_theme_scripts,
)
from helpers.book.page_images import with_sized_images
from helpers.book.page_turns import add_turns_back
from helpers.book.search_index import write_search_index
from helpers.book.site_pages import Page, Pages, Site, page_text, pages_of, read_page
from helpers.book.styles import bundle_styles
from helpers.book.unbroken_words import with_unbroken_p_values
from helpers.book.unneeded_files import drop_unneeded_files

PageStep = Callable[[BeautifulSoup, Page], None]
PagesStep = Callable[[Site, Pages], None]
SiteStep = Callable[[Site], None]

PAGE_STEPS: tuple[PageStep, ...] = (
    without_theme_scripts,
    with_whole_redirect,
    with_one_viewport,
    with_plain_captions,
    with_reachable_scrolling,
    with_sections_in_contents,
    with_named_links,
    with_folded_code,
    with_joined_code,
    with_folded_boxes,
    with_lists_of_sources,
    with_sized_images,
    with_unbroken_p_values,
)
"""Run on every page, in this order; each changes the parsed page in place."""

PAGES_STEPS: tuple[PagesStep, ...] = (
    add_turns_back,
    add_math_font,
    write_search_index,
    bundle_styles,  # last: it trims the styles to what the pages then hold
)
"""Run once, in this order, when every page went through its steps."""

SITE_STEPS: tuple[SiteStep, ...] = (
    drop_unneeded_files,  # last: it keeps what the written pages mention
)
"""Run once, in this order, when every page is written."""


def finish_site(
    html: Path,
    *,
    edition: str,
    source: Path | None = None,
    page_steps: tuple[PageStep, ...] = PAGE_STEPS,
    pages_steps: tuple[PagesStep, ...] = PAGES_STEPS,
    site_steps: tuple[SiteStep, ...] = SITE_STEPS,
) -> None:
    """Finish a compiled book in place.

    Parameters
    ----------
    html
        Folder of the pages.
    edition
        Name of the edition.
    source
        The staged folder that was compiled.
    page_steps, pages_steps, site_steps
        What is done; by default everything that is registered here.
    """
    site = Site(html, edition, source)
    pages = {page: read_page(page.path) for page in pages_of(site)}
    for page, soup in pages.items():
        for step in page_steps:
            step(soup, page)
    for together in pages_steps:
        together(site, pages)
    for page, soup in pages.items():
        page.path.write_text(page_text(soup), encoding="utf-8")
    for finish in site_steps:
        finish(site)
