"""What the validation page shows: where the reference values and the benchmark's record are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from helpers.book.project import find_project
from helpers.errors import BuildError

REFERENCES = "tests/references"
BENCHMARK = "benchmarks/mixed_models.json"
FORMAT = 1


def find_references() -> Path:
    """Return the folder of the reference values of the book around the working directory.

    Raises
    ------
    BuildError
        When the book has none.
    """
    root = find_project(Path.cwd()).root
    if not (root / REFERENCES).is_dir():
        raise BuildError(
            f"{REFERENCES} is missing in {root}: the validation page compares with what it holds; "
            "restore it from version control, or leave the chapter out of the edition."
        )
    return root / REFERENCES


def read_benchmark() -> dict[str, Any] | None:
    """Return the record of the last benchmark; None when there is none.

    Raises
    ------
    BuildError
        When the file does not hold such a record.
    """
    path = find_project(Path.cwd()).root / BENCHMARK
    if not path.is_file():
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        record = None
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise BuildError(
            f"{BENCHMARK} does not hold measurements in format {FORMAT}: run 'make bench' again."
        )
    return record
