"""Every term of the glossary is used, and linked where a chapter first uses it."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).parents[1] / "chapters"
CHAPTERS = sorted(FOLDER.glob("*.ipynb"))

_LINK = re.compile(r"\{term\}`(?:(?P<words>[^`<]*)<)?(?P<term>[^`<>]+)>?`")


def entries() -> list[list[str]]:
    """Return the terms of each entry: those that share a definition stand together."""
    text = (FOLDER / "glossary.md").read_text(encoding="utf-8")
    lines = text.partition("```{glossary}\n")[2].splitlines()
    found: list[list[str]] = [[]]
    for line in lines:
        if not line.strip() or line == "```":
            found.append([])
        elif not line.startswith(" "):
            found[-1].append(line.strip())
    return [entry for entry in found if entry]


def body(path: Path) -> str:
    """Return what a chapter says below its opening: no headings, code, equations or links."""
    notebook = nbformat.read(path, as_version=4)
    cells = [cell.source for cell in notebook.cells[1:] if cell.cell_type == "markdown"]
    text = "\n\n".join(source for source in cells if ":class: objectives" not in source)
    text = re.sub(r"^(?:#|```|:class:).*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]*\$", "", text, flags=re.DOTALL)
    text = re.sub(r"(?:\{[\w:]+\})?`[^`]*`", lambda m: m[0] if "{term}" in m[0] else "", text)
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", "", text)


def mention(term: str) -> str:
    """Return a pattern of a term where prose mentions it, also at the beginning of a sentence."""
    first, rest = re.escape(term[0]), re.escape(term[1:]).replace(r"\ ", r"\s+")
    either = first if term[0].isupper() else f"[{term[0].upper()}{term[0]}]"
    return rf"(?<![\w-]){either}{rest}(?:s\b|(?![\w-]))"


def test_no_term_is_defined_twice() -> None:
    terms = [term.lower() for entry in entries() for term in entry]
    assert len(terms) > 40
    assert len(set(terms)) == len(terms)


def test_every_definition_says_something() -> None:
    text = (FOLDER / "glossary.md").read_text(encoding="utf-8")
    definitions = re.findall(r"(?:^  .*\n)+", text, flags=re.MULTILINE)
    assert len(definitions) == len(entries())
    for definition in definitions:
        assert len(definition.split()) >= 8, definition


def test_every_entry_is_linked_from_a_chapter() -> None:
    linked = {match["term"].strip() for path in CHAPTERS for match in _LINK.finditer(body(path))}
    assert [entry for entry in entries() if not linked.intersection(entry)] == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_links_only_to_what_is_defined(path: Path) -> None:
    terms = {term for entry in entries() for term in entry}
    assert {match["term"].strip() for match in _LINK.finditer(body(path))} <= terms


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_first_mentions_are_links(path: Path) -> None:
    text = body(path)
    unlinked = []
    for entry in entries():
        links = [link for link in _LINK.finditer(text) if link["term"].strip() in entry]
        linked = links[0].start() if links else len(text)
        plain = _LINK.sub(lambda link: " " * len(link[0]), text)
        found = [match for term in entry if (match := re.search(mention(term), plain))]
        if any(match.start() < linked for match in found):
            unlinked.append(entry[0])
    assert unlinked == []
