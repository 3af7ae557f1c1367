"""Every mistake in ``trial.yml`` is reported with its line and a remedy, all at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.errors import TrialProblems
from helpers.trial.problems import Problem
from helpers.trial.reading import examine_specification, read_specification


def problems_of(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(TrialProblems) as caught:
        read_specification(folder)
    return tuple(problem for problem in caught.value.problems if isinstance(problem, Problem))


def line_with(text: str, anchor: str) -> int:
    lines = [at for at, line in enumerate(text.splitlines(), start=1) if anchor in line]
    assert lines, f"{anchor!r} is not in the file"
    return lines[0]


CATALOGUE = Path(__file__).parent / "broken" / "specification.yml"
BROKEN = {case["mistake"]: case for case in yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("case", BROKEN)
def test_a_mistake_is_reported_with_its_line_and_a_remedy(case: str, tiny_trial: Path) -> None:
    wanted = BROKEN[case]
    path = tiny_trial / "trial.yml"
    text = path.read_text(encoding="utf-8")
    assert wanted["from"] in text
    broken = text.replace(wanted["from"], wanted["to"], 1)
    path.write_text(broken, encoding="utf-8")
    line = broken[: broken.index(wanted["at"])].count("\n") + 1
    found = problems_of(tiny_trial)
    assert [
        problem
        for problem in found
        if problem.line == line
        and wanted["says"] in problem.message
        and wanted["remedy"] in problem.remedy
    ], "\n".join(map(str, found))
    for problem in found:
        assert problem.file == "trial.yml"
        assert problem.message.endswith((".", ").", "?"))
        assert str(problem).startswith(f"trial.yml, line {problem.line}: ")


def test_the_untouched_descriptions_are_valid(tiny_trial: Path, tiny_real_trial: Path) -> None:
    assert read_specification(tiny_trial).id == "tiny"
    assert read_specification(str(tiny_real_trial)).arm("tea").label == "Thé à la menthe"


def test_all_problems_are_reported_at_once_in_the_order_of_lines(tiny_trial: Path) -> None:
    path = tiny_trial / "trial.yml"
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("short_title: TINY", "short_title: 5"),
        ("higher_is: worse", "higher_is: wors"),
        ("strata: [centre]", "strata: [center]"),
        ("week: 4,", "week: 9,"),
        ("public: true", "publik: true"),
    ):
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    found = problems_of(tiny_trial)
    said = " ".join(problem.message for problem in found)
    for words in ("should be text", "'wors'", "'center'", "does not come after", "'publik'"):
        assert words in said
    assert len(found) == 5
    lines = [problem.line for problem in found]
    assert lines == sorted(lines, key=lambda line: line or 0)


def test_a_section_that_cannot_be_read_does_not_raise_false_alarms(tiny_trial: Path) -> None:
    path = tiny_trial / "trial.yml"
    text = path.read_text(encoding="utf-8").replace("{id: sex, label: Sex", "{id: sex", 1)
    path.write_text(text, encoding="utf-8")
    (only,) = problems_of(tiny_trial)
    assert "'label' of variables, item 2 ('sex') is missing" in only.message


def test_two_sources_may_print_different_numbers_of_one_result(tiny_trial: Path) -> None:
    path = tiny_trial / "trial.yml"
    text = path.read_text(encoding="utf-8")
    old = 'result: null\n    printed: {n: "12"}\n    source: "Invented."'
    assert old in text
    new = 'result: primary.difference\n    printed: {p: ".06"}\n    source: "A later paper."'
    path.write_text(text.replace(old, new), encoding="utf-8")
    first, second = read_specification(tiny_trial).published
    assert first.result == second.result


def paths_in(
    content: object, around: tuple[str | int, ...] = ()
) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every value inside a document."""
    if around:
        yield around
    steps = content.items() if isinstance(content, dict) else ()
    steps = enumerate(content) if isinstance(content, list) else steps
    for step, inside in steps:
        yield from paths_in(inside, (*around, step))


