"""Find a Chromium that prints, and open a document in it without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from helpers.errors import BuildError

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    "microsoft-edge",
)
_ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
_REMEDY = (
    "install Chromium or Chrome (on Debian or Ubuntu: sudo apt-get install chromium; anywhere: "
    ".venv/bin/playwright install chromium) and try again."
)
OLDEST = 131
"""The first version that prints the edges of pages as a style sheet says."""

ROOT = ""

_HOST = "http://book.invalid"
_DOCUMENT = "/"


@contextmanager
def opened_document(text: str, folders: Mapping[str, Path]) -> Iterator[Page]:
    """Open a document, as for printing, in a browser that reaches nothing else.

    Parameters
    ----------
    text
        The document.
    folders
        Folders whose files it may load, by the names that it calls them; one of them,
        :data:`ROOT`, is where all other files are.

    Raises
    ------
    BuildError
        When there is no Chromium, it is too old, does not start, or a file is missing.
    """
    from playwright.sync_api import Error, sync_playwright

    missing: list[str] = []

    def answer(route: Any) -> None:
        path = unquote(urlsplit(route.request.url).path)
        if not route.request.url.startswith(f"{_HOST}/"):
            missing.append(route.request.url)
            route.abort()
        elif path == _DOCUMENT:
            route.fulfill(body=text, content_type="text/html; charset=utf-8")
        elif (file := _file(path, folders)) is not None:
            route.fulfill(path=file)
        else:
            missing.append(path.lstrip("/"))
            route.abort()

    try:
        with sync_playwright() as playwright:
            executable = find_chromium(playwright.chromium.executable_path)
            browser = playwright.chromium.launch(executable_path=executable)
            try:
                _refuse_old(browser.version)
                # Of no interest to the printer but for scripts: what fits is measured as printed.
                page = browser.new_page(color_scheme="light", reduced_motion="reduce")
                page.emulate_media(media="print", color_scheme="light")
                page.route("**/*", answer)
                page.goto(f"{_HOST}{_DOCUMENT}", wait_until="load")
                page.evaluate("document.fonts.ready.then(() => true)")
                if missing:
                    raise BuildError(
                        f"The book cannot be printed, because {missing[0]} is missing: build it "
                        "again (trialbook build)."
                    )
                yield page
            finally:
                browser.close()
    except Error as error:
        first = str(error).strip().splitlines()[0]
        raise BuildError(f"Chromium could not print the book ({first}): {_REMEDY}") from None


def find_chromium(own: str) -> str:
    """Return the browser that prints.

    Parameters
    ----------
    own
        Where playwright would have put its own.

    Raises
    ------
    BuildError
        When there is none.
    """
    installed = (shutil.which(name) for name in NAMES)
    for place in (*installed, *_ELSEWHERE, own):
        if place and Path(place).is_file():
            return place
    raise BuildError(f"The PDF is printed by Chromium, which was not found: {_REMEDY}")


def _refuse_old(version: str) -> None:
    major = version.partition(".")[0]
    if major.isdigit() and int(major) < OLDEST:
        raise BuildError(
            f"Chromium {version} is too old to print the book; it must be {OLDEST} or later: "
            f"{_REMEDY}"
        )


def _file(path: str, folders: Mapping[str, Path]) -> Path | None:
    """Return the file that a document asks for, if it lies in one of its folders."""
    name, _, rest = path.lstrip("/").partition("/")
    if name not in folders:
        name, rest = ROOT, path.lstrip("/")
    folder = folders[name].resolve()
    file = (folder / rest).resolve()
    return file if file.is_relative_to(folder) and file.is_file() else None
