"""Nothing of the rows of a trial that is not public is in its book, in sweeps or in what is left.

The whole folder that a build leaves is searched: pages, notebooks, downloads, the search index,
results, fingerprints, the notebook of a chapter that failed; and the console.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FILES = (
    *("_config.yml", "_toc.yml", "pyproject.toml", "requirements.lock"),
    *("CHANGELOG.md", "CITATION.cff"),
)
QUOTES = [
    "import sys\n",
    "print(data.participants.to_csv())\n",
    "print(data.outcomes.to_csv(), file=sys.stderr)\n",
    "raise KeyError(data.participants.to_csv())",
]


def command(book: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "helpers.book.commands", *words],
        cwd=book,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )


def books(folder: Path) -> Path:
    """Copy the sources of the book."""
    for name in ("chapters", "data", "benchmarks", "tests/references"):
        shutil.copytree(ROOT / name, folder / name)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    return folder


def found_in(folder: Path, marked: ModuleType) -> dict[str, set[str]]:
    found = {
        str(path.relative_to(folder)): marked.markers_in(path.name.encode() + path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    assert found
    return {path: markers for path, markers in found.items() if markers}


def fail(book: Path) -> None:
    """Make a chapter print the rows and stop with all of them in its message."""
    path = book / "chapters" / "03_randomization.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    place = next(
        at
        for at, cell in enumerate(notebook["cells"])
        if "describe_allocation(data)" in "".join(cell["source"])
    )
    notebook["cells"][place]["source"] = QUOTES
    path.write_text(json.dumps(notebook), encoding="utf-8")


def test_a_private_trial_leaves_nothing_of_its_rows(tmp_path: Path, marked: ModuleType) -> None:
    book = books(tmp_path / "book")
    trial = marked.write_marked_trial(tmp_path / "mine", public=False)
    built = command(book, "build", "--trial", str(trial))
    assert built.returncode == 0, built.stderr.decode()
    swept = command(book, "sweep", "05_primary", "--grid", "level=0.8,0.9", "--trial", str(trial))
    assert swept.returncode == 0, swept.stderr.decode()
    pages = book / "_build" / "marked" / "html"
    assert (pages / "searchindex.js").is_file()
    offered = {path.relative_to(pages).parts[1] for path in pages.glob("_downloads/*/*")}
    assert offered == {"results"}
    fail(book)
    failed = command(book, "build", "--trial", str(trial))
    assert failed.returncode != 0
    assert b"the trial is not public" in failed.stdout + failed.stderr
    assert list((book / "_build").rglob("*03_randomization*"))
    for done in (built, swept, failed):
        assert marked.markers_in(done.stdout + done.stderr) == set()
    assert found_in(book / "_build", marked) == {}


def test_the_public_variant_of_the_trial_is_found_out(tmp_path: Path, marked: ModuleType) -> None:
    book = books(tmp_path / "book")
    trial = marked.write_marked_trial(tmp_path / "mine", public=True)
    fail(book)
    failed = command(book, "build", "--trial", str(trial))
    assert failed.returncode != 0
    found = found_in(book / "_build", marked)
    everything = set().union(*found.values())
    assert everything >= {"zqwident", "zqwremark", "zqwreason", "zqwkind", "number", "date"}
