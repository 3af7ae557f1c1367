"""Read YAML so that every key keeps the line it stands on.

The plain words ``yes``, ``no``, ``on`` and ``off``, dates and sexagesimal numbers stay text, as in
YAML 1.2: a code ``yes`` in a trial's description means the word. A key that stands twice, an alias
and a tag are refused: each has a plainer way of writing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar

import yaml

from helpers.trial.problems import Problem

Path = tuple[str | int, ...]

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_Base):  # type: ignore[misc]
    """A safe loader that knows numbers, true, false and null, and leaves the rest as text."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|false|False)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    (
        "float",
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan)$",
        "-+.0123456789",
    ),
):
    _PlainLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first)
    )

_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{name}" for name in ("str", "bool", "null", "int", "float", "map", "seq")
}


@dataclass(frozen=True)
class Document:
    """What a YAML file says, where it says it and what is wrong with its writing.

    ``lines`` maps the path of a key (``("arms", 0, "label")``) to its line, counted from 1;
    ``refused`` are the paths whose value was not read.
    """

    content: Any
    lines: dict[Path, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    refused: frozenset[Path] = frozenset()

    def line_of(self, path: Path) -> int:
        """Return the line of a key, or of the nearest part around it that is written down."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_document(text: str, *, file: str) -> Document:
    """Read one YAML document with the line of each of its keys.

    Parameters
    ----------
    text
        The whole file.
    file
        Its name, for the problems.

    Returns
    -------
    Document
        Its content is None when the file is empty, or cannot be read as YAML, of which the
        problems say why.
    """
    try:
        loader = _PlainLoader(text)
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        return Document(None, problems=(_syntax_problem(error, text, file),))
    if root is None:
        return Document(None)
    reader = _Reader(loader, file)
    content = reader.read(root, ())
    return Document(content, reader.lines, tuple(reader.problems), frozenset(reader.refused))


class _Reader:
    """Turns YAML nodes into plain values and remembers their lines."""

    def __init__(self, loader: Any, file: str) -> None:
        self.loader = loader
        self.file = file
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self.refused: set[Path] = set()
        self._seen: set[int] = set()

    def read(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if node.tag not in _PLAIN_TAGS:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            self._refuse(node, f"The tag {tag!r} is not used here.", "Write a plain value.")
            self.refused.add(path)
            return None
        if isinstance(node, yaml.ScalarNode):
            return self.loader.construct_object(node)
        # An alias gives the same node again; refusing it also ends loops and expanding bombs.
        if id(node) in self._seen:
            self._refuse(
                node,
                "This part is used again elsewhere through an alias (*).",
                "Write the part out where it is needed.",
            )
            self.refused.add(path)
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, at)) for at, item in enumerate(node.value)]
        return self._read_mapping(node, path)

    def _read_mapping(self, node: Any, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(key_node, "A key here is not a single word.", "Write a plain key.")
                continue
            # The key as it is written: a code 1 or true is a word here too.
            key = str(key_node.value)
            if key in values:
                first = self.lines[(*path, key)]
                self._refuse(
                    key_node,
                    f"The key {key!r} stands twice; it is first on line {first}.",
                    "Keep one of the two.",
                )
                continue
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            values[key] = self.read(value_node, (*path, key))
        return values

    def _refuse(self, node: yaml.Node, message: str, remedy: str) -> None:
        line = node.start_mark.line + 1
        self.problems.append(Problem(self.file, line, None, message, remedy))


def _syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """Say in plain words what the YAML parser stumbled over."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    # Beyond the last line the parser points at nothing that can be seen.
    last = max(1, len(text.splitlines()))
    line = None if mark is None else min(mark.line + 1, last)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "")
    written = text.splitlines()[line - 1] if line is not None and text.splitlines() else ""
    if isinstance(error, yaml.reader.ReaderError):
        line = text[: error.position].count("\n") + 1 if isinstance(error.position, int) else None
        remedy = "Delete the invisible control character."
    elif "\t" in written[: len(written) - len(written.lstrip())] or "'\\t'" in problem:
        remedy = "Indent with spaces, not with tabs."
    elif "but found another document" in problem:
        remedy = "Keep one description in the file: remove the line '---' between them."
    elif "mapping values are not allowed" in problem:
        remedy = "Put text that holds a colon in quotes, or correct the indentation."
    elif "alias" in problem:
        remedy = "Put text that begins with * or & in quotes."
    elif "end of stream" in problem or "unexpected end" in problem:
        remedy = "Close the quote, bracket or brace that was opened before."
    else:
        remedy = "Check the indentation, quotes, brackets and the space after each colon here."
    found = f" ({problem})" if problem else ""
    return Problem(file, line, None, f"This is not valid YAML{found}.", remedy)
