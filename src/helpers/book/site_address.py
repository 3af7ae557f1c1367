"""What only a site with an address has: canonical links, pictures of its cards, a map for robots.

The address is Jupyter Book's own setting, ``html: baseurl:`` of ``_config.yml``, or where that is
silent the variable ``TRIALBOOK_ADDRESS``, by which a workflow names the site that it publishes.
Without either, no page holds an address that somebody made up.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from urllib.parse import quote, urljoin, urlsplit
from xml.sax.saxutils import escape

from bs4 import BeautifulSoup

from helpers.book.page_metadata import CARD, CARD_SIZE, add_meta
from helpers.book.project import Project, read_settings
from helpers.errors import BuildError

SETTINGS = "_config.yml"
ADDRESS = "TRIALBOOK_ADDRESS"


def site_address(project: Project) -> str:
    """Return the address of the site, which ends in ``/``; empty when nothing names one.

    Raises
    ------
    BuildError
        When the setting is not an address.
    """
    html = read_settings(project.root / SETTINGS).get("html") or {}
    url = str(html.get("baseurl") or "") if isinstance(html, dict) else ""
    where = f"{SETTINGS}: html: baseurl:" if url else f"{ADDRESS}:"
    url = url or os.environ.get(ADDRESS, "")
    if not url:
        return ""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise BuildError(
            f"{where} {url!r} is not the address of a site; write it as "
            "https://HOST/PATH/, or leave it out."
        )
    return url.rstrip("/") + "/"


def page_address(address: str, name: str) -> str:
    """Return the address of a page; that of a folder's first page is the folder's."""
    place = "" if name == "index.html" else name
    return address + quote(place)


def with_address(
    soup: BeautifulSoup, name: str, *, address: str, edition: str = "", card_text: str = ""
) -> None:
    """Say in the head of a page where it is, and where the picture of its edition is.

    Parameters
    ----------
    soup
        The page.
    name
        Its place below the site.
    address
        Of the site; when it is empty, nothing is said.
    edition
        Folder of the edition whose picture stands for it; empty for none.
    card_text
        What the picture shows.
    """
    if not address or soup.head is None:
        return
    here = page_address(address, name)
    if leads_elsewhere(soup):
        for link in soup.select("link[rel=canonical]"):
            link["href"] = urljoin(address + quote(name), str(link["href"]))
        return
    soup.head.append(soup.new_tag("link", attrs={"rel": "canonical", "href": here}))
    soup.head.append("\n")
    add_meta(soup, property="og:url", content=here)
    if edition:
        picture = page_address(address, f"{edition}/{CARD}")
        width, height = CARD_SIZE
        add_meta(soup, property="og:image", content=picture)
        add_meta(soup, property="og:image:width", content=str(width))
        add_meta(soup, property="og:image:height", content=str(height))
        add_meta(soup, property="og:image:alt", content=card_text)


def leads_elsewhere(soup: BeautifulSoup) -> bool:
    """Tell whether a page only leads to another: it is neither listed nor the one to be cited."""
    return soup.select_one('meta[http-equiv="refresh" i]') is not None


def sitemap(address: str, names: Sequence[str]) -> str:
    """Return the list of pages for search engines, as XML."""
    rows = "".join(
        f"<url><loc>{escape(page_address(address, name))}</loc></url>\n" for name in sorted(names)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</urlset>\n'
    )


def robots(address: str) -> str:
    """Return what robots are told: everything may be read, and where the list of pages is."""
    return f"User-agent: *\nAllow: /\nSitemap: {address}sitemap.xml\n"
