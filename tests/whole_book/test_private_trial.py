"""Nothing of the rows of a trial that is not public is in its book, in sweeps or in what is left.

The whole folder that a build leaves is searched: pages, notebooks, downloads, the search index,
results, fingerprints, the notebook of a chapter that failed; and the console.
"""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.slow

Command = Callable[..., subprocess.CompletedProcess[bytes]]
QUOTES = [
    "import sys\n",
    "print(data.participants.to_csv())\n",
    "print(data.outcomes.to_csv(), file=sys.stderr)\n",
    "raise KeyError(data.participants.to_csv())",
]


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


def test_a_private_trial_leaves_nothing_of_its_rows(
    tmp_path: Path, marked: ModuleType, book: Path, command: Command
) -> None:
    trial = marked.write_marked_trial(tmp_path / "mine", public=False)
    built = command(book, "build", "--trial", str(trial))
    assert built.returncode == 0, built.stderr.decode()
    swept = command(book, "sweep", "05_primary", "--grid", "level=0.8,0.9", "--trial", str(trial))
    assert swept.returncode == 0, swept.stderr.decode()
    pages = book / "_build" / "marked" / "html"
    assert (pages / "_static" / "search-index.js").is_file()
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


def edition_file(folder: Path, name: str, trial: Path, more: str) -> Path:
    path = folder / f"{name}.yml"
    path.write_text(
        f"title: The edition {name}\ntrial: {trial}\naudience: testers\n"
        "leave_out: [01_question, 03_randomization, model_comparison, validation, data]\n"
        f"parameters:\n  shared: {{{more}}}\n",
        encoding="utf-8",
    )
    return path


def rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def close(counts: Iterable[str]) -> bool:
    """Tell whether two printed counts differ by less than five."""
    shown = sorted({int(text) for text in counts if text.isdecimal()})
    return any(0 < more - less < 5 for less, more in pairwise(shown))


def test_books_of_a_private_trial_side_by_side_tell_nothing(
    tmp_path: Path, marked: ModuleType, book: Path, command: Command
) -> None:
    trial = marked.write_marked_trial(tmp_path / "mine", public=False)
    # Of each arm, the second leaves out one patient more than the first.
    for name, least in (("wide", 60), ("narrow", 65)):
        chosen = f'eligibility: "mobility >= {least}"'
        edition_file(book / "chapters" / "editions", name, trial, chosen)
    compared = command(book, "compare", "wide", "narrow")
    assert compared.returncode == 0, compared.stderr.decode()
    grid = ("--grid", "eligibility=mobility >= 60,mobility >= 65", "--trial", str(trial))
    elsewhere = tmp_path / "elsewhere"
    swept = command(book, "sweep", "05_primary", *grid, "--output", str(elsewhere))
    assert swept.returncode == 0, swept.stderr.decode()
    for done in (compared, swept):
        assert marked.markers_in(done.stdout + done.stderr) == set()
        assert b"Caution: the trial marked is not public" in done.stdout
    assert found_in(book / "_build", marked) == {}
    assert found_in(elsewhere, marked) == {}
    assert list((elsewhere / ".executed").rglob("*.ipynb"))
    table = rows(book / "_build" / "compare" / "wide-narrow" / "comparison.csv")
    cells = rows(elsewhere / "results.csv")
    for found in (table, cells):
        assert {row["text"] for row in found if row["name"] == "primary.n"} == {"not shown"}
    for name in {row["name"] for row in table}:
        assert not close(row["text"] for row in table if row["name"] == name), name
    for name in {row["name"] for row in cells}:
        if not name.startswith("provenance."):
            assert not close(row["text"] for row in cells if row["name"] == name), name


def test_the_public_variant_of_the_trial_is_found_out(
    tmp_path: Path, marked: ModuleType, book: Path, command: Command
) -> None:
    trial = marked.write_marked_trial(tmp_path / "mine", public=True)
    fail(book)
    failed = command(book, "build", "--trial", str(trial))
    assert failed.returncode != 0
    found = found_in(book / "_build", marked)
    everything = set().union(*found.values())
    assert everything >= {"zqwident", "zqwremark", "zqwreason", "zqwkind", "number", "date"}
