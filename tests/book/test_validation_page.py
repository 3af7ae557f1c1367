"""The validation chapter itself, run as the build runs it, on references that are not true."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.book.chapters import read_chapter
from helpers.book.fingerprints import Fingerprints
from helpers.book.planning import plan_editions
from helpers.book.running import run_one
from helpers.errors import ExecutionError

ROOT = Path(__file__).parents[2]
CHAPTER = ROOT / "chapters" / "validation.ipynb"


@pytest.fixture
def validated(book):
    """A mini book with the validation chapter and a few of its references."""
    shutil.copyfile(CHAPTER, book.chapter("validation"))
    references = book.root / "tests" / "references"
    for folder in ("data", "sas"):
        shutil.copytree(ROOT / "tests" / "references" / folder, references / folder)
    (references / "r").mkdir()
    name = "gls_ortho_us.json"
    shutil.copyfile(ROOT / "tests" / "references" / "r" / name, references / "r" / name)
    return book


@pytest.mark.slow
def test_a_reference_that_does_not_agree_stops_the_chapter_and_is_named(validated) -> None:
    path = validated.root / "tests" / "references" / "r" / "gls_ortho_us.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("24.9371", "24.9372"), encoding="utf-8")
    chapter = read_chapter(validated.root / "chapters" / "validation.ipynb")
    with pytest.raises(ExecutionError) as caught:
        run_one(
            validated.project,
            chapter,
            edition=None,
            overrides={"trial": "tiny"},
            output=None,
            timeout=120,
        )
    said = str(caught.value)
    assert "`comparison = validated_table(find_references())`" in said
    assert "1 of 43 values of the mixed models disagree with R or SAS" in said
    assert "gls_ortho_us, estimate (Intercept, of 4)" in said


def test_the_chapter_runs_again_when_a_reference_or_the_record_changes(validated) -> None:
    def now() -> str:
        [planned] = plan_editions(validated.project, ["first"], {})
        found = Fingerprints(validated.project)
        [chapter] = [each for each in planned.chapters if each.name == "validation"]
        return found.chapter(chapter, planned.trial)

    seen = [now()]
    record = validated.root / "benchmarks" / "mixed_models.json"
    record.parent.mkdir()
    record.write_text("{}", encoding="utf-8")
    seen.append(now())
    (validated.root / "tests" / "references" / "r" / "gls_ortho_us.json").unlink()
    seen.append(now())
    assert len(set(seen)) == 3
