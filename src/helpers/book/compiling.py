"""Compile a staged book with Jupyter Book; every warning is an error."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from helpers.book import children
from helpers.book.added_lines import line_in_source
from helpers.book.chapters import read_notebook, source
from helpers.book.finishing import PAGE_STEPS, PageStep, finish_site
from helpers.book.foreign_requests import refuse_foreign_requests
from helpers.book.places import place_in_source
from helpers.book.system_errors import FULL, tells_of_a_full_disk
from helpers.errors import BuildError

# jupyter_book cannot be run with -m, and its script may not be on the path.
_COMMAND = "import sys; from jupyter_book.cli.main import main; sys.exit(main())"

# What Python prints around an exception, and what Jupyter Book prints around everything.
_NOT_WORDS = re.compile(
    r"\s|Traceback \(most recent|The above exception was|During handling of the above"
    r"|RuntimeError: ?$|There was an error in building your book|=+$"
    r"|Running Jupyter-Book|(?:Source Folder|Config Path|Output Path): "
)
_LAST = 12

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FAULT = re.compile(
    r"^(?:(?P<file>[^\n]*?\.(?:md|ipynb|rst|yml|bib))(?::(?P<line>\d+))?: )?"
    r"(?:WARNING|ERROR|CRITICAL|SEVERE): (?P<message>.*)$"
)

# myst-nb counts the lines of cell N of a notebook from 10 000 N.
_LINES_OF_A_CELL = 10_000


def compile_book(
    source: Path, *, scratch: Path, name: str, page_steps: tuple[PageStep, ...] = ()
) -> Path:
    """Compile the source of a book.

    Parameters
    ----------
    source
        The staged folder.
    scratch
        An empty folder for the compiler to work in.
    name
        Name of the edition, for messages.
    page_steps
        What is done to every page, after what is done to those of any book.

    Returns
    -------
    Path
        The folder of the HTML.

    Raises
    ------
    BuildError
        Which lists every warning, each with its file and line, or says that the disk is full.
    """
    work = scratch / "work"
    work.mkdir(parents=True)
    command = [
        *(sys.executable, "-c", _COMMAND, "build", str(source)),
        *("--path-output", str(scratch), "--warningiserror", "--keep-going", "-q"),
    ]
    environment = {
        **os.environ,
        "IPYTHONDIR": str(scratch),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "NO_COLOR": "1",
    }
    code, said = children.run(command, cwd=work, env=environment)
    html = scratch / "_build" / "html"
    if tells_of_a_full_disk(said):
        raise BuildError(f"{FULL}; nothing was replaced.")
    faults = warnings(said, source)
    if faults:
        raise BuildError(
            f"The edition {name} was not compiled, because Sphinx warned:\n" + "\n".join(faults)
        )
    if code != 0 or not (html / "index.html").is_file():
        raise BuildError(
            f"The edition {name} was not compiled: Jupyter Book ended with status {code} and "
            "said:\n" + "\n".join(_words(said)[-_LAST:])
        )
    finish_site(html, edition=name, source=source, page_steps=(*page_steps, *PAGE_STEPS))
    refuse_foreign_requests(html)
    return html


def warnings(said: str, source: Path) -> tuple[str, ...]:
    """Return the warnings in what Sphinx said, each as ``file:line: message``."""
    found: list[str] = []
    for line in _COLOUR.sub("", said).splitlines():
        fault = _FAULT.match(line)
        if fault:
            found.append(f"{_place(fault['file'], fault['line'], source)}{fault['message']}")
    return tuple(dict.fromkeys(found))


def _words(said: str) -> list[str]:
    """Return what was said without tracebacks: the exceptions, and what went before them."""
    lines = _COLOUR.sub("", said).splitlines()
    words = [line.rstrip() for line in lines if line.strip() and not _NOT_WORDS.match(line)]
    return list(dict.fromkeys(words))


def _place(file: str | None, line: str | None, source: Path) -> str:
    if not file:
        return ""
    path = Path(file)
    resolved = source.resolve()
    shown = path.relative_to(resolved).as_posix() if path.is_relative_to(resolved) else path.name
    if line is None:
        return f"{shown}: "
    if path.suffix == ".ipynb" and int(line) >= _LINES_OF_A_CELL:
        cell, within = divmod(int(line), _LINES_OF_A_CELL)
        return f"{shown}, {_place_in_cell(path, cell, max(within, 1))}: "
    return f"{shown}:{_line_in_source(path, int(line))}: "


def _line_in_source(path: Path, line: int) -> int:
    """Count a line as the page's source does, which has nothing that the build adds."""
    try:
        return line_in_source(path.read_text(encoding="utf-8"), line)
    except (OSError, ValueError):
        return line


def _place_in_cell(path: Path, number: int, line: int) -> str:
    """Name a cell and its line as the chapter's source has them, before cells were added."""
    try:
        cells = read_notebook(path, shown=path.name)["cells"]
    except (BuildError, OSError):
        return f"cell {number}, line {line}"
    within = line_in_source(source(cells[number - 1]), line) if number <= len(cells) else line
    return f"cell {place_in_source(cells, number)}, line {within}"
