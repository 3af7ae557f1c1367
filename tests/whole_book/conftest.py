"""The finished books of this project, built once if they are not up to date, and a browser.

And a copy of the sources, for tests that build a book of their own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.book.print_sources import PrintSource

ROOT = Path(__file__).parents[2]
EDITIONS = ("impact", "headache")
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture
def book(tmp_path: Path, copy_sources: Callable[[Path], Path]) -> Path:
    """Return a fresh copy of the sources of the book."""
    return copy_sources(tmp_path / "book")


@pytest.fixture(scope="session")
def command() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Return what runs ``trialbook`` with words in a folder."""

    def run(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "helpers.book.commands", *words],
            cwd=folder,
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        )

    return run


@pytest.fixture(scope="session")
def books() -> Path:
    """Return the folder of the finished books."""
    # Workers of one test run wait for each other: a build that is running refuses a second one.
    import fcntl

    build = ROOT / "_build"
    build.mkdir(exist_ok=True)
    with (build / ".tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = [sys.executable, "-m", "helpers.book.commands", "build"]
        for edition in EDITIONS:
            command += ["--edition", edition]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ)
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return build


@pytest.fixture(scope="session")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Callable[[PrintSource], PrintSource]:
    """Return what gives the PDF and the EPUB of a book a place of this worker's own.

    A test that takes such a file away would take it from a test that reads it in another worker.
    """
    folder = tmp_path_factory.mktemp("forms")

    class Apart(PrintSource):
        def target(self, kind: str) -> Path:
            return folder / f"{self.planned.name}.{kind}"

    return lambda source: Apart(source.project, source.planned, source.dated)


@pytest.fixture(scope="session")
def results(books: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the results of every edition."""
    return {
        edition: json.loads((books / edition / "results.json").read_text(encoding="utf-8"))
        for edition in EDITIONS
    }


@pytest.fixture(scope="session")
def chromium_path() -> str:
    if not CHROMIUM:
        reason = "Chromium is needed to look at the pages: apt-get install chromium"
        if os.environ.get("TRIALBOOK_CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return CHROMIUM


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Any]:
    """Return a browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Any) -> Iterator[tuple[Any, list[str]]]:
    """Return a page to open files in, and the faults that opening them caused."""
    faults: list[str] = []
    context = chromium.new_context()

    def only_local(route: Any) -> None:
        url = route.request.url
        if url.startswith(("file:", "data:", "blob:")):
            route.continue_()
        else:
            faults.append(f"asked for {url}")
            route.abort()

    context.route("**/*", only_local)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on(
        "console",
        lambda said: faults.append(f"console: {said.text}") if said.type == "error" else None,
    )
    page.on(
        "requestfailed",
        # A reader who goes on to the next page ends what the last one still asked for.
        lambda request: (
            None
            if request.failure == "net::ERR_ABORTED"
            else faults.append(f"missing: {request.url}")
        ),
    )
    yield page, faults
    context.close()
