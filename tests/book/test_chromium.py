from __future__ import annotations

from pathlib import Path

import pytest

from helpers.book import chromium
from helpers.book.chromium import ROOT, find_chromium
from helpers.errors import BuildError


def test_the_browser_of_the_machine_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed, own = tmp_path / "google-chrome", tmp_path / "own"
    for browser in (installed, own):
        browser.write_text("#!/bin/sh\n")
        browser.chmod(0o755)
    monkeypatch.setattr(chromium, "_ELSEWHERE", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_chromium(str(own)) == str(installed)
    installed.unlink()
    assert find_chromium(str(own)) == str(own)


def test_without_a_browser_one_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium, "_ELSEWHERE", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match=r"which was not found: install Chromium .* try again\.$"):
        find_chromium(str(tmp_path / "none"))


def test_a_browser_that_cannot_set_the_edges_of_pages_is_refused() -> None:
    with pytest.raises(BuildError, match=r"Chromium 130\.0\.1 is too old .* must be 131 or later"):
        chromium._refuse_old("130.0.1")
    chromium._refuse_old("131.0.1")


def test_a_document_reads_its_folders_and_nothing_around_them(tmp_path: Path) -> None:
    site, fonts = tmp_path / "site", tmp_path / "fonts"
    for folder in (site / "_images", fonts):
        folder.mkdir(parents=True)
    (site / "_images" / "a.svg").write_text("<svg/>")
    (fonts / "a.ttf").write_text("font")
    (tmp_path / "secret").write_text("secret")
    folders = {ROOT: site, "fonts": fonts}
    assert chromium._file("/_images/a.svg", folders) == site / "_images" / "a.svg"
    assert chromium._file("/fonts/a.ttf", folders) == fonts / "a.ttf"
    assert chromium._file("/../secret", folders) is None
    assert chromium._file("/fonts/../secret", folders) is None
    assert chromium._file("/none.svg", folders) is None
