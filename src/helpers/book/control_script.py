"""The script that serves the controls of a page: loaded where there are controls only."""

from __future__ import annotations

from typing import Any

# Chapters lie in one folder beside the site's static files. Loaded when the page has been read, so
# that its place does not matter; the browser loads it once, however many controls there are.
_SCRIPT = '<script defer src="../_static/controls.js"></script>'


def with_control_script(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook whose first control asks for the script; without one it stays as it is.

    Parameters
    ----------
    notebook
        As executed. A control is an output with the metadata ``trialbook: {control: ...}``; in a
        notebook that was not built it is still, and nothing is asked for.
    """
    for at, cell in enumerate(notebook["cells"]):
        for number, output in enumerate(cell.get("outputs", [])):
            if "control" not in output.get("metadata", {}).get("trialbook", {}):
                continue
            html = output["data"]["text/html"]
            text = "".join(html) if isinstance(html, list) else html
            served = {**output, "data": {**output["data"], "text/html": f"{text}\n{_SCRIPT}"}}
            outputs = [*cell["outputs"][:number], served, *cell["outputs"][number + 1 :]]
            cells = list(notebook["cells"])
            cells[at] = {**cell, "outputs": outputs}
            return {**notebook, "cells": cells}
    return notebook
