"""A page that remembers what was shown on it, and trials to show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from helpers.show import outputs, page_label
from helpers.show.page import label_of
from helpers.show.records import RECORD_MIME
from helpers.trial.loading import Trial, load_trial

FOLDERS = Path(__file__).parents[1] / "trial" / "folders"


@dataclass
class Page:
    """Everything that was displayed, in order, as (data, metadata)."""

    outputs: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        found = [data[RECORD_MIME] for data, _ in self.outputs if RECORD_MIME in data]
        assert len({record["name"] for record in found}) == len(found), "a name was glued twice"
        return {record["name"]: record for record in found}

    def _marked(self, kind: str) -> list[dict[str, Any]]:
        return [
            {**metadata["trialbook"][kind], "data": data}
            for data, metadata in self.outputs
            if kind in metadata.get("trialbook", {})
        ]

    @property
    def figures(self) -> list[dict[str, Any]]:
        return self._marked("figure")

    @property
    def tables(self) -> list[dict[str, Any]]:
        return self._marked("table")

    @property
    def paragraphs(self) -> list[str]:
        return [
            data["text/markdown"]
            for data, metadata in self.outputs
            if "text/markdown" in data and "scrapbook" not in metadata
        ]


def _watched(patch: pytest.MonkeyPatch) -> Page:
    page = Page()

    def display(data: dict[str, Any], *, raw: bool, metadata: dict[str, Any]) -> None:
        assert raw
        page.outputs.append((data, metadata))

    patch.setattr(outputs, "display", display)
    patch.setattr(page_label, "_current", None)
    return page


@pytest.fixture(scope="session")
def showing() -> Callable[[Trial, Callable[[Trial], None]], Page]:
    """Give a function that lets something show a trial, and returns the page."""

    def show(trial: Trial, shows: Callable[[Trial], None]) -> Page:
        with pytest.MonkeyPatch.context() as patch:
            page = _watched(patch)
            page_label.set_page_label(label_of(trial.specification))
            shows(trial)
        return page

    return show


@pytest.fixture
def unlabelled(monkeypatch: pytest.MonkeyPatch) -> Page:
    """A page that does not say yet whose data it shows."""
    return _watched(monkeypatch)


@pytest.fixture
def page(unlabelled: Page) -> Page:
    """A page labelled as a synthetic cohort."""
    page_label.set_page_label(page_label.PageLabel("Synthetic cohort (TINY)", synthetic=True))
    return unlabelled


@pytest.fixture(scope="session")
def tiny() -> Trial:
    """An invented synthetic trial: two arms, three visits, every table."""
    return load_trial(FOLDERS / "tiny")


@pytest.fixture(scope="session")
def tiny_real() -> Trial:
    """An invented trial: three arms, one visit after baseline, names that are not ASCII."""
    return load_trial(FOLDERS / "tiny_real")


@pytest.fixture(params=["tiny", "tiny_real"])
def trial(request: pytest.FixtureRequest, unlabelled: Page) -> Trial:
    """Each of the trials, its page labelled."""
    found: Trial = request.getfixturevalue(request.param)
    page_label.set_page_label(label_of(found.specification))
    return found
