"""Lay out what Jupyter Book compiles: pages, dressed notebooks and the settings of one edition."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from helpers.book.built_parts import with_built_parts
from helpers.book.chapter_finishing import TIME, finish_chapters
from helpers.book.chapters import Chapter, read_chapters
from helpers.book.content_files import page_files
from helpers.book.control_script import with_control_script
from helpers.book.dressing import dressed
from helpers.book.edition_box import with_edition_box
from helpers.book.editions import Edition
from helpers.book.fingerprint_row import with_fingerprint
from helpers.book.left_out import notebook_without_links, uncited, without_links
from helpers.book.parameter_table import with_parameter_table
from helpers.book.project import Project, contents, read_settings
from helpers.book.results import Results, escaped, substitutions
from helpers.book.tidying import notebook_text
from helpers.errors import BuildError
from helpers.trial.specification import Specification

NOTICES = {
    True: "SYNTHETIC COHORT: every patient in this edition was made by a computer; "
    "none is a real person.",
    False: "REAL PATIENTS: the data in this edition come from people who took part in the trial.",
}

_REPOSITORY_BUTTONS = ("repository", "issues", "edit_page")


def stage_source(
    project: Project,
    edition: Edition,
    *,
    trial: Specification,
    notebooks: Mapping[str, dict[str, Any]],
    results: Results,
    target: Path,
    fingerprints: Mapping[str, str] | None = None,
    parts: Mapping[str, str] | None = None,
) -> None:
    """Write the source of one edition's book into an empty folder.

    Parameters
    ----------
    project
        The book.
    edition
        The edition.
    trial
        Its trial, for the label of the data.
    notebooks
        The executed notebooks by chapter.
    results
        Its results, which pages may cite.
    target
        The folder.
    fingerprints
        Of the chapters, for their provenance.
    parts
        What the build writes on pages, by name (see :mod:`helpers.book.built_parts`).

    Raises
    ------
    BuildError
        When a figure lacks its texts, or the settings clash with what the edition sets.
    """
    titles = {each.name: each.title for each in left_out_chapters(project, edition)}
    label = f"{trial.data_label} ({trial.short_title})"
    dressed_ones = {}
    for name, notebook in notebooks.items():
        shown = with_parameter_table(dressed(notebook, chapter=name), chapter=name, label=label)
        if fingerprints and name in fingerprints:
            shown = with_fingerprint(shown, fingerprints[name])
        dressed_ones[name] = notebook_without_links(shown, titles)
    finished = finish_chapters(
        dressed_ones, chapters=read_chapters(project), results=results, label=label
    )
    pages: list[str] = []
    for path in page_files(project):
        place = target / path.relative_to(project.root)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            first = path == project.root / f"{contents(project)[0]}.md"
            replaced = first and edition.first_page
            source = project.chapters / edition.first_page if replaced else path
            page = without_links(source.read_text(encoding="utf-8"), titles)
            page = with_built_parts(page, parts or {}, shown=project.shown(path))
            page = finished.page(page, folder=place.parent, name=source.stem, first=first)
            if first:
                page = with_edition_box(page, edition, titles=titles)
            pages.append(page)
            place.write_text(page, encoding="utf-8")
        else:
            shutil.copyfile(path, place)
    for name, notebook in finished.notebooks.items():
        text = notebook_text(with_control_script(notebook))
        (target / "chapters" / f"{name}.ipynb").write_text(text, encoding="utf-8")
    settings = edition_settings(
        read_settings(project.root / "_config.yml"), edition, trial=trial, results=results
    )
    known = settings["parse"]["myst_substitutions"]
    known[TIME] = finished.time
    if titles:
        # With every chapter in the book, a name that nobody recorded stays a fault.
        known.update(uncited(pages, known))
    toc = without_chapters(read_settings(project.root / "_toc.yml"), edition.leave_out)
    for name, content in (("_config.yml", settings), ("_toc.yml", toc)):
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (target / name).write_text(text, encoding="utf-8")


def left_out_chapters(project: Project, edition: Edition) -> tuple[Chapter, ...]:
    """Return the chapters of the book that an edition does not have."""
    return tuple(each for each in read_chapters(project) if each.name in edition.leave_out)


def edition_settings(
    settings: Mapping[str, Any], edition: Edition, *, trial: Specification, results: Results
) -> dict[str, Any]:
    """Return the book's settings with those that belong to one edition."""
    parse = settings.get("parse") or {}
    cited = {
        **substitutions(results),
        "edition_name": escaped(edition.name),
        "edition_title": escaped(edition.title),
        "edition_audience": escaped(edition.audience),
        "data_label": escaped(trial.data_label),
    }
    own = parse.get("myst_substitutions") or {}
    clash = sorted(set(own) & set(cited))
    if clash:
        raise BuildError(
            f"_config.yml defines the substitution {clash[0]!r}, which the build fills in; "
            "give it another name."
        )
    # Pages learn their address when the site is put together: an edition is one folder of it.
    html = {name: each for name, each in (settings.get("html") or {}).items() if name != "baseurl"}
    if not any(html.get(f"use_{button}_button") for button in _REPOSITORY_BUTTONS):
        # The theme refuses a host that it does not know, whether or not it shows the address.
        settings = {key: value for key, value in settings.items() if key != "repository"}
    return {
        **settings,
        "title": edition.title,
        "execute": {**(settings.get("execute") or {}), "execute_notebooks": "off"},
        "parse": {**parse, "myst_substitutions": {**own, **cited}},
        "html": {**html, "announcement": _announcement(trial)},
    }


def _announcement(trial: Specification) -> str:
    """Return the banner of every page, marked for its style."""
    kind = "synthetic" if trial.is_synthetic else "real"
    return f'<span class="whose-{kind}">{NOTICES[trial.is_synthetic]}</span>'


def without_chapters(contents: Any, left_out: tuple[str, ...]) -> Any:
    """Return the table of contents without some chapters, and without parts left empty."""
    if isinstance(contents, list):
        kept = (
            without_chapters(item, left_out)
            for item in contents
            if not (isinstance(item, dict) and Path(str(item.get("file", ""))).name in left_out)
        )
        return [item for item in kept if item]
    if not isinstance(contents, dict):
        return contents
    smaller = {key: without_chapters(value, left_out) for key, value in contents.items()}
    if "caption" in smaller and not smaller.get("chapters"):
        return {}
    return {key: value for key, value in smaller.items() if value != []}
