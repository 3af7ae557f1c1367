"""Changing any parameter changes prose, tables and results together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.book.chapters import read_chapter
from helpers.book.project import Project, chapter_files
from helpers.book.results import harvest
from helpers.book.running import run_one

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

# A value for every parameter that is not its default, and a result that must follow it.
CHANGES = [
    ("02_eligibility", "eligibility", "karnofsky >= 80", "flow.randomised"),
    ("02_eligibility", "outcome", "fatigue", "flow.sentence"),
    ("02_eligibility", "visit_of_interest", "week10", "flow.sentence"),
    ("03_randomization", "example_seed", "7", "randomisation.example.sentence"),
    ("03_randomization", "example_block_size", "6", "randomisation.example.sentence"),
    ("03_randomization", "example_length", "36", "randomisation.example.sentence"),
    ("04_baseline", "eligibility", "karnofsky >= 80", "baseline.age.mean"),
    ("04_baseline", "outcome", "insomnia", "missing.sentence"),
    ("05_primary", "eligibility", "karnofsky >= 80", "primary.n"),
    ("05_primary", "outcome", "fatigue", "primary.difference.estimate"),
    ("05_primary", "visit_of_interest", "week10", "primary.difference.estimate"),
    ("05_primary", "covariance", "random_intercept", "primary.difference.se"),
    ("05_primary", "inference", "normal", "primary.difference.df"),
    ("05_primary", "covariates", "age,sex", "primary.difference.estimate"),
    ("05_primary", "level", "0.8", "primary.difference.lower"),
    ("model_comparison", "eligibility", "karnofsky >= 80", "models.us.n"),
    ("model_comparison", "outcome", "fatigue", "models.us.estimate"),
    ("model_comparison", "visit_of_interest", "week10", "models.us.estimate"),
    ("model_comparison", "level", "0.8", "models.us.lower"),
    ("model_comparison", "per_arm", "20", "inference.small.n"),
    ("model_comparison", "simulations", "100", "errors.simulations"),
    ("model_comparison", "seed", "2", "inference.small.kenward_roger.se"),
    ("06_secondary", "eligibility", "karnofsky >= 80", "secondary.fatigue.difference.estimate"),
    ("06_secondary", "visit_of_interest", "week10", "secondary.fatigue.difference.estimate"),
    ("06_secondary", "covariance", "random_intercept", "secondary.insomnia.difference.se"),
    ("06_secondary", "inference", "normal", "secondary.insomnia.difference.upper"),
    ("06_secondary", "level", "0.8", "secondary.fatigue.difference.upper"),
]

# Both shipped trials are public, whose numbers this leaves alone; test_private_trial.py changes it
# on a trial that is not.
ONLY_PRIVATE = "small_cells"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    whole = Project.at(ROOT)
    build = tmp_path_factory.mktemp("build")
    return Project(whole.root, whole.chapters, whole.editions, whole.data, build)


def run(project: Project, chapter: str, **overrides: str) -> tuple[dict[str, Any], str]:
    """Return the results of a chapter and the text of its tables and figures."""
    (path,) = [path for path in chapter_files(project) if path.stem == chapter]
    ran = run_one(
        project, read_chapter(path), edition=None, overrides=overrides, output=None, timeout=300
    )
    notebook = json.loads(ran.notebook.read_text(encoding="utf-8"))
    shown = [
        "".join(part) if isinstance(part, list) else str(part)
        for cell in notebook["cells"]
        if "provenance" not in "".join(cell["source"])
        for output in cell.get("outputs", [])
        for mime, part in output.get("data", {}).items()
        if mime in {"text/html", "image/svg+xml"}
    ]
    return harvest(notebook, chapter=chapter), "".join(shown)


@pytest.fixture(scope="module")
def unchanged(project: Project) -> dict[str, tuple[dict[str, Any], str]]:
    return {name: run(project, name) for name in sorted({change[0] for change in CHANGES})}


@pytest.mark.parametrize(
    ("chapter", "parameter", "value", "result"), CHANGES, ids=lambda part: str(part)[:24]
)
def test_a_changed_parameter_is_followed(
    project: Project,
    unchanged: dict[str, tuple[dict[str, Any], str]],
    chapter: str,
    parameter: str,
    value: str,
    result: str,
) -> None:
    before, before_shown = unchanged[chapter]
    after, after_shown = run(project, chapter, **{parameter: value})
    assert after[result]["value"] != before[result]["value"]
    assert after[result]["text"] != before[result]["text"]
    assert after_shown != before_shown  # tables or figures follow
    assert after[f"provenance.{chapter}.{parameter}"]["text"] == value


def test_every_parameter_is_tried() -> None:
    tried = {(chapter, parameter) for chapter, parameter, _, _ in CHANGES}
    declared = {
        (path.stem, parameter.name)
        for path in chapter_files(Project.at(ROOT))
        for parameter in read_chapter(path).parameters
        if parameter.name not in {"trial", "edition", "results"}
    }
    assert tried == declared - {(chapter, ONLY_PRIVATE) for chapter, _ in declared}


def test_the_same_run_gives_the_same_bytes(
    project: Project, unchanged: dict[str, tuple[dict[str, Any], str]]
) -> None:
    assert run(project, "05_primary") == unchanged["05_primary"]
