from __future__ import annotations

import json
import keyword
import string

import papermill
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.book.parameters import (
    Parameter,
    read_parameters,
    value_from_text,
    value_of_type,
)
from helpers.errors import ParameterError

SOURCE = """# The parameters of this chapter.
trial: str = "impact"  # whose data [trial]

level: float = .95  # confidence level, a share of 1 [0.5 to 0.999]
shift: float = -2  # points [-10 to 10]
draws: int = 500  # imputations # per patient [integer 1 to 100000]
adjust: bool = False  # whether to adjust [true or false]
hashed: str = "a # b"  # "quoted" words; and signs: é [text]
"""


def test_reads_every_part_of_every_line() -> None:
    found = read_parameters(SOURCE, where="05_primary")
    assert found == (
        Parameter("trial", "str", "impact", "whose data", "trial", 2),
        Parameter("level", "float", 0.95, "confidence level, a share of 1", "0.5 to 0.999", 4),
        Parameter("shift", "float", -2.0, "points", "-10 to 10", 5),
        Parameter("draws", "int", 500, "imputations # per patient", "integer 1 to 100000", 6),
        Parameter("adjust", "bool", False, "whether to adjust", "true or false", 7),
        Parameter("hashed", "str", "a # b", '"quoted" words; and signs: é', "text", 8),
    )
    assert isinstance(found[2].default, float)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("level = 0.95  # level [0.5 to 0.999]", "expected a declaration"),
        ("import os", "expected a declaration"),
        ("a.b: float = 0.95  # level [0.5 to 0.999]", "expected a declaration"),
        ("level: float  # level [0.5 to 0.999]", "a default value"),
        ("level: float = 1 - 0.05  # level [0.5 to 0.999]", "not computed"),
        ("level: float = '0.95'  # level [0.5 to 0.999]", "must be a number"),
        ("level: float = 1e999  # level [0.5 to 0.999]", "must be a number"),
        ("draws: int = 5.0  # draws [integer 1 to 9]", "a whole number"),
        ("draws: int = True  # draws [integer 1 to 9]", "a whole number"),
        ("adjust: bool = 1  # adjust [true or false]", "true or false"),
        ("name: str = 3  # name [text]", "must be text"),
        ("names: list = []  # names [text]", "use str, int, float or bool"),
        ("level: float = 0.95", "say after #"),
        ("level: float = 0.95  # level", "say after #"),
        ("level: float = 0.95  # level >= 0.5 [0.5 to 0.999]", "a second equals sign"),
        ("name: str = 'a=b'  # name [text]", "a second equals sign"),
        ("level: float = 0.95  # [0.5 to 0.999]", "say after #"),
        ("level: float = 0.95  # level []", "say after #"),
        ("level: float = 0.95  # level [0.5 to 0.999] of 1", "say after #"),
        ("level: float = (\n    0.95)  # level [0.5 to 0.999]", "on one line"),
        ("level: float = 0.95 # a [text]\nlevel: float = 0.9 # a [text]", "declared twice"),
        ("level: float =", "not valid Python"),
        ("level: float = '", "not valid Python"),
        ("level: float = 0.95\x00", "not valid Python"),
    ],
)
def test_refuses_every_other_line_with_its_place(line: str, words: str) -> None:
    with pytest.raises(ParameterError, match=words) as raised:
        read_parameters(line, where="chapters/05_primary.ipynb")
    assert str(raised.value).startswith("chapters/05_primary.ipynb, parameters cell")


def parameter(kind: str, default: object) -> Parameter:
    return Parameter("it", kind, default, "meaning", "text", 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("str", "week10", "week10"),
        ("str", "26", "26"),
        ("int", "-7", -7),
        ("float", "1e-3", 0.001),
        ("float", "2", 2.0),
        ("bool", "Yes", True),
        ("bool", "false", False),
    ],
)
def test_turns_text_into_a_value(kind: str, text: str, value: object) -> None:
    found = value_from_text(parameter(kind, value), text, where="-p")
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("int", "1.5"),
        ("int", "1e3"),
        ("int", ""),
        ("float", "nan"),
        ("float", "inf"),
        ("float", "0,95"),
        ("float", "95%"),
        ("bool", "1"),
        ("bool", "maybe"),
    ],
)
def test_refuses_text_of_another_type(kind: str, text: str) -> None:
    default = {"int": 3, "float": 0.5, "bool": True}[kind]
    with pytest.raises(ParameterError, match=r"-p it=.*: the parameter 'it' is .*must be"):
        value_from_text(parameter(kind, default), text, where=f"-p it={text}")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("str", 26),
        ("str", True),
        ("str", None),
        ("str", ["a"]),
        ("int", 2.0),
        ("int", "2"),
        ("int", True),
        ("float", "0.95"),
        ("float", False),
        ("float", float("nan")),
        ("float", 10**400),
        ("bool", 1),
        ("bool", "true"),
    ],
)
def test_refuses_yaml_of_another_type(kind: str, value: object) -> None:
    with pytest.raises(ParameterError, match="must be"):
        value_of_type(parameter(kind, "x"), value, where="edition.yml, line 3")


def test_takes_a_whole_number_where_a_number_is_expected() -> None:
    found = value_of_type(parameter("float", 0.5), 1, where="edition.yml")
    assert isinstance(found, float)


identifiers = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True).filter(
    lambda name: not keyword.iskeyword(name)
)
words = (
    st.text(st.sampled_from(string.ascii_letters + string.digits + " .,;:'\"#()<>é%"), min_size=1)
    .map(str.strip)
    .filter(bool)
)
values = st.one_of(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="=")
    ).map(lambda text: ("str", text)),
    st.integers(-(10**12), 10**12).map(lambda number: ("int", number)),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda number: ("float", number)),
    st.booleans().map(lambda truth: ("bool", truth)),
)


@given(name=identifiers, value=values, meaning=words, domain=words)
def test_what_is_written_is_what_is_read(name, value, meaning, domain) -> None:
    kind, default = value
    line = f"{name}: {kind} = {default!r}  # {meaning} [{domain}]"
    [found] = read_parameters(line, where="chapter")
    assert (found.name, found.type, found.default) == (name, kind, default)
    assert found.meaning == meaning
    assert found.domain == domain


@settings(deadline=None, max_examples=25)
@given(
    name=identifiers,
    value=values.filter(lambda value: "#" not in str(value[1])),
    meaning=words.filter(lambda text: "#" not in text and not text.startswith("type:")),
)
def test_papermill_reads_the_same(name, value, meaning, tmp_path_factory) -> None:
    kind, default = value
    line = f"{name}: {kind} = {default!r}  # {meaning} [text]"
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": line}
    cell |= {"outputs": [], "execution_count": None, "id": "a"}
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "P"}}
    notebook = {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    path = tmp_path_factory.mktemp("inspected") / "chapter.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    theirs = papermill.inspect_notebook(str(path))
    [ours] = read_parameters(line, where="chapter")
    assert list(theirs) == [ours.name]
    assert theirs[name]["inferred_type_name"] == ours.type
    assert theirs[name]["default"] == repr(default)
    assert theirs[name]["help"] == f"{ours.meaning} [{ours.domain}]"
