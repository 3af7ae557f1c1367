"""The files that a chapter's page offers: its notebook as run, its numbers, and public data."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.book.book_facts import BookFacts
from helpers.book.downloads import DOWNLOADS
from helpers.book.planning import PlannedEdition
from helpers.book.project import SPECIFICATION
from helpers.book.replacing import write_file
from helpers.trial.specification import Specification

FOLDER = "_downloads"
"""Where they lie, below a book's HTML."""

_COLUMNS = ("data", "name", "printed", "value")


@dataclass(frozen=True)
class Offered:
    """A file that a page offers: what it is, and its place below the book's HTML."""

    words: str
    place: str


@dataclass(frozen=True)
class OfferedFiles:
    """What the pages of a book offer.

    Parameters
    ----------
    by_chapter
        The files that each chapter's page lists.
    contents
        Those that are made for it, by their places below the book's HTML.
    """

    by_chapter: Mapping[str, tuple[Offered, ...]]
    contents: Mapping[str, bytes]

    def write(self, html: Path) -> None:
        """Write the files into the folder of a book's HTML."""
        for place, content in self.contents.items():
            write_file(html / place, content)


def offered_files(
    edition: PlannedEdition,
    trial: Specification,
    *,
    facts: BookFacts,
    notebooks: Mapping[str, str],
    results: Mapping[str, Mapping[str, Any]],
) -> OfferedFiles:
    """Return what the page of each chapter offers.

    The notebook as run and the tables are offered only where the trial is public.

    Parameters
    ----------
    edition
        The edition.
    trial
        Its trial.
    facts
        Of its book.
    notebooks
        The executed notebooks, as text, by chapter.
    results
        The numbers of the book.
    """
    kind = "_synthetic" if facts.synthetic else ""
    contents: dict[str, bytes] = {}
    data = []
    for words, file in _public_files(trial, facts).items():
        data.append(Offered(words, f"{FOLDER}/data/{Path(file).name}"))
        contents[data[-1].place] = (edition.trial / file).read_bytes()
    by_chapter: dict[str, tuple[Offered, ...]] = {}
    for planned in edition.chapters:
        name = planned.name
        found = [Offered("Notebook to run", f"{DOWNLOADS}/{name}.ipynb")]
        if facts.public:
            found.append(Offered("Notebook as run", f"{FOLDER}/notebooks/{name}_as_run.ipynb"))
            contents[found[-1].place] = notebooks[name].encode()
        own = {key: each for key, each in results.items() if each.get("chapter") == name}
        if own:
            words = f"Its results: {len(own)} named values (CSV)"
            found.append(Offered(words, f"{FOLDER}/results/{name}_results{kind}.csv"))
            contents[found[-1].place] = results_csv(own, synthetic=facts.synthetic).encode()
        by_chapter[name] = (*found, *data)
    return OfferedFiles(by_chapter, contents)


def results_csv(results: Mapping[str, Mapping[str, Any]], *, synthetic: bool) -> str:
    """Return results as a table: one row for each name, as printed and as computed."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    kind = "synthetic" if synthetic else "real"
    for name, entry in sorted(results.items()):
        value = entry["value"]
        table.writerow([kind, name, entry["text"], "" if value is None else value])
    return text.getvalue()


def _public_files(trial: Specification, facts: BookFacts) -> dict[str, str]:
    """Return what may be shown of a trial's folder: words for readers, and the file."""
    if not facts.public:
        return {}
    kind = "synthetic" if facts.synthetic else "real patients"
    tables = {
        f"Data: {name.replace('_', ' ')} ({kind}, CSV)": file
        for name, file in trial.tables.files().items()
    }
    return {**tables, "Data: description of the trial (YAML)": SPECIFICATION}
