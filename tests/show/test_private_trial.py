"""What the chapters show of a trial that is not public holds nothing of its rows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from helpers.show import page_label
from helpers.show.outputs import Output, collected
from helpers.show.records import RECORD_MIME

CHAPTERS = Path(__file__).parents[2] / "chapters"
SHOWN = [
    *("01_question", "02_eligibility", "03_randomization", "04_baseline", "05_primary"),
    *("06_secondary", "data"),
]
# Where the same calls on the public variant show a marker, so that the search can fail.
TOLD = {
    "01_question": {"zqwkind"},
    "02_eligibility": {"zqwreason"},
    "03_randomization": {"date"},
}

Shows = Callable[..., list[Output]]


@pytest.fixture(scope="module")
def trials(marked: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    """The marked trial, public and not."""
    folder = tmp_path_factory.mktemp("trials")
    return {
        public: marked.write_marked_trial(folder / name, public=public)
        for public, name in ((True, "open"), (False, "closed"))
    }


@pytest.fixture(scope="module")
def seen() -> dict[tuple[object, ...], list[Output]]:
    """What chapters have shown already."""
    return {}


@pytest.fixture
def shows(
    trials: dict[bool, Path],
    seen: dict[tuple[object, ...], list[Output]],
    monkeypatch: pytest.MonkeyPatch,
) -> Shows:
    """Give a function that runs the cells of a chapter on the marked trial.

    A chapter that was run with the same values is not run again, unless ``again`` asks for it.
    """
    monkeypatch.setattr(page_label, "_current", None)

    def show(
        chapter: str, *, public: bool, again: bool = False, **parameters: object
    ) -> list[Output]:
        key = (chapter, public, *sorted(parameters.items()))
        if again or key not in seen:
            seen[key] = run(chapter, trials[public], parameters)
        return seen[key]

    def run(chapter: str, folder: Path, parameters: dict[str, object]) -> list[Output]:
        notebook = json.loads((CHAPTERS / f"{chapter}.ipynb").read_text(encoding="utf-8"))
        names: dict[str, object] = {}
        with collected() as outputs:
            for cell in notebook["cells"]:
                if cell["cell_type"] != "code":
                    continue
                exec("".join(cell["source"]), names)
                if "parameters" in cell["metadata"].get("tags", []):
                    names |= {"trial": str(folder), **parameters}
        return outputs

    return show


def everything(outputs: list[Output]) -> bytes:
    return "\n".join(
        json.dumps([output.data, output.metadata], ensure_ascii=False, default=str)
        for output in outputs
    ).encode()


def records(outputs: list[Output]) -> dict[str, dict[str, object]]:
    found = [output.data[RECORD_MIME] for output in outputs if RECORD_MIME in output.data]
    return {record["name"]: record for record in found}  # type: ignore[index,misc]


@pytest.mark.parametrize("chapter", SHOWN)
def test_no_marker_of_a_private_trial_is_shown(
    shows: Shows, marked: ModuleType, chapter: str, capfd: pytest.CaptureFixture[str]
) -> None:
    # What it prints is looked at, too.
    outputs = shows(chapter, public=False, again=True)
    assert outputs
    assert marked.markers_in(everything(outputs)) == set()
    assert marked.markers_in("".join(capfd.readouterr()).encode()) == set()


@pytest.mark.parametrize("chapter", sorted(TOLD))
def test_the_public_variant_shows_markers(shows: Shows, marked: ModuleType, chapter: str) -> None:
    assert marked.markers_in(everything(shows(chapter, public=True))) >= TOLD[chapter]


@pytest.mark.parametrize("chapter", [name for name in SHOWN if name != "01_question"])
def test_no_small_count_is_published(shows: Shows, chapter: str) -> None:
    harmless = re.compile(
        r"provenance|\.(arms|criteria|outcomes|comparisons|imbalance|max_imbalance)"
        r"|trial\.arms\.n|example|criteria|outcomes|comparisons|imbalance|level"
    )
    for name, record in records(shows(chapter, public=False)).items():
        if isinstance(record["value"], int) and not harmless.search(name):
            assert not 0 < record["value"] < 5, name


@pytest.mark.parametrize("chapter", SHOWN)
def test_the_page_says_what_is_withheld(shows: Shows, chapter: str) -> None:
    text = everything(shows(chapter, public=False)).decode()
    assert "are not shown, nor are counts from 1 to 4" in text
    assert "The data are not public" not in everything(shows(chapter, public=True)).decode()


def test_who_contributes_is_said_with_and_without_the_number_of_scores(shows: Shows) -> None:
    def said(threshold: int) -> str:
        found = records(shows("05_primary", public=False, small_cells=threshold))
        return str(found["primary.contributors.phrase"]["text"])

    assert said(20) == "40 patients (the number of their scores is not shown)"
    assert re.fullmatch(r"\d+ patients with \d+ scores", said(0))


@pytest.mark.parametrize(
    ("chapter", "name"),
    [
        ("02_eligibility", "flow.walking.left"),
        pytest.param("03_randomization", None, marks=pytest.mark.slow),
        ("04_baseline", "missing.walking.week8.observed"),
        ("05_primary", "primary.n_scores"),
        ("06_secondary", "proportion.completed.n"),
        ("data", "data.scores"),
    ],
)
def test_the_threshold_moves_what_is_withheld(shows: Shows, chapter: str, name: str | None) -> None:
    usual, none = (
        records(shows(chapter, public=False, small_cells=threshold)) for threshold in (20, 0)
    )
    if name is not None:
        assert usual[name]["text"] == "not shown"
        assert usual[name]["value"] is None
        assert isinstance(none[name]["value"], int)
    assert not [
        key
        for key, record in none.items()
        if record["text"] == "not shown"
        and not re.search(r"\.(median|q1|q3|max_imbalance|max_stratum_imbalance)$", key)
    ]
    assert [key for key, record in usual.items() if record["text"] == "not shown"]


def test_numbers_are_kept_as_they_are_printed(shows: Shows) -> None:
    closed = records(shows("05_primary", public=False))["primary.difference.estimate"]
    assert closed["value"] == round(float(closed["value"]), 2)  # type: ignore[arg-type]
    opened = records(shows("05_primary", public=True))["primary.difference.estimate"]
    assert opened["value"] != round(float(opened["value"]), 2)  # type: ignore[arg-type]
