"""The chapters that readers download from a book: without outputs, with the edition's values.

Where the settings name a repository, and the commit is all that was built, a first cell lets a
chapter that is opened alone (in Colab, or as a single file) fetch the book that it belongs to.
"""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helpers.book.chapters import PARAMETERS_TAG, read_notebook, source, tags
from helpers.book.domains import RESULTS_FILE
from helpers.book.parameters import Value
from helpers.book.planning import PlannedChapter, PlannedEdition
from helpers.book.published_source import PublishedSource
from helpers.book.replacing import write_file
from helpers.book.tidying import notebook_text
from helpers.book.withholding import is_private

DOWNLOADS = "_sources/chapters"
"""Where the theme's download button looks for them, below a book's HTML."""

CELL_ID = "opened-alone"

_OPENING = """\
# This cell was added when the book was built. Where the book is at hand, it does nothing.
# A chapter that is opened alone (in Colab, say) fetches its book and installs what it needs.
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

REPOSITORY = {repository!r}
COMMIT = {commit!r}
TRIAL = {trial!r}

book = Path(f"trialbook-{{COMMIT[:12]}}").resolve()
package = find_spec("helpers")
starts = [Path.cwd(), *map(Path, getattr(package, "submodule_search_locations", None) or [])]
trials = [up / TRIAL / "trial.yml" for start in starts for up in (start, *start.parents)]
if book.is_dir() or package is None or not any(trial.is_file() for trial in trials):
    head = book / ".git" / "HEAD"
    if not head.is_file() or head.read_text().strip() != COMMIT:
        branches = "+refs/heads/*:refs/remotes/origin/*"
        for step in (
            ["init", "--quiet", str(book)],
            ["-C", str(book), "fetch", "--quiet", "--tags", REPOSITORY, branches],
            ["-C", str(book), "checkout", "--quiet", "--detach", COMMIT],
        ):
            try:
                subprocess.run(["git", *step], check=True, capture_output=True, text=True)
            except (OSError, subprocess.CalledProcessError) as error:
                said = getattr(error, "stderr", "") or error
                raise RuntimeError(f"{{REPOSITORY}} could not be fetched: {{said}}") from None
    sys.path.insert(0, str(book / "src"))
    from helpers.book.opened_alone import install

    install(book)
"""


def write_downloads(
    edition: PlannedEdition, html: Path, *, published: PublishedSource | None
) -> None:
    """Put the chapters that readers download into the HTML of a book.

    A file that is there already with the same content is not touched.

    Parameters
    ----------
    edition
        The edition.
    html
        The folder of its HTML.
    published
        From where a chapter that is opened alone fetches the book; None leaves that out. It is
        left out too for a trial that is not public, or that is not in the book's data folder.
    """
    within = not any(each.elsewhere for each in edition.chapters)
    offered = published if within and not is_private(edition.trial) else None
    for planned in edition.chapters:
        text = notebook_text(chapter_to_run(planned, published=offered))
        place = html / DOWNLOADS / f"{planned.name}.ipynb"
        if not place.is_file() or place.read_text(encoding="utf-8") != text:
            write_file(place, text)


def chapter_to_run(planned: PlannedChapter, *, published: PublishedSource | None) -> dict[str, Any]:
    """Return a chapter without outputs, whose parameters have an edition's values as defaults.

    Parameters
    ----------
    planned
        The chapter and its values. It stays one that runs alone: it belongs to no edition and has
        no file of results.
    published
        See :func:`write_downloads`.
    """
    notebook = copy.deepcopy(read_notebook(planned.chapter.path, shown=planned.name))
    for cell in notebook["cells"]:
        if cell.get("cell_type") == "code":
            cell |= {"outputs": [], "execution_count": None}
        if PARAMETERS_TAG in tags(cell):
            cell["source"] = with_defaults(source(cell), edition_values(planned))
    if published is not None:
        opening = opening_cell(published, trial=planned.trial.name)
        notebook["cells"].insert(0, _code(opening))
    return notebook


def opening_cell(published: PublishedSource, *, trial: str) -> str:
    """Return the source of the cell that fetches the book of a chapter that is opened alone."""
    return _OPENING.format(**vars(published), trial=f"data/{trial}").rstrip("\n")


def with_defaults(declared: str, values: Mapping[str, Value]) -> str:
    """Return the source of a parameters cell with other defaults; the rest stays as written."""
    lines = declared.encode().splitlines(keepends=True)
    for statement in ast.parse(declared).body:
        if not isinstance(statement, ast.AnnAssign) or statement.value is None:
            continue
        name, default = ast.unparse(statement.target), statement.value
        if name not in values or ast.literal_eval(default) == values[name]:
            continue
        # A default stands on one line (see helpers.book.parameters); offsets count bytes.
        line = lines[default.lineno - 1]
        written = as_written(values[name])
        begin, end = line[: default.col_offset], line[default.end_col_offset :]
        lines[default.lineno - 1] = begin + written.encode() + end
    return b"".join(lines).decode()


def as_written(value: Value) -> str:
    """Return a value as a parameters cell has it."""
    # Texts as chapters write them, in double quotes: what JSON quotes, Python reads.
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def edition_values(planned: PlannedChapter) -> dict[str, Value]:
    """Return the values with which a chapter runs alone, and gives what the edition's gave."""
    alone = {each.name for each in planned.chapter.parameters if each.domain == RESULTS_FILE}
    return {
        name: value for name, value in planned.values.items() if name not in {"edition", *alone}
    }


def other_values(planned: PlannedChapter) -> dict[str, Value]:
    """Return those of its values that are not the chapter's own defaults."""
    own = {each.name: each.default for each in planned.chapter.parameters}
    return {name: value for name, value in edition_values(planned).items() if value != own[name]}


def _code(text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": CELL_ID,
        "metadata": {"tags": ["hide-input"]},
        "outputs": [],
        "source": text,
    }
