"""The part of a page that tells what made every chapter, and how to make it again."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from helpers.book.downloads import edition_values
from helpers.book.fingerprints import Fingerprints
from helpers.book.planning import PlannedChapter, PlannedEdition
from helpers.book.project import read_settings
from helpers.book.results import escaped
from helpers.show.provenance import code_sha256, package_versions, python_version
from helpers.trial.specification import Specification

TABLE = "made-{chapter}"
"""Identifier of a chapter's table."""

WHOLE = "made"
"""Identifier of the table about the whole book."""

SETTINGS_FILE = "synthesis.yml"
"""Beside the tables of a synthetic cohort: how they were made."""

_EMPTY = "(empty)"


def provenance_part(
    edition: PlannedEdition,
    trial: Specification,
    *,
    fingerprints: Fingerprints,
    prints: Mapping[str, str],
    notebooks: Mapping[str, str],
) -> str:
    """Return Markdown about an edition: commands, data, versions, and one table for each chapter.

    No time stands in it: the same content gives the same page. How long chapters took is added
    where the site is put together.

    Parameters
    ----------
    edition
        The edition.
    trial
        Its trial. Of one that is not public no single file is named.
    fingerprints
        Of this project.
    prints
        Fingerprint of each chapter, as run.
    notebooks
        The executed notebooks, as text, by chapter.
    """
    whole = {
        "Edition": edition.name,
        "Fingerprint of the edition": fingerprints.edition(edition),
        "Code (hash of src/helpers)": code_sha256(),
        "Python": python_version(),
        "Packages": ", ".join(f"{name} {version}" for name, version in package_versions().items()),
        "Lock (SHA-256 of requirements.lock)": fingerprints.environment_parts["requirements.lock"],
    }
    whole |= _seeds(edition, trial)
    whose = f"{trial.data_label} ({trial.short_title})."
    data = {"every file of the folder together": fingerprints.folder(edition.trial)}
    if trial.public:
        data |= _files(fingerprints, edition)
    parts = [
        "## Make this book again",
        _commands(edition),
        "## The whole book",
        _table(WHOLE, whole.items(), caption=f"{whose} What made the whole book."),
        "## Data",
        "The first row is of the names and contents of all files in the trial's folder; the hash "
        "at the end of a chapter is of `trial.yml` and the tables alone. Line ends are as they are "
        "in the repository.",
        _table(
            "files-of-the-trial",
            data.items(),
            head=("File", "SHA-256"),
            caption=f"{whose} The files of the trial.",
        ),
    ]
    for planned in edition.chapters:
        rows = _rows(edition, planned, prints.get(planned.name, ""), notebooks[planned.name])
        parts += [
            f"## {escaped(planned.chapter.title)}",
            _table(
                TABLE.format(chapter=planned.name),
                rows.items(),
                caption=f"{whose} What made the chapter {planned.name}.",
            ),
        ]
    return "\n\n".join(parts)


def row(what: str, value: str) -> str:
    """Return one row of a table as HTML."""
    return f'<tr><th scope="row">{escape(what)}</th><td>{escape(value)}</td></tr>'


def _commands(edition: PlannedEdition) -> str:
    which = _which(edition)
    options = _options(edition.chapters)
    build = f"trialbook build {which}{options}"
    status = f"trialbook status {which}   # says what differs, and why\n" if not options else ""
    return (
        "With the source of the book at the same version:\n\n"
        f"```console\nmake setup\n. .venv/bin/activate\n{build}\n{status}```\n\n"
        "The fingerprints below are then the same, and so is every number in `results.json`. "
        "Each chapter's table ends with the command that runs this chapter alone."
    )


def _which(edition: PlannedEdition) -> str:
    """Return the option that names the edition, or the trial of a book without one."""
    if edition.edition.trial.where.startswith("--trial"):
        return f"--trial FOLDER_OF_{edition.name.upper()}"
    return f"--edition {shlex.quote(edition.name)}"


def _options(chapters: Iterable[PlannedChapter]) -> str:
    """Return the values that came from the command line rather than from the edition."""
    given = {
        name: planned.values[name]
        for planned in chapters
        for name, where in planned.written.items()
        if where.startswith("-p ")
    }
    return "".join(f" -p {shlex.quote(f'{name}={value}')}" for name, value in given.items())


def _seeds(edition: PlannedEdition, trial: Specification) -> dict[str, str]:
    """Return the seeds from which the trial's own rows were made."""
    found: dict[str, str] = {}
    if trial.is_synthetic and (edition.trial / SETTINGS_FILE).is_file():
        settings = read_settings(edition.trial / SETTINGS_FILE).get("settings") or {}
        if "seed" in settings:
            found["Seed of the synthetic cohort"] = str(settings["seed"])
    if trial.randomisation.seed is not None:
        found["Seed of the randomisation list"] = str(trial.randomisation.seed)
    return found


def _files(fingerprints: Fingerprints, edition: PlannedEdition) -> dict[str, str]:
    first = edition.chapters[0]
    return dict(sorted(fingerprints.ingredients(first, edition.trial)["data"].items()))


def _rows(
    edition: PlannedEdition, planned: PlannedChapter, fingerprint: str, notebook: str
) -> dict[str, str]:
    values = edition_values(planned)
    seeds = {name: value for name, value in values.items() if "seed" in name}
    rows = {
        "Chapter": planned.name,
        "Fingerprint": fingerprint,
        "Notebook as run (SHA-256)": hashlib.sha256(notebook.encode()).hexdigest(),
        "Seeds": _listed(seeds) or "none of its parameters is a seed",
    }
    rows |= {f"Parameter {name}": _shown(value) for name, value in values.items()}
    if planned.chapter.reads:
        rows["Reads beside the trial"] = ", ".join(planned.chapter.reads)
    rows["Run it alone"] = f"trialbook run {planned.name} {_which(edition)}{_options([planned])}"
    return rows


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())


def _shown(value: object) -> str:
    return str(value) if str(value) else _EMPTY


def _table(
    name: str,
    rows: Iterable[tuple[str, str]],
    *,
    caption: str,
    head: tuple[str, str] = ("What", "Value"),
) -> str:
    heads = "".join(f'<th scope="col">{each}</th>' for each in head)
    body = "\n".join(row(what, value) for what, value in rows)
    return (
        f'<div class="trial-table-wrapper" role="region" tabindex="0" '
        f'aria-labelledby="caption-{name}">\n'
        f'<table class="trial-table provenance-table" id="{name}">\n'
        f'<caption id="caption-{name}"><span>{escape(caption)}</span></caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )
