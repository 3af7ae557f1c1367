"""The numbers of an edition: collected from notebooks, kept in a file, cited by pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from helpers.errors import BuildError
from helpers.show.records import RECORD_MIME, shown, stored

Results = dict[str, dict[str, Any]]

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def harvest(notebook: Mapping[str, Any], *, chapter: str) -> Results:
    """Collect the records that a chapter published.

    Parameters
    ----------
    notebook
        The executed notebook.
    chapter
        Its name, stored with each record.

    Raises
    ------
    BuildError
        When it published one name with two different values.
    """
    found: Results = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            record = output.get("data", {}).get(RECORD_MIME)
            if record is not None:
                entry = {
                    "value": stored(record["value"]),
                    "text": str(record["text"]),
                    "chapter": chapter,
                }
                _add(found, record["name"], entry)
    return found


def merged(parts: Iterable[Results]) -> Results:
    """Put the records of all chapters together, sorted by name.

    Raises
    ------
    BuildError
        When two chapters published one name with different values.
    """
    everything: Results = {}
    for part in parts:
        for name, entry in part.items():
            _add(everything, name, entry)
    return dict(sorted(everything.items()))


def results_text(results: Results) -> str:
    """Return the content of ``results.json``: the same results give the same bytes."""
    return json.dumps(results, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def read_results(path: str | Path) -> Results:
    """Read a file of results, as a chapter that compares them does.

    Parameters
    ----------
    path
        The file; an empty text when the chapter runs by itself, without the others.

    Returns
    -------
    dict
        Name to ``{"value", "text", "chapter"}``; empty without a file.

    Raises
    ------
    BuildError
        When there is no such file, or it does not hold results.
    """
    if not str(path):
        return {}
    try:
        results = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BuildError(f"There is no file of results {path}: build the book first.") from None
    except ValueError:
        results = None
    if not isinstance(results, dict):
        raise BuildError(f"{path} does not hold results: build the book again.")
    return results


def substitutions(results: Results) -> dict[str, str]:
    """Return what pages may cite as ``{{ primary_difference_estimate }}``.

    Raises
    ------
    BuildError
        When two names differ only in their punctuation.
    """
    found: dict[str, str] = {}
    first: dict[str, str] = {}
    for name, entry in results.items():
        key = re.sub(r"\W", "_", name)
        if key in found:
            raise BuildError(
                f"The results {first[key]!r} and {name!r} would both be cited as {key!r}: "
                "rename one of them."
            )
        first[key], found[key] = name, escaped(shown(entry["text"]))
    return found


def escaped(text: str) -> str:
    """Return Markdown that prints exactly this text, on one line."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def _add(results: Results, name: str, entry: dict[str, Any]) -> None:
    there = results.get(name)
    if there is None:
        results[name] = entry
    elif (there["value"], there["text"]) != (entry["value"], entry["text"]):
        raise BuildError(
            f"The result {name!r} is recorded as {there['text']!r} by the chapter "
            f"{there['chapter']} and as {entry['text']!r} by the chapter {entry['chapter']}: "
            "record it once, or make both the same."
        )