TINY = Path(__file__).parent / "folders" / "tiny" / "trial.yml"
EVERY_PATH = list(paths_in(yaml.safe_load(TINY.read_text(encoding="utf-8"))))


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from(EVERY_PATH),
    value=st.sampled_from([None, 5, -1.5, "some text", "", True, [], {}, [1, 2], {"a": 1}]),
)
def test_no_value_in_any_place_makes_reading_itself_fail(
    path: tuple[str | int, ...], value: object, tmp_path: Path
) -> None:
    content: Any = yaml.safe_load(TINY.read_text(encoding="utf-8"))
    inside = content
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    (tmp_path / "trial.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    specification, problems = examine_specification(tmp_path)
    assert (specification is None) == bool(problems)
    assert all(problem.line is not None for problem in problems)


def test_a_missing_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    (only,) = problems_of(tmp_path)
    assert only.line is None
    assert str(tmp_path) in only.message
    assert "trial.yml" in only.remedy


@pytest.mark.parametrize("content", ["", "# nothing but a comment\n", "---\n"])
def test_an_empty_file_is_not_a_trial(content: str, tmp_path: Path) -> None:
    (tmp_path / "trial.yml").write_text(content, encoding="utf-8")
    (only,) = problems_of(tmp_path)
    assert only.message == "The file is empty."


@pytest.mark.parametrize("content", ["only text", "- a\n- list\n", "5"])
def test_a_file_without_keys_is_not_a_trial(content: str, tmp_path: Path) -> None:
    (tmp_path / "trial.yml").write_text(content, encoding="utf-8")
    (only,) = problems_of(tmp_path)
    assert only.line == 1
    assert "instead of keys and values" in only.message


def test_a_file_that_is_not_utf8_names_the_line(tiny_real_trial: Path) -> None:
    path = tiny_real_trial / "trial.yml"
    text = path.read_text(encoding="utf-8").replace("’", "'").replace("Ł", "L").replace("Ż", "Z")
    path.write_text(text, encoding="latin-1")
    (only,) = problems_of(tiny_real_trial)
    assert only.line == line_with(text, "Thé, café")
    assert "UTF-8" in only.remedy


def test_a_control_character_is_named(tiny_trial: Path) -> None:
    path = tiny_trial / "trial.yml"
    text = path.read_text(encoding="utf-8").replace("TINY", "TI\x07NY", 1)
    path.write_text(text, encoding="utf-8")
    (only,) = problems_of(tiny_trial)
    assert only.line == line_with(text, "\x07")
    assert "control character" in only.remedy


def test_two_documents_are_refused(tiny_trial: Path) -> None:
    path = tiny_trial / "trial.yml"
    path.write_text(path.read_text(encoding="utf-8") + "---\nid: other\n", encoding="utf-8")
    (only,) = problems_of(tiny_trial)
    assert "'---'" in only.remedy


def test_words_that_yaml_would_turn_into_other_things_stay_words(tiny_trial: Path) -> None:
    path = tiny_trial / "trial.yml"
    text = path.read_text(encoding="utf-8").replace("short_title: TINY", "short_title: 2020-01-06")
    path.write_text(text.replace('licence: "CC0 1.0"', "licence: No"), encoding="utf-8")
    specification = read_specification(tiny_trial)
    assert specification.short_title == "2020-01-06"
    assert specification.licence == "No"
    assert list(specification.variable("kept_diary").codes or ()) == ["yes", "no"]


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tiny_trial: Path) -> None:
    path = tiny_trial / "trial.yml"
    plain = read_specification(tiny_trial)
    content = path.read_bytes().replace(b"\n", b"\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + content)
    assert read_specification(tiny_trial) == plain


def test_reading_a_description_loads_no_scientific_library() -> None:
    program = (
        "import sys, helpers.trial.reading, helpers.trial.folders, helpers.trial.criteria\n"
        "import helpers.trial.loading\n"
        "heavy = {'numpy', 'pandas', 'pandera', 'scipy'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
