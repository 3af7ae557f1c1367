"""A table of a chapter's parameters and their values in this run, folded, above their cell."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from html import escape
from typing import Any

from helpers.book.chapters import INJECTED_TAG, PARAMETERS_TAG, source, tags
from helpers.book.parameters import Parameter, Value, read_parameters

HEADERS = ("Parameter", "Here", "Meaning, type and allowed values")

FOLD = "The parameters, their values in this run, and what else they may be"

TYPES = {"str": "Text", "int": "Whole number", "float": "Number", "bool": "True or False"}


def with_parameter_table(notebook: dict[str, Any], *, chapter: str, label: str) -> dict[str, Any]:
    """Return a notebook that shows its parameters: name, value, type, meaning, allowed values.

    Parameters
    ----------
    notebook
        As executed; a notebook without a parameters cell is returned as it is.
    chapter
        Its name, for messages.
    label
        Whose data the edition shows, which begins the caption.
    """
    cells = notebook["cells"]
    declared = [at for at, cell in enumerate(cells) if PARAMETERS_TAG in tags(cell)]
    parameters = read_parameters(source(cells[declared[0]]), where=chapter) if declared else ()
    if not parameters:
        return notebook
    injected = [at for at, cell in enumerate(cells) if INJECTED_TAG in tags(cell)]
    given = _values(source(cells[injected[0]])) if injected else {}
    table = {
        "cell_type": "markdown",
        "id": "parameter-table",
        "metadata": {},
        "source": parameter_table(parameters, given, label=label),
    }
    first = min([*declared, *injected])
    return {**notebook, "cells": [*cells[:first], table, *cells[first:]]}


def parameter_table(parameters: Sequence[Parameter], given: dict[str, Value], *, label: str) -> str:
    """Return the table as HTML, in the form of the book's other tables.

    Parameters
    ----------
    parameters
        What the chapter declares.
    given
        Values of this run; the others have their defaults.
    label
        Whose data the edition shows.
    """
    head = "".join(f'<th scope="col">{header}</th>' for header in HEADERS)
    rows = "\n".join(_row(each, given.get(each.name, each.default)) for each in parameters)
    caption = escape(f"{label}. Parameters of this chapter and their values in this run.")
    return (
        f'<details class="trial-fold"><summary>{FOLD}</summary>\n<div class="trial-table-block">\n'
        f'<div class="trial-table-wrapper" role="region" tabindex="0" aria-label="{caption}">\n'
        f'<table class="trial-table">\n<caption><span>{caption}</span></caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</div>\n</div>\n"
        "</details>"
    )


def _row(parameter: Parameter, value: Value) -> str:
    shown = f"<code>{escape(str(value))}</code>" if str(value) else "(empty)"
    kind = TYPES[parameter.type]
    allowed = "" if parameter.domain == "text" else f": {parameter.domain}"
    meaning = parameter.meaning[:1].upper() + parameter.meaning[1:]
    described = f"{meaning}. {kind}{allowed}."
    return (
        f'<tr><th scope="row"><code>{escape(parameter.name)}</code></th>'
        f'<td class="gt_left">{shown}</td><td class="gt_left">{escape(described)}</td></tr>'
    )


def _values(injected: str) -> dict[str, Value]:
    """Return the values that papermill's cell assigns."""
    return {
        target.id: ast.literal_eval(statement.value)
        for statement in ast.parse(injected).body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
