"""The chapters are prose: no outputs, no logic, no typed-in results."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

CHAPTERS = sorted((Path(__file__).parents[1] / "chapters").glob("*.ipynb"))
LOGIC = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.If,
    ast.IfExp,
    ast.For,
    ast.While,
    ast.Try,
    ast.With,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.GeneratorExp,
)


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=4)


def code_cells(chapter: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in chapter.cells if cell.cell_type == "code"]


def prose(chapter: nbformat.NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in chapter.cells if cell.cell_type == "markdown")


def test_there_are_chapters() -> None:
    assert [path.stem for path in CHAPTERS][:7] == [
        "01_question",
        "02_eligibility",
        "03_randomization",
        "04_baseline",
        "05_primary",
        "06_secondary",
        "07_reproduction",
    ]


def test_is_valid_and_has_no_outputs(chapter: nbformat.NotebookNode) -> None:
    nbformat.validate(chapter)
    assert all(not cell.outputs and cell.execution_count is None for cell in code_cells(chapter))


def test_holds_no_logic(chapter: nbformat.NotebookNode) -> None:
    found = [
        type(node).__name__
        for cell in code_cells(chapter)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, LOGIC)
    ]
    assert found == []


def test_makes_one_call_to_a_cell(chapter: nbformat.NotebookNode) -> None:
    for cell in code_cells(chapter):
        if "parameters" in cell.metadata.get("tags", []):
            continue
        statements = ast.parse(cell.source).body
        calls = [node for node in statements if not isinstance(node, ast.Import | ast.ImportFrom)]
        # The set-up cell loads the trial and labels the page; every other cell makes one call.
        assert len(calls) <= (2 if len(calls) < len(statements) else 1), cell.source


def test_has_its_parts(chapter: nbformat.NotebookNode) -> None:
    text = prose(chapter)
    assert text.startswith("# ")
    assert ":class: objectives" in text
    assert "## Provenance" in text
    assert chapter.cells[-1].source.startswith("page.show_provenance(")
    tagged = [c for c in code_cells(chapter) if "parameters" in c.metadata.get("tags", [])]
    assert len(tagged) == 1


def test_opens_with_a_question_its_answer_and_a_figure(chapter: nbformat.NotebookNode) -> None:
    title, question, answer = chapter.cells[0].source.split("\n\n")
    assert title.startswith("# ")
    assert question.endswith("?")
    assert "{glue:text}" in answer
    opening = [c for c in code_cells(chapter) if "opening" in c.metadata.get("tags", [])]
    assert [len(opening), "_figure(" in opening[0].source] == [1, True]


def test_every_aside_says_for_whom_it_is(chapter: nbformat.NotebookNode) -> None:
    titles = re.findall(r"^```\{margin\}(.*)$", prose(chapter), flags=re.MULTILINE)
    assert titles, "a chapter has asides"
    assert set(titles) <= {" For the clinician", " For the statistician"}


def test_provenance_names_every_parameter(chapter: nbformat.NotebookNode) -> None:
    (cell,) = [c for c in code_cells(chapter) if "parameters" in c.metadata.get("tags", [])]
    names = {node.target.id for node in ast.parse(cell.source).body}  # type: ignore[attr-defined]
    call = chapter.cells[-1].source
    for name in names - {"edition", "results"}:
        assert f'"{name}": {name}' in call


def test_types_no_result_into_its_prose(chapter: nbformat.NotebookNode) -> None:
    """Decimal numbers and P values belong to the run; prose may use them only as examples."""
    text = re.sub(r"`[^`]*`|\$\$.*?\$\$|\$[^$]*\$", "", prose(chapter), flags=re.DOTALL)
    examples = {
        "Any number from 1.25 to 1.35 is printed as 1.3 in a paper of one decimal.",
        "A {term} is printed as .07 and yours is .0649.",
        "Suppose that a paper reports a baseline difference with P = .03.",
    }
    for example in examples:
        text = text.replace(example, "")
    assert re.findall(r"[−-]?\d*\.\d+", text) == []


def test_every_cited_number_has_a_stable_name(chapter: nbformat.NotebookNode) -> None:
    for name in re.findall(r"\{glue:text\}`([^`]*)`", prose(chapter)):
        assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", name), name
