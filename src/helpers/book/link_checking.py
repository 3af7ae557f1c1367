"""Do the links of a site lead somewhere: to files and places within it, and to other sites."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urljoin, urlsplit
from urllib.request import Request, urlopen

from bs4 import BeautifulSoup

from helpers.book.finishing import read_page

_ATTRIBUTES = {"a": "href", "link": "href", "img": "src", "script": "src", "source": "src"}
_TOP = "https://top.invalid/"
"""Stands for the address of the site while links are resolved."""

_GONE = frozenset({404, 410})
_SECONDS = 20.0
_AT_ONCE = 8


@dataclass(frozen=True)
class Links:
    """The links of a site.

    Parameters
    ----------
    broken
        Those within the site that lead nowhere, each as a sentence.
    outward
        Addresses elsewhere, each with the first page that links to it.
    """

    broken: tuple[str, ...] = ()
    outward: Mapping[str, str] = field(default_factory=dict)


def links_of(site: Path, *, address: str = "") -> Links:
    """Follow every link within a site, also to places within a page.

    Parameters
    ----------
    site
        Its folder.
    address
        Where it is published; links that begin with it lead to the site itself.
    """
    pages = {
        path.relative_to(site).as_posix(): read_page(path)
        for path in sorted(site.rglob("*.html"))
        if not any(part.startswith("_") for part in path.relative_to(site).parts)
    }
    places = {name: _places(page) for name, page in pages.items()}
    broken: list[str] = []
    outward: dict[str, str] = {}
    for name, page in pages.items():
        for link in _links(page):
            whole = urljoin(_TOP + name, link)
            if address and whole.startswith(address):
                whole = _TOP + whole.removeprefix(address)
            if not whole.startswith(_TOP):
                if urlsplit(whole).scheme in ("http", "https"):
                    outward.setdefault(whole.partition("#")[0], name)
                continue
            why = _missing(site, places, whole.removeprefix(_TOP))
            if why:
                broken.append(f"{name} links to {link}: {why}.")
    return Links(tuple(dict.fromkeys(broken)), dict(sorted(outward.items())))


def ask(url: str) -> str:
    """Ask another site for a page; return why it is not there, or why that is not known.

    Returns
    -------
    str
        Empty when it is there; ``gone: ...`` when it is not; else what came instead.
    """
    said = ""
    for method in ("HEAD", "GET"):
        request = Request(url, method=method, headers={"User-Agent": "trialbook link check"})
        try:
            with urlopen(request, timeout=_SECONDS):
                return ""
        except HTTPError as error:
            said = f"gone: {error.code}" if error.code in _GONE else f"answered {error.code}"
        except (OSError, HTTPException, ValueError) as error:
            said = f"no answer: {getattr(error, 'reason', None) or error}"
    return said


def answers(urls: Iterable[str], *, ask: Callable[[str], str] = ask) -> dict[str, str]:
    """Ask other sites, several at once; return what is not plainly there, with what was said."""
    listed = list(urls)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return {
            url: said for url, said in zip(listed, threads.map(ask, listed), strict=True) if said
        }


def is_gone(said: str) -> bool:
    """Tell whether an answer means that a page is gone, and not that a program is not welcome."""
    return said.startswith("gone")


def _links(page: BeautifulSoup) -> Iterator[str]:
    for element in page.find_all(list(_ATTRIBUTES)):
        link = element.get(_ATTRIBUTES[element.name])
        if link is not None:
            yield str(link).strip()
    for refresh in page.select("meta[http-equiv=refresh i]"):
        yield str(refresh.get("content") or "").rpartition("url=")[2]


def _places(page: BeautifulSoup) -> set[str]:
    found = {str(element["id"]) for element in page.select("[id]")}
    return found | {str(element["name"]) for element in page.select("a[name]")}


def _missing(site: Path, places: Mapping[str, set[str]], link: str) -> str:
    """Say why a link within the site leads nowhere; empty when it does lead somewhere."""
    parts = urlsplit(link)
    name = unquote(parts.path)
    path = site / name
    if path.is_dir():
        name = f"{name.rstrip('/')}/index.html".removeprefix("/")
        path = site / name
    if not path.is_file():
        return "there is no such file"
    fragment = unquote(parts.fragment)
    if fragment and name in places and fragment not in places[name] | {"top"}:
        return f"that page has no place named {fragment!r}"
    return ""
