from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.book import compiling
from helpers.book.compiling import compile_book, warnings
from helpers.errors import BuildError


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A staged source with one notebook whose third cell holds injected parameters."""
    cells = [
        {"cell_type": "code", "metadata": {"tags": tags, **told}, "source": ""}
        for tags, told in (
            ([], {"trialbook": {"place": 1}}),
            (["parameters"], {"trialbook": {"place": 2}}),
            (["injected-parameters"], {}),
            ([], {"trialbook": {"place": 3}}),
        )
    ]
    path = tmp_path / "source" / "chapters" / "05_primary.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"cells": cells}))
    return tmp_path / "source"


def test_reads_the_place_of_every_warning(source: Path) -> None:
    said = "\n".join(
        [
            "Running Jupyter-Book v1.0.4.post1",
            f"\x1b[91m{source}/chapters/index.md:12: WARNING: unknown name [ref.ref]\x1b[39;49;00m",
            f"{source}/chapters/index.md:12: WARNING: unknown name [ref.ref]",
            f"{source}/chapters/05_primary.ipynb:40003: ERROR: no such thing",
            f"{source}/chapters/05_primary.ipynb:10000: WARNING: at the first line",
            f"{source}/chapters/05_primary.ipynb: WARNING: somewhere in it",
            "/elsewhere/references.bib:7: WARNING: bad entry",
            "WARNING: html_static_path entry does not exist",
            "build finished with problems, 3 warnings.",
        ]
    )
    assert warnings(said, source) == (
        "chapters/index.md:12: unknown name [ref.ref]",
        "chapters/05_primary.ipynb, cell 3, line 3: no such thing",
        "chapters/05_primary.ipynb, cell 1, line 1: at the first line",
        "chapters/05_primary.ipynb: somewhere in it",
        "references.bib:7: bad entry",
        "html_static_path entry does not exist",
    )


@pytest.mark.parametrize("code", [0, 1, -9])
def test_says_what_jupyter_book_said_when_there_is_no_book(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    said = "=====\n\nCould not find the moon.\n=====\n"
    monkeypatch.setattr(compiling.children, "run", lambda *a, **b: (code, said))
    with pytest.raises(BuildError) as raised:
        compile_book(source, scratch=tmp_path / "scratch", name="first")
    assert str(raised.value) == (
        f"The edition first was not compiled: Jupyter Book ended with status {code} and said:\n"
        "Could not find the moon."
    )


def test_shows_the_exception_without_its_traceback(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "\n".join(
        [
            "Running Jupyter-Book v1.0.4.post1",
            "Source Folder: /somewhere",
            "\x1b[91mExtension error:\x1b[39;49;00m",
            "Could not import extension moon (exception: No module named 'moon')",
            "Traceback (most recent call last):",
            '  File "/somewhere/registry.py", line 453, in load_extension',
            "    mod = import_module(extname)",
            "          ^^^^^^^^^^^^^^^^^^^^^^",
            "ModuleNotFoundError: No module named 'moon'",
            "",
            "The above exception was the direct cause of the following exception:",
            "",
            "Traceback (most recent call last):",
            "RuntimeError: ",
            "=====",
            "There was an error in building your book. Look above for the cause.",
        ]
    )
    monkeypatch.setattr(compiling.children, "run", lambda *a, **b: (1, said))
    with pytest.raises(BuildError) as raised:
        compile_book(source, scratch=tmp_path / "scratch", name="first")
    assert str(raised.value).splitlines()[1:] == [
        "Extension error:",
        "Could not import extension moon (exception: No module named 'moon')",
        "ModuleNotFoundError: No module named 'moon'",
    ]


@pytest.mark.parametrize(
    "said",
    [
        "error writing file /x/01_alpha.html: [Errno 28] No space left on device",
        "WARNING: Failed to copy a file: /x/basic.css: OSError(28, 'No space left on device')\n"
        * 99,
    ],
)
def test_says_in_one_sentence_that_the_disk_is_full(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setattr(compiling.children, "run", lambda *a, **b: (1, said))
    with pytest.raises(BuildError) as raised:
        compile_book(source, scratch=tmp_path / "scratch", name="first")
    assert str(raised.value).startswith("The disk is full: free some space")
    assert len(str(raised.value).splitlines()) == 1


def test_refuses_a_book_with_a_warning_even_if_it_was_made(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], *, cwd: Path, env: dict) -> tuple[int, str]:
        assert cwd.is_relative_to(tmp_path / "scratch")
        html = tmp_path / "scratch" / "_build" / "html"
        html.mkdir(parents=True)
        (html / "index.html").write_text("a book")
        return 0, f"{source}/chapters/index.md:3: WARNING: something"

    monkeypatch.setattr(compiling.children, "run", run)
    with pytest.raises(BuildError, match=r"chapters/index\.md:3: something"):
        compile_book(source, scratch=tmp_path / "scratch", name="first")
