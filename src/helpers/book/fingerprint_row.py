"""A chapter's fingerprint, shown where the chapter says what made it."""

from __future__ import annotations

import copy
from html import escape
from typing import Any

LABEL = "Fingerprint of this chapter (source, parameters, helpers, data, lock)"

_TABLE = "tab-provenance"
_END = "</tbody>"


def with_fingerprint(notebook: dict[str, Any], fingerprint: str) -> dict[str, Any]:
    """Return a notebook whose provenance table names the fingerprint of its chapter.

    The fingerprint is known before the chapter runs, and covers its parameters; given to the
    chapter it would be one of them.

    Parameters
    ----------
    notebook
        As executed; without a provenance table it is returned as it is.
    fingerprint
        Of everything that the chapter was made from.
    """
    shown = copy.deepcopy(notebook)
    for cell in shown["cells"]:
        for output in cell.get("outputs", []):
            table = output.get("metadata", {}).get("trialbook", {}).get("table", {})
            html = output.get("data", {}).get("text/html")
            if html is not None and str(table.get("name", "")).startswith(_TABLE):
                output["data"]["text/html"] = _with_row(html, fingerprint)
    return shown


def _with_row(html: str | list[str], fingerprint: str) -> str:
    text = html if isinstance(html, str) else "".join(html)
    before, end, after = text.rpartition(_END)
    row = (
        f'<tr>\n<th scope="row" class="gt_row gt_left gt_stub">{escape(LABEL)}</th>\n'
        f'<td class="gt_row gt_left">{escape(fingerprint)}</td>\n</tr>\n'
    )
    return f"{before}{row}{end}{after}" if end else text
