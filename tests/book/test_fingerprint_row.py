from __future__ import annotations

from helpers.book.fingerprint_row import LABEL, with_fingerprint

TABLE = "<table><tbody><tr><td>a</td></tr></tbody><tbody><tr><td>b</td></tr></tbody></table>"


def notebook(name: str, html: str | list[str] = TABLE) -> dict:
    output = {"data": {"text/html": html}, "metadata": {"trialbook": {"table": {"name": name}}}}
    return {"cells": [{"cell_type": "code", "outputs": [output]}, {"cell_type": "markdown"}]}


def shown(book: dict) -> str:
    return book["cells"][0]["outputs"][0]["data"]["text/html"]


def test_adds_the_fingerprint_as_the_last_row_of_the_provenance() -> None:
    before = notebook("tab-provenance-05-primary")
    html = shown(with_fingerprint(before, "abc123"))
    row = html[html.rindex("<tr>") : html.rindex("</tr>")]
    assert LABEL in row
    assert "abc123" in row
    assert html.index("b</td>") < html.index("abc123")
    assert shown(before) == TABLE


def test_reads_a_table_that_is_kept_as_lines() -> None:
    html = shown(with_fingerprint(notebook("tab-provenance-x", TABLE.splitlines(True)), "abc"))
    assert "abc" in html


def test_leaves_every_other_table_alone() -> None:
    assert shown(with_fingerprint(notebook("tab-primary"), "abc123")) == TABLE
    assert with_fingerprint({"cells": []}, "abc") == {"cells": []}
