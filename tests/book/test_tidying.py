from __future__ import annotations

import json

from helpers.book.tidying import notebook_text, tidied


def executed(stamp: str, identifier: str) -> dict:
    def cell(kind: str, name: str, *tags: str) -> dict:
        return {
            "cell_type": kind,
            "id": name,
            "metadata": {
                "tags": list(tags),
                "papermill": {"start_time": stamp},
                "execution": {"iopub.execute_input": stamp},
                "kept": 1,
            },
            "source": "x",
        }

    return {
        "cells": [
            cell("markdown", "title"),
            cell("code", identifier, "injected-parameters"),
            cell("code", f"{identifier}2"),
        ],
        "metadata": {"papermill": {"output_path": f"/home/{stamp}"}, "kernelspec": {}},
    }


SOURCE = {"cells": [{"id": "title"}, {}]}


def test_two_runs_leave_the_same_text() -> None:
    one, two = (tidied(executed(stamp, stamp), SOURCE) for stamp in ("2024", "2025"))
    assert notebook_text(one) == notebook_text(two)
    assert [cell["id"] for cell in one["cells"]] == ["title", "injected-parameters", "cell-2"]
    assert one["cells"][0]["metadata"] == {"tags": [], "kept": 1}
    assert one["metadata"] == {"kernelspec": {}}


def test_leaves_its_argument_alone() -> None:
    notebook = executed("2024", "a")
    before = json.dumps(notebook)
    tidied(notebook, SOURCE)
    assert json.dumps(notebook) == before
